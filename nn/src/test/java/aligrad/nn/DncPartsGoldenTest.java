package aligrad.nn;

import aligrad.tensor.Movements;
import aligrad.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

/// The parts of a DNC step against `dnc_parts.safetensors`, with gradients.
class DncPartsGoldenTest {

    static List<Golden> cases() {
        return Golden.cases("dnc_parts");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithPyTorch(Golden golden) {
        golden.check(x -> result(golden, x));
    }

    private static Tensor[] result(Golden golden, Tensor[] x) {
        return switch (golden.op()) {
            case "lstm" -> {
                Tensor z = Movements.concat(1, x[0], x[1]).affine(x[3], x[4]);
                DncController y = DncController.step(z, x[2]);
                yield new Tensor[] {y.hidden(), y.cell()};
            }
            case "similarities" ->
                    one(ContentWeighting.similarities(x[0], x[1], ContentWeighting.squares(x[1])));
            case "content_weights" ->
                    one(
                            ContentWeighting.weights(
                                    x[0], x[1].unsqueeze(2), x[2], ContentWeighting.squares(x[2])));
            case "next_usage" ->
                    one(SlotUsage.next(row(x[0]), row(x[1]), x[2], x[3].unsqueeze(2)).squeeze(1));
            case "allocation" ->
                    one(
                            SlotUsage.allocation(row(x[0]), SlotUsage.isBefore(x[0].extent(1)))
                                    .squeeze(1));
            case "written" -> one(Dnc.written(x[0], x[1].unsqueeze(2), row(x[2]), row(x[3])));
            case "next_link" -> {
                Tensor offDiagonal =
                        Precision.use(x[0].dtype(), () -> Dnc.offDiagonal(x[0].extent(1)));
                yield one(
                        TemporalLink.next(
                                x[0], row(x[1]), x[1].unsqueeze(2), row(x[2]), offDiagonal));
            }
            case "next_precedence" ->
                    one(TemporalLink.nextPrecedence(row(x[0]), row(x[1])).squeeze(1));
            case "forward_weights" -> one(TemporalLink.forward(x[0], x[1]));
            case "backward_weights" -> one(TemporalLink.backward(x[0], x[1]));
            case "masked_cross_entropy" -> {
                Tensor each = BinaryCrossEntropy.perElement(x[0], x[1]).sum(2);
                yield one(each.mul(x[2]).sum().div(x[0].extent(1)));
            }
            case "accuracies" -> accuracies(x[0], x[1], x[2]);
            default -> throw new AssertionError("no part for " + golden.op());
        };
    }

    /// Percent of sequences of which some masked step is right, and of which all are.
    private static Tensor[] accuracies(Tensor logits, Tensor targets, Tensor mask) {
        Tensor isMasked = mask.gt(0);
        Tensor predicted = logits.sigmoid().round().mul(mask.unsqueeze(2));
        Tensor right = predicted.eq(targets).all(2).and(isMasked);
        Tensor some = right.any(0).to(logits.dtype()).mean().mul(100);
        Tensor all = right.or(isMasked.not()).all(0).to(logits.dtype()).mean().mul(100);
        return new Tensor[] {some, all};
    }

    private static Tensor row(Tensor x) {
        return x.unsqueeze(1);
    }

    private static Tensor[] one(Tensor result) {
        return new Tensor[] {result};
    }
}
