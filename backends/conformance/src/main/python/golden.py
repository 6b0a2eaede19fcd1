# Not run by itself: imported by the *_golden.py scripts.
"""Golden files: inputs, outputs and gradients of one family of operations, computed by PyTorch in
float64.

A file is in the safetensors format. Its `__metadata__` has one entry a case: name -> JSON text with
"op" and the operation's options. `GOLDEN.md` beside the files of this module describes the names of
the tensors.

Inputs, parameters, cotangents and directions are drawn from a generator seeded with the CRC-32 of
"family/case" and rounded to float32, so that a single-precision backend starts from exactly the
same numbers. Expected values keep all digits of float64.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

import torch

sys.dont_write_bytecode = True
torch.set_num_threads(1)

DTYPES = {torch.float64: "F64", torch.int64: "I64", torch.bool: "BOOL"}


def write_safetensors(path, tensors, metadata):
    """Writes the header length (8 bytes, little-endian), the JSON header, the raw data."""
    header, blocks, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(
        tensors, key=lambda name: -tensors[name].element_size()
    ):  # wide ones first: all stay aligned
        tensor = tensors[name]
        block = tensor.contiguous().numpy().astype(tensor.numpy().dtype.newbyteorder("<")).tobytes()
        end = offset + len(block)
        header[name] = {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, end],
        }
        blocks.append(block)
        offset = end
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 8)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


# What an input may be: a tensor, or one of these, which draws it from the generator of its case.


def normal(*shape, scale=1.0):
    return lambda generator: scale * torch.randn(shape, generator=generator, dtype=torch.float64)


def uniform(low, high, *shape):
    return lambda generator: low + (high - low) * torch.rand(
        shape, generator=generator, dtype=torch.float64
    )


def distinct(*shape, gap=0.17):
    """Values at least 0.6 gaps apart and 0.3 away from 0, in random order: no ties for sorts."""

    def draw(generator):
        count = torch.Size(shape).numel()
        places = torch.randperm(count, generator=generator).double() - count // 2
        jitter = 0.4 * torch.rand(count, generator=generator, dtype=torch.float64)
        return (gap * (places + 0.3 + jitter)).reshape(shape)

    return draw


def off_grid(*shape):
    """Values in (-4, 4) at least 0.1 away from every half: no kinks for abs, floor, round."""

    def draw(generator):
        halves = torch.randint(-8, 8, shape, generator=generator).double()
        return (
            0.5 * halves + 0.1 + 0.3 * torch.rand(shape, generator=generator, dtype=torch.float64)
        )

    return draw


def integers(low, high, *shape):
    return lambda generator: torch.randint(low, high, shape, generator=generator)


def booleans(*shape):
    return lambda generator: torch.rand(shape, generator=generator) < 0.5


def values(*numbers, shape=None):
    tensor = torch.tensor(numbers, dtype=torch.float64)
    return tensor if shape is None else tensor.reshape(shape)


def single(tensor):
    """The nearest float32 numbers, as float64; integers and masks unchanged."""
    return tensor.float().double() if tensor.is_floating_point() else tensor


def agree(actual, expected, what, tolerance=1e-12):
    """Stops unless both are equal within `tolerance`, relative to max(1, |expected|)."""
    actual, expected = (torch.as_tensor(each, dtype=torch.float64) for each in (actual, expected))
    assert (
        actual.shape == expected.shape
    ), f"{what}: shape {actual.shape}, expected {expected.shape}"
    error = (
        ((actual - expected).abs() / expected.abs().clamp(min=1)).max().item()
        if actual.numel()
        else 0.0
    )
    assert error <= tolerance, f"{what}: differs by {error:.3g}\n{actual}\nexpected\n{expected}"


class GoldenFile:
    """Collects the cases of one family and writes them to `folder/family.safetensors`."""

    def __init__(self, folder, family):
        self.path = Path(folder) / f"{family}.safetensors"
        self.family = family
        self.tensors, self.cases = {}, {}

    def generator(self, case):
        return torch.Generator().manual_seed(zlib.crc32(f"{self.family}/{case}".encode()))

    def begin(self, case, op, **options):
        """Starts a case that is recorded piece by piece with `put`."""
        assert case not in self.cases, f"{self.path.name}: case {case} exists already"
        self.cases[case] = json.dumps({"op": op, **options}, allow_nan=False)

    def put(self, name, tensor):
        assert name not in self.tensors, f"{self.path.name}: tensor {name} exists already"
        tensor = tensor.detach()
        if tensor.is_floating_point():  # the sign and payload of a NaN depend on the processor
            tensor = torch.where(
                tensor.isnan(), torch.tensor(float("nan"), dtype=tensor.dtype), tensor
            )
        self.tensors[name] = tensor.clone()

    def case(
        self,
        case,
        op,
        function,
        *inputs,
        parameters=None,
        constants=None,
        forward_only=False,
        second=False,
        smooth=True,
        **options,
    ):
        """Records one case: `function(*inputs)`, or `function(*inputs, parameters)`, its outputs
        and gradients.

        `parameters` are differentiated and recorded by name. `constants` are recorded by name for
        the reader's sake; the function knows them already. `forward_only` leaves the gradients out.
        `second` adds Hessian-vector products. `smooth=False` is for kinks and for gradients that
        are not the derivative (constants by decree): they are recorded as they are, without
        comparison with a finite difference. Returns the outputs.
        """
        marks = {"special": True} if forward_only else {} if smooth else {"convention": True}
        self.begin(case, op, **options, **marks)
        generator = self.generator(case)
        draw = lambda source: single(source(generator) if callable(source) else source)
        inputs = [draw(source) for source in inputs]
        parameters = {name: draw(source) for name, source in (parameters or {}).items()}
        for i, tensor in enumerate(inputs):
            self.put(f"{case}/input{i}", tensor)
        for name, tensor in parameters.items():
            self.put(f"{case}/parameters/{name}", tensor)
        for name, tensor in (constants or {}).items():
            self.put(f"{case}/{name}", tensor)

        leaves = {f"{i}": tensor for i, tensor in enumerate(inputs) if tensor.is_floating_point()}
        leaves.update({f"s/{name}": tensor for name, tensor in parameters.items()})
        leaves = {name: tensor.clone().requires_grad_() for name, tensor in leaves.items()}

        def run(leaves):
            arguments = [leaves.get(f"{i}", tensor) for i, tensor in enumerate(inputs)]
            named = {name: leaves[f"s/{name}"] for name in parameters}
            result = function(*arguments, named) if named else function(*arguments)
            return list(result) if isinstance(result, (tuple, list)) else [result]

        outputs = run(leaves)
        mark = (lambda i: "") if len(outputs) == 1 else str
        for i, output in enumerate(outputs):
            self.put(f"{case}/output{mark(i)}", output)
        differentiable = [i for i, output in enumerate(outputs) if output.requires_grad]
        if forward_only or not differentiable:
            return [output.detach() for output in outputs]

        cotangents = {i: single(normal(*outputs[i].shape)(generator)) for i in differentiable}
        for i, cotangent in cotangents.items():
            self.put(f"{case}/cotangent{mark(i)}", cotangent)
        objective = lambda outputs: sum((outputs[i] * c).sum() for i, c in cotangents.items())
        first = dict(
            zip(leaves, gradients(objective(outputs), leaves.values(), create_graph=second))
        )
        for name, gradient in first.items():
            self.put(f"{case}/{'gradient' if name.startswith('s/') else 'grad'}{name}", gradient)
        if smooth:
            self.compare(case, leaves, lambda moved: objective(run(moved)), first)
        if second:
            directions = {
                name: single(normal(*leaf.shape)(generator)) for name, leaf in leaves.items()
            }
            along = sum((first[name] * direction).sum() for name, direction in directions.items())
            products = dict(zip(leaves, gradients(along, leaves.values())))
            for name, direction in directions.items():
                self.put(f"{case}/v{name}", direction)
                self.put(f"{case}/hvp{name}", products[name])

            def along_directions(moved):
                fresh = {name: tensor.detach().requires_grad_() for name, tensor in moved.items()}
                found = dict(zip(fresh, gradients(objective(run(fresh)), fresh.values())))
                return sum(
                    (found[name] * direction).sum() for name, direction in directions.items()
                )

            self.compare(f"{case} (second)", leaves, along_directions, products)
        return [output.detach() for output in outputs]

    def compare(self, what, leaves, function, found):
        """Compares gradients with difference quotients along one random direction per leaf."""
        generator = self.generator(f"{what}/direction")
        for name, leaf in leaves.items():
            direction = normal(*leaf.shape)(generator)
            expected = slope(lambda t: function({**leaves, name: (leaf + t * direction).detach()}))
            # An input may be -inf (a mask); its gradient is zero.
            actual = torch.where(
                found[name] == 0, torch.zeros_like(direction), found[name] * direction
            ).sum()
            agree(actual, expected, f"{self.family} {what}, gradient {name}", tolerance=2e-7)

    def write(self):
        write_safetensors(self.path, self.tensors, self.cases)
        print(f"{self.path.name}: {len(self.cases)} cases, {self.path.stat().st_size} bytes")


def slope(function, step=1e-5):
    """Derivative at 0 of a function of one number, from four points, error of order step⁴."""
    near, far = function(step) - function(-step), function(2 * step) - function(-2 * step)
    return (8 * near - far) / (12 * step)


def gradients(objective, leaves, create_graph=False):
    """Gradients of a scalar; zeros for what it does not depend on."""
    leaves = list(leaves)
    if not objective.requires_grad:
        return [torch.zeros_like(leaf) for leaf in leaves]
    found = torch.autograd.grad(objective, leaves, create_graph=create_graph, allow_unused=True)
    return [
        torch.zeros_like(leaf) if gradient is None else gradient
        for leaf, gradient in zip(leaves, found)
    ]


OPS = Path(__file__).resolve().parent.parent / "resources/aligrad/backends/conformance/golden"
