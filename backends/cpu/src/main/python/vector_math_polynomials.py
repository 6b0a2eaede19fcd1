"""Prints the coefficients of the polynomials in VectorMath.java.

Each is a weighted minimax fit by Lawson's iteratively reweighted least squares (C. L. Lawson, Contributions to
the theory of linear least maximum approximation, 1961). Coefficients are rounded to float32 one after the other,
lowest power first, and the rest is fitted again around what was rounded. The error is printed in units in the
last place of float32 (relative, times 2^24); needs numpy and mpmath.
"""

import numpy as np
from mpmath import cos, erf, erfc, exp, expm1, log, log1p, mp, mpf, sin

mp.prec = 160
POINTS = 1200
ROUNDS = 300


def lawson(x, y, weight, powers):
    """Minimizes max |weight (y - sum c x^power)|; returns that maximum and c."""
    scale = np.max(np.abs(x))
    basis = np.stack([(x / scale) ** p for p in powers], 1) * weight[:, None]
    target = y * weight
    emphasis = np.ones(len(x)) / len(x)
    best = (np.inf, None)
    for _ in range(ROUNDS):
        root = np.sqrt(emphasis)
        c = np.linalg.lstsq(basis * root[:, None], target * root, rcond=None)[0]
        error = np.abs(target - basis @ c)
        if error.max() < best[0]:
            best = (error.max(), c / np.array([scale**p for p in powers]))
        emphasis = emphasis * error
        emphasis /= emphasis.sum()
    return best


def fit(name, f, weight, powers, low, high, first=None):
    """Fits sum c x^power to f on [low, high]; `first` fixes the lowest coefficient."""
    x = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)
    rest = np.array([float(f(mpf(v))) for v in x])
    w = np.array([float(weight(mpf(v))) for v in x])
    fixed = []
    for k, power in enumerate(powers):
        c = first if k == 0 and first is not None else lawson(x, rest, w, powers[k:])[1][0]
        fixed.append(float(np.float32(c)))
        rest = rest - fixed[-1] * x**power
    print(f"{name}: {np.max(np.abs(rest * w)) * 2**24:.3f} ulp")
    for k, c in enumerate(fixed):
        print(f"    {name}_{k} {c.hex()}")


def even(n):
    return [2 * i for i in range(n)]


def consecutive(n):
    return list(range(n))


HALF_LN2 = 0.3475  # half of ln 2, and a little more for the rounding of the reduction
QUARTER_PI = 0.795

fit("EXP", lambda r: (expm1(r) - r) / r**2, lambda r: r**2 / exp(r), consecutive(5), -HALF_LN2, HALF_LN2)
fit("EXPM1", lambda r: (expm1(r) - r) / r**2, lambda r: r**2 / expm1(r), consecutive(6), -HALF_LN2, HALF_LN2)
fit("LOG", lambda f: (log1p(f) - f) / f**2, lambda f: f**2 / log1p(f), consecutive(9), -0.33334, 0.33334, -0.5)
fit("SOFTPLUS", lambda z: (log1p(z) - z) / z**2, lambda z: z**2 / log1p(z), consecutive(9), 1e-4, 1.0)
fit("SIN", lambda r: (sin(r) - r) / r**3, lambda r: r**3 / sin(r), even(3), 1e-3, QUARTER_PI)
fit("COS", lambda r: (cos(r) - 1) / r**2, lambda r: r**2 / cos(r), even(4), 1e-3, QUARTER_PI, -0.5)
fit("ERF", lambda a: erf(a) / a - 1, lambda a: a / erf(a), even(7), 1e-3, 0.93)
fit("ERFC", lambda a: log(erfc(a)), lambda a: erfc(a) / erf(a), consecutive(7), 0.9, 3.95)
