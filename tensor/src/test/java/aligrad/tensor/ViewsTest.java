package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;

/// Views of views, compared with index arithmetic on plain arrays.
class ViewsTest {

    /// What a view should be: a shape and the elements in row-major order.
    private static final class Model {
        final Shape shape;
        final long[] elements;

        Model(Shape shape, long[] elements) {
            this.shape = shape;
            this.elements = elements;
        }

        /// The model of this shape whose element at each index is this one's element at `place` of
        /// it.
        Model view(Shape to, ToIntFunction<int[]> place) {
            long[] viewed = new long[(int) to.size()];
            Indices.each(to, i -> viewed[Indices.place(to, i)] = elements[place.applyAsInt(i)]);
            return new Model(to, viewed);
        }
    }

    private record Both(Tensor tensor, Model model, String how) {}

    @Test
    void compositionsOfViewsShowTheRightElements() {
        SplittableRandom random = new SplittableRandom(3);
        for (int trial = 0; trial < 1500; trial++) {
            int[] extents = random.ints(random.nextInt(1, 5), 1, 5).toArray();
            Shape shape = Shape.of(extents);
            long[] elements = new long[(int) shape.size()];
            Arrays.setAll(elements, i -> i);
            Tensor start = Tensor.range(elements.length).reshape(extents);
            if (random.nextBoolean()) {
                start = start.add(0); // pending
            }
            Both both = new Both(start, new Model(shape, elements), shape.toString());
            for (int step = random.nextInt(1, 7); step > 0; step--) {
                both = step(both, random);
                assertThat(both.tensor.shape()).as(both.how).isEqualTo(both.model.shape);
                if (random.nextInt(3) == 0) {
                    requireEqual(both);
                }
            }
            requireEqual(both);
            Tensor sum = both.tensor.add(both.tensor.mul(10)); // as a leaf of an expression
            double[] expected =
                    Arrays.stream(both.model.elements).mapToDouble(v -> 11 * v).toArray();
            assertThat(sum.toDoubleArray()).as(both.how).containsExactly(expected);
        }
    }

    private static void requireEqual(Both both) {
        assertThat(both.tensor.toLongArray()).as(both.how).containsExactly(both.model.elements);
        assertThat(both.tensor.contiguous().layout().isContiguous()).isTrue();
    }

    private static Both step(Both from, SplittableRandom random) {
        Tensor t = from.tensor;
        Model m = from.model;
        Shape s = m.shape;
        int rank = s.rank();
        int axis = rank == 0 ? 0 : random.nextInt(rank);
        return switch (random.nextInt(10)) {
            case 0 -> {
                if (rank == 0) {
                    yield from;
                }
                int n = s.extent(axis);
                int first = random.nextInt(n + 1);
                int end = random.nextInt(first, n + 1);
                int stride = random.nextInt(1, 4);
                int extent = (end - first + stride - 1) / stride;
                if (extent == 0) {
                    yield from; // the other steps need elements
                }
                int named = random.nextBoolean() ? axis : axis - rank;
                yield new Both(
                        t.slice(
                                named,
                                first - (first < n && random.nextBoolean() ? n : 0),
                                end,
                                stride),
                        m.view(
                                s.with(axis, extent),
                                i -> place(s, i, axis, first + stride * i[axis])),
                        from.how + " slice " + axis + " " + first + ":" + end + ":" + stride);
            }
            case 1 -> {
                if (rank == 0) {
                    yield from;
                }
                int index = random.nextInt(s.extent(axis));
                Shape to = s.remove(axis);
                yield new Both(
                        t.select(axis, index - (random.nextBoolean() ? s.extent(axis) : 0)),
                        m.view(to, i -> Indices.place(s, inserted(i, axis, index))),
                        from.how + " select " + axis + " " + index);
            }
            case 2 -> {
                int[] axes = permutation(rank, random);
                int[] extents = new int[rank];
                for (int i = 0; i < rank; i++) {
                    extents[i] = s.extent(axes[i]);
                }
                yield new Both(
                        t.permute(axes),
                        m.view(
                                Shape.of(extents),
                                i -> {
                                    int[] source = new int[rank];
                                    for (int j = 0; j < rank; j++) {
                                        source[axes[j]] = i[j];
                                    }
                                    return Indices.place(s, source);
                                }),
                        from.how + " permute " + Arrays.toString(axes));
            }
            case 3 -> {
                if (rank == 0) {
                    yield from;
                }
                int n = s.extent(axis);
                yield new Both(
                        t.flip(axis),
                        m.view(s, i -> place(s, i, axis, n - 1 - i[axis])),
                        from.how + " flip " + axis);
            }
            case 4 -> {
                if (s.size() > 200) {
                    yield from;
                }
                int[] extents = s.toArray();
                for (int i = 0; i < rank; i++) {
                    extents[i] = extents[i] == 1 ? random.nextInt(1, 4) : extents[i];
                }
                Shape to = Shape.of(extents);
                Shape wide = random.nextBoolean() ? to : to.insert(0, 2);
                yield new Both(
                        t.expand(wide),
                        m.view(wide, i -> Indices.broadcastPlace(s, i)),
                        from.how + " expand " + wide);
            }
            case 5 -> {
                if (rank < 2 || s.extent(-1) != s.extent(-2)) {
                    yield from;
                }
                Shape to = s.remove(-1);
                yield new Both(
                        t.diagonal(),
                        m.view(to, i -> Indices.place(s, inserted(i, rank - 1, i[rank - 2]))),
                        from.how + " diagonal");
            }
            case 6 -> {
                int at = random.nextInt(rank + 1);
                yield new Both(
                        t.unsqueeze(at),
                        new Model(s.insert(at, 1), m.elements),
                        from.how + " unsqueeze " + at);
            }
            case 7 -> {
                if (rank == 0) {
                    yield from;
                }
                int last = random.nextInt(axis, rank);
                int[] extents = new int[rank - last + axis];
                int joined = 1;
                for (int i = 0; i < rank; i++) {
                    joined *= i >= axis && i <= last ? s.extent(i) : 1;
                }
                for (int i = 0; i < extents.length; i++) {
                    extents[i] =
                            i < axis ? s.extent(i) : i == axis ? joined : s.extent(i + last - axis);
                }
                yield new Both(
                        t.flatten(axis, last),
                        new Model(Shape.of(extents), m.elements),
                        from.how + " flatten " + axis + " " + last);
            }
            case 8 -> {
                int unknown = random.nextInt(2);
                int n = (int) s.size();
                int divisor = n % 2 == 0 ? 2 : n % 3 == 0 ? 3 : 1;
                int[] to =
                        unknown == 0 ? new int[] {-1, divisor} : new int[] {divisor, n / divisor};
                yield new Both(
                        t.reshape(to),
                        new Model(
                                unknown == 0 ? Shape.of(n / divisor, divisor) : Shape.of(to),
                                m.elements),
                        from.how + " reshape " + Arrays.toString(to));
            }
            default -> {
                if (rank < 2) {
                    yield from;
                }
                int other = random.nextInt(rank);
                int[] extents = s.toArray();
                extents[axis] = s.extent(other);
                extents[other] = s.extent(axis);
                yield new Both(
                        t.transpose(axis, other - rank),
                        m.view(
                                Shape.of(extents),
                                i -> {
                                    int[] source = i.clone();
                                    source[axis] = i[other];
                                    source[other] = i[axis];
                                    return Indices.place(s, source);
                                }),
                        from.how + " transpose " + axis + " " + other);
            }
        };
    }

    private static int place(Shape s, int[] index, int axis, int instead) {
        int[] source = index.clone();
        source[axis] = instead;
        return Indices.place(s, source);
    }

    private static int[] inserted(int[] index, int axis, int value) {
        int[] longer = new int[index.length + 1];
        for (int i = 0; i < longer.length; i++) {
            longer[i] = i < axis ? index[i] : i == axis ? value : index[i - 1];
        }
        return longer;
    }

    private static int[] permutation(int n, SplittableRandom random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    @Test
    void viewsShareTheStorageOfWhatTheyShow() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        for (Tensor view :
                new Tensor[] {
                    x.transpose(),
                    x.slice(1, 1, 3),
                    x.select(0, 1),
                    x.flip(0),
                    x.reshape(3, 2),
                    x.expand(4, 2, 3),
                    x.unsqueeze(1),
                    x.slice(1, 0, 2).diagonal(),
                    x.detach(),
                }) {
            assertThat(view.storage()).isSameAs(x.storage());
        }
    }

    @Test
    void emptyViewsAreEmpty() {
        Tensor x = Tensor.zeros(3, 4);
        assertThat(x.slice(0, 3, 3).shape()).isEqualTo(Shape.of(0, 4));
        assertThat(x.slice(0, 3, 3).transpose().toFloatArray()).isEmpty();
        assertThat(x.slice(0, 1, 1).flip(0).add(1).toFloatArray()).isEmpty();
        assertThat(x.slice(1, 2, 2).reshape(0, 7).shape()).isEqualTo(Shape.of(0, 7));
        assertThat(x.slice(1, 2, 2).expand(5, 3, 0).toFloatArray()).isEmpty();
    }

    @Test
    void putsPiecesTogether() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor y = Tensor.of(new float[] {5, 6}, 2, 1);
        assertThat(Movements.concat(-1, x, y).toDoubleArray()).containsExactly(1, 2, 5, 3, 4, 6);
        assertThat(Movements.concat(0, x, y.transpose()).toDoubleArray())
                .containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Movements.stack(0, x, x).shape()).isEqualTo(Shape.of(2, 2, 2));
        assertThat(Movements.stack(-1, x, x.mul(10)).toDoubleArray())
                .containsExactly(1, 10, 2, 20, 3, 30, 4, 40);
        assertThat(y.pad(new int[] {1, 0}, new int[] {0, 2}, 9).toDoubleArray())
                .containsExactly(9, 9, 9, 5, 9, 9, 6, 9, 9);
        assertThat(y.repeat(1, 3).toDoubleArray()).containsExactly(5, 5, 5, 6, 6, 6);
        assertThat(y.repeat(0, 0).shape()).isEqualTo(Shape.of(0, 1));
        assertThat(x.split(1, 1, 1).get(1).toDoubleArray()).containsExactly(2, 4);
    }

    @Test
    void makesTrianglesAndDiagonals() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(x.lowerTriangle(0).toDoubleArray()).containsExactly(1, 0, 0, 4, 5, 0);
        assertThat(x.lowerTriangle(1).toDoubleArray()).containsExactly(1, 2, 0, 4, 5, 6);
        assertThat(x.upperTriangle(0).toDoubleArray()).containsExactly(1, 2, 3, 0, 5, 6);
        assertThat(x.upperTriangle(1).toDoubleArray()).containsExactly(0, 2, 3, 0, 0, 6);
        assertThat(x.select(0, 0).diagonalMatrix().toDoubleArray())
                .containsExactly(1, 0, 0, 0, 2, 0, 0, 0, 3);
    }
}
