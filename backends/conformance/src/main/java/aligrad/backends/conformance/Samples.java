package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Inputs for the suite, on the reference backend: drawn from a seed, of ragged shapes.
final class Samples {

    /// Extents around the widths of vectors and tiles.
    static final int[] EXTENTS = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100};

    private static final Device REFERENCE = Device.of("reference");

    private final Random random;

    Samples(long seed) {
        this.random = new Random(seed);
    }

    /// Ragged shapes of every rank up to 4, and one that is worth sharing between threads.
    static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>(small());
        shapes.add(Shape.of(41, 1037));
        return shapes;
    }

    /// Ragged shapes of every rank up to 4.
    static List<Shape> small() {
        List<Shape> shapes = new ArrayList<>();
        shapes.add(Shape.SCALAR);
        for (int extent : EXTENTS) {
            shapes.add(Shape.of(extent));
        }
        shapes.add(Shape.of(0, 9));
        shapes.add(Shape.of(7, 0));
        shapes.add(Shape.of(1, 33));
        shapes.add(Shape.of(100, 1));
        shapes.add(Shape.of(7, 16));
        shapes.add(Shape.of(17, 15));
        shapes.add(Shape.of(31, 8));
        shapes.add(Shape.of(3, 5, 17));
        shapes.add(Shape.of(2, 1, 33));
        shapes.add(Shape.of(2, 3, 4, 9));
        return shapes;
    }

    /// Numbers of every magnitude that is common in networks for floating types, small whole
    /// numbers of both signs for `I32` and `I64`, all pixels for `U8`, both for `BOOL`.
    Tensor draw(DType dtype, Shape shape) {
        return draw(dtype, shape, 2);
    }

    /// As [#draw(DType, Shape)], with this standard deviation for floating types.
    Tensor draw(DType dtype, Shape shape, double deviation) {
        double[] values = new double[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (dtype) {
                        case F32, F64 -> deviation * random.nextGaussian();
                        case I32, I64 -> random.nextInt(-50, 51);
                        case U8 -> random.nextInt(256);
                        case BOOL -> random.nextInt(2);
                    };
        }
        return of(values, dtype, shape);
    }

    /// Numbers in `[low, high)`.
    Tensor uniform(DType dtype, Shape shape, double low, double high) {
        double[] values = random.doubles(shape.size(), low, high).toArray();
        return of(values, dtype, shape);
    }

    /// Whole numbers from 0 to `extent - 1`.
    Tensor indices(DType dtype, Shape shape, int extent) {
        double[] values = random.ints(shape.size(), 0, extent).asDoubleStream().toArray();
        return of(values, dtype, shape);
    }

    /// Magnitudes over the whole range of the type, of both signs.
    Tensor everyMagnitude(DType dtype, int n) {
        double range = dtype == DType.F32 ? 148 : 1070;
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            double magnitude =
                    Math.pow(2, random.nextDouble(-range, dtype == DType.F32 ? 127.9 : 1023.9));
            values[i] = random.nextBoolean() ? magnitude : -magnitude;
        }
        return of(values, dtype, Shape.of(n));
    }

    /// One of the numbers from 0 to `n - 1`.
    int choice(int n) {
        return random.nextInt(n);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    /// One of several.
    <T> T oneOf(List<T> several) {
        return several.get(random.nextInt(several.size()));
    }

    /// These numbers, row-major.
    static Tensor of(double[] values, DType dtype, Shape shape) {
        return Device.use(
                REFERENCE,
                () -> {
                    Tensor x = Tensor.of(values, shape.toArray()).to(dtype);
                    x.storage();
                    return x;
                });
    }

    /// Infinities, not-a-number, both zeros, the ends of the ranges of the types and of the common
    /// functions, halves.
    static double[] specials(DType dtype) {
        double inf = Double.POSITIVE_INFINITY;
        double max = dtype == DType.F32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        double tiny = dtype == DType.F32 ? Float.MIN_VALUE : Double.MIN_VALUE;
        double normal = dtype == DType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        double[] magnitudes = {
            0,
            tiny,
            3 * tiny,
            normal / 2,
            normal,
            1e-30,
            1e-8,
            1e-4,
            0.25,
            0.5,
            0.75,
            1,
            1.5,
            2.5,
            3,
            Math.PI / 2,
            6,
            9.5,
            17,
            30,
            87,
            88.6,
            89.5,
            103.9,
            128,
            255.5,
            709.7,
            710.5,
            745.2,
            1000,
            8388608.5,
            16777216,
            2147483647,
            2147483648.0,
            4294967296.0,
            9.3e18,
            1e10,
            1e20,
            1e30,
            max,
            inf
        };
        double[] values = new double[2 * magnitudes.length + 1];
        for (int i = 0; i < magnitudes.length; i++) {
            values[2 * i] = magnitudes[i];
            values[2 * i + 1] = -magnitudes[i];
        }
        values[values.length - 1] = Double.NaN;
        return values;
    }

    /// All sets of axes of a tensor of this rank, the empty one left out.
    static List<int[]> axisSets(int rank) {
        List<int[]> sets = new ArrayList<>();
        for (int mask = 1; mask < 1 << rank; mask++) {
            int[] axes = new int[Integer.bitCount(mask)];
            int n = 0;
            for (int axis = 0; axis < rank; axis++) {
                if ((mask >> axis & 1) == 1) {
                    axes[n++] = axis;
                }
            }
            sets.add(axes);
        }
        return sets;
    }
}
