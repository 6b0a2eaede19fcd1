# Run: python3 backends/conformance/src/main/python/scan_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of running sums and products along an axis (inclusive and exclusive), sort, argsort
and top-k.

Exclusive scans start with the neutral element: y[j] = Σ or Π of x[l] over l < j; PyTorch has none,
so they are written here from the inclusive ones' definition. Every product is also computed by
repeated multiplication, whose gradient never divides, and must agree: inputs contain zeros. Cases
named `…_ties` need a stable sort: among equals the smaller index comes first, in either direction.
"""

import torch

from golden import OPS, GoldenFile, agree, distinct, gradients, normal, uniform, values


def shifted(x, axis, scan, neutral):
    """Exclusive form of a scan: the neutral element, then the scan of all but the last."""
    start = torch.full_like(x.narrow(axis, 0, 1), neutral)
    return torch.cat([start, scan(x.narrow(axis, 0, x.shape[axis] - 1), axis)], axis)


def multiplied(x, axis, exclusive):
    """The running product one multiplication at a time."""
    total, found = torch.ones_like(x.select(axis, 0)), []
    for factor in x.unbind(axis):
        found.append(total)
        total = total * factor
    return torch.stack(found if exclusive else found[1:] + [total], axis)


SCANS = {
    "cumsum": (lambda x, axis: x.cumsum(axis), False),
    "cumprod": (lambda x, axis: x.cumprod(axis), False),
    "exclusive_cumsum": (lambda x, axis: shifted(x, axis, torch.cumsum, 0.0), True),
    "exclusive_cumprod": (lambda x, axis: shifted(x, axis, torch.cumprod, 1.0), True),
}

golden = GoldenFile(OPS, "scan")


def scan(case, name, source, axis):
    op, (function, exclusive) = name.replace("exclusive_", ""), SCANS[name]

    def checked(x):
        result = function(x, axis)
        if op == "cumprod":
            weights = normal(*x.shape)(golden.generator(f"{case}/weights"))
            plain = multiplied(x, axis, exclusive)
            agree(result.detach(), plain.detach(), case)
            if x.requires_grad:
                slopes = [
                    gradients((y * weights).sum(), [x])[0] for y in (function(x, axis), plain)
                ]
                agree(slopes[0], slopes[1], f"{case}, gradient")
        return result

    golden.case(case, op, checked, source, axis=axis, exclusive=exclusive)


zeros = values(
    2.0, 0.0, 3.0, -1.5,  # one zero
    0.0, 2.0, 0.0, 4.0,  # two zeros, one at the start
    1.5, -2.0, 3.0, 0.0,  # a zero at the end
    0.0, 0.0, 0.0, 0.0,
    1.0, -1.0, 0.5, 2.0,
    shape=(5, 4),
)  # fmt: skip
for name in SCANS:
    for axis in range(3):
        source = uniform(-1.6, 1.6, 2, 3, 4) if "prod" in name else normal(2, 3, 4)
        scan(f"{name}_axis{axis}", name, source, axis)
    scan(f"{name}_vector", name, uniform(0.2, 1.6, 6), 0)
    scan(f"{name}_single", name, uniform(0.2, 1.6, 3, 1), 1)
    if "prod" in name:
        scan(f"{name}_zeros_axis1", name, zeros, 1)
        scan(f"{name}_zeros_axis0", name, zeros, 0)

tied = values(2.0, 1.0, 2.0, 3.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, shape=(2, 6))
for order, descending in {"ascending": False, "descending": True}.items():
    sort = lambda x, axis: torch.sort(x, dim=axis, descending=descending, stable=True)
    for axis in range(3):
        options = {"axis": axis, "descending": descending}
        golden.case(
            f"sort_{order}_axis{axis}",
            "sort",
            lambda x: tuple(sort(x, axis)),
            distinct(2, 3, 4),
            **options,
        )
        golden.case(
            f"argsort_{order}_axis{axis}",
            "argsort",
            lambda x: sort(x, axis)[1],
            distinct(2, 3, 4),
            **options,
        )
    options = {"axis": 1, "descending": descending}
    golden.case(
        f"sort_{order}_ties", "sort", lambda x: tuple(sort(x, 1)), tied, smooth=False, **options
    )
    golden.case(f"argsort_{order}_ties", "argsort", lambda x: sort(x, 1)[1], tied, **options)
    by_hand = [
        sorted(range(6), key=lambda i: (-row[i] if descending else row[i], i))
        for row in tied.tolist()
    ]
    agree(sort(tied, 1)[1], torch.tensor(by_hand), f"stable {order} argsort")
for name, largest in {"topk": True, "bottomk": False}.items():
    for axis, k in ((0, 1), (1, 2), (2, 3), (2, 4)):
        golden.case(
            f"{name}{k}_axis{axis}",
            "topk",
            lambda x: tuple(torch.topk(x, k, dim=axis, largest=largest, sorted=True)),
            distinct(2, 3, 4),
            k=k,
            axis=axis,
            largest=largest,
        )

golden.write()
