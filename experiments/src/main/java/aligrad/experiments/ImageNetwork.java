package aligrad.experiments;

import aligrad.nn.DenseNet;
import aligrad.nn.Layer;
import aligrad.nn.WideResNet;
import aligrad.tensor.Random;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A network for small colour images, by its name on the command line.
///
/// @param family how it is built
/// @param depth layers with weights
/// @param factor the width of a wide residual network, the growth of a densely connected one
record ImageNetwork(Family family, int depth, int factor) {

    private static final Pattern NAME =
            Pattern.compile("(wrn|densenet|plain-densenet)-(\\d{1,3})-(\\d{1,3})");

    enum Family {
        WRN,
        /// With bottlenecks, and half of the channels in a transition.
        DENSENET,
        /// With neither.
        PLAIN_DENSENET
    }

    /// As in `wrn-16-4`, `densenet-40-40` or `plain-densenet-40-40`.
    ///
    /// @throws UsageException if it is no such name, or the sizes make no network
    static ImageNetwork of(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new UsageException(
                    "--model %s: there is none of that name; choose wrn-DEPTH-WIDTH such as wrn-16-4 or wrn-40-4, densenet-DEPTH-GROWTH such as densenet-40-40, or plain-densenet-DEPTH-GROWTH."
                            .formatted(name));
        }
        Family family =
                switch (matcher.group(1)) {
                    case "wrn" -> Family.WRN;
                    case "densenet" -> Family.DENSENET;
                    default -> Family.PLAIN_DENSENET;
                };
        int depth = Integer.parseInt(matcher.group(2));
        int factor = Integer.parseInt(matcher.group(3));
        try { // the sizes are checked before anything is read or written
            switch (family) {
                case WRN -> WideResNet.of(depth, factor);
                case DENSENET -> DenseNet.of(depth, factor);
                case PLAIN_DENSENET -> DenseNet.plain(depth, factor);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException("--model %s: %s.".formatted(name, e.getMessage()), e);
        }
        return new ImageNetwork(family, depth, factor);
    }

    /// The network with its initial weights.
    ///
    /// @param dropout with which probability it drops a number in training, 0 to less than 1
    Layer initialize(int classes, double dropout, Random random) {
        return switch (family) {
            case WRN ->
                    WideResNet.of(depth, factor)
                            .classes(classes)
                            .dropout(dropout)
                            .initialize(random);
            case DENSENET ->
                    DenseNet.of(depth, factor).classes(classes).dropout(dropout).initialize(random);
            case PLAIN_DENSENET ->
                    DenseNet.plain(depth, factor)
                            .classes(classes)
                            .dropout(dropout)
                            .initialize(random);
        };
    }
}
