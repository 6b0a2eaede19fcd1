package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import org.junit.jupiter.api.Test;

class PackingTest {

    private static final int[] SIZES = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100};

    private static HostStorage memory(long bytes, int fill) {
        HostStorage storage = HostMemory.allocate(bytes, "test", "", true);
        for (long i = 0; i < bytes; i++) {
            Lanes.putI8(storage.address() + i, (byte) fill);
        }
        return storage;
    }

    private static long element(int bytes, long address) {
        return bytes == 4 ? Lanes.i32(address) : Lanes.i64(address);
    }

    private static void put(int bytes, long address, long value) {
        if (bytes == 4) {
            Lanes.putI32(address, (int) value);
        } else {
            Lanes.putI64(address, value);
        }
    }

    /// Element `(i, j)` of the source is `1000 i + j`.
    private static void packs(int bytes, int rows, int columns, long rowStep, long columnStep) {
        long span = Math.max(rows, 1) * rowStep + Math.max(columns, 1) * columnStep;
        HostStorage source = memory(span * bytes, 0);
        int pitch = (columns * bytes + 63) / 64 * 64;
        HostStorage target = memory((long) rows * pitch, 0);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                long at = source.address() + (i * rowStep + j * columnStep) * bytes;
                put(bytes, at, columnStep == 0 ? 1000L * i : 1000L * i + j);
            }
        }
        Packing.pack(
                bytes,
                rows,
                columns,
                source.address(),
                rowStep * bytes,
                columnStep * bytes,
                target.address(),
                pitch);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                assertThat(element(bytes, target.address() + (long) i * pitch + (long) j * bytes))
                        .as(
                                "(%d, %d) of (%d, %d), steps %d, %d",
                                i, j, rows, columns, rowStep, columnStep)
                        .isEqualTo(columnStep == 0 ? 1000L * i : 1000L * i + j);
            }
        }
        source.release();
        target.release();
    }

    @Test
    void packsAnyStrides() {
        for (int bytes : new int[] {4, 8}) {
            for (int rows : SIZES) {
                for (int columns : SIZES) {
                    packs(bytes, rows, columns, columns, 1);
                    packs(bytes, rows, columns, columns + 5, 1);
                    packs(bytes, rows, columns, 1, rows);
                    packs(bytes, rows, columns, 1, rows + 3);
                    packs(bytes, rows, columns, 2L * columns, 2);
                    packs(bytes, rows, columns, 1, 0);
                }
            }
        }
    }

    /// Panels of six rows, a column of which lies in one piece.
    private static void panels(int bytes, int rows, int columns, long rowStep, long columnStep) {
        long span = Math.max(rows, 1) * rowStep + Math.max(columns, 1) * columnStep;
        int panels = (rows + 5) / 6;
        HostStorage source = memory(span * bytes, 0);
        HostStorage target = memory(panels * 6L * columns * bytes + 64 + 8, -1);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                long at = source.address() + (i * rowStep + j * columnStep) * bytes;
                put(bytes, at, 1000L * i + j);
            }
        }
        Packing.panels(
                bytes,
                rows,
                columns,
                source.address(),
                rowStep * bytes,
                columnStep * bytes,
                target.address());
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                long at = i / 6 * 6L * columns + j * 6L + i % 6;
                assertThat(element(bytes, target.address() + at * bytes))
                        .as(
                                "(%d, %d) of (%d, %d), steps %d, %d",
                                i, j, rows, columns, rowStep, columnStep)
                        .isEqualTo(1000L * i + j);
            }
        }
        long behind = target.address() + panels * 6L * columns * bytes + 64;
        assertThat(Lanes.i64(behind)).as("what lies behind").isEqualTo(-1);
        source.release();
        target.release();
    }

    @Test
    void cutsRowsOfAnyStridesInPanels() {
        for (int bytes : new int[] {4, 8}) {
            for (int rows : SIZES) {
                for (int columns : SIZES) {
                    panels(bytes, rows, columns, columns, 1);
                    panels(bytes, rows, columns, columns + 5, 1);
                    panels(bytes, rows, columns, 1, rows);
                    panels(bytes, rows, columns, 1, rows + 3);
                    panels(bytes, rows, columns, 2L * columns, 2);
                }
            }
        }
    }

    @Test
    void transposesAndWritesNothingElse() {
        for (int bytes : new int[] {4, 8}) {
            for (int rows : SIZES) {
                for (int columns : SIZES) {
                    int sourcePitch = columns + 3;
                    int targetPitch = rows + 1;
                    HostStorage source = memory((long) rows * sourcePitch * bytes, 0);
                    HostStorage target = memory((long) columns * targetPitch * bytes, -1);
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < columns; j++) {
                            long at = (long) i * sourcePitch + j;
                            put(bytes, source.address() + at * bytes, 1000L * i + j);
                        }
                    }
                    Packing.transpose(
                            bytes,
                            rows,
                            columns,
                            source.address(),
                            (long) sourcePitch * bytes,
                            target.address(),
                            (long) targetPitch * bytes);
                    for (int j = 0; j < columns; j++) {
                        for (int i = 0; i < targetPitch; i++) {
                            long at = (long) j * targetPitch + i;
                            assertThat(element(bytes, target.address() + at * bytes))
                                    .isEqualTo(i < rows ? 1000L * i + j : -1);
                        }
                    }
                    source.release();
                    target.release();
                }
            }
        }
    }

    @Test
    void copiesExactlySoManyElements() {
        for (int bytes : new int[] {4, 8}) {
            for (int count : SIZES) {
                HostStorage source = memory(count * bytes, 5);
                HostStorage target = memory(count * bytes + 8, -1);
                Packing.copy(bytes, count, source.address(), target.address());
                for (int i = 0; i < count * bytes + 8; i++) {
                    assertThat(Lanes.i8(target.address() + i))
                            .isEqualTo((byte) (i < count * bytes ? 5 : -1));
                }
                source.release();
                target.release();
            }
        }
    }
}
