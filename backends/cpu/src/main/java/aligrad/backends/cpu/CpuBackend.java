package aligrad.backends.cpu;

import aligrad.tensor.Assemble;
import aligrad.tensor.Computation;
import aligrad.tensor.Contraction;
import aligrad.tensor.Convolution;
import aligrad.tensor.Custom;
import aligrad.tensor.DType;
import aligrad.tensor.Indexing;
import aligrad.tensor.Normalization;
import aligrad.tensor.Ordering;
import aligrad.tensor.Pooling;
import aligrad.tensor.Reduction;
import aligrad.tensor.Scan;
import aligrad.tensor.Transfer;
import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Storage;

import java.lang.foreign.MemorySegment;

/// The fast device of this machine's processor: the Vector API, no native code.
final class CpuBackend implements Backend {

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public Storage allocate(long bytes, String label, String layer, boolean scoped) {
        return HostMemory.allocate(bytes, label, layer, scoped);
    }

    @Override
    public void evaluate(Expression expression) {
        PointwiseKernels.ofThread().evaluate(expression);
    }

    @Override
    public void compute(Computation op, Storage result) {
        Contiguous copies = Contiguous.begin();
        try {
            run(op, (HostStorage) result);
        } finally {
            copies.end();
        }
    }

    private static void run(Computation op, HostStorage result) {
        long to = result.address();
        switch (op) {
            case Reduction.Reduce reduce -> ReduceKernels.reduce(reduce, to);
            case Reduction.Sums sums -> ReduceKernels.sums(sums, to);
            case Reduction.SquaredNorm norm -> SquaredNormKernel.compute(norm, to);
            case Contraction.Matmul matmul -> MatmulKernel.compute(matmul, to);
            case Convolution convolution -> ConvolutionKernel.compute(convolution, to);
            case Pooling pooling -> PoolingKernel.compute(pooling, to);
            case Assemble assemble -> AssembleKernel.compute(assemble, to);
            case Indexing indexing -> IndexingKernels.compute(indexing, to);
            case Ordering ordering -> OrderingKernels.compute(ordering, to);
            case Scan.Recurrence scan -> ScanKernels.recurrence(scan, to);
            case Normalization softmax -> SoftmaxKernels.compute(softmax, to);
            case Transfer(var x, _) -> x.raw(result.segment());
            case Custom custom ->
                    throw new AssertionError(custom.name() + " is computed by its own forward()");
        }
    }

    @Override
    public double read(Storage from, DType dtype, long index) {
        long address = ((HostStorage) from).address() + index * dtype.bytes();
        return switch (dtype) {
            case F32 -> Lanes.f32(address);
            case F64 -> Lanes.f64(address);
            case I32 -> Lanes.i32(address);
            case I64 -> Lanes.i64(address);
            case U8 -> Lanes.i8(address) & 0xff;
            case BOOL -> Lanes.i8(address);
        };
    }

    @Override
    public void upload(MemorySegment from, Storage to, long offset) {
        ((HostStorage) to).segment().asSlice(offset).copyFrom(from);
    }

    @Override
    public void download(Storage from, long offset, MemorySegment to) {
        to.copyFrom(((HostStorage) from).segment().asSlice(offset, to.byteSize()));
    }
}
