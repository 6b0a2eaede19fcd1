package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/// Every element of a broadcast result, compared with index arithmetic.
class BroadcastingTest {

    private final SplittableRandom random = new SplittableRandom(2);

    @Test
    void combinesTheElementsThatMeet() {
        for (int trial = 0; trial < 500; trial++) {
            Shape wide = Shape.of(random.ints(random.nextInt(5), 0, 5).toArray());
            Shape a = narrowed(wide);
            Shape b = narrowed(wide);
            Tensor x = numbers(a, 1);
            Tensor y = numbers(b, 1000);
            Shape shape = Shape.broadcast("sub", a, b);

            Tensor difference = x.sub(y);

            assertThat(difference.shape()).isEqualTo(shape);
            double[] actual = difference.toDoubleArray();
            Indices.each(
                    shape,
                    i ->
                            assertThat(actual[Indices.place(shape, i)])
                                    .as("%s - %s", a, b)
                                    .isEqualTo(
                                            1
                                                    + Indices.broadcastPlace(a, i)
                                                    - 1000
                                                    - Indices.broadcastPlace(b, i)));
        }
    }

    @Test
    void choosesAmongTheElementsThatMeet() {
        for (int trial = 0; trial < 300; trial++) {
            Shape wide = Shape.of(random.ints(random.nextInt(1, 5), 0, 5).toArray());
            Shape c = narrowed(wide);
            Shape a = narrowed(wide);
            Shape b = narrowed(wide);
            Tensor condition = numbers(c, 0).mod(2).eq(1);
            Shape shape = Shape.broadcast("", c, Shape.broadcast("", a, b));

            Tensor chosen = condition.where(numbers(a, 1), numbers(b, 1000));

            assertThat(chosen.shape()).isEqualTo(shape);
            double[] actual = chosen.toDoubleArray();
            Indices.each(
                    shape,
                    i ->
                            assertThat(actual[Indices.place(shape, i)])
                                    .as("%s ? %s : %s", c, a, b)
                                    .isEqualTo(
                                            Indices.broadcastPlace(c, i) % 2 == 1
                                                    ? 1 + Indices.broadcastPlace(a, i)
                                                    : 1000 + Indices.broadcastPlace(b, i)));
        }
    }

    @Test
    void expands() {
        for (int trial = 0; trial < 300; trial++) {
            Shape wide = Shape.of(random.ints(random.nextInt(5), 0, 5).toArray());
            Shape narrow = narrowed(wide);
            double[] actual = numbers(narrow, 0).expand(wide).toDoubleArray();
            Indices.each(
                    wide,
                    i ->
                            assertThat(actual[Indices.place(wide, i)])
                                    .as("%s to %s", narrow, wide)
                                    .isEqualTo(Indices.broadcastPlace(narrow, i)));
        }
    }

    /// A shape that broadcasts to `wide`: some extents 1, some axes in front missing.
    private Shape narrowed(Shape wide) {
        int[] extents = new int[wide.rank() - random.nextInt(wide.rank() + 1)];
        for (int i = 0; i < extents.length; i++) {
            int extent = wide.extent(i - extents.length);
            extents[i] = random.nextInt(3) == 0 ? 1 : extent;
        }
        return Shape.of(extents);
    }

    /// `first`, `first + 1`, … in this shape; sometimes still pending, sometimes a view.
    private Tensor numbers(Shape shape, int first) {
        double[] values = new double[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = first + i;
        }
        return switch (random.nextInt(3)) {
            case 0 -> Tensor.of(values, values.length).reshape(shape.toArray());
            case 1 -> Tensor.of(values, values.length).reshape(shape.toArray()).mul(1);
            default -> {
                int[] padded = shape.insert(shape.rank(), 3).toArray();
                double[] spread = new double[3 * values.length];
                for (int i = 0; i < values.length; i++) {
                    spread[3 * i + 1] = values[i];
                }
                yield Tensor.of(spread, spread.length).reshape(padded).select(-1, 1);
            }
        };
    }
}
