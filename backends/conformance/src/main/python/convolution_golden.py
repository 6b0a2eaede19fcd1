# Run: python3 backends/conformance/src/main/python/convolution_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of two-dimensional convolution and pooling.

Images are (N, H, W, C), filters (out, kh, kw, in / groups): PyTorch's order is made inside the
recorded functions, so inputs, outputs, gradients and cotangents in the files are channels last. A
convolution's inputs are image, filter, and the bias where "bias" is true. Pairs in the options are
[height, width]; padding is on both sides.
"""

import torch
import torch.nn.functional as F

from golden import OPS, GoldenFile, distinct, normal, values

channels_first = lambda x: x.permute(0, 3, 1, 2)
channels_last = lambda x: x.permute(0, 2, 3, 1)

convolution = GoldenFile(OPS, "convolution")

# case: image, filter, stride, padding, dilation, groups, bias
for case, (image, kernel, stride, padding, dilation, groups, bias) in {
    "conv_3x3": ((2, 5, 6, 3), (4, 3, 3, 3), [1, 1], [0, 0], [1, 1], 1, True),
    "conv_3x3_p1": ((2, 5, 6, 3), (4, 3, 3, 3), [1, 1], [1, 1], [1, 1], 1, True),
    "conv_3x3_p1_without_bias": ((1, 4, 4, 2), (3, 3, 3, 2), [1, 1], [1, 1], [1, 1], 1, False),
    "conv_3x3_p1_ragged": ((1, 9, 11, 3), (2, 3, 3, 3), [1, 1], [1, 1], [1, 1], 1, True),
    "conv_3x3_p1_even_tiles": ((1, 8, 8, 4), (5, 3, 3, 4), [1, 1], [1, 1], [1, 1], 1, False),
    "conv_3x3_p2": ((1, 4, 5, 2), (3, 3, 3, 2), [1, 1], [2, 2], [1, 1], 1, True),
    "conv_3x3_on_1x1_image": ((2, 1, 1, 3), (2, 3, 3, 3), [1, 1], [1, 1], [1, 1], 1, True),
    "conv_3x3_s2_p1": ((2, 6, 6, 3), (4, 3, 3, 3), [2, 2], [1, 1], [1, 1], 1, True),
    "conv_3x3_s2_p1_odd": ((1, 7, 5, 2), (3, 3, 3, 2), [2, 2], [1, 1], [1, 1], 1, False),
    "conv_3x3_s3": ((1, 8, 9, 2), (3, 3, 3, 2), [3, 3], [0, 0], [1, 1], 1, True),
    "conv_3x3_d2_p2": ((1, 6, 7, 2), (3, 3, 3, 2), [1, 1], [2, 2], [2, 2], 1, True),
    "conv_3x3_d2_s2_p1": ((1, 8, 7, 2), (3, 3, 3, 2), [2, 2], [1, 1], [2, 2], 1, True),
    "conv_groups2": ((2, 5, 5, 4), (6, 3, 3, 2), [1, 1], [1, 1], [1, 1], 2, True),
    "conv_groups2_s2": ((1, 6, 5, 4), (4, 3, 3, 2), [2, 2], [1, 1], [1, 1], 2, False),
    "conv_depthwise": ((1, 5, 6, 3), (3, 3, 3, 1), [1, 1], [1, 1], [1, 1], 3, True),
    "conv_depthwise_multiplier2": ((1, 5, 4, 3), (6, 3, 3, 1), [1, 1], [1, 1], [1, 1], 3, True),
    "conv_1x1": ((2, 4, 3, 5), (3, 1, 1, 5), [1, 1], [0, 0], [1, 1], 1, True),
    "conv_1x1_s2": ((2, 5, 4, 3), (4, 1, 1, 3), [2, 2], [0, 0], [1, 1], 1, False),
    "conv_1x1_groups2": ((1, 3, 3, 4), (2, 1, 1, 2), [1, 1], [0, 0], [1, 1], 2, True),
    "conv_5x5_p2": ((1, 6, 7, 2), (2, 5, 5, 2), [1, 1], [2, 2], [1, 1], 1, True),
    "conv_7x7_s2_p3": ((1, 9, 8, 2), (2, 7, 7, 2), [2, 2], [3, 3], [1, 1], 1, False),
    "conv_2x2": ((1, 4, 5, 2), (3, 2, 2, 2), [1, 1], [0, 0], [1, 1], 1, True),
    "conv_1x3": ((1, 4, 5, 2), (3, 1, 3, 2), [1, 1], [0, 1], [1, 1], 1, True),
    "conv_uneven": ((1, 7, 8, 2), (3, 3, 2, 2), [2, 1], [0, 2], [1, 3], 1, True),
    "conv_full_image": ((2, 3, 4, 2), (3, 3, 4, 2), [1, 1], [0, 0], [1, 1], 1, True),
}.items():

    def conv2d(x, w, b=None):
        return channels_last(
            F.conv2d(channels_first(x), channels_first(w), b, stride, padding, dilation, groups)
        )

    inputs = [normal(*image), normal(*kernel)] + [normal(kernel[0])] * bias
    convolution.case(
        case,
        "conv2d",
        conv2d,
        *inputs,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=bias,
    )
convolution.write()

pooling = GoldenFile(OPS, "pooling")

# case: image, kernel, stride, padding, dilation; padding never wins a maximum
for case, (image, kernel, stride, padding, dilation) in {
    "max_pool_2x2": ((2, 4, 6, 3), [2, 2], [2, 2], [0, 0], [1, 1]),
    "max_pool_2x2_ragged": ((1, 5, 7, 2), [2, 2], [2, 2], [0, 0], [1, 1]),
    "max_pool_3x3_s2_p1": ((1, 7, 6, 2), [3, 3], [2, 2], [1, 1], [1, 1]),
    "max_pool_3x3_s1_p1": ((1, 4, 5, 2), [3, 3], [1, 1], [1, 1], [1, 1]),
    "max_pool_3x2_s1x2": ((1, 6, 5, 2), [3, 2], [1, 2], [1, 0], [1, 1]),
    "max_pool_d2": ((1, 7, 6, 2), [2, 3], [1, 1], [0, 1], [2, 2]),
}.items():
    options = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    function = lambda x: channels_last(
        F.max_pool2d(channels_first(x), kernel, stride, padding, dilation)
    )
    # Every number is below zero: zero padding would show.
    below_zero = lambda generator: distinct(*image, gap=0.05)(generator) - 10
    pooling.case(case, "max_pool2d", function, below_zero, **options)
# After a ReLU most windows tie at 0. The gradient goes to the first of the equals, row by row.
tied = values(0, 0, 1, 1, 0, 0, 1, 0, 2, 3, 0, 0, 3, 2, 0, 0, shape=(1, 4, 4, 1))
options = {"kernel": [2, 2], "stride": [2, 2], "padding": [0, 0], "dilation": [1, 1]}
two = lambda x: channels_last(F.max_pool2d(channels_first(x), 2))
pooling.case("max_pool_ties", "max_pool2d", two, tied, smooth=False, **options)

for case, (image, kernel, stride, padding) in {
    "avg_pool_2x2": ((2, 4, 6, 3), [2, 2], [2, 2], [0, 0]),
    "avg_pool_2x2_ragged": ((1, 5, 7, 2), [2, 2], [2, 2], [0, 0]),
    "avg_pool_3x3_s2_p1": ((1, 7, 6, 2), [3, 3], [2, 2], [1, 1]),
    "avg_pool_3x3_s1_p1": ((1, 4, 5, 2), [3, 3], [1, 1], [1, 1]),
    "avg_pool_3x2_s1x2": ((1, 6, 5, 2), [3, 2], [1, 2], [1, 0]),
}.items():
    for counted in (True, False):
        function = lambda x: channels_last(
            F.avg_pool2d(channels_first(x), kernel, stride, padding, count_include_pad=counted)
        )
        pooling.case(
            f"{case}_{'counting' if counted else 'excluding'}_padding",
            "avg_pool2d",
            function,
            normal(*image),
            kernel=kernel,
            stride=stride,
            padding=padding,
            count_include_pad=counted,
        )
average = lambda x: channels_last(F.adaptive_avg_pool2d(channels_first(x), 1))
pooling.case("global_avg_pool", "global_avg_pool2d", average, normal(2, 3, 5, 4))
pooling.case("global_avg_pool_1x1", "global_avg_pool2d", average, normal(2, 1, 1, 3))
pooling.write()
