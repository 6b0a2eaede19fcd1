package aligrad.peers;

import ai.djl.ndarray.NDArray;

import aligrad.benchmarks.cases.Case;

/// WRN-16-4.
final class TorchWideResNet extends TorchImages {

    private static final int STAGES = 3;
    private static final int BLOCKS = 2;

    TorchWideResNet(Case.Network c, Memory memory) {
        super(c, memory);
    }

    @Override
    NDArray scores(NDArray images) {
        NDArray x = conv(images, 1);
        for (int stage = 0; stage < STAGES; stage++) {
            for (int i = 0; i < BLOCKS; i++) {
                x = block(x, i == 0, i == 0 && stage > 0 ? 2 : 1);
            }
        }
        return head(normRelu(x), true);
    }

    /// @param widens whether the channels change, so that the shortcut is a convolution
    private NDArray block(NDArray x, boolean widens, int stride) {
        NDArray a = normRelu(x);
        NDArray h = conv(a, stride);
        NDArray y = conv(dropout(normRelu(h)), 1);
        return (widens ? conv(a, stride) : x).add(y);
    }
}
