package aligrad.backends.cpu;

/// How the lines of a tensor are shared out: blocks of whole lines, cut by the shape alone.
///
/// A block is the lines `(o, i)` of a range of `o` and a range of `i`.
///
/// @param outers how many `o` a block has
/// @param inners how many `i` a block has
record LineBlocks(int outer, int inner, int outers, int inners) {

    /// About how many elements are a block: enough to be worth claiming, few enough to share.
    private static final long ELEMENTS = 16_384;

    /// Neighbouring lines that stay together: some whole vectors, some whole cache lines.
    private static final int TOGETHER = 64;

    /// The blocks of `outer` × `inner` lines.
    ///
    /// @param line how many elements a line is worth
    static LineBlocks of(int outer, int inner, long line) {
        long fits = Math.max(ELEMENTS / Math.max(line, 1), 1);
        if (fits >= inner) {
            int outers = (int) Math.min(fits / Math.max(inner, 1), Math.max(outer, 1));
            return new LineBlocks(outer, inner, outers, Math.max(inner, 1));
        }
        int inners = (int) Math.min((fits + TOGETHER - 1) / TOGETHER * TOGETHER, inner);
        return new LineBlocks(outer, inner, 1, inners);
    }

    int count() {
        return (outer + outers - 1) / outers * across();
    }

    private int across() {
        return (inner + inners - 1) / inners;
    }

    int firstOuter(int block) {
        return block / across() * outers;
    }

    int endOuter(int block) {
        return Math.min(firstOuter(block) + outers, outer);
    }

    int firstInner(int block) {
        return block % across() * inners;
    }

    int endInner(int block) {
        return Math.min(firstInner(block) + inners, inner);
    }
}
