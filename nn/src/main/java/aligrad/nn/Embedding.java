package aligrad.nn;

import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.util.OptionalInt;

/// A table of vectors that are looked up by index: `(…)` whole numbers to `(…, width)`.
///
/// The vectors start normal with deviation 1. A padding index has a vector that starts at 0 and
/// gets no gradient.
public final class Embedding extends Layer {

    private final Parameter weight;
    private final OptionalInt padding;

    public Embedding(int vocabulary, int width, Random random) {
        this(drawn(vocabulary, width, random), OptionalInt.empty());
    }

    /// @param padding the index of the vector that stays what it is
    /// @throws IllegalArgumentException if the padding index is outside the table
    public Embedding(int vocabulary, int width, int padding, Random random) {
        if (padding < 0 || padding >= vocabulary) {
            throw new IllegalArgumentException(
                    "embedding of %d vectors with padding index %d: it must be 0 to %d"
                            .formatted(vocabulary, padding, vocabulary - 1));
        }
        Tensor others = Tensor.range(vocabulary).ne(padding).unsqueeze(1);
        this(others.where(drawn(vocabulary, width, random), 0), OptionalInt.of(padding));
    }

    private Embedding(Tensor table, OptionalInt padding) {
        this.weight = parameter("weight", table);
        this.padding = padding;
    }

    private static Tensor drawn(int vocabulary, int width, Random random) {
        Initializer.Fan fan = new Initializer.Fan(vocabulary, width);
        return new Initializer.Normal(1).draw(Shape.of(vocabulary, width), fan, random);
    }

    /// The vectors, `(vocabulary, width)`.
    public Parameter weight() {
        return weight;
    }

    /// @param index `I32` or `I64`, 0 to vocabulary - 1
    @Override
    protected Tensor compute(Tensor index) {
        Tensor vectors = weight.value().gather(0, index);
        if (padding.isEmpty()) {
            return vectors;
        }
        Tensor isPadding = index.eq(padding.getAsInt()).unsqueeze(-1);
        return isPadding.where(vectors.detach(), vectors);
    }

    @Override
    public String toString() {
        return "Embedding(%d vectors of %d%s)"
                .formatted(
                        weight.shape().extent(0),
                        weight.shape().extent(1),
                        padding.isPresent() ? ", padding " + padding.getAsInt() : "");
    }
}
