package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.nn.Linear;
import aligrad.tensor.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

class BestModelTest {

    @TempDir private Path folder = Path.of("");

    private static Linear linear(int out, long seed) {
        return new Linear(3, out, Random.stream(seed));
    }

    private static float[] weights(Linear linear) {
        return linear.weight().value().toFloatArray();
    }

    @Test
    void loadsWhatWasSavedLast() {
        BestModel best = new BestModel(folder.resolve("best.safetensors"));
        best.save(linear(2, 1), 10, 50);
        best.save(linear(2, 2), 20, 60);
        Linear loaded = linear(2, 3);
        best.load(loaded, 20);
        assertThat(weights(loaded)).isEqualTo(weights(linear(2, 2)));
    }

    @Test
    void whatCannotBeLoadedIsNamedAndChangesNothing() throws IOException {
        Path file = folder.resolve("best.safetensors");
        BestModel best = new BestModel(file);
        Linear model = linear(2, 3);
        refuses(best, model, file + " is missing");
        assertThatThrownBy(best::require)
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(file + " is missing");
        best.save(linear(2, 1), 9, 50);
        refuses(best, model, file + ": it is of iteration 9, but the best was 10");
        best.save(linear(4, 1), 10, 50);
        refuses(best, model, file + ": load into Linear(3 → 2)");
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 7, 30, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            refuses(best, model, file.toString());
        }
        assertThat(weights(model)).isEqualTo(weights(linear(2, 3)));
    }

    private static void refuses(BestModel best, Linear model, String part) {
        assertThatThrownBy(() -> best.load(model, 10))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(part);
    }
}
