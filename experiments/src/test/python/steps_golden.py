# Run: python3 experiments/src/test/python/steps_golden.py
# Needs Python 3.9 or newer and PyTorch (the committed file: 1.13).
"""Twenty steps of PyTorch's optimizers on a small convolutional network, in double precision.

The network: 3 filters of 3x3 with padding, ReLU, maximum pooling of 2x2, a linear layer to 5 classes,
cross-entropy. Five batches of 8 images of 6 by 6 pixels and 2 channels take turns. Images are
(N, H, W, C), filters (out, kh, kw, in), features are flattened in that order.

Tensors: `images` (5, 8, 6, 6, 2), `labels` (5, 8), `start/PARAMETER`; for each optimizer
`OPTIMIZER/losses` (20) and `OPTIMIZER/PARAMETER` after the last step.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "backends/conformance/src/main/python"))

import torch
import torch.nn.functional as F

from golden import single, write_safetensors

STEPS = 20


def network(parameters, images):
    x = images.permute(0, 3, 1, 2)
    filters = parameters["conv.weight"].permute(0, 3, 1, 2)
    x = F.conv2d(x, filters, parameters["conv.bias"], padding=1).relu()
    x = F.max_pool2d(x, 2).permute(0, 2, 3, 1).flatten(1)
    return F.linear(x, parameters["linear.weight"], parameters["linear.bias"])


def main():
    generator = torch.Generator().manual_seed(1)
    normal = lambda *shape: single(torch.randn(shape, generator=generator, dtype=torch.float64))
    images = normal(5, 8, 6, 6, 2)
    labels = torch.randint(0, 5, (5, 8), generator=generator)
    start = {
        "conv.weight": single(normal(3, 3, 3, 2) * 0.3),
        "conv.bias": single(normal(3) * 0.1),
        "linear.weight": single(normal(5, 27) * 0.2),
        "linear.bias": single(normal(5) * 0.1),
    }
    optim = torch.optim
    optimizers = {
        "nesterov": lambda p: optim.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=1e-3),
        "adam": lambda p: optim.Adam(p, 0.01, weight_decay=1e-3),
        "amsgrad": lambda p: optim.Adam(p, 0.01, betas=(0.9, 0.9), amsgrad=True),
        "adamw": lambda p: optim.AdamW(p, 0.01, weight_decay=0.1),
        "adagrad": lambda p: optim.Adagrad(p, 0.02, weight_decay=1e-3),
        "rmsprop": lambda p: optim.RMSprop(p, 0.003, weight_decay=1e-3),
    }
    tensors = {"images": images, "labels": labels}
    tensors.update({"start/" + name: tensor for name, tensor in start.items()})
    for name, make in optimizers.items():
        parameters = {key: tensor.clone().requires_grad_() for key, tensor in start.items()}
        optimizer = make(list(parameters.values()))
        losses = []
        for t in range(STEPS):
            optimizer.zero_grad()
            loss = F.cross_entropy(network(parameters, images[t % 5]), labels[t % 5])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        tensors[name + "/losses"] = torch.stack(losses)
        for key, tensor in parameters.items():
            tensors[name + "/" + key] = tensor.detach()
        print(name, losses[0].item(), losses[-1].item())
    write_safetensors(
        ROOT / "experiments/src/test/resources/aligrad/experiments/golden/steps.safetensors",
        tensors,
        {"script": "steps_golden.py"},
    )


main()
