package aligrad.benchmarks.cases;

import aligrad.benchmarks.cases.Architecture.Weights;

import java.util.ArrayList;
import java.util.List;

/// The parameters of a large network in order, and its arithmetic, counted while they are named.
final class Plan {

    private final List<Weights> parameters = new ArrayList<>();
    private double forward;
    private double ofInputs;

    private Plan() {}

    List<Weights> parameters() {
        return List.copyOf(parameters);
    }

    /// Floating-point operations of a training step with one example: forward, gradients of weights
    /// and of activations; none of the inputs.
    double flops() {
        return 3 * forward - ofInputs;
    }

    /// WRN-depth-width on images of 32 by 32 pixels and ten classes.
    static Plan wideResNet(int depth, int width) {
        Plan plan = new Plan();
        plan.first(32, 16);
        int channels = 16;
        int size = 32;
        for (int stage = 1; stage <= 3; stage++) {
            int out = (8 << stage) * width;
            for (int i = 0; i < (depth - 4) / 6; i++) {
                String block = "stage" + stage + "." + i;
                size = i == 0 && stage > 1 ? size / 2 : size;
                plan.norm(block + ".norm1", channels);
                plan.conv(block + ".conv1", size, 3, channels, out);
                plan.norm(block + ".norm2", out);
                plan.conv(block + ".conv2", size, 3, out, out);
                if (channels != out) {
                    plan.conv(block + ".shortcut", size, 1, channels, out);
                }
                channels = out;
            }
        }
        plan.norm("norm", channels);
        plan.linear("scores", channels, Architecture.CLASSES, true);
        return plan;
    }

    /// DenseNet-BC-depth-growth on images of 32 by 32 pixels and ten classes.
    static Plan denseNet(int depth, int growth) {
        Plan plan = new Plan();
        int channels = 2 * growth;
        plan.first(32, channels);
        for (int block = 1; block <= 3; block++) {
            int size = 64 >> block;
            for (int i = 0; i < (depth - 4) / 6; i++) {
                String layer = "body.block" + block + "." + i;
                plan.norm(layer + ".bottleneck.norm", channels);
                plan.conv(layer + ".bottleneck.conv", size, 1, channels, 4 * growth);
                plan.norm(layer + ".growing.norm", 4 * growth);
                plan.conv(layer + ".growing.conv", size, 3, 4 * growth, growth);
                channels += growth;
            }
            if (block < 3) {
                String transition = "body.transition" + block;
                plan.norm(transition + ".norm", channels);
                plan.conv(transition + ".conv", size, 1, channels, channels / 2);
                channels /= 2;
            }
        }
        plan.norm("norm", channels);
        plan.linear("scores", channels, Architecture.CLASSES, false);
        return plan;
    }

    /// InferSent on two sentences of [Architecture#WORDS] words. Only the products of an LSTM
    /// count.
    static Plan inferSent(int hidden) {
        Plan plan = new Plan();
        int words = 2 * Architecture.WORDS;
        for (String direction : List.of("", "_reverse")) {
            String suffix = "_l0" + direction;
            plan.forward += words * 2.0 * 4 * hidden * (Architecture.EMBEDDING + hidden);
            plan.ofInputs += words * 2.0 * 4 * hidden * Architecture.EMBEDDING;
            plan.add("encoder.weight_ih" + suffix, hidden, 4 * hidden, Architecture.EMBEDDING);
            plan.add("encoder.weight_hh" + suffix, hidden, 4 * hidden, hidden);
            plan.add("encoder.bias_ih" + suffix, hidden, 4 * hidden);
            plan.add("encoder.bias_hh" + suffix, hidden, 4 * hidden);
        }
        plan.linear("classifier.0", 8 * hidden, 512, true);
        plan.linear("classifier.1", 512, 512, true);
        plan.linear("classifier.2", 512, Architecture.ENTAILMENTS, true);
        return plan;
    }

    private void add(String name, int fanIn, int... extents) {
        parameters.add(new Weights(name, 0, 1 / Math.sqrt(fanIn), extents));
    }

    /// The 3x3 convolution of the images.
    private void first(int size, int out) {
        conv("conv1", size, 3, 3, out);
        ofInputs = forward;
    }

    private void conv(String name, int size, int kernel, int in, int out) {
        forward += Architecture.conv(size, kernel, in, out);
        add(name + ".weight", kernel * kernel * in, out, kernel, kernel, in);
    }

    /// Scales around 1, shifts around 0.
    private void norm(String name, int channels) {
        parameters.add(new Weights(name + ".weight", 1, 0.1, channels));
        parameters.add(new Weights(name + ".bias", 0, 0.1, channels));
    }

    private void linear(String name, int in, int out, boolean bias) {
        forward += Architecture.linear(in, out);
        add(name + ".weight", in, out, in);
        if (bias) {
            add(name + ".bias", in, out);
        }
    }
}
