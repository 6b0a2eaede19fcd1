package aligrad.backends.cpu;

/// How channels are cut into the vectors of a register tile: blocks of two vectors, and at the end
/// one of one or two.
///
/// @param channels how many there are, at least 0
/// @param lanes lanes of a vector
record ChannelBlocks(int channels, int lanes) {

    int count() {
        return Math.ceilDiv(channels, 2 * lanes);
    }

    /// First channel of a block.
    int first(int block) {
        return block * 2 * lanes;
    }

    /// Channels in a block.
    int size(int block) {
        return Math.min(2 * lanes, channels - first(block));
    }

    int vectors(int block) {
        return size(block) <= lanes ? 1 : 2;
    }

    /// Lanes of a block, those beyond the last channel included.
    int width(int block) {
        return vectors(block) * lanes;
    }

    /// Lanes of all blocks.
    int width() {
        return Math.ceilDiv(channels, lanes) * lanes;
    }
}
