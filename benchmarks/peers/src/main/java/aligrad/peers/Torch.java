package aligrad.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

import aligrad.benchmarks.cases.Inputs;

import java.util.Arrays;
import java.util.function.Supplier;

/// What every workload does with libtorch. Where DJL's own way costs more than libtorch's, this
/// calls DJL's bindings directly: they are what a Python program would be.
final class Torch {

    /// Lives as long as the program.
    static final NDManager MANAGER = NDManager.newBaseManager();

    private Torch() {}

    /// Numbers of [Inputs].
    static NDArray uniform(String name, double scale, int... extents) {
        int size = Arrays.stream(extents).reduce(1, Math::multiplyExact);
        return of(Inputs.uniform(name, size, scale), extents);
    }

    static NDArray of(float[] values, int... extents) {
        long[] shape = Arrays.stream(extents).asLongStream().toArray();
        return MANAGER.create(values, new Shape(shape));
    }

    /// A number as an array without axes. DJL makes one for each call that takes a number, so those
    /// that are known are made once.
    static NDArray scalar(double value) {
        return MANAGER.create((float) value);
    }

    /// The same numbers, of which the gradient will be taken. A new leaf has no gradient yet, which
    /// is how PyTorch's `zero_grad(set_to_none=True)` forgets the last one.
    static NDArray leaf(NDArray values) {
        NDArray leaf = values.stopGradient();
        leaf.setRequiresGradient(true);
        return leaf;
    }

    /// Computes with recording on, and goes back from the result.
    ///
    /// @param g the gradient of the result
    static NDArray backward(Supplier<NDArray> forward, NDArray g) {
        JniUtils.setGradMode(true);
        try {
            NDArray y = forward.get();
            JniUtils.backward((PtNDArray) y, (PtNDArray) g, false, false);
            return y;
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    /// Overwrites `to` with the numbers of `from`.
    static void copy(NDArray from, NDArray to) {
        long[] end = to.getShape().getShape();
        long[] start = new long[end.length];
        long[] step = new long[end.length];
        Arrays.fill(step, 1);
        JniUtils.indexSet((PtNDArray) to, (PtNDArray) from, start, end, step);
    }

    /// The numbers in the order of their axes.
    static float[] values(NDArray array) {
        return contiguous(array).toFloatArray();
    }

    /// The same with the last axis fastest. DJL has no word for it either, but no flat view shows
    /// axes in another order, so flattening makes a copy of those that are.
    static NDArray contiguous(NDArray array) {
        return array.flatten().reshape(array.getShape());
    }
}
