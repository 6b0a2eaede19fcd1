package aligrad.tensor;

/// A variable that is not learned but belongs to the state: running statistics, momentum, counters.
public final class Buffer extends Variable {

    public Buffer(String name, Tensor initial) {
        super(name, initial, false);
    }
}
