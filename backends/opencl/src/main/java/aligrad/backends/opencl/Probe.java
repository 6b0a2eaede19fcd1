package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Form;
import aligrad.backends.opencl.driver.Buffer;
import aligrad.tensor.DType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The product that stands for a class while its sizes are searched, and how fast it is.
final class Probe implements AutoCloseable {

    /// What a measurement lasts at least, in nanoseconds: some hundred launches of a small product.
    private static final long LEAST_TIME = 4_000_000;

    private final OpenClDevice device;
    private final List<Buffer> buffers = new ArrayList<>();
    private final Product product;

    /// The product of a class, on a device that is not asked for more than some hundredths of a
    /// second: a processor's are a sixteenth as large.
    Probe(ShapeClass kind, OpenClDevice device) {
        this.device = device;
        device.session().lock().lock();
        try {
            this.product = product(kind, device.facts().cpu());
        } finally {
            device.session().lock().unlock();
        }
    }

    private Product product(ShapeClass kind, boolean cpu) {
        int images = cpu ? 8 : 128;
        return switch (kind) {
            // the second layer of a network for images
            case COLUMN -> windows(Form.PATCHES, images, 32, 16, 16);
            // enough for three vectors of 64 bytes, and more than 32-byte ones need
            case NARROW -> cpu ? matrices(512, 48, 512) : windows(Form.PATCHES, images, 32, 32, 32);
            // a step of a recurrent network: its batch, its gates, its state
            case SMALL -> matrices(64, cpu ? 256 : 2048, 512);
            case LARGE -> matrices(cpu ? 768 : 4096, cpu ? 768 : 4096, cpu ? 768 : 4096);
            case CONVOLUTION -> windows(Form.PATCHES, images, 16, 64, 64);
            case FILTER -> windows(Form.TAPS, images, 16, 64, 64);
        };
    }

    private Product matrices(int m, int n, int k) {
        return Product.of(
                DType.F32,
                1,
                1,
                m,
                n,
                k,
                Matrix.dense(noise((long) m * k), 1, m, k),
                Matrix.dense(noise((long) k * n), 1, k, n),
                null,
                Matrix.dense(buffer(4L * m * n), 1, m, n));
    }

    /// Windows of 3 by 3 over square images.
    private Product windows(Form form, int images, int side, int channels, int outs) {
        Patches.Axis axis = new Patches.Axis(side, 1, -1, 1);
        Patches patches =
                new Patches(
                        side,
                        side,
                        channels,
                        channels,
                        3,
                        axis,
                        axis,
                        Patches.Rows.dense(axis, axis, outs));
        int pixels = images * patches.area();
        int taps = 9 * channels;
        Buffer x = noise((long) pixels * channels);
        boolean turned = form == Form.TAPS;
        int m = turned ? taps : pixels;
        int k = turned ? pixels : taps;
        Buffer other = noise((long) k * outs);
        return new Product(
                DType.F32,
                1,
                1,
                m,
                outs,
                k,
                form,
                new Matrix(x, 0, 0, 0, 0, 0),
                turned
                        ? new Matrix(other, 0, 0, 0, outs, 1)
                        : new Matrix(other, 0, 0, 0, 1, k), // a filter is a row
                null,
                new Matrix(buffer(4L * m * outs), 0, 0, 0, outs, 1),
                patches);
    }

    /// Numbers near 1, because some devices are faster with zeros.
    private Buffer noise(long count) {
        float[] values = new float[Math.toIntExact(count)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + (i * 7919 & 1023) * 0x1p-10f;
        }
        Buffer buffer = buffer(4 * count);
        device.session().write(MemorySegment.ofArray(values), buffer, 0);
        return buffer;
    }

    private Buffer buffer(long bytes) {
        Buffer buffer = device.session().allocate(bytes);
        buffers.add(buffer);
        return buffer;
    }

    /// GFLOP/s of the product.
    double speed(Gemm gemm) {
        finish();
        int launches = 0;
        long start = System.nanoTime();
        long time = 0;
        for (int count = 1; time < LEAST_TIME; count *= 4) {
            for (int i = 0; i < count; i++) {
                device.run(() -> gemm.run(product)); // each gives back what it packs
            }
            launches += count;
            finish();
            time = System.nanoTime() - start;
        }
        return 2.0 * product.m() * product.n() * product.k() * launches / time;
    }

    /// Waits until the device has done all that it was told.
    private void finish() {
        device.run(
                () ->
                        device.session()
                                .read(
                                        product.c().buffer(),
                                        0,
                                        MemorySegment.ofArray(new float[1])));
    }

    @Override
    public void close() {
        finish();
        device.run(() -> buffers.forEach(Buffer::release));
    }
}
