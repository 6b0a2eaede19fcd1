package aligrad.tensor.spi;

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

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/// The oracle: plain loops in double, written to be read and compared with, not to be fast.
///
/// `F32` and `F64` are computed in double and rounded only where they are stored or cast; whole
/// numbers are computed in `long` and wrap around in their type. Every other backend is compared
/// with this one.
public final class ReferenceBackend implements Backend {

    private final Programs<Program> programs = new Programs<>(program -> program);

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public Storage allocate(long bytes, String label, String layer, boolean scoped) {
        return HostMemory.allocate(bytes, label, layer, scoped);
    }

    @Override
    public void evaluate(Expression expression) {
        new ReferencePointwise(expression, expression.program(programs)).run();
    }

    @Override
    public void compute(Computation op, Storage result) {
        ReferenceValues computed =
                switch (op) {
                    case Reduction reduction -> ReferenceReduction.compute(reduction, programs);
                    case Normalization normalization ->
                            ReferenceNormalization.compute(normalization);
                    case Contraction contraction -> ReferenceContraction.compute(contraction);
                    case Convolution convolution -> ReferenceConvolution.compute(convolution);
                    case Pooling pooling -> ReferencePooling.compute(pooling);
                    case Assemble assemble -> ReferenceMovement.assemble(assemble);
                    case Transfer transfer -> ReferenceMovement.transfer(transfer);
                    case Indexing indexing -> ReferenceIndexing.compute(indexing);
                    case Ordering ordering -> ReferenceOrdering.compute(ordering);
                    case Scan scan -> ReferenceScan.compute(scan);
                    case Custom custom ->
                            throw new AssertionError(
                                    custom.name()
                                            + " is made of other operations, which come here");
                };
        computed.store(((HostStorage) result).segment(), 0, computed.length());
    }

    @Override
    public double read(Storage from, DType dtype, long index) {
        ReferenceValues one = new ReferenceValues(dtype, 1);
        one.load(((HostStorage) from).segment(), index, 0);
        Reference.reachabilityFence(from);
        return one.real(0);
    }

    @Override
    public void upload(MemorySegment from, Storage to, long offset) {
        ((HostStorage) to).segment().asSlice(offset, from.byteSize()).copyFrom(from);
        Reference.reachabilityFence(to);
    }

    @Override
    public void download(Storage from, long offset, MemorySegment to) {
        to.copyFrom(((HostStorage) from).segment().asSlice(offset, to.byteSize()));
        Reference.reachabilityFence(from);
    }
}
