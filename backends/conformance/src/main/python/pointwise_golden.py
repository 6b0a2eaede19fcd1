# Run: python3 backends/conformance/src/main/python/pointwise_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of the pointwise operations: functions of one and of two numbers, comparisons,
where, clip.

Kinks are in cases of their own, named `…_at_zero`, `…_tie`, `…_at_bound`, whose gradient is
PyTorch's choice: 0 for abs and relu at 0, one half each for a tied maximum, 1 for clip at its
bounds. Cases named `…_special` hold infinities, NaN, signed zeros and magnitudes where formulas
overflow or cancel; they have no gradients. An output of a special case that no double can represent
is what IEEE 754 arithmetic gives.
"""

import torch
import torch.nn.functional as F

from golden import OPS, GoldenFile, booleans, normal, off_grid, uniform, values

NAN, INF = float("nan"), float("inf")

# By default it is linear beyond 20, an error of 2e-9 that a float64 comparison sees; beyond 40 it is
# below 1e-17. (logaddexp would lose the small results: it adds 1 before it takes the logarithm.)
softplus = lambda x: F.softplus(x, threshold=40)

# name: (function, its ordinary inputs, special inputs left out because conventions differ)
UNARY = {
    "neg": (torch.neg, off_grid(3, 4), ()),
    "abs": (torch.abs, off_grid(3, 4), ()),
    "sign": (torch.sign, off_grid(3, 4), (NAN,)),  # PyTorch says 0, most others NaN
    "square": (torch.square, off_grid(3, 4), ()),
    "sqrt": (torch.sqrt, uniform(0.2, 4, 3, 4), ()),
    "rsqrt": (torch.rsqrt, uniform(0.2, 4, 3, 4), ()),
    "reciprocal": (torch.reciprocal, off_grid(3, 4), ()),
    "exp": (torch.exp, normal(3, 4), ()),
    "expm1": (torch.expm1, normal(3, 4), ()),
    "log": (torch.log, uniform(0.2, 4, 3, 4), ()),
    "log1p": (torch.log1p, uniform(-0.8, 3, 3, 4), ()),
    "sin": (torch.sin, normal(3, 4, scale=2), ()),
    "cos": (torch.cos, normal(3, 4, scale=2), ()),
    "tan": (torch.tan, uniform(-1.3, 1.3, 3, 4), ()),
    "asin": (torch.asin, uniform(-0.9, 0.9, 3, 4), ()),
    "acos": (torch.acos, uniform(-0.9, 0.9, 3, 4), ()),
    "atan": (torch.atan, normal(3, 4, scale=2), ()),
    "sinh": (torch.sinh, normal(3, 4), ()),
    "cosh": (torch.cosh, normal(3, 4), ()),
    "tanh": (torch.tanh, normal(3, 4), ()),
    "sigmoid": (torch.sigmoid, normal(3, 4, scale=2), ()),
    "softplus": (softplus, normal(3, 4, scale=2), ()),
    "erf": (torch.erf, normal(3, 4), ()),
    "relu": (torch.relu, off_grid(3, 4), ()),
    "gelu": (F.gelu, normal(3, 4), (INF, -INF)),  # x Φ(x) is -inf · 0 at one end
    "silu": (F.silu, normal(3, 4), (INF, -INF)),
    "floor": (torch.floor, off_grid(3, 4), ()),
    "ceil": (torch.ceil, off_grid(3, 4), ()),
    "round": (torch.round, off_grid(3, 4), ()),
    "trunc": (torch.trunc, off_grid(3, 4), ()),
}
SPECIAL = (
    NAN,
    INF,
    -INF,
    0.0,
    -0.0,
    1e-12,
    -1e-12,
    1e-4,
    -1e-4,
    1.0,
    -1.0,
    30.0,
    -30.0,
    1000.0,
    -1000.0,
)

BINARY = {
    "add": (torch.add, off_grid, off_grid),
    "sub": (torch.sub, off_grid, off_grid),
    "mul": (torch.mul, off_grid, off_grid),
    "div": (torch.div, off_grid, off_grid),
    "pow": (
        torch.pow,
        lambda *shape: uniform(0.3, 3, *shape),
        lambda *shape: uniform(-2, 3, *shape),
    ),
    "maximum": (torch.maximum, off_grid, normal),
    "minimum": (torch.minimum, off_grid, normal),
    "atan2": (torch.atan2, off_grid, off_grid),
}
BROADCASTS = {
    "same": ((3, 4), (3, 4)),
    "column_row": ((3, 1), (1, 4)),
    "vector_block": ((4,), (2, 3, 4)),
    "block_vector": ((2, 3, 4), (4,)),
    "middle": ((2, 1, 3), (2, 4, 1)),
    "scalar_matrix": ((), (2, 3)),
    "matrix_scalar": ((2, 3), ()),
}

golden = GoldenFile(OPS, "pointwise")

for name, (function, source, excluded) in UNARY.items():
    golden.case(name, name, function, source)
    special = [x for x in SPECIAL if x not in excluded and not (x != x and NAN in excluded)]
    golden.case(f"{name}_special", name, function, values(*special), forward_only=True)
golden.case("abs_at_zero", "abs", torch.abs, values(0.0, -0.0, 1.0, -1.0), smooth=False)
golden.case("relu_at_zero", "relu", torch.relu, values(0.0, -0.0, 1.0, -1.0), smooth=False)
halves = values(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.49999997, 8388609.0)
golden.case("round_half_to_even", "round", torch.round, halves, forward_only=True)

for name, (function, left, right) in BINARY.items():
    for kind, (a, b) in BROADCASTS.items():
        golden.case(f"{name}_{kind}", name, function, left(*a), right(*b))
    if name in ("add", "sub", "mul", "div", "maximum", "minimum"):
        grid = torch.cartesian_prod(*2 * [values(NAN, INF, -INF, 0.0, -0.0, 2.0, -3.0)])
        golden.case(f"{name}_special", name, function, grid[:, 0], grid[:, 1], forward_only=True)
tied = values(1.0, 2.0, 3.0), values(1.0, 0.0, 3.0)
golden.case("maximum_tie", "maximum", torch.maximum, *tied, smooth=False)
golden.case("minimum_tie", "minimum", torch.minimum, *tied, smooth=False)

# Without 1^NaN and (-1)^±inf, which are 1 in C and NaN in Java.
base = values(0.0, 0.0, 0.0, -2.0, -2.0, -2.0, 2.0, NAN, NAN, 2.0, -0.0, INF, 0.5, -8.0)
exponent = values(0.0, 2.0, -1.0, 3.0, -2.0, 0.5, INF, 0.0, 1.0, NAN, -3.0, -1.0, -INF, 0.0)
golden.case("pow_special", "pow", torch.pow, base, exponent, forward_only=True)
# Only the base is differentiated: the exponent of a negative base has no derivative.
whole = values(3.0, 2.0, -2.0, 1.0, 0.0, 2.0)
golden.case(
    "pow_whole_exponent",
    "pow",
    lambda x: x**whole,
    values(-1.5, 0.0, -2.0, -0.5, -3.0, 4.0),
    constants={"input1": whole},
)
# At base 0 the derivative by the exponent, 0^y · log 0, is taken as 0 for y > 0.
zero_base = values(0.0, 0.0), values(1.0, 2.5)
golden.case("pow_zero_base", "pow", torch.pow, *zero_base, smooth=False)
y = values(0.0, -0.0, 0.0, -0.0, 1.0, -1.0, 1.0, -1.0, INF, -INF, INF, NAN, 2.0)
x = values(1.0, 1.0, -1.0, -1.0, 0.0, -0.0, -INF, INF, INF, -INF, 1.0, 1.0, NAN)
golden.case("atan2_special", "atan2", torch.atan2, y, x, forward_only=True)

compared = values(1.0, 2.0, 3.0, -1.0, 0.0, NAN, INF, NAN), values(
    1.0, 3.0, 2.0, -1.0, -0.0, 1.0, INF, NAN
)
for name, function in {
    "equal": torch.eq,
    "not_equal": torch.ne,
    "less": torch.lt,
    "less_equal": torch.le,
    "greater": torch.gt,
    "greater_equal": torch.ge,
}.items():
    golden.case(name, name, function, *compared)
    golden.case(
        f"{name}_column_row",
        name,
        function,
        values(1.0, 2.0, 3.0, shape=(3, 1)),
        values(1.0, 2.0, 4.0),
    )

golden.case("where", "where", torch.where, booleans(3, 4), normal(3, 4), normal(3, 4))
golden.case("where_broadcast", "where", torch.where, booleans(3, 1), normal(4), normal(2, 1, 1))
golden.case("where_scalar", "where", torch.where, booleans(3, 4), normal(3, 4), normal())
# The branch that is not taken is NaN or infinite and must not reach the output or the gradient.
golden.case(
    "where_hides",
    "where",
    torch.where,
    torch.tensor([True, True, False, True]),
    values(1.0, 2.0, INF, 3.0),
    values(INF, NAN, 5.0, -INF),
    smooth=False,
)

clip = lambda low, high: lambda x: torch.clamp(x, low, high)
golden.case("clip", "clip", clip(-1.25, 2.0), off_grid(3, 4), min=-1.25, max=2.0)
golden.case("clip_below", "clip", clip(-0.5, None), off_grid(3, 4), min=-0.5)
golden.case("clip_above", "clip", clip(None, 0.5), off_grid(3, 4), max=0.5)
golden.case(
    "clip_at_bound",
    "clip",
    clip(-1.0, 1.0),
    values(-2.0, -1.0, 0.0, 1.0, 2.0),
    smooth=False,
    min=-1.0,
    max=1.0,
)
golden.case(
    "clip_special",
    "clip",
    clip(-1.0, 1.0),
    values(NAN, INF, -INF, 0.5),
    forward_only=True,
    min=-1.0,
    max=1.0,
)

golden.write()
