package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.lang.reflect.InvocationTargetException;

/// What a user reads when shapes or types do not fit: the operation, the values, the rule, the fix;
/// and that it is thrown when the operation is written, not when its numbers are needed.
class ErrorMessagesTest {

    private final Tensor x = Tensor.zeros(2, 3);
    private final Tensor y = Tensor.zeros(4, 5);
    private final Tensor labels = Tensor.range(3);
    private final Tensor pixels = Tensor.of(new byte[] {1, 2}, 2);
    private final Tensor mask = Tensor.of(new boolean[] {true, false}, 2);
    private final Tensor images = Tensor.zeros(1, 4, 4, 2);

    private static void rejects(ThrowingCallable op, String message) {
        assertThatThrownBy(op).isInstanceOf(ShapeException.class).hasMessage(message);
    }

    @Test
    void arithmetic() {
        rejects(
                () -> x.add(y),
                "add [2, 3] with [4, 5]: extents aligned at the last axis must be equal or 1 (3 ≠ 5"
                        + " at axis -1); reshape or unsqueeze one of them");
        rejects(
                () -> x.mul(labels),
                "mul of F32 [2, 3] and I64 [3]: both must have the same type; cast one with"
                        + " to(DType)");
        rejects(
                () -> pixels.sub(pixels),
                "sub of U8 [2]: pixels must be cast first, with to(DType.F32)");
        rejects(
                () -> mask.add(mask),
                "add of BOOL [2]: masks combine with and, or, xor; to count, cast with"
                        + " to(DType.F32)");
        rejects(
                () -> labels.mul(0.5),
                "the number 0.5 with I64: that type cannot hold it; cast the tensor first, with"
                        + " to(DType.F32)");
        rejects(
                () -> labels.pow(labels),
                "pow of I64: it needs F32 or F64; cast with to(DType.F32)");
    }

    @Test
    void comparisonsAndLogic() {
        rejects(
                () -> labels.lt(2.5),
                "the number 2.5 with I64: that type cannot hold it; cast the tensor first, with"
                        + " to(DType.F32)");
        rejects(
                () -> x.eq(labels),
                "eq of F32 [2, 3] and I64 [3]: both must have the same type; cast one with"
                        + " to(DType)");
        rejects(() -> x.and(x), "and of F32 [2, 3]: it needs BOOL; compare first, as in x.gt(0)");
        rejects(() -> x.not(), "not of F32 [2, 3]: it needs BOOL; compare first, as in x.gt(0)");
        rejects(
                () -> x.where(x, x),
                "where of F32 [2, 3]: it needs BOOL; compare first, as in x.gt(0)");
        rejects(
                () -> mask.where(pixels, mask),
                "where of U8 [2] and BOOL [2]: both must have the same type; cast one with"
                        + " to(DType)");
    }

    @Test
    void functions() {
        rejects(() -> labels.exp(), "exp of I64 [3]: it needs F32 or F64; cast with to(DType.F32)");
        rejects(() -> mask.neg(), "neg of BOOL [2]: it needs numbers; cast with to(DType.F32)");
        rejects(() -> labels.isNaN(), "is_nan of I64: only F32 and F64 can be infinite or NaN");
    }

    @Test
    void everyFunctionRejectsMasksUnlessItIsDefinedForThem() {
        for (UnaryOp f : UnaryOp.values()) {
            if (f.isPredicate() || f == UnaryOp.IDENTITY) {
                continue;
            }
            assertThatThrownBy(() -> invoke(f.label(), mask))
                    .isInstanceOf(ShapeException.class)
                    .hasMessage(
                            "%s of BOOL [2]: it needs %s; cast with to(DType.F32)",
                            f.label(), f.acceptsIntegers() ? "numbers" : "F32 or F64");
        }
    }

    private static Object invoke(String method, Tensor t) throws Throwable {
        try {
            return Tensor.class.getMethod(method).invoke(t);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Test
    void reductions() {
        rejects(() -> pixels.sum(), "sum of U8 [2]: it needs numbers; cast with to(DType.F32)");
        rejects(() -> mask.max(), "max of BOOL [2]: it needs numbers; cast with to(DType.F32)");
        rejects(() -> x.sum(0, -2), "sum of [2, 3] over axes [0, -2]: axis -2 is named twice");
        rejects(() -> x.mean(2), "mean: axis 2 of shape [2, 3]: it has axes -2 to 1");
        rejects(
                () -> Tensor.zeros(0, 3).max(0),
                "max of [0, 3] along axis 0: there is nothing to choose from");
        rejects(
                () -> Tensor.zeros(0, 3).argmin(0),
                "argmin of [0, 3] along axis 0: there is nothing to choose from");
        rejects(
                () -> x.variance(2, 0),
                "variance of [2, 3] over axes [0]: 2 elements less a correction of 2 leave nothing"
                        + " to divide by");
        rejects(
                () -> labels.softmax(0),
                "softmax of I64 [3]: it needs F32 or F64; cast with to(DType.F32)");
        rejects(
                () -> labels.logSumExp(0),
                "log_sum_exp of I64 [3]: it needs F32 or F64; cast with to(DType.F32)");
        rejects(
                () -> labels.norm(),
                "norm of I64 [3]: it needs F32 or F64; cast with to(DType.F32)");
    }

    @Test
    void views() {
        rejects(
                () -> x.reshape(4, 2),
                "reshape [2, 3] (6 elements) to [4, 2]: the number of elements must stay the same;"
                        + " let one extent be -1 to have it worked out");
        rejects(
                () -> x.reshape(-1, 4),
                "reshape [2, 3] (6 elements) to [-1, 4]: the number of elements must stay the"
                        + " same; let one extent be -1 to have it worked out");
        rejects(
                () -> x.flatten(1, 0),
                "flatten axes 1 to 0 of [2, 3]: the first must not stand behind the last");
        rejects(() -> x.permute(0), "permute [2, 3] by [0]: every axis must be named once");
        rejects(() -> x.permute(0, 0), "permute [2, 3] by [0, 0]: axis 0 is named twice");
        rejects(
                () -> x.expand(4, 3),
                "expand [2, 3] to [4, 3]: aligned at the last axis, each extent must be equal or"
                        + " 1");
        rejects(
                () -> x.slice(1, 2, 5),
                "slice axis 1 of [2, 3] from 2 to 5 by 1: it must lie within 0 to 3, in order, with"
                        + " a step of at least 1");
        rejects(() -> x.select(1, 3), "select 3 along axis 1 of [2, 3]: the index must be -3 to 2");
        rejects(
                () -> x.squeeze(0),
                "squeeze axis 0 of [2, 3]: its extent must be 1; use select or a reduction");
        rejects(
                () -> x.split(1, 1, 1),
                "split axis 1 of [2, 3] into [1, 1]: the pieces add up to 2, not 3");
        rejects(() -> x.diagonal(), "diagonal of [2, 3]: the last two extents must be equal");
        rejects(() -> labels.transpose(), "transpose: axis -2 of shape [3]: it has axes -1 to 0");
    }

    @Test
    void puttingTogether() {
        rejects(
                () -> Movements.concat(0, x, y),
                "concat F32 [2, 3] with F32 [4, 5] along axis 0: types and all other extents must"
                        + " be equal; cast, slice or pad one of them");
        rejects(() -> Movements.concat(0), "concat of nothing: it needs at least one tensor");
        rejects(() -> Movements.stack(-1), "stack of nothing: it needs at least one tensor");
        rejects(
                () -> x.pad(new int[] {1}, new int[] {1}, 0),
                "pad [2, 3] by [1] and [1]: one number for each axis");
        rejects(
                () -> x.pad(new int[] {-1, 0}, new int[] {1, 0}, 0),
                "pad [2, 3] by [-1, 0] and [1, 0]: amounts must be at least 0; slice to remove");
        rejects(
                () -> x.repeat(0, -1),
                "repeat [2, 3] -1 times along axis 0: the number must be at least 0");
    }

    @Test
    void contractions() {
        rejects(
                () -> Tensor.zeros(32, 128).matmul(Tensor.zeros(64, 10)),
                "matmul [32, 128] × [64, 10]: inner extents must agree (128 ≠ 64); transpose an"
                        + " operand, or check the layer before");
        rejects(
                () -> x.matmul(Tensor.scalar(1f)),
                "matmul [2, 3] × []: each needs a matrix in its last two axes; unsqueeze one");
        rejects(
                () -> Tensor.zeros(2, 2, 3).matmul(Tensor.zeros(3, 3, 2)),
                "matmul [2, 2, 3] × [3, 3, 2]: leading extents must be equal or 1 (2 ≠ 3 at axis"
                        + " -3)");
        rejects(
                () -> x.matmul(Tensor.full(1, DType.F64, 3, 2)),
                "matmul F32 [2, 3] × F64 [3, 2]: both must be F32 or both F64; cast with"
                        + " to(DType)");
        rejects(
                () -> x.affine(y, Tensor.zeros(3)),
                "affine of [2, 3] with weight F32 [4, 5] and bias F32 [3]: the weight must be (k,"
                        + " n) and the bias (n), of one type");
    }

    @Test
    void images() {
        rejects(
                () ->
                        Tensor.zeros(8, 32, 32, 3)
                                .conv2d(Tensor.zeros(16, 3, 3, 4), Window2d.of(3), 1),
                "conv2d input [8, 32, 32, 3], filter [16, 3, 3, 4], groups 1: the filter expects 4"
                        + " channels, the input has 3; is the input NCHW, or inChannels wrong?");
        rejects(
                () -> images.conv2d(Tensor.zeros(3, 3, 3, 2), Window2d.of(5), 1),
                "conv2d input F32 [1, 4, 4, 2], filter F32 [3, 3, 3, 2], kernel 5x5: the filter"
                        + " must be (out, kernelHeight, kernelWidth, in / groups), of the input's"
                        + " type");
        rejects(
                () -> images.conv2d(Tensor.zeros(3, 5, 5, 2), Window2d.of(5), 1),
                "conv2d of [1, 4, 4, 2]: the window 5x5 does not fit into the padded image; pad"
                        + " more, or use a smaller one");
        rejects(
                () -> x.maxPool2d(Window2d.of(2)),
                "max_pool2d of F32 [2, 3]: images must be (N, H, W, C), F32 or F64; unsqueeze a"
                        + " batch axis, or cast");
        rejects(
                () -> images.maxPool2d(Window2d.of(2).withPadding(2)),
                "max_pool2d of [1, 4, 4, 2]: padding 2x2 must be at most half of the kernel 2x2");
        Window2d gaps = Window2d.of(2).withPadding(1).withDilation(3);
        rejects(
                () -> Tensor.zeros(1, 2, 2, 1).maxPool2d(gaps),
                "max_pool2d of [1, 2, 2, 1] with "
                        + gaps
                        + ": a window lies on padding only; lower the padding or the dilation");
        assertThat(Tensor.zeros(1, 3, 3, 1).maxPool2d(gaps).shape())
                .isEqualTo(Shape.of(1, 2, 2, 1));
        assertThatThrownBy(() -> Window2d.of(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "window: kernel 0x0, stride 1x1, dilation 1x1 must be at least 1 and"
                                + " padding 0x0 at least 0");
    }

    @Test
    void selections() {
        rejects(
                () -> x.gather(0, x),
                "gather with index F32 [2, 3]: indices must be I32 or I64; cast with"
                        + " to(DType.I64)");
        assertThatThrownBy(() -> x.gather(0, Tensor.of(new int[] {0, 5}, 2)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "gather along axis 0 of extent 2: index 5 at position 1 is outside 0 to 1");
        rejects(
                () -> x.takeAlong(0, labels),
                "take_along along axis 0 of [2, 3] with index [3]: all other extents must be"
                        + " equal");
        rejects(() -> x.topK(4, 1), "top-k of [2, 3] along axis 1: k = 4 must be 0 to 3");
    }

    @Test
    void makingAndReading() {
        rejects(
                () -> Tensor.of(new float[] {1, 2, 3}, 2),
                "tensor of shape [2] from 3 values: the shape holds 2");
        rejects(() -> Tensor.zeros(-1), "shape [-1]: an extent must be at least 0; found -1");
        rejects(() -> Tensor.range(-1), "shape [-1]: an extent must be at least 0; found -1");
        rejects(
                () -> Tensor.full(300, DType.U8, 2),
                "the number 300.0 with U8: that type cannot hold it; cast the tensor first, with"
                        + " to(DType.F32)");
        rejects(
                () -> x.item(),
                "item of [2, 3]: it has 6 elements, not one; reduce it, or use toDoubleArray()");
        assertThatThrownBy(() -> labels.track())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("track I64: a gradient needs F32 or F64; cast with to(DType)");
        assertThatThrownBy(() -> Device.of("gpu"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no device 'gpu'; there are: " + String.join(", ", Device.available()));
    }

    @Test
    void axesAndShapesNameTheOperation() {
        rejects(
                () -> Movements.concat(5, x, x),
                "concat: axis 5 of shape [2, 3]: it has axes -2 to 1");
        rejects(() -> x.gather(2, labels), "gather: axis 2 of shape [2, 3]: it has axes -2 to 1");
        rejects(() -> x.sum(7), "sum: axis 7 of shape [2, 3]: it has axes -2 to 1");
        rejects(
                () -> x.reshape(-1, -1),
                "reshape [2, 3] (6 elements) to [-1, -1]: only one extent may be -1; give the"
                        + " others");
        rejects(
                () -> Movements.stack(0, x, x.transpose()),
                "stack F32 [2, 3] with F32 [3, 2]: types and shapes must be equal; cast, slice or"
                        + " pad one of them");
    }

    @Test
    void indicesOutsideAreNamedWithTheirLayer() {
        Tensor index = Tensor.of(new long[] {0, 5}, 2);
        assertThatThrownBy(
                        () ->
                                Recording.inLayer(
                                        "model",
                                        () ->
                                                Recording.inLayer(
                                                        "model.words", () -> x.gather(0, index))))
                .isInstanceOf(IndexException.class)
                .hasMessage(
                        "model.words: gather along axis 0 of extent 2: index 5 at position 1 is"
                                + " outside 0 to 1");
    }

    @Test
    void layersAreNamedOnce() {
        rejects(
                () ->
                        Recording.inLayer(
                                "encoder",
                                () -> Recording.inLayer("encoder.linear", () -> x.squeeze(0))),
                "encoder.linear: squeeze axis 0 of [2, 3]: its extent must be 1; use select or a"
                        + " reduction");
    }
}
