package aligrad.peers;

import ai.djl.ndarray.NDArray;

import aligrad.benchmarks.cases.Case;

/// DenseNet-BC-40-40.
final class TorchDenseNet extends TorchImages {

    private static final int BLOCKS = 3;
    private static final int LAYERS = 6;

    TorchDenseNet(Case.Network c, Memory memory) {
        super(c, memory);
    }

    @Override
    NDArray scores(NDArray images) {
        NDArray x = conv(images, 1);
        for (int block = 0; block < BLOCKS; block++) {
            if (block > 0) {
                x = halve(dropout(conv(normRelu(x), 1)));
            }
            for (int i = 0; i < LAYERS; i++) {
                NDArray h = dropout(conv(normRelu(x), 1));
                x = concat(x, dropout(conv(normRelu(h), 1)));
            }
        }
        return head(normRelu(x), false);
    }
}
