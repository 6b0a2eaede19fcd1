package aligrad.nn;

import aligrad.tensor.Movements;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What LSTM and GRU share: parameters for each layer and direction, and the way through the
/// layers, directions and time steps of a batch of sequences.
///
/// The inputs of all time steps are multiplied with the input weights at once; each step then needs
/// one product with the recurrent weights. Sequences of different lengths are computed packed, see
/// [PackedBatch]: padding costs nothing and does not reach any result.
abstract sealed class Recurrent extends Module permits Lstm, Gru {

    private final int inputs;
    private final int hidden;
    private final Options options;
    private final List<Weights> weights = new ArrayList<>();

    /// @param layers stacked, each fed with the outputs of the one below
    /// @param bidirectional whether each layer also runs from the end to the front
    public record Options(int layers, boolean bidirectional) {

        /// One layer, forward only.
        public static final Options DEFAULT = new Options(1, false);

        public Options {
            if (layers < 1) {
                throw new IllegalArgumentException(
                        "recurrent network of " + layers + " layers: it needs at least 1");
            }
        }

        public Options withLayers(int number) {
            return new Options(number, bidirectional);
        }

        public Options withBothDirections() {
            return new Options(layers, true);
        }

        int directions() {
            return bidirectional ? 2 : 1;
        }
    }

    /// The parameters of one direction of one layer, with the names and layouts of PyTorch's.
    private record Weights(
            Parameter inputs, Parameter hidden, Parameter inputBias, Parameter hiddenBias) {}

    /// The values of these, as products need them: weights `(in, gates·H)`, biases `(gates·H)`.
    record Values(Tensor inputs, Tensor hidden, Tensor inputBias, Tensor hiddenBias) {}

    /// Outputs `(Σ lengths, H)` of one direction, and for each kind of state the final one, `(B,
    /// H)`, in the order of computation.
    record Direction(Tensor outputs, Tensor[] finals) {}

    /// Outputs `(B, T, directions·H)` of the last layer, and for each kind of state the final ones
    /// of all layers and directions, `(layers·directions, B, H)`.
    record Run(Tensor outputs, Tensor[] finals) {}

    Recurrent(int gates, int inputs, int hidden, Options options, Random random) {
        this.inputs = inputs;
        this.hidden = hidden;
        this.options = options;
        Initializer initial = new Initializer.FanInUniform();
        Initializer.Fan fan = new Initializer.Fan(hidden, hidden);
        for (int layer = 0; layer < options.layers; layer++) {
            int in = layer == 0 ? inputs : options.directions() * hidden;
            for (int d = 0; d < options.directions(); d++) {
                String suffix = "_l" + layer + (d == 1 ? "_reverse" : "");
                Shape bias = Shape.of(gates * hidden);
                weights.add(
                        new Weights(
                                parameter(
                                        "weight_ih" + suffix,
                                        initial.draw(Shape.of(gates * hidden, in), fan, random)),
                                parameter(
                                        "weight_hh" + suffix,
                                        initial.draw(
                                                Shape.of(gates * hidden, hidden), fan, random)),
                                parameter("bias_ih" + suffix, initial.draw(bias, fan, random)),
                                parameter("bias_hh" + suffix, initial.draw(bias, fan, random))));
            }
        }
    }

    /// Runs one direction of one layer over packed rows.
    ///
    /// @param x the inputs of all steps, `(Σ lengths, in)`
    /// @param initial for each kind of state `(B, H)`, in the order of computation
    /// @param reverse from each sequence's last step to its first
    abstract Direction run(
            Values weights, Tensor x, PackedBatch packing, Tensor[] initial, boolean reverse);

    /// The way through layers and directions.
    ///
    /// @param lengths of the sequences; `null`: all as long as the time axis
    /// @param initial for each kind of state `(layers·directions, B, H)`; `null`: zeros
    final Run run(Tensor x, int @Nullable [] lengths, int kinds, Tensor @Nullable [] initial) {
        if (x.shape().rank() != 3 || x.extent(2) != inputs) {
            throw new ShapeException(
                    "%s of %s: the input must be (batch, time, %d)"
                            .formatted(this, x.shape(), inputs));
        }
        int batch = x.extent(0);
        int time = x.extent(1);
        PackedBatch packing =
                lengths == null
                        ? PackedBatch.full(batch, time)
                        : PackedBatch.of(batch, time, lengths);
        if (packing.steps() == 0) {
            throw new ShapeException(
                    "%s of %s: there must be a sequence of at least one step"
                            .formatted(this, x.shape()));
        }
        int rows = options.layers * options.directions();
        Tensor[][] finals = new Tensor[kinds][rows];
        Tensor below = packing.pack(x);
        for (int layer = 0; layer < options.layers; layer++) {
            Tensor[] outputs = new Tensor[options.directions()];
            for (int d = 0; d < outputs.length; d++) {
                int row = layer * outputs.length + d;
                Tensor[] states = new Tensor[kinds];
                for (int kind = 0; kind < kinds; kind++) {
                    states[kind] =
                            initial == null
                                    ? zeros(x, batch)
                                    : packing.sorted(
                                            checked(initial[kind], rows, batch).select(0, row));
                }
                Direction done = run(values(row), below, packing, states, d == 1);
                outputs[d] = done.outputs;
                for (int kind = 0; kind < kinds; kind++) {
                    finals[kind][row] = packing.unsorted(done.finals[kind]);
                }
            }
            below = Movements.concat(1, outputs);
        }
        Tensor[] stacked = new Tensor[kinds];
        Arrays.setAll(stacked, kind -> Movements.stack(0, finals[kind]));
        return new Run(packing.unpack(below), stacked);
    }

    private Values values(int row) {
        Weights w = weights.get(row);
        return new Values(
                w.inputs.value().transpose(),
                w.hidden.value().transpose(),
                w.inputBias.value(),
                w.hiddenBias.value());
    }

    /// The state of the sequences that run at step `t`, from that of the step before: its first
    /// rows; backwards also the initial state of those that start here.
    static Tensor running(
            Tensor state, Tensor initial, PackedBatch packing, int t, boolean reverse) {
        int size = packing.size(t);
        int before = reverse ? packing.size(t + 1) : state.extent(0);
        if (!reverse) {
            return state.slice(0, 0, size);
        }
        if (before == 0) {
            return initial.slice(0, 0, size);
        }
        return before == size ? state : Movements.concat(0, state, initial.slice(0, before, size));
    }

    private Tensor zeros(Tensor x, int batch) {
        return Tensor.full(0, x.dtype(), batch, hidden);
    }

    private Tensor checked(Tensor state, int rows, int batch) {
        if (!state.shape().equals(Shape.of(rows, batch, hidden))) {
            throw new ShapeException(
                    "%s with initial state %s: it must be [%d, %d, %d] (layers times directions, batch, hidden)"
                            .formatted(this, state.shape(), rows, batch, hidden));
        }
        return state;
    }

    @Override
    public String toString() {
        return "%s(%d → %d%s%s)"
                .formatted(
                        getClass().getSimpleName(),
                        inputs,
                        hidden,
                        options.layers == 1 ? "" : ", " + options.layers + " layers",
                        options.bidirectional ? ", both directions" : "");
    }
}
