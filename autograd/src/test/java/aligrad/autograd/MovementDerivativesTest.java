package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Assemble;
import aligrad.tensor.Device;
import aligrad.tensor.Movements;
import aligrad.tensor.Recording;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

class MovementDerivativesTest {

    record Case(String name, UnaryOperator<Tensor> f, Shape shape) {
        Case(String name, UnaryOperator<Tensor> f, int... extents) {
            this(name, f, Shape.of(extents));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Case> CASES =
            List.of(
                    new Case("reshape", x -> x.reshape(3, -1), 2, 3, 4),
                    new Case("reshape of a transposed one", x -> x.transpose().reshape(6), 2, 3),
                    new Case("flatten", x -> x.flatten(1, 2), 2, 3, 4),
                    new Case("unsqueeze", x -> x.unsqueeze(1), 2, 3),
                    new Case("squeeze", x -> x.squeeze(1), 2, 1, 3),
                    new Case("permute", x -> x.permute(2, 0, 1), 2, 3, 4),
                    new Case("transpose", x -> x.transpose(), 2, 3, 4),
                    new Case("expand", x -> x.expand(4, 2, 3), 2, 1),
                    new Case("expand of a number", x -> x.expand(2, 3)),
                    new Case("slice", x -> x.slice(1, 1, 3), 2, 4),
                    new Case("slice in steps", x -> x.slice(0, 1, 6, 2), 6, 2),
                    new Case("slice of nothing", x -> x.slice(0, 1, 1).sum(), 3),
                    new Case("select", x -> x.select(1, -1), 2, 3, 4),
                    new Case("select in front", x -> x.select(0, 1), 2, 3),
                    new Case("flip", x -> x.flip(1), 2, 3),
                    new Case("diagonal", x -> x.diagonal(), 2, 3, 3),
                    new Case("diagonal matrix", x -> x.diagonalMatrix(), 2, 3),
                    new Case("lower triangle", x -> x.lowerTriangle(0), 3, 3),
                    new Case("upper triangle", x -> x.upperTriangle(1), 3, 4),
                    new Case(
                            "pad",
                            x -> x.pad(new int[] {1, 0}, new int[] {0, 2}, 7).square(),
                            2,
                            3),
                    new Case("repeat", x -> x.repeat(1, 3), 2, 2),
                    new Case(
                            "slices of a slice",
                            x -> {
                                Tensor part = x.slice(1, 1, 6, 2);
                                return part.select(1, 2)
                                        .mul(part.select(1, 0))
                                        .add(part.select(1, 1));
                            },
                            2,
                            6),
                    new Case(
                            "overlapping slices",
                            x -> x.slice(0, 0, 3).mul(x.slice(0, 1, 4)).mul(x.slice(0, 2, 5)),
                            5,
                            2),
                    new Case(
                            "slices along two axes",
                            x ->
                                    x.slice(0, 0, 2)
                                            .slice(1, 1, 3)
                                            .mul(x.slice(1, 0, 2).slice(0, 1, 3)),
                            3,
                            3),
                    new Case("slices and the whole", x -> x.slice(0, 0, 1).mul(x).mul(x), 3, 2),
                    new Case(
                            "slice along all axes at once",
                            x -> x.slice(Shape.of(2, 2), List.of(3, 0), List.of(-2, 1)),
                            4,
                            3));

    @ParameterizedTest
    @FieldSource("CASES")
    void agreesWithDifferences(Case c) {
        Tensor x = Values.signed(1, c.shape.toArray());
        GradientCheck.first(t -> c.f.apply(t[0]), x);
        GradientCheck.second(t -> c.f.apply(t[0].square()), x);
        GradientCheck.second(t -> c.f.apply(t[0]).square(), x);
    }

    @Test
    void concatAndStackSendEachPieceItsPart() {
        Tensor a = Values.signed(1, 2, 3);
        Tensor b = Values.signed(2, 2, 1);
        GradientCheck.first(x -> Movements.concat(1, x), a, b, a);
        GradientCheck.second(x -> Movements.concat(1, x[0], x[1], x[0]).square(), a, b);
        GradientCheck.first(x -> Movements.stack(1, x), a, a.neg());
        GradientCheck.second(x -> Movements.stack(-1, x[0], x[1]).square(), a, a.neg());
    }

    @Test
    void assembleOfOverlappingPiecesAgreesWithDifferences() {
        GradientCheck.first(
                x ->
                        Movements.assemble(
                                Shape.of(5),
                                List.of(
                                        new Assemble.Piece(x[0], List.of(0), List.of(1)),
                                        new Assemble.Piece(x[1], List.of(4), List.of(-2)),
                                        new Assemble.Piece(x[0], List.of(2), List.of(1)))),
                Values.signed(1, 3),
                Values.signed(2, 2));
    }

    @Test
    void gradientsOfManySlicesArePutTogetherOnce() {
        List<Assemble> assembled =
                assembledFor(
                        x -> {
                            List<Tensor> parts = x.split(1, 1, 2, 3, 4);
                            return Movements.concat(1, parts.get(3).square(), parts.get(0).sin())
                                    .sum(1)
                                    .add(parts.get(2).sum(1))
                                    .add(parts.get(1).exp().sum(1));
                        });
        assertThat(assembled).hasSize(1);
        assertThat(assembled.getFirst().pieces()).hasSize(4);
        assertThat(assembled.getFirst().disjoint()).isTrue();
        assertThat(assembled.getFirst().covering()).isTrue();
    }

    @Test
    void slicesThatLeaveGapsOrOverlapAreKnownToDoSo() {
        Assemble gap =
                assembledFor(x -> x.slice(1, 0, 3).add(x.slice(1, 4, 7)).add(x.slice(1, 7, 10)))
                        .getFirst();
        assertThat(gap.disjoint()).isTrue();
        assertThat(gap.covering()).isFalse();
        Assemble open = assembledFor(x -> x.slice(1, 1, 5).add(x.slice(1, 5, 9))).getFirst();
        assertThat(open.disjoint()).isTrue();
        assertThat(open.covering()).isFalse();
        Assemble overlap = assembledFor(x -> x.slice(1, 0, 6).add(x.slice(1, 4, 10))).getFirst();
        assertThat(overlap.disjoint()).isFalse();
        assertThat(overlap.covering()).isFalse();
        Assemble crossing =
                assembledFor(x -> x.slice(0, 0, 1).sum().add(x.slice(1, 0, 5).sum())).getFirst();
        assertThat(crossing.disjoint()).isFalse();
        Assemble stepping =
                assembledFor(x -> x.slice(1, 0, 10, 2).add(x.slice(1, 1, 10, 2))).getFirst();
        assertThat(stepping.disjoint()).isFalse(); // not worth finding out
    }

    /// The assemblies of the backward pass of `f` for a tensor `[2, 10]`.
    private static List<Assemble> assembledFor(UnaryOperator<Tensor> f) {
        Tensor loss = f.apply(Values.signed(1, 2, 10).track()).sum();
        List<Assemble> assembled = new ArrayList<>();
        return Recording.observed(
                (op, _) -> {
                    if (op instanceof Assemble a) {
                        assembled.add(a);
                    }
                },
                () -> {
                    Gradients.of(loss);
                    return assembled;
                });
    }

    @Test
    void transferReturnsTheGradientToTheDeviceOfItsInput() {
        Device reference = Device.of("reference");
        GradientCheck.first(
                x -> x[0].to(reference).square().to(x[0].device()), Values.signed(1, 3));
    }
}
