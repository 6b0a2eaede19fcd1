package aligrad.nn;

import aligrad.autograd.GradientCheck;
import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// First and second derivatives of every layer by its input, in `F64`.
class LayerGradientTest {

    private static final Random RANDOM = Random.stream(11);

    record Case(String name, Supplier<Layer> layer, int... input) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Iterable<Case> cases() {
        Map<String, Case> cases = new LinkedHashMap<>();
        add(cases, "linear", () -> new Linear(3, 2, RANDOM), 4, 3);
        add(
                cases,
                "conv2d",
                () ->
                        new Conv2d(
                                2,
                                4,
                                Window2d.of(3).withPadding(1),
                                Conv2d.Options.DEFAULT.withGroups(2),
                                RANDOM),
                1,
                4,
                3,
                2);
        add(cases, "batch norm in training", () -> new BatchNorm2d(3), 2, 2, 2, 3);
        add(cases, "batch norm in evaluation", () -> evaluating(new BatchNorm2d(3)), 2, 1, 2, 3);
        add(cases, "layer norm", () -> new LayerNorm(2, 3), 3, 2, 3);
        add(cases, "group norm", () -> new GroupNorm(2, 4), 2, 2, 1, 4);
        add(cases, "average pool", () -> new AveragePool2d(Window2d.of(2)), 1, 3, 3, 2);
        add(cases, "global average pool", GlobalAveragePool::new, 2, 2, 2, 3);
        add(cases, "flatten", Flatten::new, 2, 2, 2);
        add(cases, "gelu", Activation::gelu, 2, 3);
        add(cases, "silu", Activation::silu, 2, 3);
        add(cases, "log softmax", Activation::logSoftmax, 2, 3);
        add(
                cases,
                "sequential",
                () -> Sequential.of(new Linear(3, 3, RANDOM), Activation.tanh(), new LayerNorm(3)),
                2,
                3);
        // Streams of their own: with other weights a difference may step over the kink of a ReLU.
        add(
                cases,
                "residual block",
                () -> new PreactivationBlock(2, 3, 2, 0, Random.stream(4), RANDOM),
                2,
                4,
                4,
                2);
        DenseNet.Config dense = DenseNet.of(10, 2).inputs(2).classes(2);
        add(
                cases,
                "dense layer",
                () -> new DenseLayer(2, dense, Random.stream(5), RANDOM),
                2,
                3,
                3,
                2);
        // In evaluation: in training the last stage of so small an image normalizes numbers that
        // differ by little, and a difference quotient is far off. NetworkGoldenTest has training.
        WideResNet.Config wide = WideResNet.of(10, 1).first(2).inputs(2).classes(2);
        add(
                cases,
                "wide residual network",
                () -> evaluating(wide.initialize(Random.stream(4))),
                1,
                4,
                4,
                2);
        add(
                cases,
                "densely connected network",
                () -> evaluating(dense.initialize(Random.stream(4))),
                1,
                4,
                4,
                2);
        add(
                cases,
                "dnc, one step", // after that it stops a gradient on purpose
                () -> new Dnc(new DncConfig(2, 2, 3, 3, 2, 2), Random.stream(4)),
                1,
                2,
                2);
        return cases.values();
    }

    private static void add(
            Map<String, Case> cases, String name, Supplier<Layer> layer, int... input) {
        cases.put(name, new Case(name, layer, input));
    }

    private static Layer evaluating(Layer layer) {
        layer.eval();
        return layer;
    }

    private static Tensor input(Case test) {
        return Random.stream(5).normal(0.3, 1, test.input).to(DType.F64);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void firstDerivativesAgreeWithDifferences(Case test) {
        Layer layer = Precision.use(DType.F64, test.layer);
        GradientCheck.first(x -> layer.forward(x[0]), input(test));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void secondDerivativesAgreeWithDifferences(Case test) {
        Layer layer = Precision.use(DType.F64, test.layer);
        GradientCheck.second(x -> layer.forward(x[0]), input(test));
    }

    @ParameterizedTest
    @MethodSource("recurrent")
    void recurrentDerivativesAgreeWithDifferences(Recurrent layer) {
        int[] lengths = {2, 3};
        Function<Tensor[], Tensor> f =
                x ->
                        switch (layer) {
                            case Lstm lstm -> lstm.forward(x[0], lengths).outputs();
                            case Gru gru -> gru.forward(x[0], lengths).outputs();
                        };
        Tensor x = Random.stream(5).normal(0, 1, 2, 3, 2).to(DType.F64);
        GradientCheck.first(f, x);
        GradientCheck.second(f, x);
    }

    static Iterable<Recurrent> recurrent() {
        Recurrent.Options both = Recurrent.Options.DEFAULT.withBothDirections().withLayers(2);
        return Precision.use(
                DType.F64,
                () -> java.util.List.of(new Lstm(2, 2, both, RANDOM), new Gru(2, 2, both, RANDOM)));
    }
}
