# Run: python3 nn/src/test/python/pytorch_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""State dictionaries of PyTorch modules, and what these modules make of an input.

Each case has `state/…`, the module's `state_dict()` with PyTorch's names, shapes and order of axes,
inputs and outputs. Images are recorded as (N, H, W, C) and given to the modules channels first. The
modules are in evaluation, with running statistics that were moved from where they start.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "backends/conformance/src/main/python"))

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import dnc
from golden import GoldenFile, normal, single

NN = ROOT / "nn/src/test/resources/aligrad/nn/golden"


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class WideBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = conv(inputs, outputs, 3, stride)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = conv(outputs, outputs, 3)
        if inputs != outputs:
            self.convShortcut = conv(inputs, outputs, 1, stride)

    def forward(self, x):
        a = F.relu(self.bn1(x))
        shortcut = self.convShortcut(a) if hasattr(self, "convShortcut") else x
        return shortcut + self.conv2(F.relu(self.bn2(self.conv1(a))))


class Stage(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layer = nn.Sequential(*layers)

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, depth, width, first, classes):
        super().__init__()
        self.conv1 = conv(3, first, 3)
        inputs = first
        for stage in range(3):
            outputs = (first << stage) * width
            blocks = [
                WideBlock(outputs if i else inputs, outputs, 2 if stage and not i else 1)
                for i in range((depth - 4) // 6)
            ]
            setattr(self, f"block{stage + 1}", Stage(*blocks))
            inputs = outputs
        self.bn1 = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(x)).mean((2, 3)))


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth, bottleneck):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        if bottleneck:
            self.conv1 = conv(inputs, 4 * growth, 1)
            self.bn2 = nn.BatchNorm2d(4 * growth)
            self.conv2 = conv(4 * growth, growth, 3)
        else:
            self.conv1 = conv(inputs, growth, 3)

    def forward(self, x):
        h = self.conv1(F.relu(self.bn1(x)))
        if hasattr(self, "conv2"):
            h = self.conv2(F.relu(self.bn2(h)))
        return torch.cat([x, h], 1)


class Transition(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = conv(inputs, outputs, 1)

    def forward(self, x):
        return F.avg_pool2d(self.conv1(F.relu(self.bn1(x))), 2)


class DenseNet(nn.Module):
    def __init__(self, depth, growth, bottleneck, reduction, classes):
        super().__init__()
        channels = 2 * growth
        self.conv1 = conv(3, channels, 3)
        for block in range(1, 4):
            layers = []
            for _ in range((depth - 4) // (6 if bottleneck else 3)):
                layers.append(DenseLayer(channels, growth, bottleneck))
                channels += growth
            setattr(self, f"block{block}", Stage(*layers))
            if block < 3:
                kept = int(reduction * channels)
                setattr(self, f"trans{block}", Transition(channels, kept))
                channels = kept
        self.bn1 = nn.BatchNorm2d(channels)
        self.fc = nn.Linear(channels, classes, bias=False)

    def forward(self, x):
        x = self.trans2(self.block2(self.trans1(self.block1(self.conv1(x)))))
        return self.fc(F.relu(self.bn1(self.block3(x))).mean((2, 3)))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv(outputs, outputs, 3), nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        h = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(h + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, blocks, first, classes):
        super().__init__()
        self.conv1, self.bn1 = conv(3, first, 7, 2), nn.BatchNorm2d(first)
        inputs = first
        for stage, count in enumerate(blocks):
            outputs = first << stage
            layers = [
                BasicBlock(outputs if i else inputs, outputs, 2 if stage and not i else 1)
                for i in range(count)
            ]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
            inputs = outputs
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return self.fc(x.mean((2, 3)))


class Encoder(nn.Module):
    def __init__(self, embedding, hidden):
        super().__init__()
        self.enc_lstm = nn.LSTM(embedding, hidden, bidirectional=True, batch_first=True)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, _ = pad_packed_sequence(self.enc_lstm(packed)[0], batch_first=True)
        return outputs.amax(1)


class InferSent(nn.Module):
    def __init__(self, embedding, hidden, width, classes):
        super().__init__()
        self.encoder = Encoder(embedding, hidden)
        self.classifier = nn.Sequential(
            nn.Linear(8 * hidden, width), nn.Linear(width, width), nn.Linear(width, classes)
        )

    def forward(self, premises, hypotheses, premise_lengths, hypothesis_lengths):
        u = self.encoder(premises, premise_lengths)
        v = self.encoder(hypotheses, hypothesis_lengths)
        return self.classifier(torch.cat([u, v, (u - v).abs(), u * v], 1))


class Dnc(nn.Module):
    """Its LSTMCell has no constant forget bias: that is part of its biases."""

    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        self.lstm = nn.LSTMCell(sizes.input + sizes.read, sizes.hidden)
        self.interface = nn.ModuleDict(
            {
                name: nn.Linear(sizes.hidden, size)
                for name, size in dnc.interface_sizes(sizes).items()
            }
        )
        self.output = nn.Linear(sizes.hidden + sizes.read, sizes.output)

    def cell(self, x, hidden, cell, *_):
        hidden, cell = self.lstm(x, (hidden, cell))
        return hidden, cell.clamp(-dnc.CLIP, dnc.CLIP)

    def quantities(self, hidden, *_):
        raw = {name: linear(hidden) for name, linear in self.interface.items()}
        return dnc.squashed(raw, self.sizes)

    def forward(self, observations):
        parameters = {
            "lstm/weight": None,
            "lstm/bias": None,
            "output/weight": self.output.weight.T,
            "output/bias": self.output.bias,
        }
        state = dnc.zero_state(self.sizes, observations.shape[1], observations.dtype)
        step = lambda *arguments: dnc.step(*arguments, interface=self.quantities, lstm=self.cell)
        return dnc.unroll(observations, state, parameters, self.sizes, step)[0]


def record(golden, case, module, *inputs, images=False, constants=None, **options):
    """Draws a state, single numbers as float32, and records what the module makes of the inputs."""
    module = module.double().eval()
    generator = golden.generator(f"{case}/state")
    state = {}
    for name, tensor in module.state_dict().items():
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(7)
        elif name.endswith("running_var"):
            state[name] = single(
                0.5 + torch.rand(tensor.shape, generator=generator, dtype=torch.float64)
            )
        else:
            scale = 0.3 if tensor.dim() < 2 else tensor[0].numel() ** -0.5
            offset = 1 if tensor.dim() == 1 and name.endswith("weight") else 0
            state[name] = single(offset + normal(*tensor.shape, scale=scale)(generator))
    module.load_state_dict(state)
    constants = constants or {}

    def compute(*inputs):
        with torch.no_grad():
            if images:
                inputs = [x.permute(0, 3, 1, 2) for x in inputs]
            return module(*inputs, *constants.values())

    golden.case(
        case,
        case.split("_")[0],
        compute,
        *inputs,
        constants={**{f"state/{name}": tensor for name, tensor in state.items()}, **constants},
        forward_only=True,
        **options,
    )


golden = GoldenFile(NN, "pytorch")
wrn = dict(depth=10, width=2, first=2, classes=3)
record(golden, "wrn", WideResNet(**wrn), normal(2, 8, 8, 3), images=True, **wrn)
bc = dict(depth=10, growth=3, bottleneck=True, reduction=0.5, classes=3)
record(golden, "densenet_bc", DenseNet(**bc), normal(2, 8, 8, 3), images=True, **bc)
plain = dict(depth=10, growth=2, bottleneck=False, reduction=1.0, classes=2)
record(golden, "densenet_plain", DenseNet(**plain), normal(2, 4, 8, 3), images=True, **plain)
small = dict(blocks=[1, 2, 1, 1], first=2, classes=3)
record(golden, "resnet", ResNet(**small), normal(2, 24, 33, 3), images=True, **small)
sentences = dict(embedding=4, hidden=3, width=5, classes=3)
record(
    golden,
    "infersent",
    InferSent(**sentences),
    normal(3, 5, 4),
    normal(3, 4, 4),
    constants={"lengths0": torch.tensor([2, 5, 3]), "lengths1": torch.tensor([4, 1, 2])},
    **sentences,
)
sizes = dnc.Sizes(input=4, output=3, hidden=5, slots=6, word=4, heads=2)
record(golden, "dnc", Dnc(sizes), normal(5, 2, 4), **vars(sizes))
lenet = nn.Sequential(
    nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
    nn.Flatten(),
    nn.Sequential(nn.Linear(4 * 3 * 2, 5), nn.ReLU(), nn.Linear(5, 3)),
)
record(golden, "sequential", lenet, normal(2, 6, 4, 2), images=True)
golden.write()
