# Run: python3 nn/src/test/python/dnc_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of the differentiable neural computer of dnc.py: its parts, and whole sequences
with loss and gradients.

`dnc_parts.safetensors` has cases like those of single operations. `dnc.safetensors` has two
sequences of the repeat-copy task (T 6, B 2, X 6, Y 5, H 8, N 5, W 3, R 2), with these tensors:
`parameters/…` as named in dnc.py, `initial/…` and `final/…` state, `observations` (T, B, X),
`targets` (T, B, Y), `mask` (T, B), `logits` (T, B, Y), `loss`, `gradients/…` of the loss by every
parameter, `released_accuracy`, `intended_accuracy` in percent. State: memory (B, N, W),
read_weights (B, R, N), write_weights (B, N), link (B, N, N), precedence (B, N), usage (B, N),
read_words (B, R, W), hidden and cell (B, H); the single write head has no axis.

Case `zero_state` starts as training does, from zeros. Then all slots are equally free, and slots
not yet written stay equal to within rounding: their order, and with it the order of slots in the
final state, hangs on ties. Logits, loss and gradients do not. Case `given_state` starts from a
random state in which no two usages are close; one cell and some logits reach their clip at ±20.

Checked before anything is written: the worked values of the specification, every logit and state
against the plain loops of dnc_plain.py, every gradient against a difference quotient (with the
write weights that enter usage held fixed, as usage lets no gradient through them).
"""

import math
import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "backends/conformance/src/main/python"))

import torch

import dnc
import dnc_plain
from golden import GoldenFile, agree, gradients, normal, single, slope, uniform, values

NN = ROOT / "nn/src/test/resources/aligrad/nn/golden"
SIZES = dnc.Sizes(input=6, output=5, hidden=8, slots=5, word=3, heads=2)


def assert_specification():
    row = lambda *numbers: values(*numbers).unsqueeze(0)
    close = lambda actual, expected, tolerance=1e-9: agree(
        actual.squeeze(0), expected, "specification", tolerance
    )
    close(
        dnc.allocation(row(0.5, 0.1, 0.9, 0.1)),
        values(0.005000085, 0.8999991, 0.00050000904, 0.0900007199919),
        1e-10,
    )
    ties = dnc.allocation(row(0, 0, 0, 0))[0]
    close(ties[:2], values(0.999999, 9.99999e-7), 1e-12)
    assert abs(ties[2] / 1e-12 - 1) < 1e-5 and abs(ties[3] / 1e-18 - 1) < 1e-5

    link, precedence = torch.zeros(1, 3, 3, dtype=torch.float64), row(0, 0, 0)
    for w in (row(0.8, 0.1, 0), row(0.1, 0.7, 0.1), row(0, 0.1, 0.6)):
        link, precedence = dnc.next_link(link, w, precedence), dnc.next_precedence(precedence, w)
    close(link, values(0, 0.009, 0, 0.522, 0, 0.010, 0.14, 0.429, 0, shape=(3, 3)))
    close(precedence, values(0.054, 0.313, 0.63))
    read = values(0.2, 0.5, 0.3, shape=(1, 1, 3))
    close(dnc.forward_weights(link, read)[0], values(0.0045, 0.1074, 0.2425))
    close(dnc.backward_weights(link, read)[0], values(0.303, 0.1305, 0.005))

    key, memory = values(0.2, 0.3, shape=(1, 1, 2)), values(
        0.1, 0.2, -0.3, 0.4, 0.5, -0.1, shape=(1, 3, 2)
    )
    close(dnc.similarities(key, memory)[0], values(0.9922518305, 0.3328163259, 0.3807455377), 1e-10)
    close(
        dnc.content_weights(key, row(1.5), memory)[0],
        values(0.5956133951, 0.1939536993, 0.2104329057),
        1e-10,
    )
    usage, written = row(0.2, 0.6, 0.9), row(0.5, 0.1, 0.3)
    read = values(0.7, 0.2, 0.1, 0.1, 0.1, 0.8, shape=(1, 2, 3))
    close(dnc.next_usage(usage, written, read, row(0.5, 0.9)), values(0.3549, 0.52416, 0.24738))

    counts = dnc.parameter_shapes(
        dnc.Sizes(input=6, output=5, hidden=64, slots=16, word=16, heads=4)
    )
    assert sum(shape.numel() for shape in map(torch.Size, counts.values())) == 43_980
    logits = torch.zeros(9, 1, 5, dtype=torch.float64)
    _, targets, mask = dnc.repeat_copy([2], [2], 4, torch.Generator().manual_seed(1), torch.float64)
    agree(dnc.masked_cross_entropy(logits, targets, mask), 5 * 5 * math.log(2), "untrained")


def weights(*shape):
    """Read or write weights: positive, summing to less than 1."""
    return lambda generator: 0.9 * normal(*shape)(generator).softmax(-1)


def link_matrix(batch, slots):
    """A link whose rows and columns sum to less than 1, with a zero diagonal."""
    off = 1 - torch.eye(slots, dtype=torch.float64)
    return lambda generator: uniform(0, 0.9 / slots, batch, slots, slots)(generator) * off


def usages(batch, slots):
    """Usages at least 0.05 apart within a sequence."""

    def draw(generator):
        places = torch.stack(
            [torch.randperm(slots, generator=generator) for _ in range(batch)]
        ).double()
        return 0.05 + 0.9 * (places + 0.5 * uniform(0, 1, batch, slots)(generator)) / slots

    return draw


def record_parts():
    golden = GoldenFile(NN, "dnc_parts")

    def case(op, *inputs, name=None, **options):
        return golden.case(name or op, op, getattr(dnc, op), *inputs, **options)

    B, N, W, R, H = 2, 5, 3, 2, 4
    case(
        "lstm",
        normal(B, 3),
        normal(B, H),
        normal(B, H),
        normal(3 + H, 4 * H, scale=0.5),
        normal(4 * H, scale=0.5),
    )
    # Units 0 and 1 of sequence 0 pass ±20: no gradient through the cell that is carried on.
    cell = values(20.0, -20.0, 19.0, 0.5, 3.0, -1.0, 0.25, -3.0, shape=(2, 4))
    bias = values(6, 6, 0, 0, 6, -6, 0, 0, 8, 8, 0, 0, 0.5, 0.5, 0, 0)
    case(
        "lstm",
        normal(B, 3),
        normal(B, H),
        cell,
        normal(3 + H, 4 * H, scale=0.25),
        bias,
        name="lstm_clipped",
    )
    assert (golden.tensors["lstm_clipped/output1"][0, :2] == values(20, -20)).all()
    case("similarities", normal(B, R, W), normal(B, N, W))
    case("content_weights", normal(B, R, W), normal(B, R, scale=2), normal(B, N, W))
    nothing = torch.zeros(B, N, W, dtype=torch.float64)
    case(
        "content_weights",
        normal(B, R, W),
        normal(B, R),
        nothing,
        name="content_weights_empty_memory",
    )
    # grad1 is zero by decree: usage lets no gradient through the write weights.
    case(
        "next_usage",
        usages(B, N),
        weights(B, N),
        weights(B, R, N),
        uniform(0, 1, B, R),
        smooth=False,
    )
    case("allocation", usages(B, N))
    case(
        "allocation",
        values(0.5, 0.25, 0.5, 0.25, 0.0, 0.0, 1.0, 1.0, shape=(2, 4)),
        name="allocation_ties",
        smooth=False,
    )
    case("written", normal(B, N, W), weights(B, N), uniform(0, 1, B, W), normal(B, W))
    case("next_link", link_matrix(B, N), weights(B, N), weights(B, N))
    case("next_precedence", weights(B, N), weights(B, N))
    case("forward_weights", link_matrix(B, N), weights(B, R, N))
    case("backward_weights", link_matrix(B, N), weights(B, R, N))
    mask = values(0, 0, 1, 1, 0, 1, shape=(3, 2))
    case(
        "masked_cross_entropy",
        normal(3, 2, 5, scale=2),
        uniform(0, 1, 3, 2, 5),
        mask,
        name="masked_cross_entropy",
    )
    # Sequence 0 is right wherever it is masked, sequence 1 once, sequence 2 never.
    logits = values(-3, -1, -1, 2, -2, 2, 1, 2, 1, 2, 1, 1, 1, -1, -1, -1, -1, 3, shape=(3, 3, 2))
    targets = values(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, shape=(3, 3, 2))
    mask = values(0, 0, 0, 1, 1, 1, 1, 1, 1, shape=(3, 3))
    found = case("accuracies", logits, targets, mask)
    agree(torch.stack(found), values(200 / 3, 100 / 3), "accuracies")
    golden.write()


def unroll_plain(observations, initial, parameters):
    """Logits (T, B, Y) and final state by dnc_plain, as tensors."""
    batch = observations.shape[1]
    named = {name: tensor.tolist() for name, tensor in parameters.items()}
    logits, finals = [], []
    for b in range(batch):
        state, rows = {name: tensor[b].tolist() for name, tensor in initial.items()}, []
        for x in observations[:, b].tolist():
            y, state = dnc_plain.step(x, state, named)
            rows.append(y)
        logits.append(rows)
        finals.append(state)
    state = {
        name: torch.tensor([final[name] for final in finals], dtype=torch.float64)
        for name in initial
    }
    return torch.tensor(logits, dtype=torch.float64).transpose(0, 1), state


def hold_write_weights(observations, initial, parameters):
    """A maker of `next_usage` functions that use the write weights of this run, and its usages."""
    held, usage, original = [], [], dnc.next_usage

    def noting(u, w, r, f):
        held.append(w.detach())
        usage.append(original(u, w, r, f).detach())
        return usage[-1]

    dnc.next_usage = noting
    dnc.unroll(observations, initial, parameters, SIZES)
    dnc.next_usage = original

    def replaying():
        rest = iter(held)
        return lambda u, w, r, f: original(u, next(rest), r, f)

    return replaying, torch.stack(usage)


def assert_gradients(case, golden, found, parameters, observations, initial, targets, mask):
    """Compares with difference quotients while the write weights inside usage are held."""
    replaying, _ = hold_write_weights(observations, initial, parameters)
    original, generator = dnc.next_usage, golden.generator(f"{case}/directions")

    def loss(moved):
        dnc.next_usage = replaying()
        logits, _ = dnc.unroll(observations, initial, moved, SIZES)
        dnc.next_usage = original
        return dnc.masked_cross_entropy(logits, targets, mask)

    for name, gradient in found.items():
        direction = normal(*gradient.shape)(generator)
        expected = slope(lambda t: loss({**parameters, name: parameters[name] + t * direction}))
        agree((gradient * direction).sum(), expected, f"{case}, gradient {name}", 1e-8)


def record_sequence(golden, case, initial, parameters):
    observations, targets, mask = dnc.repeat_copy(
        [1, 1], [2, 1], 4, golden.generator(f"{case}/task"), torch.float64
    )
    observations, targets = single(observations), single(targets)
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in parameters.items()}
    logits, final = dnc.unroll(observations, initial, leaves, SIZES)
    loss = dnc.masked_cross_entropy(logits, targets, mask)
    found = dict(zip(leaves, gradients(loss, leaves.values())))
    released, intended = dnc.accuracies(logits.detach(), targets, mask)

    plain_logits, plain_final = unroll_plain(observations, initial, parameters)
    agree(logits.detach(), plain_logits, f"{case}, logits of the plain loops")
    for name, tensor in plain_final.items():
        agree(final[name].detach(), tensor, f"{case}, final {name} of the plain loops")
    assert_gradients(case, golden, found, parameters, observations, initial, targets, mask)

    golden.begin(case, "dnc", bits=4, **vars(SIZES), batch=2, time=len(observations))
    for group, tensors in (
        ("parameters", parameters),
        ("initial", initial),
        ("final", final),
        ("gradients", found),
    ):
        for name, tensor in tensors.items():
            golden.put(f"{case}/{group}/{name}", tensor)
    for name, tensor in dict(
        observations=observations, targets=targets, mask=mask, logits=logits, loss=loss,
        released_accuracy=released, intended_accuracy=intended,
    ).items():  # fmt: skip
        golden.put(f"{case}/{name}", tensor)
    return logits.detach(), {name: tensor.detach() for name, tensor in final.items()}


def drawn_parameters(golden, case):
    generator = golden.generator(f"{case}/parameters")
    scale = lambda name: 0.3 if name.endswith("bias") else 0.6
    shapes = dnc.parameter_shapes(SIZES)
    return {
        name: single(normal(*shape, scale=scale(name))(generator)) for name, shape in shapes.items()
    }


def record_sequences():
    golden = GoldenFile(NN, "dnc")
    parameters = drawn_parameters(golden, "zero_state")
    record_sequence(golden, "zero_state", dnc.zero_state(SIZES, 2, torch.float64), parameters)

    parameters = drawn_parameters(golden, "given_state")
    generator = golden.generator("given_state/initial")
    shapes = dnc.state_shapes(SIZES, 2)
    draws = {
        "memory": normal(*shapes["memory"]),
        "read_weights": weights(*shapes["read_weights"]),
        "write_weights": weights(*shapes["write_weights"]),
        "link": link_matrix(2, SIZES.slots),
        "precedence": weights(*shapes["precedence"]),
        "usage": usages(2, SIZES.slots),
        "read_words": normal(*shapes["read_words"]),
        "hidden": uniform(-0.9, 0.9, *shapes["hidden"]),
        "cell": normal(*shapes["cell"]),
    }
    initial = {name: single(draw(generator)) for name, draw in draws.items()}
    initial["cell"][0, 0] = 20
    for gate, value in enumerate(
        (6.0, 6.0, 8.0)
    ):  # i, j, f of unit 0: the cell gains nearly 1 a step
        parameters["lstm/bias"][gate * SIZES.hidden] = value
    parameters["output/bias"][0], parameters["output/bias"][1] = 19.75, -19.75
    logits, final = record_sequence(golden, "given_state", initial, parameters)
    reached = logits.abs() == dnc.CLIP
    assert (
        reached.any() and not reached[:, :, :2].all()
    ), "some logits of channels 0 and 1 are clipped, some are not"
    assert (final["cell"][0] == dnc.CLIP).any() and final["cell"][1].abs().max() < dnc.CLIP
    observations = golden.tensors["given_state/observations"]
    _, usage = hold_write_weights(observations, initial, parameters)
    gaps = usage.sort(-1)[0].diff(dim=-1)
    assert gaps.min() > 1e-4, f"usages in given_state must be far apart, closest {gaps.min():.3g}"
    golden.write()


if __name__ == "__main__":
    assert_specification()
    record_parts()
    record_sequences()
