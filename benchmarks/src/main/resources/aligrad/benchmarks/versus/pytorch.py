# Run by PyTorch.java: pytorch.py probe DEVICE, or pytorch.py CASE NAME WARM_UP TURN.
"""PyTorch's side of `./aligrad bench versus --device`, as one writes it in eager PyTorch.

A case comes as JSON: its kind, its shapes, and for a network the first values of its parameters in
words. What is said on standard output is what `Turns` says, one line of JSON each: once warm the
numbers of the check, then for each line of standard input the times of a turn in milliseconds.

Shapes of cases are Aligrad's, images (N, H, W, C) and filters (out, kh, kw, in); they become
PyTorch's here. The clock stops when the device has done what it was told.
"""

import json
import math
import sys
import time

PROBE_NO_TORCH = 3
PROBE_NO_DEVICE = 4

try:
    import torch
    import torch.nn.functional as F
except ImportError as e:
    print(e)
    sys.exit(PROBE_NO_TORCH)


def probe(device):
    """Says version and device; exits with a code of its own where the device is missing."""
    try:
        torch.ones(8, device=device).sum().item()
    except (AssertionError, RuntimeError) as e:
        print(str(e).strip().splitlines()[0])
        sys.exit(PROBE_NO_DEVICE)
    if device.startswith("cuda"):
        name = f"{torch.cuda.get_device_name(device)}, CUDA {torch.version.cuda}"
        name += f", cuDNN {torch.backends.cudnn.version()}"
    else:
        name = device
    print(f"{torch.__version__} on {name}")


# --- Numbers that both sides can make: Inputs.java ---


def wrapped(n):
    """An integer as the 64 bits of a long."""
    return (n + (1 << 63)) % (1 << 64) - (1 << 63)


def fraction(stream, n):
    """`n` doubles in [-1, 1), from the finalizer of SplitMix64."""
    z = (torch.arange(n) ^ wrapped(stream << 32)) * wrapped(0x9E3779B97F4A7C15)
    z = (z ^ shifted(z, 30)) * wrapped(0xBF58476D1CE4E5B9)
    z = (z ^ shifted(z, 27)) * wrapped(0x94D049BB133111EB)
    return (z ^ shifted(z, 31)).double() * 2.0**-63


def shifted(z, bits):
    """An unsigned shift to the right."""
    return (z >> bits) & ((1 << (64 - bits)) - 1)


def java_hash(name):
    h = 0
    for c in name:
        h = (31 * h + ord(c)) % (1 << 32)
    return h - (1 << 32) if h >= 1 << 31 else h


def uniform(name, scale, *extents):
    return (scale * fraction(java_hash(name), math.prod(extents))).float().reshape(extents)


def bits(name, *extents):
    return (fraction(java_hash(name), math.prod(extents)) >= 0).float().reshape(extents)


def labels(n, classes):
    return torch.arange(n) * 7 % classes


def check(values):
    """Norm, and a sum that depends on each value's place."""
    v = values.detach().cpu().contiguous().flatten().double()
    norm = v.square().sum().sqrt()
    return [norm.item(), (3 * norm + (v * fraction(1, v.numel())).sum()).item()]


# --- Kernels ---


class Kernel:
    """What computes tensors that are checked one by one."""

    note = ""

    def run(self):
        self.results()

    def check(self):
        return [number for result in self.results() for number in check(result)]


class Product(Kernel):
    def __init__(self, c, device):
        self.a = uniform("a", 1, c["n"], c["n"]).to(device)
        self.b = uniform("b", 1, c["n"], c["n"]).to(device)

    def results(self):
        return [self.a @ self.b]


class Chain(Kernel):
    def __init__(self, c, device):
        self.a = uniform("a", 1, c["n"]).to(device)
        self.b = uniform("b", 1, c["n"]).to(device)

    def results(self):
        z = self.a * self.b + 0.5
        return [z * z.sigmoid() + self.a]


def images(values, memory_format, device):
    """(N, H, W, C) as (N, C, H, W), one way or the other in memory; filters likewise."""
    return values.permute(0, 3, 1, 2).to(device).contiguous(memory_format=memory_format)


LAYOUTS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}


class Passes(Kernel):
    def __init__(self, c, device, layout):
        self.note = layout
        memory = LAYOUTS[layout]
        self.c = c
        size, output, kernel = c["size"], c["output"], c["kernel"]
        x = uniform("x", 1, c["batch"], size, size, c["in"])
        filters = uniform("filter", 1, c["out"], kernel, kernel, c["in"])
        g = uniform("g", 1, c["batch"], output, output, c["out"])
        self.x = images(x, memory, device).requires_grad_()
        self.filters = images(filters, memory, device).requires_grad_()
        self.g = images(g, memory, device)

    def results(self):
        y = F.conv2d(self.x, self.filters, None, self.c["stride"], self.c["padding"])
        gradients = torch.autograd.grad(y, [self.x, self.filters], self.g)
        return [each.permute(0, 2, 3, 1) for each in (y, *gradients)]


class LayerNorm(Kernel):
    def __init__(self, c, device):
        self.epsilon = c["epsilon"]
        rows, width = c["rows"], c["width"]
        self.leaves = [
            uniform("x", 1, rows, width).to(device).requires_grad_(),
            uniform("weight", 1, width).to(device).requires_grad_(),
            uniform("bias", 1, width).to(device).requires_grad_(),
        ]
        self.g = uniform("g", 1, rows, width).to(device)

    def results(self):
        x, weight, bias = self.leaves
        y = F.layer_norm(x, weight.shape, weight, bias, self.epsilon)
        return [y, *torch.autograd.grad(y, self.leaves, self.g)]


class SoftmaxCrossEntropy(Kernel):
    def __init__(self, c, device):
        self.scores = uniform("scores", 5, c["batch"], c["classes"]).to(device).requires_grad_()
        self.labels = labels(c["batch"], c["classes"]).to(device)

    def results(self):
        loss = F.cross_entropy(self.scores, self.labels)
        return [loss, *torch.autograd.grad(loss, [self.scores])]

    def check(self):
        loss, gradient = self.results()
        return [loss.item(), *check(gradient)]


# --- ALI-G ---


class AliG:
    """γ = min(η, ℓ / (‖g‖² + ε)), v ← μ v - γ g, w ← w - γ g + μ v, all parameters in one call."""

    def __init__(self, parameters, max_learning_rate, epsilon, momentum):
        self.w = parameters
        self.eta, self.epsilon, self.mu = max_learning_rate, epsilon, momentum
        self.v = [torch.zeros_like(w) for w in parameters] if momentum else []

    def step(self, gradients, loss):
        """The loss, a number or a tensor, and ‖g‖: one wait for both."""
        with torch.no_grad():
            squares = torch.stack(torch._foreach_norm(gradients)).square().sum()
            if torch.is_tensor(loss):
                loss, squares = torch.stack([loss, squares]).tolist()
            else:
                squares = squares.item()
            gamma = min(self.eta, loss / (squares + self.epsilon))
            torch._foreach_add_(self.w, gradients, alpha=-gamma)
            if self.v:
                torch._foreach_mul_(self.v, self.mu)
                torch._foreach_add_(self.v, gradients, alpha=-gamma)
                torch._foreach_add_(self.w, self.v, alpha=self.mu)
        return loss, math.sqrt(squares)


class Update(Kernel):
    def __init__(self, c, device):
        self.w = uniform("w", 1, c["n"]).to(device)
        self.g = uniform("g", 1, c["n"]).to(device)
        self.optimizer = AliG([self.w], math.inf, c["epsilon"], c["momentum"])
        self.loss = c["loss"]

    def run(self):
        self.optimizer.step([self.g], self.loss)

    def check(self):
        for _ in range(3):
            self.run()
        return check(self.w)


# --- Networks: each has parameters, in the order of the case, and a loss ---


def first_values(c):
    for p in c["parameters"]:
        values = uniform(p["name"], p["spread"], *p["extents"])
        yield values + torch.tensor(p["centre"], dtype=torch.float32)


class Network:
    """Base of those whose parameters are the case's, filters as images."""

    def __init__(self, c, device, layout):
        self.batch = c["batch"]
        self.sizes = c["sizes"]
        self.memory = LAYOUTS[layout]
        self.parameters = [
            (images(w, self.memory, device) if w.dim() == 4 else w.to(device)).requires_grad_()
            for w in first_values(c)
        ]


class Lenet(Network):
    def __init__(self, c, device, layout):
        super().__init__(c, device, layout)
        self.x = images(uniform("x", 1, self.batch, 28, 28, 1), self.memory, device)
        self.labels = labels(self.batch, self.sizes["classes"]).to(device)

    def loss(self):
        w = self.parameters
        x = self.x
        for i in (0, 2):
            x = F.max_pool2d(F.relu(F.conv2d(x, w[i], w[i + 1], padding=1)), 2)
        x = x.permute(0, 2, 3, 1).reshape(self.batch, -1)
        x = F.relu(F.linear(x, w[4], w[5]))
        return F.cross_entropy(F.linear(x, w[6], w[7]), self.labels)


class Mlp(Network):
    def __init__(self, c, device):
        super().__init__(c, device, "contiguous")
        self.x = uniform("x", 1, self.batch, 784).to(device)
        self.labels = labels(self.batch, self.sizes["classes"]).to(device)

    def loss(self):
        w = self.parameters
        x = F.relu(F.linear(self.x, w[0], w[1]))
        x = F.relu(F.linear(x, w[2], w[3]))
        return F.cross_entropy(F.linear(x, w[4], w[5]), self.labels)


class Images(Network):
    """On images of 32 by 32 pixels, the parameters taken in the order in which they are needed."""

    def __init__(self, c, device, layout):
        super().__init__(c, device, layout)
        self.dropout = c["dropout"]
        self.x = images(uniform("x", 1, self.batch, 32, 32, 3), self.memory, device)
        self.labels = labels(self.batch, self.sizes["classes"]).to(device)
        norms = [
            p["extents"][0]
            for p in c["parameters"]
            if "norm" in p["name"] and p["name"].endswith("weight")
        ]
        self.running = [
            (torch.zeros(n, device=device), torch.ones(n, device=device)) for n in norms
        ]

    def loss(self):
        self.next, self.statistics = iter(self.parameters), iter(self.running)
        return F.cross_entropy(self.scores(self.x), self.labels)

    def conv(self, x, stride=1):
        filters = next(self.next)
        return F.conv2d(x, filters, None, stride, filters.shape[2] // 2)

    def norm_relu(self, x):
        mean, variance = next(self.statistics)
        weight, bias = next(self.next), next(self.next)
        return F.relu(F.batch_norm(x, mean, variance, weight, bias, True, 0.1, 1e-5))

    def drop(self, x):
        return F.dropout(x, self.dropout) if self.dropout else x

    def head(self, x, bias):
        weight = next(self.next)
        return F.linear(x.mean((2, 3)), weight, next(self.next) if bias else None)


class WideResNet(Images):
    def scores(self, x):
        x = self.conv(x)
        for stage in range(3):
            for i in range(2):
                a = self.norm_relu(x)
                stride = 2 if i == 0 and stage > 0 else 1
                y = self.conv(a, stride)
                y = self.conv(self.drop(self.norm_relu(y)))
                x = (self.conv(a, stride) if i == 0 else x) + y
        return self.head(self.norm_relu(x), True)


class DenseNet(Images):
    def scores(self, x):
        x = self.conv(x)
        for block in range(3):
            if block:
                x = F.avg_pool2d(self.drop(self.conv(self.norm_relu(x))), 2)
            for _ in range(6):
                y = self.drop(self.conv(self.norm_relu(x)))
                x = torch.cat([x, self.drop(self.conv(self.norm_relu(y)))], 1)
        return self.head(self.norm_relu(x), False)


class InferSent:
    """Both sentences in one batch, words first; the LSTM is PyTorch's module."""

    ENCODER = 8

    def __init__(self, c, device):
        sizes = c["sizes"]
        values = list(first_values(c))
        hidden = values[1].shape[1]
        self.lstm = torch.nn.LSTM(sizes["embedding"], hidden, bidirectional=True)
        with torch.no_grad():
            for w, value in zip(self.lstm.parameters(), values):
                w.copy_(value)
        self.lstm.to(device)
        rest = [w.to(device).requires_grad_() for w in values[self.ENCODER :]]
        self.parameters = [*self.lstm.parameters(), *rest]
        shape = (c["batch"], sizes["words"], sizes["embedding"])
        words = torch.cat([uniform("premises", 1, *shape), uniform("hypotheses", 1, *shape)])
        self.words = words.transpose(0, 1).contiguous().to(device)
        self.labels = labels(c["batch"], sizes["entailments"]).to(device)

    def loss(self):
        u, v = self.lstm(self.words)[0].amax(0).chunk(2)
        x = torch.cat([u, v, (u - v).abs(), u * v], 1)
        w = self.parameters[self.ENCODER :]
        for i in range(0, len(w), 2):
            x = F.linear(x, w[i], w[i + 1])
        return F.cross_entropy(x, self.labels)


class Dnc(Network):
    """Letters: H hidden units, N memory slots, W word size, R read heads."""

    H, N, W, R = 64, 16, 16, 4
    # write vector, erase vector, free gates, allocation gate, write gate, read modes, write key,
    # write strength, read keys, read strengths
    CUTS = [W, W, R, 1, 1, 3 * R, W, 1, R * W, R]
    EPSILON = 1e-6

    def __init__(self, c, device):
        super().__init__(c, device, "contiguous")
        b, steps = self.batch, self.sizes["dnc_steps"]
        self.x = bits("x", steps, b, self.sizes["dnc_inputs"]).to(device)
        self.targets = bits("targets", steps, b, self.sizes["dnc_outputs"]).to(device)
        self.off_diagonal = (1 - torch.eye(self.N)).to(device)
        self.first = torch.ones(b, 1, device=device)
        n, w, r = self.N, self.W, self.R
        shapes = [(n, w), (r, n), (n,), (n, n), (n,), (n,), (r * w,), (self.H,), (self.H,)]
        self.start = [torch.zeros(b, *shape, device=device) for shape in shapes]

    def loss(self):
        state = self.start
        rows = []
        for x in self.x:
            state = self.step(x, *state)
            rows.append(torch.cat([state[7], state[6]], 1))
        weight, bias = self.parameters[4:]
        logits = (torch.stack(rows) @ weight + bias).clamp(-20, 20)
        loss = F.binary_cross_entropy_with_logits(logits, self.targets, reduction="sum")
        return loss / self.batch

    def step(self, x, memory, read, write, link, precedence, usage, words, hidden, cell):
        b, r, w = self.batch, self.R, self.W
        lstm_weight, lstm_bias, weight, bias = self.parameters[:4]
        gates = torch.addmm(lstm_bias, torch.cat([x, words, hidden], 1), lstm_weight)
        i, j, f, o = gates.chunk(4, 1)
        cell = (f + 1).sigmoid() * cell + i.sigmoid() * j.tanh()
        hidden = cell.tanh() * o.sigmoid()
        q = torch.addmm(bias, hidden, weight).split(self.CUTS, 1)
        kept = 1 - q[2].sigmoid().unsqueeze(2) * read
        usage = (usage + (1 - usage) * write.detach()) * kept.prod(1)
        by_content = self.content(q[6].unsqueeze(1), q[7], memory).squeeze(1)
        gate = q[3].sigmoid()
        write = q[4].sigmoid() * (gate * self.allocation(usage) + (1 - gate) * by_content)
        column = write.unsqueeze(2)
        memory = memory * (1 - column * q[1].sigmoid().unsqueeze(1))
        memory = memory + column * q[0].unsqueeze(1)
        link = (1 - column - write.unsqueeze(1)) * link + column * precedence.unsqueeze(1)
        link = link * self.off_diagonal
        precedence = (1 - write.sum(1, keepdim=True)) * precedence + write
        backward, forward, content = q[5].reshape(b, r, 3).softmax(2).split(1, 2)
        read = (
            content * self.content(q[8].reshape(b, r, w), q[9], memory)
            + forward * (read @ link.transpose(1, 2))
            + backward * (read @ link)
        )
        words = (read @ memory).flatten(1)
        return memory, read, write, link, precedence, usage, words, hidden, cell.clamp(-20, 20)

    def content(self, keys, strengths, memory):
        """Softmax over the slots of the cosine of keys (B, K, W) and memory, sharpened."""
        dots = keys @ memory.transpose(1, 2)
        key_norms = (keys.square().sum(2, keepdim=True) + self.EPSILON).sqrt()
        row_norms = (memory.square().sum(2) + self.EPSILON).sqrt().unsqueeze(1)
        similarity = dots / (key_norms * row_norms + self.EPSILON)
        return (similarity * F.softplus(strengths).unsqueeze(2)).softmax(2)

    def allocation(self, usage):
        """Weights (B, N) of free slots, the freest first."""
        free = 1 - (self.EPSILON + (1 - self.EPSILON) * usage)
        order = free.detach().argsort(1, descending=True)
        ordered = free.gather(1, order)
        used_before = torch.cat([self.first, (1 - ordered[:, :-1]).cumprod(1)], 1)
        return torch.zeros_like(free).scatter(1, order, ordered * used_before)


NETWORKS = {
    "LENET": Lenet,
    "MLP": Mlp,
    "DNC": Dnc,
    "WRN_16_4": WideResNet,
    "DENSENET_40_40": DenseNet,
    "INFERSENT_512": InferSent,
    "INFERSENT_2048": InferSent,
}
OF_IMAGES = {"LENET", "WRN_16_4", "DENSENET_40_40"}


class Training:
    """Training steps, all on one batch."""

    def __init__(self, c, device, *layout):
        self.again = lambda other: Training(other, device, *layout)
        self.note = " ".join(layout)
        self.c = c
        self.network = NETWORKS[c["architecture"]](c, device, *layout)
        self.optimizer = AliG(
            self.network.parameters, c["max_learning_rate"], c["epsilon"], c["momentum"]
        )

    def step(self):
        loss = self.network.loss()
        return self.optimizer.step(
            list(torch.autograd.grad(loss, self.network.parameters)), loss.detach()
        )

    def run(self):
        self.step()

    def check(self):
        """Loss and norm of the gradient of the first three steps, of few examples, undropped."""
        first = self.again({**self.c, "batch": self.c["checked"], "dropout": 0})
        return [number for _ in range(3) for number in first.step()]


KERNELS = {
    "gemm": Product,
    "convolution": Passes,
    "chain": Chain,
    "layernorm": LayerNorm,
    "softmax": SoftmaxCrossEntropy,
    "update": Update,
}


# --- The clock: Stopwatch.java ---


class Stopwatch:
    SHORTEST_SAMPLE, LONG_SAMPLE, FEWEST_SAMPLES = 1, 500, 3
    MOST_HALVES, STEADY = 6, 0.95

    def __init__(self, workload, finish):
        self.workload, self.finish, self.runs = workload, finish, 1

    def warm_up(self, milliseconds):
        fastest = min(self.samples(milliseconds / 2))
        before = math.inf
        for _ in range(self.MOST_HALVES - 1):
            if fastest >= self.STEADY * before:
                break
            before = fastest
            fastest = min(before, *self.samples(milliseconds / 2))
        self.runs = max(1, math.ceil(self.SHORTEST_SAMPLE / fastest))
        return fastest

    def samples(self, milliseconds):
        samples, spent, fewest = [], 0, self.FEWEST_SAMPLES
        while spent < milliseconds or len(samples) < fewest:
            start = time.perf_counter_ns()
            for _ in range(self.runs):
                self.workload.run()
            self.finish()
            sample = (time.perf_counter_ns() - start) / 1e6
            spent += sample
            fewest = 1 if sample > self.LONG_SAMPLE else fewest
            samples.append(sample / self.runs)
        return samples


def makers(c, device):
    """The ways to compute a case."""
    network = c["kind"] == "network"
    kind = Training if network else KERNELS[c["kind"]]
    if kind is Passes or network and c["architecture"] in OF_IMAGES:
        return [lambda layout=layout: kind(c, device, layout) for layout in LAYOUTS]
    return [lambda: kind(c, device)]


def as_java(number):
    """A double as text that Java reads; JSON has no word for those that are not finite."""
    if math.isfinite(number):
        return repr(number)
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def main(c, name, warm_up, turn):
    out, sys.stdout = sys.stdout, sys.stderr  # libraries that print do not disturb the talk
    device = c["device"]
    torch.set_num_threads(c["threads"])
    torch.backends.cuda.matmul.allow_tf32 = c["tf32"]
    torch.backends.cudnn.allow_tf32 = c["tf32"]
    torch.backends.cudnn.benchmark = True
    on_cuda = device.startswith("cuda")
    finish = (lambda: torch.cuda.synchronize(device)) if on_cuda else lambda: None
    ways = makers(c, device)
    best = None
    for way in ways:
        workload = way()
        numbers = workload.check()
        stopwatch = Stopwatch(workload, finish)
        fastest = stopwatch.warm_up(warm_up / len(ways))
        if best is None or fastest < best[0]:
            best = fastest, stopwatch, numbers, workload.note
    _, stopwatch, numbers, note = best
    say = lambda **line: print(json.dumps(line), file=out, flush=True)
    say(name=name, check=[as_java(number) for number in numbers], note=note)
    while sys.stdin.readline():
        say(name=name, times=stopwatch.samples(turn))


if __name__ == "__main__":
    if sys.argv[1] == "probe":
        probe(sys.argv[2])
    else:
        main(json.loads(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
