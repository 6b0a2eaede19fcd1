package aligrad.backends.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Movements;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// The same bits for any number of threads, at sizes that are worth sharing.
abstract class ThreadConformance {

    private static final int[] THREADS = {2, 3, 4, 8};

    private final Oracle oracle;
    private final IntConsumer setThreads;
    private final Samples samples = new Samples(27);

    ThreadConformance(Oracle oracle, IntConsumer setThreads) {
        this.oracle = oracle;
        this.setThreads = setThreads;
    }

    @Test
    void theNumberOfThreadsChangesNoBit() {
        Map<String, Supplier<Tensor>> cases = cases();
        Map<String, byte[]> alone = new LinkedHashMap<>();
        try {
            setThreads.accept(1);
            cases.forEach((name, calculation) -> alone.put(name, bytes(calculation)));
            for (int threads : THREADS) {
                setThreads.accept(threads);
                cases.forEach(
                        (name, calculation) ->
                                assertThat(bytes(calculation))
                                        .as("%s with %d threads", name, threads)
                                        .isEqualTo(alone.get(name)));
            }
        } finally {
            setThreads.accept(Runtime.getRuntime().availableProcessors());
        }
    }

    /// A backend may go over from one kernel to another when an expression has become frequent.
    @Test
    void repetitionChangesNoBit() {
        Tensor x = draw(DType.F32, 33, 65);
        Tensor row = draw(DType.F32, 65);
        Tensor column = draw(DType.F32, 33, 1);
        Map<String, Supplier<Tensor>> cases = new LinkedHashMap<>();
        cases.put("functions", () -> x.tanh().mul(row.exp()).add(x.sigmoid().log()));
        cases.put("more functions", () -> x.sin().add(row.erf()).sub(x.softplus().rsqrt()));
        cases.put("views", () -> x.flip(1).div(x.square().add(1)).maximum(column));
        cases.put("masks", () -> x.gt(row).and(column.lt(0.5)).where(x.expm1(), x.log1p()));
        cases.put("uniform", () -> Random.stream(1).uniform(33, 65).gt(0.4).where(x.mul(0.6), 0));
        cases.put("sum of rows", () -> x.mul(row).add(1).tanh().sum(1));
        cases.put("sum of columns", () -> x.mul(column).sub(0.1).exp().sum(0));
        cases.put("sum", () -> x.sub(row).square().sum());
        cases.put("maximum", () -> x.add(column).cos().max(1));
        cases.forEach(
                (name, calculation) -> {
                    byte[] first = bytes(calculation);
                    for (int i = 0; i < 150; i++) {
                        assertThat(bytes(calculation))
                                .as("%s, repetition %d", name, i)
                                .isEqualTo(first);
                    }
                });
    }

    private byte[] bytes(Supplier<Tensor> calculation) {
        return Device.use(oracle.device(), calculation).raw().toArray(ValueLayout.JAVA_BYTE);
    }

    private Map<String, Supplier<Tensor>> cases() {
        Tensor x = draw(DType.F32, 301, 1037);
        Tensor y = draw(DType.F32, 1037, 259);
        Tensor bias = draw(DType.F32, 259);
        Tensor wide = draw(DType.F64, 301, 1037);
        Tensor batch = draw(DType.F32, 32, 65, 70);
        Tensor images = draw(DType.F32, 4, 33, 30, 17);
        Tensor filter = draw(DType.F32, 35, 3, 3, 17);
        Tensor g = draw(DType.F32, 4, 33, 30, 35);
        Tensor index = samples.indices(DType.I64, Shape.of(301), 40).to(oracle.device());
        Window2d same = Window2d.of(3).withPadding(1);
        Window2d half = Window2d.of(3).withPadding(1).withStride(2);
        Window2d pool = Window2d.of(3).withStride(2).withPadding(1);

        Map<String, Supplier<Tensor>> cases = new LinkedHashMap<>();
        cases.put("pointwise", () -> x.mul(2).tanh().add(x.exp().sqrt()));
        cases.put("pointwise in double", () -> wide.mul(2).tanh().add(wide.exp().sqrt()));
        cases.put("transposed", () -> x.transpose().sub(x.transpose().flip(0)));
        cases.put("uniform", () -> Random.stream(1).uniform(301, 1037));
        cases.put("sum over rows", () -> x.sum(0));
        cases.put("sum over columns", () -> x.sum(1));
        cases.put("sum", () -> x.sum());
        cases.put("sum with prologue", () -> x.square().add(1).sum(0));
        cases.put("mean of channels", () -> images.mean(0, 1, 2));
        cases.put("product", () -> x.tanh().add(1).prod(1));
        cases.put("maximum", () -> x.max());
        cases.put("sum in double", () -> wide.sum(1));
        cases.put("squared norm", () -> x.squaredNorm());
        cases.put("softmax", () -> x.softmax(1));
        cases.put("log-softmax of columns", () -> x.logSoftmax(0));
        cases.put("matmul", () -> x.matmul(y));
        cases.put("matmul of transposed", () -> y.transpose().matmul(x.transpose()));
        cases.put("affine", () -> x.affine(y, bias));
        cases.put("matrix times vector", () -> x.matmul(y.select(1, 3)));
        cases.put("vector times matrix", () -> x.select(0, 3).matmul(y));
        cases.put("batched matmul", () -> batch.matmul(batch.transpose()));
        cases.put("matmul in double", () -> wide.matmul(wide.transpose()));
        cases.put("3x3", () -> images.conv2d(filter, same, 1));
        cases.put(
                "3x3 input gradient", () -> g.conv2dInputGradient(filter, same, 1, images.shape()));
        cases.put("3x3 filter gradient", () -> images.conv2dFilterGradient(g, same, 1));
        cases.put("3x3 stride 2", () -> images.conv2d(filter, half, 1));
        Tensor h = g.slice(1, 0, 17).slice(2, 0, 15).copy();
        cases.put(
                "stride 2 input gradient",
                () -> h.conv2dInputGradient(filter, half, 1, images.shape()));
        cases.put("stride 2 filter gradient", () -> images.conv2dFilterGradient(h, half, 1));
        cases.put("maximum pooling", () -> images.maxPool2d(pool));
        cases.put("maximum spread", () -> images.maxSpread(images.maxPool2d(pool), pool));
        cases.put("average pooling", () -> images.averagePool2d(pool, true));
        cases.put(
                "average spread",
                () -> images.averagePool2d(pool, true).averageSpread(pool, true, images.shape()));
        cases.put("gather", () -> x.gather(0, index));
        cases.put("gather_add", () -> x.gatherAdd(0, index, 40));
        cases.put(
                "put_along_add", () -> x.putAlongAdd(0, index.unsqueeze(1).expand(301, 1037), 40));
        cases.put("sort", () -> x.sort(1, false));
        cases.put("argmax", () -> x.argmax(0));
        cases.put("cumsum", () -> x.cumsum(1));
        cases.put("cumsum of columns", () -> x.cumsum(0));
        cases.put("concat", () -> Movements.concat(1, x, x.slice(1, 0, 9)));
        return cases;
    }

    private Tensor draw(DType dtype, int... extents) {
        return samples.draw(dtype, Shape.of(extents)).to(oracle.device());
    }
}
