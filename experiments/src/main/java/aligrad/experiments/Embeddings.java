package aligrad.experiments;

import aligrad.tensor.Random;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the vectors of words come from: a file of GloVe's, as in the paper, or random numbers.
///
/// @param label as in the configuration: [#RANDOM], or the file as it was named
record Embeddings(String label) {

    /// Vectors that are made from the seed of the run.
    static final String RANDOM = "random";

    static final String OPTION = "embeddings";

    /// @param given on the command line; without it the file that `aligrad data fetch glove` leaves
    /// @throws UsageException if there is no such file
    static Embeddings of(Settings settings, @Nullable String given) {
        String label = settings.text(OPTION, given);
        if (label == null) {
            Path fetched =
                    DataFolder.FETCHED
                            .resolve(DataSet.GLOVE.command())
                            .resolve(DataSet.GLOVE.members().getFirst().name());
            if (!Files.exists(fetched)) {
                throw new UsageException(
                        "--embeddings is missing: name a file of GloVe's vectors, fetch it with"
                                + " ./aligrad data fetch glove, or choose --embeddings random,"
                                + " which is not what the paper has.");
            }
            label = fetched.toString();
        }
        Embeddings embeddings = new Embeddings(label);
        if (!embeddings.isRandom()) {
            settings.file(OPTION, label);
        }
        return embeddings;
    }

    boolean isRandom() {
        return label.equals(RANDOM);
    }

    /// @param random of the run; random vectors have a stream of their own in it
    WordVectors.Source source(Random random) {
        return (words, markers) ->
                isRandom()
                        ? WordVectors.random(random.named("word vectors"), words, markers)
                        : WordVectors.read(Path.of(label), words, markers);
    }
}
