# Run: python3 backends/conformance/src/main/python/normalization_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of batch, layer and group normalization.

Inputs are x, scale, shift; images are channels last, groups are of neighbouring channels. Training
normalizes with the biased batch variance; the running variance takes in the unbiased one: running ←
(1 − momentum) · running + momentum · batch. Two training steps follow one another: the running
statistics after the first are those before the second.
"""

import torch
import torch.nn.functional as F

from golden import OPS, GoldenFile, agree, normal, single, uniform

MOMENTUM, EPSILON = 0.125, 1e-5

golden = GoldenFile(OPS, "normalization")


def channels_first(x):
    return x.movedim(-1, 1)


def running(case, mean, variance):
    golden.put(f"{case}/running_mean", mean)
    golden.put(f"{case}/running_variance", variance)


for kind, shape in {"images": (2, 3, 4, 3), "vectors": (5, 3)}.items():
    options = {"momentum": MOMENTUM, "epsilon": EPSILON}
    generator = golden.generator(f"running statistics of {kind}")
    mean, variance = (single(draw(generator)) for draw in (normal(3), uniform(0.5, 2, 3)))
    for step in (1, 2):
        case = f"batch_norm_training_{kind}_step{step}"

        def train(x, scale, shift):
            y = F.batch_norm(
                channels_first(x),
                mean.clone(),
                variance.clone(),
                scale,
                shift,
                True,
                MOMENTUM,
                EPSILON,
            )
            return y.movedim(1, -1)

        source = lambda generator: 1 + 2 * normal(*shape)(generator)
        golden.case(
            case,
            "batch_norm",
            train,
            source,
            uniform(0.5, 2, 3),
            normal(3),
            training=True,
            **options,
        )
        running(case, mean, variance)
        rows = golden.tensors[f"{case}/input0"].reshape(-1, 3)
        after = mean.clone(), variance.clone()
        F.batch_norm(rows, *after, training=True, momentum=MOMENTUM, eps=EPSILON)
        agree(after[0], (1 - MOMENTUM) * mean + MOMENTUM * rows.mean(0), "running mean")
        agree(
            after[1],
            (1 - MOMENTUM) * variance + MOMENTUM * rows.var(0, unbiased=True),
            "running variance",
        )
        mean, variance = after
        golden.put(f"{case}/running_mean_after", mean)
        golden.put(f"{case}/running_variance_after", variance)

    def evaluate(x, scale, shift):
        return F.batch_norm(
            channels_first(x), mean, variance, scale, shift, False, MOMENTUM, EPSILON
        ).movedim(1, -1)

    case = f"batch_norm_evaluation_{kind}"
    golden.case(
        case,
        "batch_norm",
        evaluate,
        normal(*shape),
        uniform(0.5, 2, 3),
        normal(3),
        training=False,
        **options,
    )
    running(case, mean, variance)

for case, shape, axes in (
    ("layer_norm", (3, 5), 1),
    ("layer_norm_sequence", (2, 3, 4), 1),
    ("layer_norm_two_axes", (2, 3, 4), 2),
):
    extents = shape[-axes:]
    golden.case(
        case,
        "layer_norm",
        lambda x, scale, shift: F.layer_norm(x, extents, scale, shift, EPSILON),
        normal(*shape),
        uniform(0.5, 2, *extents),
        normal(*extents),
        axes=axes,
        epsilon=EPSILON,
    )
golden.case(
    "layer_norm_plain",
    "layer_norm",
    lambda x: F.layer_norm(x, (5,), eps=EPSILON),
    normal(3, 5),
    axes=1,
    epsilon=EPSILON,
)

for case, shape, groups in (
    ("group_norm", (2, 3, 2, 4), 2),
    ("group_norm_one_group", (2, 3, 2, 4), 1),
    ("group_norm_each_channel", (2, 3, 2, 4), 4),
):

    def group_norm(x, scale, shift):
        return F.group_norm(channels_first(x), groups, scale, shift, EPSILON).movedim(1, -1)

    golden.case(
        case,
        "group_norm",
        group_norm,
        normal(*shape),
        uniform(0.5, 2, 4),
        normal(4),
        groups=groups,
        epsilon=EPSILON,
    )

golden.write()
