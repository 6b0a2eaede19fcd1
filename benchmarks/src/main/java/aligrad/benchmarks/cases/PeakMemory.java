package aligrad.benchmarks.cases;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The most memory that this process has had resident at one time, as Linux counts it (`VmHWM`):
/// heap, tensors, machine code and native libraries together.
final class PeakMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path FORGET = Path.of("/proc/self/clear_refs");

    private PeakMemory() {}

    /// Counts anew, from what is resident now.
    static void forget() {
        if (Files.exists(FORGET)) {
            try {
                Files.writeString(FORGET, "5"); // the number for this, see proc(5)
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// In bytes; 0 where the system does not tell it.
    static double bytes() {
        if (!Files.exists(STATUS)) {
            return 0;
        }
        try {
            List<String> lines = Files.readAllLines(STATUS);
            return lines.stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> 1024 * Double.parseDouble(line.split("\\s+")[1]))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
