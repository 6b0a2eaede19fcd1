package aligrad.backends.conformance;

import aligrad.tensor.Assemble;
import aligrad.tensor.DType;
import aligrad.tensor.Movements;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Views, copies of views, and tensors put together from pieces.
abstract class MovementConformance {

    private static final DType[] FLOATING = {DType.F32, DType.F64};

    private final Oracle oracle;
    private final Samples samples = new Samples(23);

    MovementConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyArrangementIsCopied() {
        for (DType dtype : DType.values()) {
            for (Shape shape : Samples.shapes()) {
                for (Arrangement arrangement : Arrangement.values()) {
                    Operand x = oracle.operand(samples.draw(dtype, shape), arrangement);
                    oracle.check("copy", Bound.exact(), y -> y[0].copy(), x);
                }
            }
        }
    }

    @Test
    void everyPermutationIsCopied() {
        Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(3, 8, 5, 17)));
        for (int a = 0; a < 4; a++) {
            for (int b = 0; b < 4; b++) {
                for (int c = 0; c < 4; c++) {
                    int d = 6 - a - b - c;
                    if (a != b && a != c && b != c) {
                        int[] axes = {a, b, c, d};
                        oracle.check(
                                "permute " + Arrays.toString(axes),
                                Bound.exact(),
                                y -> y[0].permute(axes).copy(),
                                x);
                    }
                }
            }
        }
        Operand wide = oracle.operand(samples.draw(DType.F32, Shape.of(257, 131)));
        oracle.check("transpose", Bound.exact(), y -> y[0].transpose().copy(), wide);
    }

    @Test
    void viewsOfViews() {
        for (DType dtype : DType.values()) {
            Operand x = oracle.operand(samples.draw(dtype, Shape.of(9, 16, 9)));
            oracle.check(
                    "slice of transposed",
                    Bound.exact(),
                    y -> y[0].transpose(0, 1).slice(0, 3, 15, 4).slice(1, 2, 7),
                    x);
            oracle.check("selected row", Bound.exact(), y -> y[0].flip(1).select(1, 3), x);
            oracle.check("reshaped copy", Bound.exact(), y -> y[0].transpose().reshape(16, -1), x);
            oracle.check("diagonal", Bound.exact(), y -> y[0].transpose(0, 1).diagonal(), x);
            oracle.check(
                    "expanded slice",
                    Bound.exact(),
                    y -> y[0].slice(1, 5, 6).expand(9, 4, 9).flip(2),
                    x);
        }
    }

    @Test
    void concatenationAlongEveryAxis() {
        for (DType dtype : DType.values()) {
            for (int axis = 0; axis < 3; axis++) {
                for (Arrangement arrangement : Arrangement.values()) {
                    int at = axis;
                    Operand[] pieces = new Operand[4];
                    for (int i = 0; i < pieces.length; i++) {
                        Shape shape = Shape.of(3, 5, 7).with(axis, new int[] {1, 0, 17, 4}[i]);
                        pieces[i] = oracle.operand(samples.draw(dtype, shape), arrangement);
                    }
                    oracle.check(
                            "concat along " + axis,
                            Bound.exact(),
                            y -> Movements.concat(at, y),
                            pieces);
                }
            }
        }
    }

    @Test
    void stackingAndRepeating() {
        Operand a = oracle.operand(samples.draw(DType.F32, Shape.of(7, 9)));
        Operand b = oracle.operand(samples.draw(DType.F32, Shape.of(7, 9)), Arrangement.TRANSPOSED);
        for (int axis = 0; axis < 3; axis++) {
            int at = axis;
            oracle.check("stack", Bound.exact(), y -> Movements.stack(at, y), a, b);
        }
        oracle.check("repeat", Bound.exact(), y -> y[0].repeat(1, 5), a);
        oracle.check(
                "concat of pending",
                Bound.exact(),
                y -> Movements.concat(0, y[0].neg(), y[1].abs()),
                a,
                b);
    }

    @Test
    void paddingOfEveryType() {
        for (DType dtype : DType.values()) {
            for (Arrangement arrangement : Arrangement.values()) {
                Operand x = oracle.operand(samples.draw(dtype, Shape.of(3, 9, 17)), arrangement);
                double value = dtype == DType.BOOL ? 1 : dtype.isFloating() ? -1.5 : 7;
                oracle.check(
                        "pad",
                        Bound.exact(),
                        y -> y[0].pad(new int[] {1, 0, 2}, new int[] {0, 3, 1}, value),
                        x);
                oracle.check(
                        "pad with zeros",
                        Bound.exact(),
                        y -> y[0].pad(new int[] {0, 1, 0}, new int[] {0, 0, 0}, 0),
                        x);
            }
        }
    }

    @Test
    void trianglesAndDiagonals() {
        Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(2, 9, 16)));
        for (int k = -3; k <= 3; k++) {
            int diagonal = k;
            oracle.check("lower triangle", Bound.exact(), y -> y[0].lowerTriangle(diagonal), x);
            oracle.check("upper triangle", Bound.exact(), y -> y[0].upperTriangle(diagonal), x);
        }
        oracle.check("diagonal matrix", Bound.exact(), y -> y[0].diagonalMatrix(), x);
    }

    @Test
    void overlappingPiecesAreAdded() {
        for (DType dtype : FLOATING) {
            for (Arrangement arrangement : Arrangement.values()) {
                for (int count = 1; count <= 5; count++) {
                    Shape whole = Shape.of(7, 12, 20);
                    List<int[][]> places = new ArrayList<>();
                    Operand[] pieces = new Operand[count];
                    for (int i = 0; i < count; i++) {
                        int[][] place = place(whole);
                        places.add(place);
                        pieces[i] =
                                oracle.operand(
                                        samples.draw(dtype, Shape.of(place[2])), arrangement);
                    }
                    oracle.check(
                            "assemble " + count + " pieces",
                            Bound.roundings(count, y -> assemble(whole, places, absolute(y))),
                            y -> assemble(whole, places, y),
                            pieces);
                }
            }
        }
    }

    @Test
    void neighbouringWindowsAreAdded() {
        // the adjoint of windows of 4 in steps of 2 along each axis in turn
        for (int axis = 0; axis < 2; axis++) {
            Shape whole = Shape.of(18, 18);
            List<int[][]> places = new ArrayList<>();
            List<Operand> pieces = new ArrayList<>();
            for (int start = 0; start + 4 <= 18; start += 2) {
                int[] starts = new int[2];
                int[] extents = {18, 18};
                starts[axis] = start;
                extents[axis] = 4;
                places.add(new int[][] {starts, {1, 1}, extents});
                pieces.add(oracle.operand(samples.draw(DType.F32, Shape.of(extents))));
            }
            oracle.check(
                    "windows along " + axis,
                    Bound.roundings(2, y -> assemble(whole, places, absolute(y))),
                    y -> assemble(whole, places, y),
                    pieces.toArray(new Operand[0]));
        }
    }

    /// Starts, steps (some negative) and extents of a piece inside `whole`.
    private int[][] place(Shape whole) {
        int rank = whole.rank();
        if (samples.choice(3) == 0) { // all of it
            int[] ones = new int[rank];
            Arrays.fill(ones, 1);
            return new int[][] {new int[rank], ones, whole.toArray()};
        }
        int[] starts = new int[rank];
        int[] steps = new int[rank];
        int[] extents = new int[rank];
        for (int i = 0; i < rank; i++) {
            int extent = whole.extent(i);
            int step = 1 + samples.choice(3);
            extents[i] = 1 + samples.choice((extent - 1) / step + 1);
            int span = (extents[i] - 1) * step;
            int first = samples.choice(extent - span);
            boolean backwards = samples.choice(3) == 0;
            starts[i] = backwards ? first + span : first;
            steps[i] = backwards ? -step : step;
        }
        return new int[][] {starts, steps, extents};
    }

    private static Tensor assemble(Shape whole, List<int[][]> places, Tensor... x) {
        List<Assemble.Piece> pieces = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            pieces.add(new Assemble.Piece(x[i], list(places.get(i)[0]), list(places.get(i)[1])));
        }
        return Movements.assemble(whole, pieces);
    }

    private static List<Integer> list(int[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    private static Tensor[] absolute(Tensor... x) {
        return Arrays.stream(x).map(Tensor::abs).toArray(Tensor[]::new);
    }
}
