package aligrad.nn;

import aligrad.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/// Layers one after the other.
///
/// ```java
/// Sequential model = Sequential.of(
///         new Conv2d(3, 16, Window2d.of(3).withPadding(1), random),
///         Activation.relu(),
///         new GlobalAveragePool(),
///         new Linear(16, 10, random));
/// Tensor scores = model.forward(images);
/// ```
public final class Sequential extends Layer {

    private final List<Layer> layers = new ArrayList<>();

    /// Layers named by their place: `0`, `1`, ….
    public static Sequential of(Layer... layers) {
        Sequential sequential = new Sequential();
        for (Layer layer : layers) {
            sequential.add(layer);
        }
        return sequential;
    }

    /// Adds a layer at the end, named by its place.
    ///
    /// @return this
    public Sequential add(Layer layer) {
        return add(Integer.toString(layers.size()), layer);
    }

    /// Adds a layer at the end.
    ///
    /// @return this
    /// @throws IllegalArgumentException if the name is taken, empty, or contains a dot
    public Sequential add(String name, Layer layer) {
        layers.add(child(name, layer));
        return this;
    }

    /// The layers in order.
    public List<Layer> layers() {
        return List.copyOf(layers);
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.forward(y);
        }
        return y;
    }

    @Override
    public String toString() {
        return "Sequential(" + layers.size() + " layers)";
    }
}
