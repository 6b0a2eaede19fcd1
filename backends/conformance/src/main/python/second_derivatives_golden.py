# Run: python3 backends/conformance/src/main/python/second_derivatives_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden Hessian-vector products: hvp_i is the gradient of Σ_j ⟨grad_j, v_j⟩ by input i."""

import torch
import torch.nn.functional as F

from golden import OPS, GoldenFile, normal, off_grid, uniform, values

golden = GoldenFile(OPS, "second_derivatives")


def second(case, op, function, *inputs, **options):
    golden.case(case, op, function, *inputs, second=True, **options)


second("exp", "exp", torch.exp, normal(3, 4))
second("log", "log", torch.log, uniform(0.2, 4, 3, 4))
second("sqrt", "sqrt", torch.sqrt, uniform(0.2, 4, 3, 4))
second("tanh", "tanh", torch.tanh, normal(3, 4))
second("sigmoid", "sigmoid", torch.sigmoid, normal(3, 4))
second("softplus", "softplus", lambda x: torch.logaddexp(x, torch.zeros_like(x)), normal(3, 4))
second("gelu", "gelu", F.gelu, normal(3, 4))
second("silu", "silu", F.silu, normal(3, 4))
second("relu", "relu", torch.relu, off_grid(3, 4))
second("mul_broadcast", "mul", torch.mul, normal(3, 1), normal(1, 4))
second("div_broadcast", "div", torch.div, normal(2, 3, 4), off_grid(4))
second("pow", "pow", torch.pow, uniform(0.3, 3, 3, 4), uniform(-2, 3, 4))
second("atan2", "atan2", torch.atan2, off_grid(3, 4), off_grid(3, 4))

second("matmul", "matmul", torch.matmul, normal(3, 4), normal(4, 2))
second("matmul_broadcast_batch", "matmul", torch.matmul, normal(2, 1, 3, 4), normal(3, 4, 2))
bilinear = "bn,anm,bm->ba"
second(
    "einsum_bilinear",
    "einsum",
    lambda *x: torch.einsum(bilinear, *x),
    normal(2, 3),
    normal(4, 3, 5),
    normal(2, 5),
    equation=bilinear,
)

softmax = {"softmax": torch.softmax, "log_softmax": torch.log_softmax}
for op, function in softmax.items():
    second(op, op, lambda x: function(x, 1), normal(3, 4), axis=1)
options = {"axes": [1], "keepdim": False}
second("logsumexp", "logsumexp", lambda x: torch.logsumexp(x, 1), normal(3, 4), **options)
second(
    "variance", "variance", lambda x: x.var(1, unbiased=True), normal(3, 4), correction=1, **options
)
second("std", "std", lambda x: x.std(1, unbiased=False), normal(3, 4), correction=0, **options)
second(
    "norm2",
    "norm",
    lambda x: torch.linalg.vector_norm(x, 2, dim=1),
    normal(3, 4),
    order=2,
    **options
)

zeros = values(
    2.0, 0.0, -3.0, 0.5, 1.5, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 3.0, shape=(3, 4)
)  # one, two, three zeros a row
for case, source in {"prod": uniform(-1.6, 1.6, 3, 4), "prod_zeros": zeros}.items():
    second(case, "prod", lambda x: x.prod(1), source, **options)
for case, source in {"cumprod": uniform(-1.6, 1.6, 3, 4), "cumprod_zeros": zeros}.items():
    second(case, "cumprod", lambda x: x.cumprod(1), source, axis=1, exclusive=False)


def conv2d(stride, padding, groups):
    move = lambda x: x.permute(0, 3, 1, 2)
    return lambda x, w, b: F.conv2d(move(x), move(w), b, stride, padding, 1, groups).permute(
        0, 2, 3, 1
    )


for case, (stride, padding, groups, image, kernel) in {
    "conv2d": ([1, 1], [1, 1], 1, (1, 4, 5, 2), (3, 3, 3, 2)),
    "conv2d_strided_groups": ([2, 2], [1, 1], 2, (1, 5, 5, 4), (4, 3, 3, 2)),
}.items():
    second(
        case,
        "conv2d",
        conv2d(stride, padding, groups),
        normal(*image),
        normal(*kernel),
        normal(kernel[0]),
        stride=stride,
        padding=padding,
        dilation=[1, 1],
        groups=groups,
        bias=True,
    )


def batch_norm(x, scale, shift):
    return F.batch_norm(x, None, None, scale, shift, True, eps=1e-5)


second(
    "batch_norm",
    "batch_norm",
    batch_norm,
    normal(5, 3),
    uniform(0.5, 2, 3),
    normal(3),
    training=True,
    epsilon=1e-5,
)
second(
    "layer_norm",
    "layer_norm",
    lambda x, scale, shift: F.layer_norm(x, (4,), scale, shift, 1e-5),
    normal(3, 4),
    uniform(0.5, 2, 4),
    normal(4),
    axes=1,
    epsilon=1e-5,
)

golden.write()
