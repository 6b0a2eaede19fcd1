# Run: python3 backends/conformance/src/main/python/reductions_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of reductions (over one axis, several, all; keeping the axes or not) and of softmax
along an axis.

Ties are in cases named `…_ties`: the gradient of a tied maximum is shared equally, argmax and
argmin answer the first.
"""

import torch

from golden import OPS, GoldenFile, distinct, normal, uniform, values

INF = float("inf")
AXES = {
    "axis0": [0],
    "axis1": [1],
    "axis2": [2],
    "axes02": [0, 2],
    "axes12": [1, 2],
    "all": [0, 1, 2],
}
AXES_KEPT = {"axis1_keepdim": [1], "axes02_keepdim": [0, 2]}


def prod(x, axes, keepdim):
    for axis in sorted(axes, reverse=True):
        x = x.prod(axis, keepdim=keepdim)
    return x


norm = lambda order: lambda x, axes, keepdim: torch.linalg.vector_norm(
    x, order, dim=axes, keepdim=keepdim
)
spread = lambda function, unbiased: lambda x, axes, keepdim: function(
    x, dim=axes, unbiased=unbiased, keepdim=keepdim
)

# case prefix: (op, function, options, where inputs come from)
REDUCTIONS = {
    "sum": ("sum", torch.sum, {}, normal),
    "mean": ("mean", torch.mean, {}, normal),
    "max": ("max", torch.amax, {}, distinct),
    "min": ("min", torch.amin, {}, distinct),
    "prod": ("prod", prod, {}, lambda *shape: uniform(-1.6, 1.6, *shape)),
    "logsumexp": ("logsumexp", torch.logsumexp, {}, normal),
    "variance_unbiased": ("variance", spread(torch.var, True), {"correction": 1}, normal),
    "variance_biased": ("variance", spread(torch.var, False), {"correction": 0}, normal),
    "std_unbiased": ("std", spread(torch.std, True), {"correction": 1}, normal),
    "std_biased": ("std", spread(torch.std, False), {"correction": 0}, normal),
    "norm1": ("norm", norm(1), {"order": 1}, distinct),
    "norm2": ("norm", norm(2), {"order": 2}, normal),
}

golden = GoldenFile(OPS, "reductions")


def reduce(case, op, function, options, axes, keepdim, source, **how):
    golden.case(
        case,
        op,
        lambda x: function(x, axes, keepdim),
        source,
        axes=axes,
        keepdim=keepdim,
        **options,
        **how,
    )


for prefix, (op, function, options, source) in REDUCTIONS.items():
    for name, axes in AXES.items():
        reduce(f"{prefix}_{name}", op, function, options, axes, False, source(2, 3, 4))
    for name, axes in AXES_KEPT.items():
        reduce(f"{prefix}_{name}", op, function, options, axes, True, source(2, 3, 4))

one_zero = values(2.0, 0.0, -3.0, 4.0, 1.5, 2.0, 0.5, -1.0, 3.0, shape=(3, 3))
two_zeros = values(2.0, 0.0, -3.0, 0.0, 1.5, 0.0, 0.5, -1.0, 3.0, shape=(3, 3))
reduce("prod_one_zero", "prod", prod, {}, [1], False, one_zero)
reduce("prod_two_zeros", "prod", prod, {}, [1], False, two_zeros)
reduce("prod_two_zeros_all", "prod", prod, {}, [0, 1], False, two_zeros)
reduce("sum_empty", "sum", torch.sum, {}, [0], False, torch.zeros(0, 3, dtype=torch.float64))
reduce("prod_empty", "prod", prod, {}, [0], False, torch.zeros(0, 3, dtype=torch.float64))
tied = values(1.0, 3.0, 3.0, 2.0, 2.0, 2.0, shape=(2, 3))
reduce("max_ties", "max", torch.amax, {}, [1], False, tied, smooth=False)
reduce("min_ties", "min", torch.amin, {}, [1], False, tied, smooth=False)
spoiled = values(1.0, float("nan"), 3.0, INF, -INF, 2.0, shape=(2, 3))
reduce("max_special", "max", torch.amax, {}, [1], False, spoiled, forward_only=True)
reduce("min_special", "min", torch.amin, {}, [1], False, spoiled, forward_only=True)
# Gradients at the zero vector are 0 by decree.
zeros = values(0.0, 0.0, 3.0, -4.0, shape=(2, 2))
reduce("norm2_at_zero", "norm", norm(2), {"order": 2}, [1], False, zeros, smooth=False)
reduce("norm1_at_zero", "norm", norm(1), {"order": 1}, [1], False, zeros, smooth=False)
# The mean is large against the deviations: E[x²] − E[x]² would lose everything in single precision.
reduce(
    "variance_far_from_zero",
    "variance",
    spread(torch.var, False),
    {"correction": 0},
    [1],
    False,
    lambda generator: 4096 + normal(2, 8)(generator),
)
large = values(1000.0, 1001.0, 999.0, -1000.0, -1001.0, -1000.5, shape=(2, 3))
reduce("logsumexp_large", "logsumexp", torch.logsumexp, {}, [1], False, large)
masked = values(-INF, 1.0, 2.0, -INF, -INF, 0.5, shape=(2, 3))
reduce("logsumexp_masked", "logsumexp", torch.logsumexp, {}, [1], False, masked)
nothing = values(-INF, -INF, INF, 1.0, shape=(2, 2))
reduce(
    "logsumexp_special", "logsumexp", torch.logsumexp, {}, [1], False, nothing, forward_only=True
)

reduce("sum_all_keepdim", "sum", torch.sum, {}, [0, 1, 2], True, normal(2, 3, 4))

for op, function in {"argmax": torch.argmax, "argmin": torch.argmin}.items():
    for axis in range(3):
        golden.case(
            f"{op}_axis{axis}",
            op,
            lambda x: function(x, axis),
            distinct(2, 3, 4),
            axis=axis,
            keepdim=False,
        )
    golden.case(
        f"{op}_axis1_keepdim",
        op,
        lambda x: function(x, 1, True),
        distinct(2, 3, 4),
        axis=1,
        keepdim=True,
    )
    golden.case(f"{op}_flat", op, lambda x: function(x), distinct(2, 3, 4))
    first = [row.index((max if op == "argmax" else min)(row)) for row in tied.tolist()]
    golden.case(f"{op}_ties", op, lambda x: torch.tensor(first), tied, axis=1, keepdim=False)

for op, function in {"softmax": torch.softmax, "log_softmax": torch.log_softmax}.items():
    for axis in range(3):
        golden.case(
            f"{op}_axis{axis}", op, lambda x: function(x, axis), normal(2, 3, 4, scale=2), axis=axis
        )
    golden.case(f"{op}_vector", op, lambda x: function(x, 0), normal(5), axis=0)
    golden.case(f"{op}_large", op, lambda x: function(x, 1), large, axis=1)
golden.case("softmax_masked", "softmax", lambda x: torch.softmax(x, 1), masked, axis=1)
golden.case(
    "log_softmax_masked",
    "log_softmax",
    lambda x: torch.log_softmax(x, 1),
    masked,
    forward_only=True,
    axis=1,
)

golden.write()
