package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.spi.Storage;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;

class VariableTest {

    private final Parameter p = new Parameter("p", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));

    private static void assign(Variable target, Tensor value) {
        Variable.assign(new Variable[] {target}, new Tensor[] {value});
    }

    /// What an optimizer's step does: reads, retires what it read, updates.
    private static void step(Variable target) {
        Scope.run(
                "step",
                () -> {
                    Tensor value = target.value();
                    value.sum().item();
                    Scope.retire();
                    assign(target, value.mul(10));
                });
    }

    private static void requireValues(Tensor t, double... values) {
        assertThat(t.toDoubleArray()).containsExactly(values);
    }

    @Test
    void aParameterIsTrackedAndABufferIsNot() {
        assertThat(p.value().isTracked()).isTrue();
        assertThat(p.value().variable()).isSameAs(p);
        Buffer b = new Buffer("b", Tensor.range(3));
        assertThat(b.value().isTracked()).isFalse();
        assertThat(b.value().variable()).isSameAs(b);
        assertThat(p).hasToString("p F32 [2, 2]");
    }

    @Test
    void rejectsAParameterThatCannotHaveAGradient() {
        assertThatThrownBy(() -> new Parameter("labels", Tensor.range(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "parameter 'labels' of type I64: a gradient needs F32 or F64; use a Buffer,"
                                + " or cast with to(DType)");
    }

    @Test
    void doesNotShareMemoryWithItsInitialValue() {
        Tensor initial = Tensor.of(new float[] {1, 2}, 2);
        Parameter q = new Parameter("q", initial);
        step(q);
        requireValues(initial, 1, 2);
        requireValues(q.value(), 10, 20);
    }

    @Test
    void valuesKeepTheirNumbersWhenItIsSet() {
        Tensor value = p.value();
        Tensor view = p.value().transpose();
        Tensor pending = p.value().add(1);
        Tensor pendingOfView = p.value().select(0, 1).mul(2);
        p.set(Tensor.zeros(2, 2));
        requireValues(value, 1, 2, 3, 4);
        requireValues(view, 1, 3, 2, 4);
        requireValues(pending, 2, 3, 4, 5);
        requireValues(pendingOfView, 6, 8);
        requireValues(p.value(), 0, 0, 0, 0);
    }

    @Test
    void valuesKeepTheirNumbersWhenItIsAssigned() {
        Tensor value = p.value();
        Tensor pending = value.add(1);
        assign(p, value.mul(10));
        requireValues(value, 1, 2, 3, 4);
        requireValues(pending, 2, 3, 4, 5);
        requireValues(p.value(), 10, 20, 30, 40);
    }

    @Test
    void isOverwrittenInPlaceWhenNobodyCanSeeIt() {
        Storage before = Scope.compute("look", () -> p.value().storage());
        step(p);
        assertThat(p.value().storage()).isSameAs(before);
        requireValues(p.value(), 10, 20, 30, 40);
    }

    @Test
    void isOverwrittenInPlaceAfterTheScopeThatReadItEnded() {
        Storage before = Scope.compute("look", () -> p.value().storage());
        Scope.run("more", () -> p.value().sum().item());
        assign(p, Tensor.ones(2, 2).mul(7));
        assertThat(p.value().storage()).isSameAs(before);
        requireValues(p.value(), 7, 7, 7, 7);
    }

    @Test
    void isNotOverwrittenWhileAValueReadOutsideIsHeld() {
        Tensor held = p.value();
        step(p);
        assertThat(p.value().storage()).isNotSameAs(held.storage());
        requireValues(held, 1, 2, 3, 4);
        requireValues(p.value(), 10, 20, 30, 40);
    }

    @Test
    void isNotOverwrittenWhileAScopeAroundHoldsAValue() {
        Scope.run(
                "outer",
                () -> {
                    Tensor held = p.value();
                    step(p);
                    requireValues(held, 1, 2, 3, 4);
                    Tensor pending = p.value().add(1);
                    step(p);
                    requireValues(pending, 11, 21, 31, 41);
                });
        requireValues(p.value(), 100, 200, 300, 400);
    }

    @Test
    void isNotOverwrittenIfAnInnerScopeWasReadFirst() {
        Scope.run(
                "outer",
                () -> {
                    Scope.run("inner", () -> p.value().sum().item());
                    Tensor held = p.value();
                    Scope.run("inner", () -> p.value().sum().item());
                    step(p);
                    requireValues(held, 1, 2, 3, 4);
                });
    }

    @Test
    void aValueThatIsReturnedFromAScopeKeepsItsNumbers() {
        Tensor value = Scope.compute("s", () -> p.value());
        step(p);
        requireValues(value, 1, 2, 3, 4);
    }

    @Test
    void aViewThatIsReturnedFromAScopeKeepsItsNumbers() {
        Tensor view = Scope.compute("s", () -> p.value().transpose());
        Tensor kept = Scope.compute("s", () -> Scope.keep(p.value().detach().select(0, 0)));
        step(p);
        step(p);
        requireValues(view, 1, 3, 2, 4);
        requireValues(kept, 1, 2);
    }

    @Test
    void aValueKeptForTheScopeAroundKeepsItsNumbers() {
        Scope.run(
                "outer",
                () -> {
                    Tensor value = Scope.compute("inner", () -> p.value().transpose());
                    step(p);
                    requireValues(value, 1, 3, 2, 4);
                });
    }

    @Test
    void isOverwrittenInPlaceAgainOnceAReplacedValueTookOver() {
        Scope.compute("s", () -> p.value());
        step(p); // not in place, since a value was returned
        Storage fresh = Scope.compute("look", () -> p.value().storage());
        step(p);
        assertThat(p.value().storage()).isSameAs(fresh);
        requireValues(p.value(), 100, 200, 300, 400);
    }

    @Test
    void isNotOverwrittenWhileAScopeOfAnotherThreadHoldsAValue() throws InterruptedException {
        Tensor[] held = new Tensor[1];
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch updated = new CountDownLatch(1);
        double[][] seen = new double[1][];
        Thread other =
                new Thread(
                        () ->
                                Scope.run(
                                        "other",
                                        () -> {
                                            held[0] = p.value();
                                            read.countDown();
                                            await(updated);
                                            seen[0] = held[0].toDoubleArray();
                                        }));
        Scope.run(
                "step",
                () -> {
                    Tensor value = p.value();
                    other.start();
                    await(read);
                    Scope.retire();
                    assign(p, value.mul(10));
                    updated.countDown();
                });
        other.join();
        assertThat(seen[0]).containsExactly(1, 2, 3, 4);
        requireValues(p.value(), 10, 20, 30, 40);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatWasReadBeforeRetiringCannotBeReadAfterTheUpdate() {
        Scope.run(
                "step",
                () -> {
                    Tensor value = p.value();
                    Tensor pending = value.add(1);
                    Tensor view = value.transpose();
                    Tensor computedView = value.select(0, 0);
                    computedView.storage();
                    Tensor detached = value.detach();
                    Scope.retire();
                    assign(p, value.mul(10));
                    for (Tensor stale :
                            new Tensor[] {value, pending, view, computedView, detached}) {
                        assertThatThrownBy(stale::toDoubleArray)
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining(
                                        "was updated in place after this value was read");
                    }
                    requireValues(p.value(), 10, 20, 30, 40);
                });
    }

    @Test
    void theErrorNamesTheVariableAndTheWayOut() {
        Scope.run(
                "step",
                () -> {
                    Tensor value = p.value();
                    Scope.retire();
                    assign(p, value.mul(10));
                    assertThatThrownBy(value::toDoubleArray)
                            .hasMessage(
                                    "tensor 'p' F32 [2, 2]: the variable was updated in place after"
                                        + " this value was read; read value() again, or copy() it"
                                        + " before the step");
                });
    }

    @Test
    void valuesReadInNestedScopesCannotBeReadAfterTheUpdateEither() {
        Scope.run(
                "step",
                () -> {
                    Tensor outer = p.value();
                    Tensor[] inner = new Tensor[1];
                    Scope.run("inner", () -> inner[0] = p.value());
                    Scope.retire();
                    assign(p, p.value().mul(10));
                    assertThatThrownBy(outer::toDoubleArray)
                            .isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(inner[0]::toDoubleArray)
                            .isInstanceOf(IllegalStateException.class);
                });
    }

    @Test
    void aCopyOutlivesTheUpdate() {
        Scope.run(
                "step",
                () -> {
                    Tensor copy = p.value().copy();
                    Scope.retire();
                    assign(p, p.value().mul(10));
                    requireValues(copy, 1, 2, 3, 4);
                });
    }

    @Test
    void severalAreAssignedFromTheirPresentValues() {
        for (boolean inPlace : new boolean[] {false, true}) {
            Parameter a = new Parameter("a", Tensor.of(new float[] {1, 2}, 2));
            Parameter b = new Parameter("b", Tensor.of(new float[] {3, 4}, 2));
            Scope.run(
                    "step",
                    () -> {
                        Tensor x = a.value();
                        Tensor y = b.value();
                        if (inPlace) {
                            Scope.retire();
                        }
                        Variable.assign(new Variable[] {a, b}, new Tensor[] {y.add(10), x.add(20)});
                    });
            requireValues(a.value(), 13, 14);
            requireValues(b.value(), 21, 22);
        }
    }

    @Test
    void exchangesValues() {
        Parameter a = new Parameter("a", Tensor.of(new float[] {1, 2}, 2));
        Parameter b = new Parameter("b", Tensor.of(new float[] {3, 4}, 2));
        Variable.assign(new Variable[] {a, b}, new Tensor[] {b.value(), a.value()});
        requireValues(a.value(), 3, 4);
        requireValues(b.value(), 1, 2);
    }

    @Test
    void anUpdateFromItsOwnTransposeIsNotConfused() {
        Scope.run(
                "step",
                () -> {
                    Tensor value = p.value();
                    Scope.retire();
                    assign(p, value.transpose().add(value.mul(10)));
                });
        requireValues(p.value(), 11, 23, 32, 44);
    }

    @Test
    void anUpdateFromPartsOfItselfIsNotConfused() {
        Scope.run(
                "step",
                () -> {
                    Tensor value = p.value();
                    Scope.retire();
                    assign(p, value.slice(0, 1, 2).expand(2, 2).sub(value));
                });
        requireValues(p.value(), 2, 2, 0, 0);
    }

    @Test
    void manyAreAssignedAtOnce() {
        int n = 60; // far more than one expression holds
        Parameter[] parameters = new Parameter[n];
        for (int i = 0; i < n; i++) {
            parameters[i] = new Parameter("p" + i, Tensor.of(new float[] {i, -i}, 2));
        }
        Scope.run(
                "step",
                () -> {
                    Tensor[] values = new Tensor[n];
                    for (int i = 0; i < n; i++) {
                        Tensor sum = parameters[i].value();
                        for (int j = 1; j < 20; j++) {
                            sum = sum.add(parameters[(i + j) % n].value());
                        }
                        values[i] = sum;
                    }
                    Scope.retire();
                    Variable.assign(parameters, values);
                });
        for (int i = 0; i < n; i++) {
            double expected = 0;
            for (int j = 0; j < 20; j++) {
                expected += (i + j) % n;
            }
            requireValues(parameters[i].value(), expected, -expected);
        }
    }

    @Test
    void severalWithManyLeavesAreAssignedInPlaceOrNot() {
        int n = 4;
        Parameter[] parameters = new Parameter[n];
        for (int i = 0; i < n; i++) {
            parameters[i] = new Parameter("p" + i, Tensor.of(new float[] {i}, 1));
        }
        Scope.run(
                "step",
                () -> {
                    Tensor[] values = new Tensor[n];
                    for (int i = 0; i < n; i++) {
                        values[i] = parameters[i].value();
                        for (int j = 0; j < 36; j++) {
                            values[i] = values[i].add(Tensor.of(new float[] {1}, 1));
                        }
                    }
                    Scope.retire();
                    Variable.assign(parameters, values);
                });
        for (int i = 0; i < n; i++) {
            requireValues(parameters[i].value(), i + 36);
        }
    }

    @Test
    void rejectsAValueOfAnotherShapeOrType() {
        assertThatThrownBy(() -> p.set(Tensor.zeros(4)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "set 'p' (F32 [2, 2] on %s) to F32 [4] on %s: shape, type and device must"
                                + " be the same",
                        Device.current(), Device.current());
        assertThatThrownBy(() -> p.set(Tensor.full(0, DType.F64, 2, 2)))
                .isInstanceOf(ShapeException.class);
        requireValues(p.value(), 1, 2, 3, 4);
    }
}
