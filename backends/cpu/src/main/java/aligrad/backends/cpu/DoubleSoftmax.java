package aligrad.backends.cpu;

/// Softmax of lines of `F64`, plain.
record DoubleSoftmax(LineBlocks blocks, Lines x, boolean log, long result) implements Workers.Task {

    @Override
    public void run(int block) {
        for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
            for (int i = blocks.firstInner(block); i < blocks.endInner(block); i++) {
                long from = x.address() + o * x.outerStride() + i * x.innerStride();
                line(from, result + 8 * ((long) o * x.extent() * x.inner() + i));
            }
        }
    }

    private void line(long from, long to) {
        int n = x.extent();
        long step = 8L * x.inner();
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, Lanes.f64(from + j * x.stride()));
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            double e = Math.exp(Lanes.f64(from + j * x.stride()) - max);
            Lanes.putF64(to + j * step, e);
            sum += e;
        }
        double logSum = Math.log(sum);
        for (int j = 0; j < n; j++) {
            double y =
                    log
                            ? Lanes.f64(from + j * x.stride()) - max - logSum
                            : Lanes.f64(to + j * step) / sum;
            Lanes.putF64(to + j * step, y);
        }
    }
}
