package aligrad.tensor.spi;

/// The sizes to which pools round what is asked of them: eight to each doubling above 512 bytes,
/// multiples of 64 below. At most an eighth is wasted, and a freed block finds its next user.
public final class SizeClass {

    /// How many there are.
    public static final int COUNT = 512;

    private SizeClass() {}

    /// The number, from 0, of the smallest class that holds so many bytes.
    public static int of(long bytes) {
        if (bytes <= 512) {
            return Math.max(0, (int) ((bytes + 63) >>> 6) - 1);
        }
        int log = 63 - Long.numberOfLeadingZeros(bytes - 1);
        int eighth = (int) ((bytes - 1) >>> (log - 3)) & 7;
        return (log - 9) * 8 + eighth + 8;
    }

    /// What a block of this class holds, in bytes.
    public static long capacity(int sizeClass) {
        if (sizeClass < 8) {
            return (sizeClass + 1) * 64L;
        }
        int log = (sizeClass - 8) / 8 + 9;
        int eighth = (sizeClass - 8) % 8;
        return (8L + eighth + 1) << (log - 3);
    }
}
