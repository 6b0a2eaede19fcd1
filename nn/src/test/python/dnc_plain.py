# Not run by itself: dnc_golden.py holds dnc.py against it.
"""The forward pass of dnc.py once more, sequence by sequence and slot by slot, without tensors.

Numbers, lists and loops only, written from the equations: what both agree on is unlikely to be a
slip of broadcasting, transposition or sorting. Two-index weights are lists of rows.
"""

from math import exp, log1p, prod, sqrt, tanh

EPSILON = 1e-6


def sigmoid(x):
    return 1 / (1 + exp(-x))


def clip(x):
    return max(-20.0, min(20.0, x))


def affine(x, weight, bias):
    return [b + sum(x[k] * weight[k][j] for k in range(len(x))) for j, b in enumerate(bias)]


def softmax(x):
    e = [exp(each - max(x)) for each in x]
    return [each / sum(e) for each in e]


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def content(key, strength, memory):
    guarded = lambda v: sqrt(dot(v, v) + EPSILON)
    similarity = [dot(key, row) / (guarded(key) * guarded(row) + EPSILON) for row in memory]
    return softmax([s * log1p(exp(strength)) for s in similarity])


def allocation(usage):
    free = [1 - (EPSILON + (1 - EPSILON) * u) for u in usage]
    order = sorted(range(len(free)), key=lambda slot: (-free[slot], slot))
    found, used = [0.0] * len(free), 1.0
    for slot in order:
        found[slot] = free[slot] * used
        used *= 1 - free[slot]
    return found


def step(x, state, parameters):
    """Logits and next state of one sequence; states and parameters are (nested) lists by name."""
    hidden_units = len(state["hidden"])
    heads = len(state["read_weights"])
    slots = range(len(state["usage"]))
    word = range(len(state["memory"][0]))

    row = x + [r for words in state["read_words"] for r in words] + state["hidden"]
    z = affine(row, parameters["lstm/weight"], parameters["lstm/bias"])
    hidden, cell = [], []
    for unit, previous in enumerate(state["cell"]):
        i, j, f, o = (z[gate * hidden_units + unit] for gate in range(4))
        c = sigmoid(f + 1) * previous + sigmoid(i) * tanh(j)
        cell.append(clip(c))
        hidden.append(clip(sigmoid(o) * tanh(c)))  # the hidden value sees the cell before clipping
    q = lambda name: affine(
        hidden, parameters[f"interface/{name}/weight"], parameters[f"interface/{name}/bias"]
    )

    free_gates = [sigmoid(f) for f in q("free_gates")]
    usage = []
    for n in slots:
        u = state["usage"][n]
        u = u + (1 - u) * state["write_weights"][n]
        usage.append(
            u * prod(1 - free_gates[r] * state["read_weights"][r][n] for r in range(heads))
        )

    write_gate, allocation_gate = sigmoid(q("write_gate")[0]), sigmoid(q("allocation_gate")[0])
    a, c = allocation(usage), content(q("write_keys"), q("write_strengths")[0], state["memory"])
    w = [write_gate * (allocation_gate * a[n] + (1 - allocation_gate) * c[n]) for n in slots]
    erase, write = [sigmoid(e) for e in q("erase_vectors")], q("write_vectors")
    memory = [
        [state["memory"][n][k] * (1 - w[n] * erase[k]) + w[n] * write[k] for k in word]
        for n in slots
    ]

    p = state["precedence"]
    link = [
        [0.0 if i == j else (1 - w[i] - w[j]) * state["link"][i][j] + w[i] * p[j] for j in slots]
        for i in slots
    ]
    precedence = [(1 - sum(w)) * p[n] + w[n] for n in slots]

    modes, keys, strengths = q("read_modes"), q("read_keys"), q("read_strengths")
    read_weights, read_words = [], []
    for r in range(heads):
        backward, forward, by_content = softmax(modes[3 * r : 3 * r + 3])
        c = content(keys[r * len(word) : (r + 1) * len(word)], strengths[r], memory)
        old = state["read_weights"][r]
        read_weights.append(
            [
                by_content * c[n]
                + forward * sum(link[n][j] * old[j] for j in slots)
                + backward * sum(old[i] * link[i][n] for i in slots)
                for n in slots
            ]
        )
        read_words.append([sum(read_weights[r][n] * memory[n][k] for n in slots) for k in word])

    joined = hidden + [value for words in read_words for value in words]
    logits = [
        clip(y) for y in affine(joined, parameters["output/weight"], parameters["output/bias"])
    ]
    return logits, {
        "memory": memory,
        "read_weights": read_weights,
        "write_weights": w,
        "link": link,
        "precedence": precedence,
        "usage": usage,
        "read_words": read_words,
        "hidden": hidden,
        "cell": cell,
    }
