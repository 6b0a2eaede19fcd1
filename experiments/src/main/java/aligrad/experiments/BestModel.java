package aligrad.experiments;

import aligrad.nn.Module;
import aligrad.tensor.Tensor;
import aligrad.tensor.io.FileFormatException;
import aligrad.tensor.io.SafeTensors;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The model that was best on the validation set so far, in a file of its own: the one that the
/// test set judges when the run is over.
final class BestModel {

    private static final String ITERATION = "iteration";

    private final Path file;

    BestModel(Path file) {
        this.file = file;
    }

    /// Replaces what is there by the model as it is.
    ///
    /// @param iteration how many were done
    void save(Module model, long iteration, double accuracy) {
        SafeTensors.write(
                file,
                model.state(),
                Map.of(
                        ITERATION,
                        String.valueOf(iteration),
                        Metrics.VALIDATION_ACCURACY,
                        String.valueOf(accuracy)));
    }

    /// @throws UsageException if there is none, as where somebody deleted it
    void require() {
        if (!Files.exists(file)) {
            throw new UsageException(
                    "%s is missing, so the run cannot judge its best model; start it again with another --out."
                            .formatted(file));
        }
    }

    /// Loads the model that was best after this iteration.
    ///
    /// @throws UsageException if the file is missing, damaged, or of another iteration or model;
    ///   nothing has changed then
    void load(Module model, long iteration) {
        require();
        try {
            SafeTensors saved = SafeTensors.open(file);
            String found = saved.metadata().get(ITERATION);
            if (!String.valueOf(iteration).equals(found)) {
                throw new UsageException(
                        "%s: it is of iteration %s, but the best was %d; start the run again with another --out."
                                .formatted(file, found, iteration));
            }
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (String name : saved.names()) {
                state.put(name, saved.tensor(name));
            }
            model.load(state);
        } catch (FileFormatException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(file + ": " + e.getMessage(), e);
        }
    }
}
