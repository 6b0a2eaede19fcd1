package aligrad.backends.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Buffer;
import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import org.junit.jupiter.api.Test;

/// Variables that are overwritten in place by values computed from themselves.
abstract class VariableConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(17);

    VariableConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    /// All numbers are multiples of 1/1024 below 2^13, so that every rounding is none.
    @Test
    void severalVariablesAreUpdatedAtTheSameMoment() {
        for (Shape shape : Samples.shapes()) {
            Tensor w = samples.indices(DType.F32, shape, 1000);
            Tensor g = samples.indices(DType.F32, shape, 8);
            Tensor expected = steps(oracle.reference(), w, g);
            Tensor actual = steps(oracle.device(), w.to(oracle.device()), g.to(oracle.device()));
            oracle.compare(
                    "momentum on " + shape,
                    expected,
                    actual,
                    new double[Math.toIntExact(expected.size())]);
        }
    }

    /// Three steps `m ← m/2 + g`, `w ← w - m/4`, each seen by the other as it was before.
    private static Tensor steps(Device device, Tensor initial, Tensor g) {
        return Device.use(
                device,
                () -> {
                    Variable w = new Buffer("w", initial);
                    Variable m = new Buffer("m", initial.mul(0));
                    for (int i = 0; i < 3; i++) {
                        Scope.run(
                                "step",
                                () -> {
                                    Tensor old = w.value();
                                    Tensor speed = m.value();
                                    Scope.retire();
                                    Tensor[] next = {
                                        speed.mul(0.5).add(g), old.sub(speed.mul(0.25))
                                    };
                                    Variable.assign(new Variable[] {m, w}, next);
                                });
                    }
                    return w.value();
                });
    }

    @Test
    void aValueThatWasReadBeforeStays() {
        Tensor initial = samples.draw(DType.F32, Shape.of(33)).to(oracle.device());
        Variable w = new Buffer("w", initial);
        Tensor before = w.value();
        Tensor pending = before.mul(2);
        Variable.assign(new Variable[] {w}, new Tensor[] {before.add(1)});
        assertThat(before.toFloatArray()).isEqualTo(initial.toFloatArray());
        assertThat(pending.toFloatArray()).isEqualTo(initial.mul(2).toFloatArray());
        assertThat(w.value().toFloatArray()).isEqualTo(initial.add(1).toFloatArray());
    }

    @Test
    void aTransposedReadOfWhatIsOverwrittenIsCopiedFirst() {
        Tensor initial = samples.draw(DType.F32, Shape.of(17, 17)).to(oracle.device());
        Variable w = new Buffer("w", initial);
        Scope.run(
                "step",
                () -> {
                    Tensor old = w.value();
                    Scope.retire();
                    Variable.assign(
                            new Variable[] {w}, new Tensor[] {old.maximum(old.transpose())});
                });
        assertThat(w.value().toFloatArray())
                .isEqualTo(initial.maximum(initial.transpose()).toFloatArray());
    }

    @Test
    void manyVariablesAreUpdatedInOneCall() {
        int n = 40;
        Variable[] variables = new Variable[n];
        for (int i = 0; i < n; i++) {
            variables[i] =
                    new Buffer(
                            "w" + i,
                            samples.indices(DType.F32, Shape.of(9), 50).to(oracle.device()));
        }
        float[][] before = new float[n][];
        for (int i = 0; i < n; i++) {
            before[i] = variables[i].value().toFloatArray();
        }
        Scope.run(
                "step",
                () -> {
                    Tensor[] next = new Tensor[n];
                    for (int i = 0; i < n; i++) { // each takes over from its neighbour
                        Tensor neighbour = variables[(i + 1) % n].value();
                        next[i] = neighbour.add(1).mul(neighbour.sub(2)).sub(variables[i].value());
                    }
                    Scope.retire();
                    Variable.assign(variables, next);
                });
        for (int i = 0; i < n; i++) {
            float[] now = variables[i].value().toFloatArray();
            for (int j = 0; j < now.length; j++) {
                float neighbour = before[(i + 1) % n][j];
                assertThat(now[j]).isEqualTo((neighbour + 1) * (neighbour - 2) - before[i][j]);
            }
        }
    }
}
