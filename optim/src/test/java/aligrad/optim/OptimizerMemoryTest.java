package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Memory;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// Steps overwrite in place what is remembered, so that memory does not wait for the collector.
class OptimizerMemoryTest {

    private static final int SIZE = 1 << 15;
    private static final int STEPS = 40;

    static Stream<Arguments> optimizers() {
        return Stream.of(
                optimizer("ALI-G", p -> AliG.over(p).momentum(0.9).build()),
                optimizer("Yogi", p -> Yogi.over(p).build()),
                optimizer("BPGrad", p -> BpGrad.over(p).momentum(0.9).weightDecay(0.1).build()),
                optimizer("DFW", p -> Dfw.over(p).momentum(0.9).weightDecay(0.1).build()),
                optimizer("L4", p -> L4.over(p).build()),
                optimizer("SPS", p -> Sps.over(p).build()),
                optimizer("MoMo", p -> MoMo.over(p).build()),
                optimizer("MoMo-Adam", p -> MoMoAdam.over(p).build()),
                optimizer("BORAT", p -> Borat.over(p).momentum(0.9).bundle(4).build()),
                optimizer("D-Adaptation SGD", p -> DAdaptSgd.over(p).momentum(0.9).build()),
                optimizer("D-Adaptation Adam", p -> DAdaptAdam.over(p).build()),
                optimizer("Prodigy", p -> Prodigy.over(p).build()),
                optimizer("Schedule-Free", p -> ScheduleFree.over(p).learningRate(0.1).build()),
                optimizer("Schedule-Free AdamW", p -> ScheduleFreeAdamW.over(p).build()),
                optimizer("Lion", p -> Lion.over(p).build()),
                optimizer("LAMB", p -> Lamb.over(p).build()),
                optimizer(
                        "averaged and accumulated",
                        p ->
                                Sgd.over(p)
                                        .learningRate(0.1)
                                        .accumulate(3)
                                        .average(Averaging.exponential(0.9))
                                        .build()));
    }

    private static Arguments optimizer(String name, Function<List<Parameter>, Optimizer<?>> maker) {
        return Arguments.of(name, maker);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("optimizers")
    void memoryIsFlat(String name, Function<List<Parameter>, Optimizer<?>> maker) {
        Parameter w = new Parameter("w", Tensor.full(1, DType.F64, SIZE));
        Optimizer<?> optimizer = maker.apply(List.of(w));
        steps(optimizer, w, 8);
        long before = Memory.now().live();
        steps(optimizer, w, STEPS);
        // One tensor of 256 kB left in each step would be 10 MB; scratch may grow a little.
        assertThat(Memory.now().live()).isLessThan(before + (1 << 19));
    }

    private static void steps(Optimizer<?> optimizer, Parameter w, int count) {
        for (int i = 0; i < count; i++) {
            double target = i % 5 * 0.1;
            optimizer.step(() -> w.value().sub(target).square().mean());
        }
    }
}
