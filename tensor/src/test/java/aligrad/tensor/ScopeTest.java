package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.spi.Storage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

class ScopeTest {

    private static Tensor numbers() {
        return Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    }

    /// A tensor that was computed in a scope and carried out in a way that the scope cannot see.
    private static Tensor escaped(String name, Supplier<Tensor> body) {
        Tensor[] out = new Tensor[1];
        Scope.run(name, () -> out[0] = body.get());
        return out[0];
    }

    @Test
    void releasesWhatItsBodyComputed() {
        Tensor gone = escaped("forward", () -> numbers().sum());
        Storage[] storage = new Storage[1];
        Scope.run("forward", () -> storage[0] = numbers().storage());
        assertThat(storage[0].isReleased()).isTrue();
        assertThatThrownBy(gone::item)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching(
                        "tensor reshape F32 \\[\\] was computed in scope 'forward' \\(opened at"
                            + " .*\\), which has ended, so its memory was released; return it from"
                            + " the scope, or pass it to Scope.keep inside");
    }

    @Test
    void rejectsEveryUseOfWhatItReleased() {
        Tensor gone = escaped("s", () -> numbers().copy());
        assertThatThrownBy(gone::toDoubleArray).hasMessageContaining("scope 's'");
        assertThatThrownBy(gone::toString).hasMessageContaining("scope 's'");
        assertThatThrownBy(() -> gone.add(1).toFloatArray()).hasMessageContaining("scope 's'");
        assertThatThrownBy(() -> gone.sum()).hasMessageContaining("scope 's'");
        assertThatThrownBy(() -> gone.matmul(gone.transpose())).hasMessageContaining("scope 's'");
        assertThatThrownBy(() -> gone.transpose().toDoubleArray())
                .hasMessageContaining("scope 's'");
        assertThatThrownBy(() -> gone.detach().copy()).hasMessageContaining("scope 's'");
        assertThatThrownBy(() -> new Buffer("b", gone)).hasMessageContaining("scope 's'");
        assertThatCode(() -> gone.shape().size())
                .doesNotThrowAnyException(); // what it was is known
    }

    @Test
    void rejectsWhatWasStillPendingWhenItEnded() {
        Tensor x = numbers();
        Tensor pending = escaped("s", () -> x.add(1));
        assertThatThrownBy(pending::toDoubleArray)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tensor add F32 [2, 3] was computed in scope 's'");
        assertThatThrownBy(() -> pending.mul(2).toDoubleArray())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tensor add F32 [2, 3] was computed in scope 's'");
        assertThatThrownBy(pending::sum)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tensor add F32 [2, 3] was computed in scope 's'");
    }

    @Test
    void rejectsItsViewsEvenOfWhatIsStillThere() {
        Tensor x = numbers();
        Tensor view = escaped("s", x::transpose);
        assertThatThrownBy(view::toDoubleArray)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tensor permute F32 [3, 2] was computed in scope 's'");
        Tensor seen =
                escaped(
                        "s",
                        () -> {
                            Tensor t = x.transpose();
                            t.storage();
                            return t;
                        });
        assertThatThrownBy(seen::toDoubleArray)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tensor F32 [3, 2] was computed in scope 's'");
    }

    @Test
    void keepsWhatItsBodyReturns() {
        Tensor sum = Scope.compute("s", () -> numbers().sum());
        assertThat(sum.item()).isEqualTo(21);
    }

    @Test
    void keepsPendingResults() {
        Tensor x = numbers();
        Tensor pending = Scope.compute("s", () -> x.mul(2).copy().add(1));
        assertThat(pending.toDoubleArray()).containsExactly(3, 5, 7, 9, 11, 13);
        Tensor random = Scope.compute("s", () -> Random.stream(1).uniform(3));
        assertThat(random.toDoubleArray()).isEqualTo(Random.stream(1).uniform(3).toDoubleArray());
    }

    @Test
    void keepsViewsWithTheirStorage() {
        Tensor view = Scope.compute("s", () -> numbers().transpose().slice(0, 1, 3));
        assertThat(view.toDoubleArray()).containsExactly(2, 5, 3, 6);
        Tensor ofPending = Scope.compute("s", () -> numbers().add(1).transpose().select(0, 0));
        assertThat(ofPending.toDoubleArray()).containsExactly(2, 5);
    }

    @Test
    void keepsTwoViewsOfOneStorage() {
        List<Tensor> both =
                Scope.compute(
                        "s",
                        () -> {
                            Tensor x = numbers().copy();
                            return List.of(x.select(0, 0), x.select(0, 1));
                        });
        assertThat(both.get(0).toDoubleArray()).containsExactly(1, 2, 3);
        assertThat(both.get(1).toDoubleArray()).containsExactly(4, 5, 6);
    }

    @Test
    void keepsTensorsInCollectionsAndMaps() {
        Map<String, List<Tensor>> kept =
                Scope.compute(
                        "s", () -> Map.of("a", List.of(numbers().sum(), numbers().max().add(1))));
        List<Tensor> list = kept.values().iterator().next();
        assertThat(list.get(0).item()).isEqualTo(21);
        assertThat(list.get(1).item()).isEqualTo(7);
    }

    @Test
    void keepsWhatIsPassedToKeep() {
        Tensor kept = escaped("s", () -> Scope.keep(numbers().sum()));
        assertThat(kept.item()).isEqualTo(21);
        Tensor same = numbers();
        assertThat(Scope.keep(same)).isSameAs(same); // outside every scope
        assertThat(same.sum().item()).isEqualTo(21);
    }

    @Test
    void whatIsKeptBelongsToTheScopeAround() {
        Tensor[] inner = new Tensor[2];
        Tensor outer =
                Scope.compute(
                        "outer",
                        () -> {
                            inner[0] = Scope.compute("inner", () -> numbers().mul(2));
                            inner[1] = escaped("inner", () -> Scope.keep(numbers().mul(3)));
                            assertThat(inner[0].sum().item()).isEqualTo(42);
                            assertThat(inner[1].sum().item()).isEqualTo(63);
                            return inner[0];
                        });
        assertThat(outer.sum().item()).isEqualTo(42);
        assertThatThrownBy(inner[1]::toDoubleArray).hasMessageContaining("scope 'outer'");
    }

    @Test
    void leavesTheTensorsOfTheScopeAroundAlone() {
        Scope.run(
                "outer",
                () -> {
                    Tensor x = numbers().copy();
                    Tensor same = Scope.compute("inner", () -> x);
                    Tensor view = Scope.compute("inner", () -> x.transpose());
                    assertThat(same).isSameAs(x);
                    assertThat(x.sum().item()).isEqualTo(21);
                    assertThat(view.sum().item()).isEqualTo(21);
                });
    }

    @Test
    void aPendingTensorOfTheScopeAroundIsStoredThere() {
        Scope.run(
                "outer",
                () -> {
                    Tensor pending = numbers().add(1);
                    double sum = Scope.compute("inner", () -> pending.copy().sum().item());
                    double again = Scope.compute("inner", () -> pending.toDoubleArray()[0]);
                    assertThat(sum).isEqualTo(27);
                    assertThat(again).isEqualTo(2);
                    assertThat(pending.toDoubleArray()).containsExactly(2, 3, 4, 5, 6, 7);
                });
    }

    @Test
    void keptTensorsHaveNoHistory() {
        Tensor x = numbers().track();
        Tensor loss = Scope.compute("s", () -> x.square().sum());
        assertThat(loss.isTracked()).isFalse();
        assertThat(loss.op()).isNull();
    }

    @Test
    void runsOutsideOfItself() {
        Tensor out = escaped("s", () -> Scope.outside(() -> numbers().mul(2)));
        assertThat(out.sum().item()).isEqualTo(42);
    }

    @Test
    void releasesWhenItsBodyThrows() {
        Storage[] storage = new Storage[1];
        assertThatThrownBy(
                        () ->
                                Scope.run(
                                        "s",
                                        () -> {
                                            storage[0] = numbers().storage();
                                            throw new IllegalArgumentException("body");
                                        }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("body");
        assertThat(storage[0].isReleased()).isTrue();
    }

    @Test
    void returnsNullAndNumbersAsTheyAre() {
        String nothing = Scope.<@Nullable String>compute("s", () -> null);
        assertThat(nothing).isNull();
        double number = Scope.compute("s", () -> 2.5);
        assertThat(number).isEqualTo(2.5);
    }

    @Test
    void parametersOutliveTheScopeInWhichTheyWereMade() {
        Parameter p = Scope.compute("s", () -> new Parameter("p", numbers().mul(2)));
        assertThat(p.value().sum().item()).isEqualTo(42);
    }

    @Test
    void anotherThreadIsOutside() throws InterruptedException {
        Tensor[] made = new Tensor[1];
        Scope.run(
                "s",
                () -> {
                    Thread thread = new Thread(() -> made[0] = numbers().mul(2));
                    thread.start();
                    try {
                        thread.join();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
        assertThat(made[0].sum().item()).isEqualTo(42);
    }
}
