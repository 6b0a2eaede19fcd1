package aligrad.tensor;

/// The same elements on another device.
public record Transfer(Tensor x, Device device) implements Computation {

    @Override
    public String name() {
        return "transfer";
    }

    @Override
    public Shape shape() {
        return x.shape();
    }

    @Override
    public DType dtype() {
        return x.dtype();
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Tensor input(int i) {
        return x;
    }
}
