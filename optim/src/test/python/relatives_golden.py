# Run: python3 optim/src/test/python/relatives_golden.py
# Needs Python 3.9 or newer, NumPy, and PyTorch to write the file.
"""Golden values of the relatives of ALI-G: twelve steps each, in double precision, with NumPy alone
and the equations of the papers one by one.

The problem has three parameters w, which begin at (1, -2, 0.5). The loss of batch t is
1/2 Σ k_i (w_i - c_i)² with k = (1, 0.5, 2) and c_i = ((7 t + 3 i) mod 11) / 10 - 0.5, so that its
gradient is k_i (w_i - c_i). LAMB's norms are of the tensors (w_0, w_1) and (w_2); all other sums go
over the whole.

Tensors, each with a row for each step: `weights/CASE`, the parameters after the step (12, 3);
`sizes/CASE`, the step size; `evaluation/CASE`, the weights to evaluate with, where they are others;
`targets/CASE`, the targets of ALI-G+ at the end (6).
"""

import sys
from pathlib import Path

import numpy as np

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "backends/conformance/src/main/python"))

import torch

from golden import write_safetensors

STEPS = 12
START = np.array([1.0, -2.0, 0.5])
K = np.array([1.0, 0.5, 2.0])
TENSORS = [slice(0, 2), slice(2, 3)]


def center(t):
    return np.array([((7 * t + 3 * i) % 11) / 10 - 0.5 for i in range(3)])


def loss(t, w):
    return 0.5 * np.sum(K * (w - center(t)) ** 2)


def gradient(t, w):
    return K * (w - center(t))


def sps(c, longest):
    w = START.copy()
    for t in range(STEPS):
        f, g = loss(t, w), gradient(t, w)
        gamma = min(f / (c * (g @ g)), longest)
        w = w - gamma * g
        yield w, gamma


def sps_smoothed(m, lower):
    w, previous = START.copy(), 1.0
    for t in range(STEPS):
        f, g = loss(t, w), gradient(t, w)
        gamma = min(2 ** (1 / m) * previous, (f - lower) / (0.5 * (g @ g) + 1e-8))
        w, previous = w - gamma * g, gamma
        yield w, gamma


def momo(alpha, decay, lower):
    beta = 0.9
    x = START.copy()
    for t in range(STEPS):
        f, g = loss(t, x), gradient(t, x)
        if t == 0:
            d, fbar, s = g, f, g @ x
        else:
            d = beta * d + (1 - beta) * g
            fbar = beta * fbar + (1 - beta) * f
            s = beta * s + (1 - beta) * (g @ x)
        shrink = 1 + alpha * decay
        above = max(0.0, shrink * (fbar - lower) + d @ x - shrink * s)
        tau = min(alpha, above / (d @ d))
        x = (x - tau * d) / shrink
        yield x, tau


def momo_adam(alpha, decay, lower):
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    x = START.copy()
    d, v, fbar, s = np.zeros(3), np.zeros(3), 0.0, 0.0
    for k in range(1, STEPS + 1):
        f, g = loss(k - 1, x), gradient(k - 1, x)
        d = beta1 * d + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        fbar = beta1 * fbar + (1 - beta1) * f
        s = beta1 * s + (1 - beta1) * (g @ x)
        D = np.sqrt(v / (1 - beta2**k)) + eps
        rho = 1 - beta1**k
        shrink = 1 + alpha * decay
        above = max(0.0, shrink * (fbar - rho * lower) + d @ x - shrink * s)
        tau = min(alpha / rho, above / np.sum(d**2 / D))
        x = (x - tau * d / D) / shrink
        yield x, tau


def dual(G, b, eta):
    """The best of the solutions on all faces of the simplex; piece 0 is the constant 0."""
    n = len(b)
    Q = eta * G @ G.T
    best, highest = None, -np.inf
    for subset in range(1, 2**n):
        face = [i for i in range(n) if subset >> i & 1]
        m = len(face)
        system = np.zeros((m + 1, m + 1))
        system[:m, :m] = Q[np.ix_(face, face)] + 1e-8 * np.eye(m)
        system[:m, m] = system[m, :m] = 1
        solution = np.linalg.solve(system, np.append(b[face], 1))
        alpha = np.zeros(n)
        alpha[face] = solution[:m]
        value = b @ alpha - alpha @ Q @ alpha / 2
        if np.all(alpha >= 0) and value > highest:
            best, highest = alpha, value
    slope = b - Q @ best  # at the maximum: the same for all pieces in use, less for the others
    in_use = slope[best > 0]
    assert np.ptp(in_use) < 1e-6 and np.all(slope <= in_use.max() + 1e-6), "no maximum"
    return best


def borat(pieces, eta, momentum):
    x0, v = START.copy(), np.zeros(3)
    x, G, b = x0, [np.zeros(3)], [0.0]
    for t in range(STEPS):
        f, g = loss(t, x), gradient(t, x)
        G.append(g)
        b.append(f - g @ (x - x0))
        alpha = dual(np.array(G), np.array(b), eta)
        x = x0 - eta * alpha @ np.array(G)
        if len(G) == pieces:
            v = momentum * v + x - x0
            x = x + momentum * v
            x0, G, b = x, [np.zeros(3)], [0.0]
        yield x, eta * (1 - alpha[0])


def d_adapt_sgd(d0, momentum, decay, growth):
    x0 = x = START.copy()
    d, s, r = d0, np.zeros(3), 0.0
    for k in range(STEPS):
        g = gradient(k, x) + decay * x
        if k == 0:
            G = np.linalg.norm(g)
        step = d / G
        r = r + step * (g @ s)
        s = s + step * g
        estimate = 2 * r / np.linalg.norm(s)
        d = max(d, min(estimate, d * growth))
        z = x0 - s
        x = momentum * x + (1 - momentum) * z
        yield x, step


def d_adapt_adam(d0, decay):
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    root = np.sqrt(beta2)
    x, d, r = START.copy(), d0, 0.0
    m, v, s = np.zeros(3), np.zeros(3), np.zeros(3)
    for k in range(STEPS):
        g = gradient(k, x) + decay * x
        gamma = d
        r = root * r + (1 - root) * gamma * (g @ (s / (np.sqrt(v) + eps)))
        m = beta1 * m + (1 - beta1) * gamma * g
        v = beta2 * v + (1 - beta2) * g**2
        s = root * s + (1 - root) * gamma * g
        d = max(d, r / ((1 - root) * np.sum(np.abs(s))))
        x = x - m / (np.sqrt(v) + eps)
        yield x, gamma


def prodigy(d0, decay):
    """As in the paper, with factors of r and s that cancel in the program; ε with the new d."""
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    root = np.sqrt(beta2)
    x0 = x = START.copy()
    d, r = d0, 0.0
    m, v, s = np.zeros(3), np.zeros(3), np.zeros(3)
    for k in range(STEPS):
        g = gradient(k, x)
        m = beta1 * m + (1 - beta1) * d * g
        v = beta2 * v + (1 - beta2) * d**2 * g**2
        r = root * r + (1 - root) * d**2 * (g @ (x0 - x))
        s = root * s + (1 - root) * d**2 * g
        rate = d
        d = max(d, r / np.sum(np.abs(s)))
        x = x - decay * rate * x
        x = x - rate * m / (np.sqrt(v) + d * eps)
        yield x, rate


def schedule_free(rate, warmup, decay, adam):
    beta, beta2, eps = 0.9, 0.999, 1e-8
    x = y = z = START.copy()
    v, weights, largest = np.zeros(3), 0.0, 0.0
    for k in range(STEPS):
        gamma = rate * min(1, (k + 1) / warmup)
        g = gradient(k, y)
        if adam:
            v = beta2 * v + (1 - beta2) * g**2
            z = z - gamma * decay * y - gamma * g / (np.sqrt(v / (1 - beta2 ** (k + 1))) + eps)
        else:
            z = z - gamma * (g + decay * y)
        largest = max(largest, gamma)
        weights += largest**2
        c = largest**2 / weights
        x = (1 - c) * x + c * z
        y = beta * x + (1 - beta) * z
        yield y, gamma, x


def lion(rate, decay):
    beta1, beta2 = 0.9, 0.99
    w, m = START.copy(), np.zeros(3)
    for t in range(STEPS):
        g = gradient(t, w)
        c = beta1 * m + (1 - beta1) * g
        w = w - rate * (np.sign(c) + decay * w)
        m = beta2 * m + (1 - beta2) * g
        yield w, rate


def lamb(rate, decay):
    beta1, beta2, eps = 0.9, 0.999, 1e-6
    w, m, v = START.copy(), np.zeros(3), np.zeros(3)
    for t in range(1, STEPS + 1):
        g = gradient(t - 1, w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        r = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        w = w.copy()
        for part in TENSORS:
            u = r[part] + decay * w[part]
            w[part] -= rate * np.linalg.norm(w[part]) / np.linalg.norm(u) * u
        yield w, rate


def ali_g_plus(eta, momentum, decay, raises, epochs, final):
    """Six samples z, of which batch t has (2 t) mod 6 and the next; the loss of z is that of batch z
    above plus z/20, the mean is taken over the batch. Three batches are an epoch."""
    x, v = START.copy(), np.zeros(3)
    a, delta = np.zeros(6), np.zeros(6)
    best, best_mean, now = None, 1e6, np.zeros(6)
    for t in range(STEPS):
        batch = [2 * t % 6, (2 * t + 1) % 6]
        losses = np.array([loss(z, x) + z / 20 for z in batch])
        g = np.mean([gradient(z, x) for z in batch], axis=0)
        now[batch] = losses
        gamma = min(max(0, np.mean(losses - a[batch]) / (g @ g + 1e-9)), eta)
        x = x - gamma * (g + decay * x)
        v = momentum * v - gamma * g
        x = x + momentum * v
        yield x, gamma
        if t % 3 == 2:
            if now.mean() < best_mean:
                best, best_mean = now.copy(), now.mean()
            if (t // 3 + 1) % (epochs // raises) == 0:
                for z in range(6):
                    if best[z] <= a[z]:
                        a[z] = max(0, a[z] - delta[z] / 2)
                    else:
                        delta[z] = max(0, (best[z] - a[z]) / 2)
                        a[z] = (a[z] + best[z]) / 2
    final.append(a)


def main():
    targets = []
    cases = {
        "sps": sps(0.5, 0.4),
        "sps_unbounded": sps(1.0, np.inf),
        "sps_smoothed": sps_smoothed(4, 0.01),
        "momo": momo(1.0, 0.0, 0.0),
        "momo_decay": momo(0.3, 0.1, 0.02),
        "momo_adam": momo_adam(0.1, 0.0, 0.0),
        "momo_adam_decay": momo_adam(1.0, 0.1, 0.02),
        "borat_2": borat(2, 0.4, 0.0),
        "borat_3": borat(3, 0.4, 0.9),
        "borat_5": borat(5, 1.0, 0.5),
        "d_adapt_sgd": d_adapt_sgd(0.01, 0.0, 0.0, np.inf),
        "d_adapt_sgd_momentum": d_adapt_sgd(0.1, 0.5, 0.1, 1.02),
        "d_adapt_adam": d_adapt_adam(0.01, 0.1),
        "prodigy": prodigy(0.01, 0.0),
        "prodigy_decay": prodigy(0.1, 0.1),
        "schedule_free": schedule_free(0.3, 4, 0.01, False),
        "schedule_free_adamw": schedule_free(0.1, 1, 0.01, True),
        "lion": lion(0.05, 0.1),
        "lamb": lamb(0.05, 0.01),
        "ali_g_plus": ali_g_plus(0.3, 0.9, 0.01, 2, 4, targets),
    }
    tensors = {}
    for name, steps in cases.items():
        rows = list(steps)
        assert len(rows) == STEPS, name
        tensors["weights/" + name] = torch.tensor(np.array([row[0] for row in rows]))
        tensors["sizes/" + name] = torch.tensor(np.array([float(row[1]) for row in rows]))
        if len(rows[0]) == 3:
            tensors["evaluation/" + name] = torch.tensor(np.array([row[2] for row in rows]))
    tensors["targets/ali_g_plus"] = torch.tensor(targets[0])
    write_safetensors(
        ROOT / "optim/src/test/resources/aligrad/optim/golden/relatives.safetensors",
        tensors,
        {"script": "relatives_golden.py"},
    )


main()
