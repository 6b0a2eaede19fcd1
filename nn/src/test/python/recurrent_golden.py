# Run: python3 nn/src/test/python/recurrent_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of LSTM and GRU: one and two layers, one and two directions, initial states,
variable lengths.

`input0` is (B, T, in); with "initial_state", `input1` is h0 and, for an LSTM, `input2` c0, each
(layers · directions, B, H), a layer's forward direction before its backward one. `output0` is (B,
T, directions · H), `output1` the final h, `output2` the final c. With "packed", `lengths` holds the
true length of every sequence: outputs beyond it are zero, the final state is that of the last true
step, and the backward direction starts there. Parameters have PyTorch's names and layouts (weights
(gates · H, in)); gates are i, f, g, o in an LSTM and r, z, n in a GRU with n = tanh(W_in x + b_in +
r ⊙ (W_hn h + b_hn)), h' = (1 − z) ⊙ n + z ⊙ h. Both are also written out below, step by step, and
must agree with PyTorch.

`encoder…` cases are the sentence encoder of InferSent: a bidirectional LSTM whose zero-filled
outputs (B, T, 2H) are maximized over all T positions, zeros included. `classifier` adds its
features u, v, |u − v|, u ⊙ v and three linear layers.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "backends/conformance/src/main/python"))

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden import GoldenFile, agree, normal, uniform

NN = ROOT / "nn/src/test/resources/aligrad/nn/golden"
MODULES = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def sized(op, inputs, hidden, layers, bidirectional):
    return MODULES[op](
        inputs, hidden, layers, bidirectional=bidirectional, batch_first=True
    ).double()


def with_parameters(module, parameters):
    """The module with plain tensors in the place of its parameters: gradients reach them."""
    for name, tensor in parameters.items():
        del module._parameters[name]
        setattr(module, name, tensor)
    return module


def run(module, x, state, lengths):
    """Outputs (B, T, directions · H), zero beyond the lengths, and the final states."""
    if lengths is None:
        outputs, final = module(x, state)
    else:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, final = module(packed, state)
        outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[1])
    return (outputs, *final) if isinstance(final, tuple) else (outputs, final)


def step(op, x, state, w_ih, w_hh, b_ih, b_hh):
    h = state[0]
    fromx, fromh = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    if op == "lstm":
        i, f, g, o = (fromx + fromh).chunk(4)
        c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
    (r, z, n), (rh, zh, nh) = fromx.chunk(3), fromh.chunk(3)
    r, z = (r + rh).sigmoid(), (z + zh).sigmoid()
    return ((1 - z) * (n + r * nh).tanh() + z * h,)


def by_hand(op, x, parameters, hidden, layers, bidirectional, state, lengths):
    """The same as `run`, one sequence, one layer, one direction, one step at a time."""
    directions = ["", "_reverse"] if bidirectional else [""]
    kinds = 2 if op == "lstm" else 1
    batch, time = x.shape[:2]
    ends = [time] * batch if lengths is None else lengths.tolist()
    finals = torch.zeros(kinds, layers * len(directions), batch, hidden, dtype=torch.float64)
    for layer in range(layers):
        outputs = torch.zeros(batch, time, len(directions) * hidden, dtype=torch.float64)
        for d, suffix in enumerate(directions):
            names = (
                f"{name}_l{layer}{suffix}"
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            weights = [parameters[name] for name in names]
            row = layer * len(directions) + d
            for b in range(batch):
                if state is None:
                    s = tuple(torch.zeros(hidden, dtype=torch.float64) for _ in range(kinds))
                else:
                    s = tuple(part[row, b] for part in (state if kinds == 2 else (state,)))
                for t in reversed(range(ends[b])) if suffix else range(ends[b]):
                    s = step(op, x[b, t], s, *weights)
                    outputs[b, t, d * hidden : (d + 1) * hidden] = s[0]
                for kind in range(kinds):
                    finals[kind, row, b] = s[kind]
        x = outputs
    return (x, *finals)


def recurrent(
    golden,
    case,
    op,
    batch,
    time,
    inputs,
    hidden,
    layers,
    bidirectional,
    lengths=None,
    initial_state=False,
):
    shapes = {
        name: tensor.shape
        for name, tensor in sized(op, inputs, hidden, layers, bidirectional).named_parameters()
    }
    parameters = {name: normal(*shape, scale=0.6) for name, shape in shapes.items()}
    lengths = None if lengths is None else torch.tensor(lengths)
    rows = layers * (2 if bidirectional else 1)
    states = [normal(rows, batch, hidden, scale=0.5)] * (initial_state * (2 if op == "lstm" else 1))

    def compute(x, *rest):
        *state, named = rest
        state = None if not state else tuple(state) if op == "lstm" else state[0]
        module = with_parameters(sized(op, inputs, hidden, layers, bidirectional), named)
        found = run(module, x, state, lengths)
        with torch.no_grad():
            expected = by_hand(op, x, named, hidden, layers, bidirectional, state, lengths)
            for a, b in zip(found, expected):
                agree(a.detach(), b, case)
        return found

    golden.case(
        case,
        op,
        compute,
        normal(batch, time, inputs),
        *states,
        parameters=parameters,
        constants={} if lengths is None else {"lengths": lengths},
        hidden=hidden,
        layers=layers,
        bidirectional=bidirectional,
        packed=lengths is not None,
        initial_state=initial_state,
    )


golden = GoldenFile(NN, "recurrent")
for op in MODULES:
    for layers in (1, 2):
        for bidirectional in (False, True):
            name = f"{op}_{layers}layer{'_bidirectional' if bidirectional else ''}"
            shape = dict(
                batch=3, time=4, inputs=2, hidden=3, layers=layers, bidirectional=bidirectional
            )
            recurrent(golden, name, op, **shape)
            if layers == 1 or bidirectional:
                recurrent(golden, f"{name}_packed", op, lengths=[2, 4, 1], **shape)
    shape = dict(batch=2, time=3, inputs=4, hidden=3, layers=2, bidirectional=True)
    recurrent(golden, f"{op}_initial_state", op, initial_state=True, **shape)
    recurrent(golden, f"{op}_initial_state_packed", op, initial_state=True, lengths=[3, 2], **shape)
    recurrent(golden, f"{op}_one_step", op, 2, 1, 3, 2, 1, False)
    # No sequence is as long as the input: its last position is padding for all.
    recurrent(golden, f"{op}_packed_short", op, 2, 4, 2, 3, 1, True, lengths=[3, 2])


def encode(x, parameters, hidden, lengths):
    module = with_parameters(sized("lstm", x.shape[2], hidden, 1, True), parameters)
    return run(module, x, None, lengths)[0].amax(1)


E, H, WIDTH = 4, 3, 5
lstm = {
    name: normal(*p.shape, scale=0.6) for name, p in sized("lstm", E, H, 1, True).named_parameters()
}
# The middle sentence is the longest; the zeros beyond the others take part in the maximum.
premises, hypotheses = torch.tensor([2, 5, 3]), torch.tensor([4, 1, 2])
longest = lambda lengths: int(lengths.max())
golden.case(
    "encoder",
    "infersent_encoder",
    lambda x, named: encode(x, named, H, premises),
    normal(3, 5, E),
    parameters=lstm,
    constants={"lengths": premises},
    hidden=H,
)
linear = {}
for layer, (out, inputs) in enumerate(((WIDTH, 8 * H), (WIDTH, WIDTH), (3, WIDTH))):
    linear[f"classifier.{layer}.weight"] = uniform(-0.4, 0.4, out, inputs)
    linear[f"classifier.{layer}.bias"] = uniform(-0.4, 0.4, out)


def classify(premise, hypothesis, named):
    encoder = {name: tensor for name, tensor in named.items() if not name.startswith("classifier")}
    u, v = encode(premise, encoder, H, premises), encode(hypothesis, encoder, H, hypotheses)
    x = torch.cat([u, v, (u - v).abs(), u * v], 1)
    for layer in range(3):
        x = F.linear(x, named[f"classifier.{layer}.weight"], named[f"classifier.{layer}.bias"])
    return x


golden.case(
    "classifier",
    "infersent_classifier",
    classify,
    normal(3, longest(premises), E),
    normal(3, longest(hypotheses), E),
    parameters={**lstm, **linear},
    constants={"lengths0": premises, "lengths1": hypotheses},
    hidden=H,
    width=WIDTH,
)

golden.write()
