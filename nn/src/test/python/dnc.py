# Not run by itself: dnc_golden.py records it, dnc_speed.py times it.
"""Differentiable neural computer (Graves et al., Nature 538, 2016) with one write head, as its
authors released it.

Differences of the release from the paper: strengths pass through softplus, usage lets no gradient
through the previous write weights, small constants guard norms and usages, and the output is one
affine map of controller output and read words.

Letters: B batch, T time, X input, Y output, H controller units, N memory slots, W word size, R read
heads. Affine maps are x · weight + bias with weight (in, out). The ten interface quantities and
their sizes are in `interface_sizes`; heads vary slowest in their columns (read keys: all W of head
0 first), and the three read modes of a head are backward, forward, content.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

EPSILON = 1e-6
CLIP = 20.0


@dataclass(frozen=True)
class Sizes:
    input: int
    output: int
    hidden: int
    slots: int
    word: int
    heads: int

    @property
    def read(self):
        return self.heads * self.word


def interface_sizes(sizes):
    return {
        "write_vectors": sizes.word,
        "erase_vectors": sizes.word,
        "free_gates": sizes.heads,
        "allocation_gate": 1,
        "write_gate": 1,
        "read_modes": 3 * sizes.heads,
        "write_keys": sizes.word,
        "write_strengths": 1,
        "read_keys": sizes.heads * sizes.word,
        "read_strengths": sizes.heads,
    }


def parameter_shapes(sizes):
    rows = sizes.input + sizes.read + sizes.hidden
    shapes = {"lstm/weight": (rows, 4 * sizes.hidden), "lstm/bias": (4 * sizes.hidden,)}
    for name, size in interface_sizes(sizes).items():
        shapes[f"interface/{name}/weight"] = (sizes.hidden, size)
        shapes[f"interface/{name}/bias"] = (size,)
    shapes["output/weight"] = (sizes.hidden + sizes.read, sizes.output)
    shapes["output/bias"] = (sizes.output,)
    return shapes


def state_shapes(sizes, batch):
    return {
        "memory": (batch, sizes.slots, sizes.word),
        "read_weights": (batch, sizes.heads, sizes.slots),
        "write_weights": (batch, sizes.slots),
        "link": (batch, sizes.slots, sizes.slots),
        "precedence": (batch, sizes.slots),
        "usage": (batch, sizes.slots),
        "read_words": (batch, sizes.heads, sizes.word),
        "hidden": (batch, sizes.hidden),
        "cell": (batch, sizes.hidden),
    }


def lstm(x, hidden, cell, weight, bias):
    """LSTM with gates i, j, f, o, a forget bias of 1, and hidden and cell clipped to ±20."""
    i, j, f, o = (torch.cat([x, hidden], -1) @ weight + bias).chunk(4, -1)
    cell = (f + 1).sigmoid() * cell + i.sigmoid() * j.tanh()
    hidden = cell.tanh() * o.sigmoid()
    return hidden.clamp(-CLIP, CLIP), cell.clamp(-CLIP, CLIP)


def similarities(keys, memory):
    """Cosine of keys (B, K, W) and memory rows (B, N, W), guarded twice: (B, K, N)."""
    dots = keys @ memory.transpose(1, 2)
    key_norms = (keys.square().sum(-1, keepdim=True) + EPSILON).sqrt()
    row_norms = (memory.square().sum(-1) + EPSILON).sqrt().unsqueeze(1)
    return dots / (key_norms * row_norms + EPSILON)


def content_weights(keys, strengths, memory):
    """Softmax over the slots of the similarity, sharpened by softplus(strength): (B, K, N)."""
    sharpness = F.softplus(strengths, threshold=40)  # linear beyond 20 by default: wrong by 2e-9
    return (similarities(keys, memory) * sharpness.unsqueeze(-1)).softmax(-1)


def next_usage(usage, write_weights, read_weights, free_gates):
    """Usage (B, N) after the previous step's writing and the freeing of what it read."""
    usage = usage + (1 - usage) * write_weights.detach()
    kept = 1 - free_gates.unsqueeze(-1) * read_weights
    return usage * kept.prod(1)


def allocation(usage):
    """Weights (B, N) of free slots, the freest first, of equally free ones the smaller index."""
    free = 1 - (EPSILON + (1 - EPSILON) * usage)
    order = free.detach().sort(dim=-1, descending=True, stable=True)[1]
    ordered = free.gather(-1, order)
    used_before = torch.cat(
        [torch.ones_like(ordered[:, :1]), (1 - ordered[:, :-1]).cumprod(-1)], -1
    )
    return torch.zeros_like(free).scatter(-1, order, ordered * used_before)


def written(memory, write_weights, erase, write):
    w = write_weights.unsqueeze(-1)
    return memory * (1 - w * erase.unsqueeze(1)) + w * write.unsqueeze(1)


def next_link(link, write_weights, precedence):
    """Temporal link (B, N, N): entry i, j is how much slot i was written right after slot j."""
    i, j = write_weights.unsqueeze(2), write_weights.unsqueeze(1)
    link = (1 - i - j) * link + i * precedence.unsqueeze(1)
    return link * (1 - torch.eye(link.shape[-1], dtype=link.dtype))


def next_precedence(precedence, write_weights):
    return (1 - write_weights.sum(-1, keepdim=True)) * precedence + write_weights


def forward_weights(link, read_weights):
    return read_weights @ link.transpose(1, 2)


def backward_weights(link, read_weights):
    return read_weights @ link


def interface(controller, parameters, sizes):
    """The ten quantities, squashed except for keys, write vectors and strengths."""
    raw = {
        name: controller @ parameters[f"interface/{name}/weight"]
        + parameters[f"interface/{name}/bias"]
        for name in interface_sizes(sizes)
    }
    return squashed(raw, sizes)


def squashed(raw, sizes):
    batch = raw["write_vectors"].shape[0]
    heads = lambda tensor, last: tensor.reshape(batch, sizes.heads, last)
    return {
        **raw,
        "erase_vectors": raw["erase_vectors"].sigmoid(),
        "free_gates": raw["free_gates"].sigmoid(),
        "allocation_gate": raw["allocation_gate"].sigmoid(),
        "write_gate": raw["write_gate"].sigmoid(),
        "read_modes": heads(raw["read_modes"], 3).softmax(-1),
        "read_keys": heads(raw["read_keys"], sizes.word),
    }


def step(x, state, parameters, sizes, interface=interface, lstm=lstm):
    """One time step: logits (B, Y) and the next state."""
    controller_input = torch.cat([x, state["read_words"].flatten(1)], -1)
    hidden, cell = lstm(
        controller_input,
        state["hidden"],
        state["cell"],
        parameters["lstm/weight"],
        parameters["lstm/bias"],
    )
    q = interface(hidden, parameters, sizes)

    usage = next_usage(
        state["usage"], state["write_weights"], state["read_weights"], q["free_gates"]
    )
    content = content_weights(q["write_keys"].unsqueeze(1), q["write_strengths"], state["memory"])[
        :, 0
    ]
    gate = q["allocation_gate"]
    write_weights = q["write_gate"] * (gate * allocation(usage) + (1 - gate) * content)
    memory = written(state["memory"], write_weights, q["erase_vectors"], q["write_vectors"])

    link = next_link(state["link"], write_weights, state["precedence"])
    precedence = next_precedence(state["precedence"], write_weights)
    backward, forward, by_content = q["read_modes"].split(1, -1)
    read_weights = (
        by_content * content_weights(q["read_keys"], q["read_strengths"], memory)
        + forward * forward_weights(link, state["read_weights"])
        + backward * backward_weights(link, state["read_weights"])
    )
    read_words = read_weights @ memory

    joined = torch.cat([hidden, read_words.flatten(1)], -1)
    logits = (joined @ parameters["output/weight"] + parameters["output/bias"]).clamp(-CLIP, CLIP)
    return logits, {
        "memory": memory,
        "read_weights": read_weights,
        "write_weights": write_weights,
        "link": link,
        "precedence": precedence,
        "usage": usage,
        "read_words": read_words,
        "hidden": hidden,
        "cell": cell,
    }


def unroll(observations, state, parameters, sizes, step=step):
    """Logits (T, B, Y) for observations (T, B, X), and the final state."""
    logits = []
    for x in observations:
        y, state = step(x, state, parameters, sizes)
        logits.append(y)
    return torch.stack(logits), state


def zero_state(sizes, batch, dtype):
    return {
        name: torch.zeros(shape, dtype=dtype) for name, shape in state_shapes(sizes, batch).items()
    }


def initial_parameters(sizes, generator, dtype):
    """Truncated normal, σ = 1/√fan_in, beyond 2σ redrawn; biases 0, the LSTM's like its weights."""
    parameters = {}
    for name, shape in parameter_shapes(sizes).items():
        if name.endswith("bias") and name != "lstm/bias":
            parameters[name] = torch.zeros(shape, dtype=dtype)
            continue
        deviation = 1 / math.sqrt(parameter_shapes(sizes)[name.replace("bias", "weight")][0])
        draw = torch.randn(shape, generator=generator, dtype=dtype)
        while (draw.abs() > 2).any():
            draw = torch.where(
                draw.abs() > 2, torch.randn(shape, generator=generator, dtype=dtype), draw
            )
        parameters[name] = deviation * draw
    return parameters


def masked_cross_entropy(logits, targets, mask):
    """Sigmoid cross-entropy in nats: masked sum over time and channels, mean over the batch."""
    each = F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(-1)
    return (each * mask).sum() / logits.shape[1]


def repeat_copy(lengths, repeats, bits, generator, dtype):
    """Repeat-copy: observations (T, B, bits + 2), targets (T, B, bits + 1), mask (T, B)."""
    steps = [length * (times + 1) + 3 for length, times in zip(lengths, repeats)]
    time, batch = max(steps), len(steps)
    observations = torch.zeros(time, batch, bits + 2, dtype=dtype)
    targets = torch.zeros(time, batch, bits + 1, dtype=dtype)
    mask = torch.zeros(time, batch, dtype=dtype)
    for b, (length, times) in enumerate(zip(lengths, repeats)):
        pattern = torch.randint(0, 2, (length, bits), generator=generator).to(dtype)
        start, end = length + 2, length + 2 + length * times
        observations[0, b, bits] = 1
        observations[1 : length + 1, b, :bits] = pattern
        observations[length + 1, b, bits + 1] = times / 10
        targets[start:end, b, :bits] = pattern.repeat(times, 1)
        targets[end, b, bits] = 1
        mask[start : end + 1, b] = 1
    return observations, targets, mask


def accuracies(logits, targets, mask):
    """Percent of sequences with some masked step right (as released), with all (as intended)."""
    right = ((logits.sigmoid().round() * mask.unsqueeze(-1)) == targets).all(-1) & (mask > 0)
    released = right.any(0)
    intended = (right | (mask == 0)).all(0)
    return 100 * released.to(logits.dtype).mean(), 100 * intended.to(logits.dtype).mean()
