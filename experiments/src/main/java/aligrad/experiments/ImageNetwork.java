package aligrad.experiments;

import aligrad.nn.DenseNet;
import aligrad.nn.Layer;
import aligrad.nn.ResNet;
import aligrad.nn.WideResNet;
import aligrad.tensor.Random;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A network for colour images, by its name on the command line.
///
/// @param family how it is built
/// @param depth layers with weights
/// @param factor the width of a wide residual network, the growth of a densely connected one, the
///   channels of the first stage of one for large images
record ImageNetwork(Family family, int depth, int factor) {

    private static final Pattern NAME =
            Pattern.compile(
                    "(wrn|densenet|plain-densenet)-(\\d{1,3})-(\\d{1,3})"
                            + "|(resnet)-(\\d{1,3})(?:-(\\d{1,3}))?");

    /// Channels of the first stage where the name does not say.
    private static final int RESNET_CHANNELS = 64;

    enum Family {
        WRN,
        /// With bottlenecks, and half of the channels in a transition.
        DENSENET,
        /// With neither.
        PLAIN_DENSENET,
        /// For large images: its first layers make a fourth of height and width.
        RESNET
    }

    /// As in `wrn-16-4`, `densenet-40-40`, `plain-densenet-40-40`, `resnet-18` or `resnet-10-16`.
    ///
    /// @throws UsageException if it is no such name, or the sizes make no network
    static ImageNetwork of(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new UsageException(
                    "--model %s: there is none of that name; choose wrn-DEPTH-WIDTH such as wrn-16-4 or wrn-40-4, densenet-DEPTH-GROWTH such as densenet-40-40, plain-densenet-DEPTH-GROWTH, or for large images resnet-DEPTH such as resnet-18, or resnet-DEPTH-CHANNELS."
                            .formatted(name));
        }
        boolean isResNet = matcher.group(4) != null;
        Family family =
                switch (isResNet ? matcher.group(4) : matcher.group(1)) {
                    case "wrn" -> Family.WRN;
                    case "densenet" -> Family.DENSENET;
                    case "resnet" -> Family.RESNET;
                    default -> Family.PLAIN_DENSENET;
                };
        int depth = Integer.parseInt(matcher.group(isResNet ? 5 : 2));
        String second = matcher.group(isResNet ? 6 : 3);
        int factor = second == null ? RESNET_CHANNELS : Integer.parseInt(second);
        try { // the sizes are checked before anything is read or written
            switch (family) {
                case WRN -> WideResNet.of(depth, factor);
                case DENSENET -> DenseNet.of(depth, factor);
                case PLAIN_DENSENET -> DenseNet.plain(depth, factor);
                case RESNET -> ResNet.of(depth).first(factor);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException("--model %s: %s.".formatted(name, e.getMessage()), e);
        }
        return new ImageNetwork(family, depth, factor);
    }

    /// Whether it can drop numbers in training.
    boolean takesDropout() {
        return family != Family.RESNET;
    }

    /// The network with its initial weights.
    ///
    /// @param dropout with which probability it drops a number in training, 0 to less than 1; 0
    ///   unless it [#takesDropout]
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
            case RESNET -> ResNet.of(depth).first(factor).classes(classes).initialize(random);
        };
    }
}
