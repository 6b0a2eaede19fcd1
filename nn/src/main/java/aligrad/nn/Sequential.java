package aligrad.nn;

import aligrad.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

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

    /// What a chain of layers has made of images so far.
    private static final class Chain {
        int channels;
        boolean isFlattened;
    }

    @Override
    void describe(PyTorchState state, UnaryOperator<String> names) {
        describe(state, names, new Chain());
    }

    private void describe(PyTorchState state, UnaryOperator<String> names, Chain chain) {
        children().forEach((name, child) -> describe(child, state, below(name, names), chain));
    }

    private static void describe(
            Module layer, PyTorchState state, UnaryOperator<String> names, Chain chain) {
        if (layer instanceof Sequential inner) {
            inner.describe(state, names, chain);
            return;
        }
        if (layer instanceof Linear linear && chain.isFlattened) {
            linear.describe(state, names, chain.channels);
            chain.isFlattened = false;
            return;
        }
        switch (layer) {
            case Conv2d conv -> chain.channels = conv.outChannels();
            case BatchNorm2d norm -> chain.channels = norm.channels();
            case Flatten _ -> chain.isFlattened = chain.channels > 0;
            default -> {}
        }
        layer.describe(state, names);
    }

    @Override
    public String toString() {
        return "Sequential(" + layers.size() + " layers)";
    }
}
