package aligrad.autograd;

import aligrad.tensor.Convolution;
import aligrad.tensor.Tensor;

/// Derivatives of the convolution and its adjoints: one trilinear form in images, filter and
/// result, so that the derivative of each of the three is made of the other two.
final class ConvolutionDerivatives {

    private ConvolutionDerivatives() {}

    static void apply(Convolution op, Tensor g, Backward to) {
        switch (op) {
            case Convolution.Forward(var x, var filter, var window, var groups, _) -> {
                if (x.isTracked()) {
                    to.add(x, g.conv2dInputGradient(filter, window, groups, x.shape()));
                }
                if (filter.isTracked()) {
                    to.add(filter, x.conv2dFilterGradient(g, window, groups));
                }
            }
            case Convolution.InputGradient(var r, var filter, var window, var groups, _) -> {
                if (r.isTracked()) {
                    to.add(r, g.conv2d(filter, window, groups));
                }
                if (filter.isTracked()) {
                    to.add(filter, g.conv2dFilterGradient(r, window, groups));
                }
            }
            case Convolution.FilterGradient(var x, var r, var window, var groups, _) -> {
                if (x.isTracked()) {
                    to.add(x, r.conv2dInputGradient(g, window, groups, x.shape()));
                }
                if (r.isTracked()) {
                    to.add(r, x.conv2d(g, window, groups));
                }
            }
        }
    }
}
