package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.function.IntSupplier;

/// How many columns the terminal has now, asked anew each time since windows change.
///
/// The terminal itself is asked (`ioctl` with `TIOCGWINSZ`), because shells seldom export
/// `COLUMNS`; where it does not say, `COLUMNS` counts, and otherwise 80.
final class TerminalWidth implements IntSupplier {

    private static final int USUAL = 80;
    private static final int STANDARD_OUTPUT = 1;

    private static final long GET_WINDOW_SIZE =
            System.getProperty("os.name").startsWith("Mac") ? 0x40087468L : 0x5413L;

    /// `struct winsize`: rows, columns, and the size in pixels, `unsigned short` each.
    private final MemorySegment size = Arena.ofAuto().allocate(8, 2);

    private final @Nullable MethodHandle ioctl = ioctl();

    @SuppressWarnings("restricted") // a native call is
    private static @Nullable MethodHandle ioctl() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("ioctl")
                .map(
                        address ->
                                linker.downcallHandle(
                                        address,
                                        FunctionDescriptor.of(
                                                ValueLayout.JAVA_INT,
                                                ValueLayout.JAVA_INT,
                                                ValueLayout.JAVA_LONG,
                                                ValueLayout.ADDRESS),
                                        Linker.Option.firstVariadicArg(2)))
                .orElse(null);
    }

    @Override
    public int getAsInt() {
        int asked = asked();
        return asked > 0 ? asked : of(System.getenv("COLUMNS"));
    }

    private int asked() {
        if (ioctl == null) {
            return 0;
        }
        try {
            int failed = (int) ioctl.invokeExact(STANDARD_OUTPUT, GET_WINDOW_SIZE, size);
            return failed == 0 ? Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, 2)) : 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // declared by method handles; a native call throws none
            throw new IllegalStateException(e);
        }
    }

    /// What `COLUMNS` says.
    static int of(@Nullable String columns) {
        return columns != null && columns.matches("[1-9]\\d{0,4}")
                ? Integer.parseInt(columns)
                : USUAL;
    }
}
