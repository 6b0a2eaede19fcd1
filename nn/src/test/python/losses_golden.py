# Run: python3 nn/src/test/python/losses_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of the losses, with gradients by the scores and, where it makes sense, by the
targets.

`input0` are scores (N, C), `input1` labels (I64) or targets. Per-class constants are recorded as
`weights` and `pos_weight`. Cross-entropy follows PyTorch: with class weights w, label smoothing s
and C classes, ℓ_i = −(1 − s) · w[y_i] · log p_i[y_i] − (s / C) · Σ_c w[c] · log p_i[c], 0 where y_i
is the ignored label; "mean" divides by the sum of w[y_i] over those that are not ignored. The
Crammer-Singer hinge and the truncated top-k cross-entropy are written out below; the worked values
of the specification are asserted before anything is recorded.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "backends/conformance/src/main/python"))

import torch
import torch.nn.functional as F

from golden import GoldenFile, agree, distinct, gradients, integers, normal, uniform, values

NN = ROOT / "nn/src/test/resources/aligrad/nn/golden"


def hinge(scores, labels, smoothed):
    """Crammer-Singer hinge of every sample. The weights over classes are constants."""
    own = F.one_hot(labels, scores.shape[1]).double()
    augmented = scores + 1 - own - (scores * own).sum(1, keepdim=True)
    with torch.no_grad():
        weights = F.one_hot(augmented.argmax(1), scores.shape[1]).double()
        if smoothed:
            soft = scores.softmax(1)
            weights = torch.where((soft * augmented).sum(1, keepdim=True) >= 0, soft, weights)
    return (weights * augmented).sum(1)


def truncated(scores, labels, k):
    """Cross-entropy of every sample over its label and the classes outside the k largest scores."""
    losses = []
    for row, label in zip(scores, labels.tolist()):
        outside = torch.sort(row.detach(), descending=True, stable=True)[1][k:].tolist()
        others = [row[j] - row[label] for j in outside if j != label]
        terms = [torch.zeros_like(row[0])] + [difference.clamp(max=80) for difference in others]
        losses.append(torch.logsumexp(torch.stack(terms), 0))
    return torch.stack(losses)


def assert_specification():
    scores = values(2, 0.5, -1, 1.8, 0.1, 0.2, 0.3, 0.4, shape=(2, 4)).requires_grad_()
    labels = torch.tensor([0, 2])
    close = lambda actual, *expected: agree(
        actual, values(*expected, shape=actual.shape), "specification", 1e-10
    )
    close(F.cross_entropy(scores, labels).detach(), 1.0402438963)
    close(hinge(scores, labels, False).detach(), 0.8, 1.1)
    smoothed = hinge(scores, labels, True)
    close(smoothed.detach(), 0.2121988927, 0.7012821261)
    close(smoothed.mean().detach(), 0.4567405094)
    close(
        gradients(smoothed.mean(), [scores])[0],
        *(-0.2609540399, 0.0533383634, 0.0119013976, 0.1957142790),
        *(0.1069191102, 0.1181638912, -0.3694087039, 0.1443257026),
    )
    scores = values(3, 1, 2, 0.5, -1, 0.7, 0, 0.1, 2, 1.5, 1.2, 1.1, 1.0, 0.9, shape=(2, 7))
    labels = torch.tensor([0, 0])
    close(truncated(scores, labels, 5), 0.0658839038, 1.1711006659)
    close(truncated(scores, labels, 5).mean(), 0.6184922849)
    close(truncated(scores, labels, 2), 0.3262644806, 2.4342790892)


assert_specification()
golden = GoldenFile(NN, "losses")
labels = torch.tensor([2, 0, 3, 0, 1])
ignored = torch.tensor([2, -100, 3, 0, -100])
class_weights = values(0.5, 2.0, 1.0, 1.5)
for reduction in ("mean", "sum", "none"):
    for case, smoothing, weights, targets in (
        ("plain", 0.0, None, labels),
        ("smoothed", 0.125, None, labels),
        ("weights", 0.0, class_weights, labels),
        ("ignore", 0.0, None, ignored),
        ("all_options", 0.125, class_weights, ignored),
    ):
        cross_entropy = lambda scores, y: F.cross_entropy(
            scores, y, weights, reduction=reduction, label_smoothing=smoothing, ignore_index=-100
        )
        golden.case(
            f"cross_entropy_{case}_{reduction}",
            "cross_entropy",
            cross_entropy,
            normal(5, 4, scale=2),
            targets,
            constants={} if weights is None else {"weights": weights},
            second=case in ("plain", "all_options") and reduction == "mean",
            reduction=reduction,
            label_smoothing=smoothing,
            ignore_index=-100,
        )
large = values(1000.0, 0.0, -1000.0, 0.0, 500.0, 500.0, shape=(2, 3))
options = {"reduction": "none", "label_smoothing": 0.0, "ignore_index": -100}
golden.case(
    "cross_entropy_large",
    "cross_entropy",
    lambda x, y: F.cross_entropy(x, y, reduction="none"),
    large,
    torch.tensor([1, 2]),
    **options,
)
golden.case(
    "cross_entropy_probabilities",
    "cross_entropy_probabilities",
    lambda scores, q: F.cross_entropy(scores, q),
    normal(5, 4, scale=2),
    lambda generator: normal(5, 4)(generator).softmax(1),
    reduction="mean",
)

logistic = F.binary_cross_entropy_with_logits
pos_weight = values(0.5, 2.0, 1.0)
for reduction in ("mean", "sum", "none"):
    golden.case(
        f"bce_with_logits_{reduction}",
        "binary_cross_entropy_with_logits",
        lambda x, z: logistic(x, z, reduction=reduction),
        normal(4, 3, scale=2),
        uniform(0, 1, 4, 3),
        reduction=reduction,
    )
    golden.case(
        f"bce_with_logits_pos_weight_{reduction}",
        "binary_cross_entropy_with_logits",
        lambda x, z: logistic(x, z, reduction=reduction, pos_weight=pos_weight),
        normal(4, 3, scale=2),
        uniform(0, 1, 4, 3),
        constants={"pos_weight": pos_weight},
        reduction=reduction,
    )
    golden.case(
        f"mse_{reduction}",
        "mean_squared_error",
        lambda x, z: F.mse_loss(x, z, reduction=reduction),
        normal(4, 3),
        normal(4, 3),
        reduction=reduction,
    )
    for delta in (1.0, 0.5):
        golden.case(
            f"huber_{reduction}_delta{delta}",
            "huber",
            lambda x, z: F.huber_loss(x, z, reduction=reduction, delta=delta),
            normal(4, 3),
            normal(4, 3),
            reduction=reduction,
            delta=delta,
        )
golden.case(
    "bce_with_logits_large",
    "binary_cross_entropy_with_logits",
    lambda x, z: logistic(x, z, reduction="none"),
    values(1000.0, -1000.0, 1000.0, -1000.0, 40.0, -40.0),
    values(1.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    reduction="none",
)

# The last sample is so sure that the smoothed hinge falls back to one-hot weights (loss 0).
sure = lambda generator: torch.cat(
    [normal(4, 4, scale=2)(generator), values(9.0, 1.0, 0.5, -2.0, shape=(1, 4))]
)
for smoothed in (False, True):
    name = "hinge_smoothed" if smoothed else "hinge"
    for reduction, reduce in (("mean", torch.mean), ("none", lambda x: x)):
        golden.case(
            f"{name}_{reduction}",
            "multiclass_hinge",
            lambda x, y: reduce(hinge(x, y, smoothed)),
            sure,
            torch.tensor([2, 0, 3, 0, 0]),
            smooth=not smoothed,
            smoothed=smoothed,
            reduction=reduction,
        )
for k in (1, 2, 5):
    for reduction, reduce in (("mean", torch.mean), ("none", lambda x: x)):
        golden.case(
            f"truncated_top{k}_{reduction}",
            "truncated_top_k_cross_entropy",
            lambda x, y: reduce(truncated(x, y, k)),
            distinct(4, 8),
            integers(0, 8, 4),
            k=k,
            reduction=reduction,
        )
# Differences above 80 are clamped: no gradient through them, some through the rest.
far = values(-90.0, -20.0, 30.0, 1.0, 2.0, 0.0, 100.0, 99.0, 98.0, 97.0, 96.0, 15.0, shape=(2, 6))
golden.case(
    "truncated_top2_clamped",
    "truncated_top_k_cross_entropy",
    lambda x, y: truncated(x, y, 2),
    far,
    torch.tensor([0, 5]),
    k=2,
    reduction="none",
)

golden.write()
