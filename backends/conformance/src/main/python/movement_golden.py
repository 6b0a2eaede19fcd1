# Run: python3 backends/conformance/src/main/python/movement_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of operations that move numbers without computing: slices, joins, triangles,
gathers, scatters.

Index inputs are I64, listed among the inputs (`input1`, …) and without gradient; they repeat, so
that gradients add up.
"""

import torch
import torch.nn.functional as F

from golden import OPS, GoldenFile, integers, normal

movement = GoldenFile(OPS, "movement")
block = lambda: normal(2, 3, 4)


def slice_of(starts, stops, steps):
    return lambda x: x[tuple(slice(*each) for each in zip(starts, stops, steps))]


for case, starts, stops, steps in (
    ("slice", [0, 1, 1], [2, 3, 3], [1, 1, 1]),
    ("slice_steps", [0, 0, 1], [5, 3, 7], [2, 1, 3]),
    ("slice_steps_exact", [1, 0, 0], [5, 3, 7], [2, 2, 2]),
    ("slice_empty", [2, 0, 0], [2, 3, 7], [1, 1, 1]),
):
    source = normal(2, 3, 4) if case == "slice" else normal(5, 3, 7)
    movement.case(
        case,
        "slice",
        slice_of(starts, stops, steps),
        source,
        starts=starts,
        stops=stops,
        steps=steps,
    )
for axes in ([0], [2], [0, 1, 2]):
    movement.case(
        f"flip_{''.join(map(str, axes))}", "flip", lambda x: x.flip(axes), block(), axes=axes
    )
for axes in ([0, 2, 1], [2, 0, 1], [2, 1, 0]):
    movement.case(
        f"permute_{''.join(map(str, axes))}",
        "permute",
        lambda x: x.permute(axes),
        block(),
        axes=axes,
    )
movement.case("reshape", "reshape", lambda x: x.reshape(4, 6), block(), shape=[4, 6])
movement.case(
    "reshape_of_permuted",
    "reshape_of_permuted",
    lambda x: x.permute(2, 0, 1).reshape(8, 3),
    block(),
    axes=[2, 0, 1],
    shape=[8, 3],
)
for case, shape, to in (
    ("expand_row", (4,), [3, 4]),
    ("expand_column", (3, 1), [3, 4]),
    ("expand_middle", (2, 1, 4), [2, 3, 4]),
    ("expand_scalar", (), [2, 3]),
):
    movement.case(case, "expand", lambda x: x.expand(to), normal(*shape), shape=to)

join = lambda function, axis: lambda *parts: function(parts, axis)
movement.case(
    "concat_axis0", "concat", join(torch.cat, 0), normal(1, 3), normal(2, 3), normal(1, 3), axis=0
)
movement.case(
    "concat_axis1", "concat", join(torch.cat, 1), normal(2, 3), normal(2, 1), normal(2, 4), axis=1
)
movement.case(
    "concat_axis3", "concat", join(torch.cat, 3), normal(2, 2, 2, 3), normal(2, 2, 2, 2), axis=3
)
movement.case("concat_empty", "concat", join(torch.cat, 0), normal(2, 3), normal(0, 3), axis=0)
for axis in range(3):
    movement.case(
        f"stack_axis{axis}", "stack", join(torch.stack, axis), normal(2, 3), normal(2, 3), axis=axis
    )
movement.case("stack_scalars", "stack", join(torch.stack, 0), normal(), normal(), normal(), axis=0)
split = lambda sizes, axis: lambda x: torch.split(x, sizes, axis)
movement.case("split_axis1", "split", split([1, 2], 1), block(), sizes=[1, 2], axis=1)
movement.case("split_axis2", "split", split([2, 1, 1], 2), block(), sizes=[2, 1, 1], axis=2)


def padded(before, after, value):
    widths = [width for pair in reversed(list(zip(before, after))) for width in pair]
    return lambda x: F.pad(x, widths, value=value)


for case, before, after, value in (
    ("pad_zero", [0, 1, 2], [0, 1, 2], 0.0),
    ("pad_value", [1, 0, 0], [0, 2, 1], -1.5),
    ("pad_one_side", [0, 0, 3], [0, 0, 0], 0.0),
):
    movement.case(
        case, "pad", padded(before, after, value), block(), before=before, after=after, value=value
    )

for diagonal in (-1, 0, 1):
    mark = str(diagonal).replace("-", "minus")
    movement.case(
        f"tril_{mark}", "tril", lambda x: x.tril(diagonal), normal(3, 4), diagonal=diagonal
    )
    movement.case(
        f"triu_{mark}", "triu", lambda x: x.triu(diagonal), normal(3, 4), diagonal=diagonal
    )
    movement.case(
        f"diagonal_{mark}",
        "diagonal",
        lambda x: x.diagonal(diagonal),
        normal(3, 4),
        diagonal=diagonal,
    )
    movement.case(
        f"diagonal_embed_{mark}",
        "diagonal_embed",
        lambda x: torch.diag_embed(x, diagonal),
        normal(2, 3),
        diagonal=diagonal,
    )
movement.case("tril_batch", "tril", lambda x: x.tril(), normal(2, 3, 3), diagonal=0)
movement.case("triu_batch", "triu", lambda x: x.triu(), normal(2, 3, 3), diagonal=0)
movement.case(
    "diagonal_batch", "diagonal", lambda x: x.diagonal(0, -2, -1), normal(2, 3, 3), diagonal=0
)
movement.write()

indexing = GoldenFile(OPS, "indexing")
one_hot = lambda classes: lambda labels: F.one_hot(labels, classes).double()
indexing.case("one_hot", "one_hot", one_hot(4), torch.tensor([2, 0, 3, 3]), classes=4)
indexing.case("one_hot_matrix", "one_hot", one_hot(3), integers(0, 3, 2, 4), classes=3)
for axis, extent in enumerate((3, 4, 5)):
    gather = lambda x, index: torch.gather(x, axis, index)
    shape = [3, 4, 5]
    shape[axis] = 6
    indexing.case(
        f"gather_axis{axis}",
        "gather",
        gather,
        normal(3, 4, 5),
        integers(0, extent, *shape),
        axis=axis,
    )
    select = lambda x, index: torch.index_select(x, axis, index)
    indexing.case(
        f"index_select_axis{axis}",
        "index_select",
        select,
        normal(3, 4, 5),
        integers(0, extent, 7),
        axis=axis,
    )
    add = lambda x, index, source: torch.scatter_add(x, axis, index, source)
    indexing.case(
        f"scatter_add_axis{axis}",
        "scatter_add",
        add,
        normal(3, 4, 5),
        integers(0, extent, *shape),
        normal(*shape),
        axis=axis,
    )
    shape[axis] = 7
    add = lambda x, index, source: torch.index_add(x, axis, index, source)
    indexing.case(
        f"index_add_axis{axis}",
        "index_add",
        add,
        normal(3, 4, 5),
        integers(0, extent, 7),
        normal(*shape),
        axis=axis,
    )
# Labels select one score a row, as in cross-entropy.
indexing.case(
    "gather_labels",
    "gather",
    lambda x, i: torch.gather(x, 1, i),
    normal(4, 3),
    integers(0, 3, 4, 1),
    axis=1,
)
embed = lambda index, table: F.embedding(index, table)
indexing.case("embedding", "embedding", embed, torch.tensor([4, 0, 4, 1]), normal(5, 3))
indexing.case("embedding_matrix", "embedding", embed, integers(0, 5, 2, 4), normal(5, 3))
indexing.write()
