package aligrad.nn;

import aligrad.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.OptionalLong;

/// Every loss against `losses.safetensors`, with gradients.
class LossGoldenTest {

    static List<Golden> cases() {
        return Golden.cases("losses");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithPyTorch(Golden golden) {
        Loss loss = loss(golden);
        golden.check(
                x ->
                        new Tensor[] {
                            switch (golden.text("reduction")) {
                                case "mean" -> loss.mean(x[0], x[1]);
                                case "sum" -> loss.sum(x[0], x[1]);
                                case "none" -> loss.perSample(x[0], x[1]);
                                default -> throw new AssertionError(golden.options());
                            }
                        });
    }

    private static Loss loss(Golden golden) {
        return switch (golden.op()) {
            case "cross_entropy" -> {
                CrossEntropy.Options options =
                        CrossEntropy.options()
                                .withLabelSmoothing(golden.number("label_smoothing"))
                                .withIgnored(golden.integer("ignore_index"));
                yield golden.has("weights")
                        ? options.withClassWeights(golden.tensor("weights"))
                        : options;
            }
            case "cross_entropy_probabilities" ->
                    new CrossEntropy.Options(0, null, OptionalLong.empty());
            case "binary_cross_entropy_with_logits" ->
                    golden.has("pos_weight")
                            ? BinaryCrossEntropy.options()
                                    .withPositiveWeight(golden.tensor("pos_weight"))
                            : BinaryCrossEntropy.options();
            case "mean_squared_error" -> MeanSquared::perElement;
            case "huber" -> new Huber(golden.number("delta"));
            case "multiclass_hinge" ->
                    golden.is("smoothed") ? MulticlassHinge.smoothed() : MulticlassHinge.plain();
            case "truncated_top_k_cross_entropy" -> new TruncatedTopK(golden.integer("k"));
            default -> throw new AssertionError("no loss for " + golden.op());
        };
    }
}
