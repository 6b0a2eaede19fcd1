package aligrad.experiments;

import aligrad.nn.InferSent.Pooling;

import java.util.Arrays;
import java.util.stream.Collectors;

/// A network for pairs of sentences, by its name on the command line: InferSent with each way to
/// make one encoding of the outputs for all words.
enum SentenceModel {
    /// The largest over all places of a batch, with those behind the end of a sentence, which are
    /// 0: as in the release.
    INFERSENT("infersent", Pooling.MAX_WITH_PADDING),
    /// The largest over the words of the sentence.
    INFERSENT_MAX("infersent-max", Pooling.MAX),
    /// The mean over the words of the sentence.
    INFERSENT_MEAN("infersent-mean", Pooling.MEAN);

    private final String label;
    private final Pooling pooling;

    SentenceModel(String label, Pooling pooling) {
        this.label = label;
        this.pooling = pooling;
    }

    /// @throws UsageException if there is none of that name
    static SentenceModel of(Settings settings, String name) {
        return Arrays.stream(values())
                .filter(model -> model.label.equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                settings.wrong(
                                        "model",
                                        name,
                                        "there is none of that name; choose "
                                                + Arrays.stream(values())
                                                        .map(model -> model.label)
                                                        .collect(Collectors.joining(", "))));
    }

    String label() {
        return label;
    }

    Pooling pooling() {
        return pooling;
    }
}
