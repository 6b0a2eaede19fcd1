package aligrad.tensor;

/// A variable that is learned: its value is tracked, so gradients can be asked for it.
///
/// ```java
/// Parameter w = new Parameter("w", Tensor.of(new float[] {3}, 1));
/// Tensor loss = w.value().square().sum();
/// Gradients.of(loss).of(w);                        // [6]
/// ```
public final class Parameter extends Variable {

    public Parameter(String name, Tensor initial) {
        super(name, initial, true);
    }
}
