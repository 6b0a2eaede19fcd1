package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Facts;
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
import aligrad.tensor.Tensor;
import aligrad.tensor.Transfer;
import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Precision;
import aligrad.tensor.spi.Storage;
import aligrad.tensor.spi.Tuner;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// A device with an OpenCL driver.
///
/// One class for each family of operations tells the device what to do; nothing waits but [#read]
/// and [#download], and a check of indices that the device has computed itself.
final class OpenClBackend implements Backend {

    private final OpenClDevice device;
    private final Precision precision;
    private final PointwiseKernels pointwise;
    private final ReduceKernels reductions;
    private final MatmulKernels matmul;
    private final ConvolutionKernels convolution;
    private final PoolingKernels pooling;
    private final AssembleKernels assemble;
    private final IndexingKernels indexing;
    private final OrderingKernels ordering;
    private final ScanKernels scans;
    private final SoftmaxKernels softmax;

    /// @throws IllegalStateException if the device cannot compute with this precision
    OpenClBackend(OpenClDevice device, Tuning tuning, Precision precision) {
        this.device = device;
        this.precision = precision;
        this.pointwise = new PointwiseKernels(device);
        this.reductions = new ReduceKernels(device);
        Family family = Family.of(device.facts());
        Choices choices = Choices.of(device.facts(), family, tuning);
        Gemm gemm =
                new Gemm(
                        device,
                        GemmTensorCores.of(device, family.engine(device, choices), precision));
        this.matmul = new MatmulKernels(device, gemm);
        this.convolution = new ConvolutionKernels(device, gemm);
        this.pooling = new PoolingKernels(device);
        this.assemble = new AssembleKernels(device);
        this.indexing = new IndexingKernels(device);
        this.ordering = new OrderingKernels(device);
        this.scans = new ScanKernels(device);
        this.softmax = new SoftmaxKernels(device);
    }

    /// How often the host waited for all that the device had been told. For tests.
    long waits() {
        return device.session().waits();
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public Optional<Tuner> tuner() {
        // its own device on the same session, because what is compiled for a trial is not kept
        OpenClDevice trials =
                new OpenClDevice(device.name(), device.session(), new ProgramCache(null));
        Path directory = ProgramCache.chosenDirectory();
        Facts facts = device.facts();
        return Optional.of(
                SizeSearch.of(
                        trials,
                        Family.of(facts),
                        directory == null ? null : Tuning.of(facts, directory)));
    }

    @Override
    public Storage allocate(long bytes, String label, String layer, boolean scoped) {
        return device.memory().allocate(bytes, label, layer, scoped);
    }

    @Override
    public void evaluate(Expression expression) {
        device.run(() -> pointwise.evaluate(expression));
    }

    @Override
    public void compute(Computation op, Storage result) {
        device.run(() -> run(op, (DeviceStorage) result));
    }

    private void run(Computation op, DeviceStorage to) {
        switch (op) {
            case Reduction reduction -> reductions.compute(reduction, to);
            case Contraction.Matmul product -> matmul.compute(product, to);
            case Convolution conv -> convolution.compute(conv, to);
            case Pooling pool -> pooling.compute(pool, to);
            case Assemble pieces -> assemble.compute(pieces, to);
            case Indexing index -> indexing.compute(index, to);
            case Ordering order -> ordering.compute(order, to);
            case Scan scan -> scans.compute(scan, to);
            case Normalization normalization -> softmax.compute(normalization, to);
            case Transfer(var x, _) -> receive(x, to);
            case Custom custom ->
                    throw new AssertionError(custom.name() + " is computed by its own forward()");
        }
    }

    /// From another device; what lies in this process's memory is read where it lies.
    private void receive(Tensor x, DeviceStorage to) {
        Tensor dense = x.detach().contiguous();
        Storage from = dense.storage();
        if (from instanceof HostStorage host) {
            long start = dense.layout().offset() * x.dtype().bytes();
            MemorySegment elements = host.segment().asSlice(start, to.bytes());
            device.session().write(elements, to.buffer(), 0);
            Reference.reachabilityFence(dense);
        } else {
            device.session().write(dense.raw(), to.buffer(), 0);
        }
    }

    @Override
    public double read(Storage from, DType dtype, long index) {
        MemorySegment one = MemorySegment.ofArray(new byte[dtype.bytes()]);
        download(from, index * dtype.bytes(), one);
        return switch (dtype) {
            case F32 -> one.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
            case F64 -> one.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
            case I32 -> one.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            case I64 -> one.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            case U8 -> one.get(ValueLayout.JAVA_BYTE, 0) & 0xff;
            case BOOL -> one.get(ValueLayout.JAVA_BYTE, 0);
        };
    }

    @Override
    public void upload(MemorySegment from, Storage to, long offset) {
        ((DeviceStorage) to).bound(from.byteSize() == to.bytes() ? Bounds.of(from) : null);
        device.run(() -> device.session().write(from, device.buffer(to), offset));
    }

    @Override
    public void download(Storage from, long offset, MemorySegment to) {
        device.run(() -> device.session().read(device.buffer(from), offset, to));
    }

    @Override
    public Runnable fetch(Storage from, long offset, MemorySegment to) {
        DeviceFetch[] fetch = new DeviceFetch[1];
        device.run(() -> fetch[0] = DeviceFetch.of(device, device.buffer(from), offset, to));
        return fetch[0];
    }

    @Override
    public boolean isAsynchronous() {
        return true;
    }

    @Override
    public Map<String, Long> launches() {
        device.session().lock().lock();
        try {
            return device.session().launchesByKernel();
        } finally {
            device.session().lock().unlock();
        }
    }
}
