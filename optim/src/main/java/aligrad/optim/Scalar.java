package aligrad.optim;

/// A number that an optimizer remembers from step to step, saved by its name.
final class Scalar {

    private double value;

    Scalar(double initial) {
        value = initial;
    }

    double get() {
        return value;
    }

    void set(double value) {
        this.value = value;
    }
}
