package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.DType;
import aligrad.tensor.Movements;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

/// The worked examples of the specification, and what golden values do not show.
class DncTest {

    private static Tensor row(double... values) {
        return Tensor.of(values, 1, 1, values.length);
    }

    private static void assertClose(Tensor actual, double... expected) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(1e-9));
    }

    @Test
    void hasTheParametersOfTheRepeatCopyExperiment() {
        Dnc dnc = new Dnc(DncConfig.REPEAT_COPY, Random.stream(1));
        assertThat(dnc.parameterCount()).isEqualTo(43_980);
        assertThat(DncConfig.REPEAT_COPY.interfaceSize()).isEqualTo(135);
        assertThat(
                        DncConfig.REPEAT_COPY.interfaceSizes().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum())
                .isEqualTo(135);
        assertThat(dnc).hasToString("Dnc(6 → 5, hidden 64, memory 16x16, 4 read heads)");
    }

    @Test
    void startsTruncatedNormalWithZeroBiasesExceptTheControllers() {
        Dnc dnc = new Dnc(DncConfig.REPEAT_COPY, Random.stream(1));
        assertDraws(dnc.namedParameters().get("lstm.weight"), 134);
        assertDraws(dnc.namedParameters().get("interface.weight"), 64);
        assertDraws(dnc.namedParameters().get("lstm.bias"), 134);
        for (String zero : new String[] {"interface.bias", "output.bias"}) {
            assertThat(dnc.namedParameters().get(zero).value().abs().max().item()).isZero();
        }
    }

    /// A normal distribution cut off at two deviations has 0.8796 of its deviation.
    private static void assertDraws(Parameter parameter, int rows) {
        Tensor value = parameter.value().mul(Math.sqrt(rows));
        assertThat(value.abs().max().item()).isBetween(1.5, 2.00001);
        assertThat(value.std(0).item()).isCloseTo(0.88, within(0.08));
    }

    @Test
    void allocatesTheFreestSlotsFirst() {
        Tensor isBefore = SlotUsage.isBefore(4);
        assertClose(
                SlotUsage.allocation(row(0.5, 0.1, 0.9, 0.1), isBefore),
                0.005000085,
                0.8999991,
                0.00050000904,
                0.0900007199919);
        double[] ties = SlotUsage.allocation(row(0, 0, 0, 0), isBefore).toDoubleArray();
        assertThat(ties[0]).isCloseTo(0.999999, within(1e-12));
        assertThat(ties[1]).isCloseTo(9.99999e-7, within(1e-12));
        assertThat(ties[2]).isCloseTo(1e-12, within(1e-17));
        assertThat(ties[3]).isCloseTo(1e-18, within(1e-23));
    }

    @Test
    void linksSlotsInTheOrderOfWriting() {
        Tensor offDiagonal = Precision.use(DType.F64, () -> Dnc.offDiagonal(3));
        Tensor link = Tensor.full(0, DType.F64, 1, 3, 3);
        Tensor precedence = row(0, 0, 0);
        for (Tensor w : new Tensor[] {row(.8, .1, 0), row(.1, .7, .1), row(0, .1, .6)}) {
            link = TemporalLink.next(link, w, w.reshape(1, 3, 1), precedence, offDiagonal);
            precedence = TemporalLink.nextPrecedence(precedence, w);
        }
        assertClose(link, 0, .009, 0, .522, 0, .010, .14, .429, 0);
        assertClose(precedence, .054, .313, .63);
        Tensor read = row(.2, .5, .3);
        assertClose(TemporalLink.forward(link, read), .0045, .1074, .2425);
        assertClose(TemporalLink.backward(link, read), .303, .1305, .005);
    }

    @Test
    void findsRowsLikeTheKey() {
        Tensor memory = Tensor.of(new double[] {.1, .2, -.3, .4, .5, -.1}, 1, 3, 2);
        Tensor squares = ContentWeighting.squares(memory);
        assertThat(ContentWeighting.similarities(row(.2, .3), memory, squares).toDoubleArray())
                .containsExactly(
                        new double[] {.9922518305, .3328163259, .3807455377}, within(1e-10));
        assertThat(ContentWeighting.weights(row(.2, .3), row(1.5), memory, squares).toDoubleArray())
                .containsExactly(
                        new double[] {.5956133951, .1939536993, .2104329057}, within(1e-10));
    }

    @Test
    void freesWhatWasRead() {
        Tensor read = Tensor.of(new double[] {.7, .2, .1, .1, .1, .8}, 1, 2, 3);
        Tensor gates = Tensor.of(new double[] {.5, .9}, 1, 2, 1);
        assertClose(
                SlotUsage.next(row(.2, .6, .9), row(.5, .1, .3), read, gates),
                .3549,
                .52416,
                .24738);
    }

    @Test
    void continuingFromAStateEqualsOneRun() {
        Dnc dnc =
                Precision.use(
                        DType.F64,
                        () -> new Dnc(new DncConfig(3, 2, 4, 5, 3, 2), Random.stream(2)));
        Tensor x = Random.stream(3).normal(0, 1, 6, 2, 3).to(DType.F64);
        Tensor whole = dnc.forward(x);
        DncState zeros = DncState.zeros(dnc.config(), 2, DType.F64);
        Dnc.Output first = dnc.forward(x.slice(0, 0, 4), zeros);
        Dnc.Output second = dnc.forward(x.slice(0, 4, 6), first.last());
        assertThat(Movements.concat(0, first.logits(), second.logits()).toDoubleArray())
                .containsExactly(whole.toDoubleArray(), within(1e-12));
    }

    @Test
    void clipsLogitsAndCells() {
        Dnc dnc = new Dnc(new DncConfig(1, 1, 2, 2, 2, 1), Random.stream(1));
        dnc.namedParameters().get("output.bias").set(Tensor.of(new float[] {50}, 1));
        assertThat(dnc.forward(Tensor.zeros(1, 1, 1)).item()).isEqualTo(20);
        Tensor z = Tensor.full(10, DType.F64, 1, 8);
        DncController step = DncController.step(z, Tensor.full(20, DType.F64, 1, 2));
        assertThat(step.cell().toDoubleArray()).containsExactly(20, 20);
        assertThat(
                        Double.isNaN(
                                DncController.step(z.mul(Double.NaN), z.slice(1, 0, 2))
                                        .cell()
                                        .max()
                                        .item()))
                .isTrue();
    }

    @Test
    void rejectsObservationsOfAnotherWidth() {
        Dnc dnc = new Dnc(DncConfig.REPEAT_COPY, Random.stream(1));
        assertThatThrownBy(() -> dnc.forward(Tensor.zeros(9, 16, 5)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("(time, batch, 6)");
        assertThatThrownBy(() -> new DncConfig(6, 5, 64, 0, 16, 4)).hasMessageContaining("0 slots");
    }
}
