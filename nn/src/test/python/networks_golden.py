# Run: python3 nn/src/test/python/networks_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of small wide residual, densely connected and residual networks.

`input0` are images (N, H, W, C), `parameters/…` and `buffers/…` the state before, by the paths of
Aligrad's modules, filters as (out, kh, kw, in). `output` are the scores: in training those of the
batch's own statistics, with gradients, and `after/…` the running statistics that it leaves; in
evaluation ("training": false) those of the running statistics. The networks are written with
`torch.nn.functional` over the named tensors, channels first, as in the papers' releases.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "backends/conformance/src/main/python"))

import torch
import torch.nn.functional as F

from golden import GoldenFile, normal, single, uniform

NN = ROOT / "nn/src/test/resources/aligrad/nn/golden"


class Network:
    """The first pass over a network only notes which tensors it has; later ones compute."""

    def __init__(self, parameters=None, buffers=None, training=True):
        self.parameters, self.buffers, self.training = parameters, buffers, training
        self.shapes, self.channels = {}, {}

    def conv(self, name, x, out, kernel, stride=1):
        name += ".weight"
        self.shapes[name] = (out, kernel, kernel, x.shape[1])
        weight = torch.zeros(self.shapes[name], dtype=torch.float64)
        if self.parameters:
            weight = self.parameters[name]
        return F.conv2d(x, weight.permute(0, 3, 1, 2), stride=stride, padding=kernel // 2)

    def norm_relu(self, name, x):
        return F.relu(self.norm(name, x))

    def norm(self, name, x):
        c = x.shape[1]
        self.channels[name] = self.shapes[f"{name}.weight"] = self.shapes[f"{name}.bias"] = (c,)
        if not self.parameters:
            return x
        return F.batch_norm(
            x,
            self.buffers[f"{name}.running_mean"],
            self.buffers[f"{name}.running_var"],
            self.parameters[f"{name}.weight"],
            self.parameters[f"{name}.bias"],
            self.training,
            0.1,
            1e-5,
        )

    def linear(self, name, x, out, bias):
        self.shapes[f"{name}.weight"] = (out, x.shape[1])
        if bias:
            self.shapes[f"{name}.bias"] = (out,)
        if not self.parameters:
            return x
        return F.linear(x, self.parameters[f"{name}.weight"], self.parameters.get(f"{name}.bias"))


def wide_resnet(network, x, depth, width, first, classes):
    x = network.conv("conv1", x, first, 3)
    for stage in range(3):
        out = (first << stage) * width
        for i in range((depth - 4) // 6):
            name, stride = f"stage{stage + 1}.{i}", 2 if stage and not i else 1
            a = network.norm_relu(f"{name}.norm1", x)
            h = network.conv(f"{name}.conv1", a, out, 3, stride)
            h = network.conv(f"{name}.conv2", network.norm_relu(f"{name}.norm2", h), out, 3)
            shortcut = x
            if x.shape[1] != out:
                shortcut = network.conv(f"{name}.shortcut", a, out, 1, stride)
            x = shortcut + h
    x = network.norm_relu("norm", x)
    return network.linear("scores", x.mean((2, 3)), classes, True)


def densenet(network, x, depth, growth, bottleneck, reduction, classes):
    x = network.conv("conv1", x, 2 * growth, 3)
    for block in range(1, 4):
        for i in range((depth - 4) // (6 if bottleneck else 3)):
            name, h = f"body.block{block}.{i}", x
            if bottleneck:
                h = network.norm_relu(f"{name}.bottleneck.norm", h)
                h = network.conv(f"{name}.bottleneck.conv", h, 4 * growth, 1)
            h = network.norm_relu(f"{name}.growing.norm", h)
            x = torch.cat([x, network.conv(f"{name}.growing.conv", h, growth, 3)], 1)
        if block < 3:
            name = f"body.transition{block}"
            h = network.norm_relu(f"{name}.norm", x)
            x = F.avg_pool2d(network.conv(f"{name}.conv", h, int(reduction * x.shape[1]), 1), 2)
    x = network.norm_relu("norm", x)
    return network.linear("scores", x.mean((2, 3)), classes, False)


def resnet(network, x, blocks, first, classes):
    x = network.norm_relu("norm1", network.conv("conv1", x, first, 7, 2))
    x = F.max_pool2d(x, 3, 2, 1)
    for stage, count in enumerate(blocks):
        out = first << stage
        for i in range(count):
            name, stride = f"stage{stage + 1}.{i}", 2 if stage and not i else 1
            h = network.norm_relu(f"{name}.norm1", network.conv(f"{name}.conv1", x, out, 3, stride))
            h = network.norm(f"{name}.norm2", network.conv(f"{name}.conv2", h, out, 3))
            if x.shape[1] != out or stride != 1:
                x = network.conv(f"{name}.shortcut.0", x, out, 1, stride)
                x = network.norm(f"{name}.shortcut.1", x)
            x = F.relu(x + h)
    return network.linear("scores", x.mean((2, 3)), classes, True)


def record(golden, case, op, build, images, training, **options):
    chart = Network()
    build(chart, torch.zeros(images[0], images[3], *images[1:3], dtype=torch.float64), **options)
    scale = lambda shape: (2 / torch.Size(shape[1:]).numel()) ** 0.5
    parameters = {
        name: (
            normal(*shape, scale=scale(shape))
            if len(shape) > 1
            else uniform(0.5, 1.5, *shape) if name.endswith("weight") else normal(*shape, scale=0.3)
        )
        for name, shape in chart.shapes.items()
    }
    generator = golden.generator(f"{case}/buffers")
    buffers = {}
    for name, shape in chart.channels.items():
        buffers[f"{name}.running_mean"] = single(normal(*shape, scale=0.3)(generator))
        buffers[f"{name}.running_var"] = single(uniform(0.5, 1.5, *shape)(generator))
    after = {}

    def compute(x, named):
        after.update({name: tensor.clone() for name, tensor in buffers.items()})
        network = Network(named, after, training)
        return build(network, x.permute(0, 3, 1, 2), **options)

    golden.case(
        case,
        op,
        compute,
        normal(*images),
        parameters=parameters,
        constants={f"buffers/{name}": tensor for name, tensor in buffers.items()},
        forward_only=not training,
        smooth=False,  # a difference quotient would step over kinks of ReLU
        training=training,
        **options,
    )
    if training:
        for name, tensor in after.items():
            golden.put(f"{case}/after/{name}", tensor)


golden = GoldenFile(NN, "networks")
for mode, training in (("training", True), ("evaluation", False)):
    # Two channels at first: width 2 changes them in every stage, width 1 keeps them in the first.
    wrn = dict(depth=10, width=2, first=2, classes=3)
    record(golden, f"wrn_{mode}", "wide_resnet", wide_resnet, (2, 8, 8, 3), training, **wrn)
deeper = dict(depth=16, width=1, first=1, classes=2)
record(golden, "wrn_deeper", "wide_resnet", wide_resnet, (2, 8, 4, 3), True, **deeper)
for mode, training in (("training", True), ("evaluation", False)):
    bc = dict(depth=10, growth=3, bottleneck=True, reduction=0.5, classes=3)
    record(golden, f"densenet_{mode}", "densenet", densenet, (2, 8, 8, 3), training, **bc)
plain = dict(depth=10, growth=2, bottleneck=False, reduction=1.0, classes=2)
record(golden, "densenet_plain", "densenet", densenet, (2, 4, 8, 3), True, **plain)
golden.write()

golden = GoldenFile(NN, "resnet")
for mode, training in (("training", True), ("evaluation", False)):
    small = dict(blocks=[1, 2, 1, 1], first=2, classes=3)
    record(golden, f"resnet_{mode}", "resnet", resnet, (2, 24, 33, 3), training, **small)
golden.write()
