# Run: python3 nn/src/test/python/dnc_speed.py [iterations]
# Needs Python 3.9 or newer, PyTorch and NumPy; writes no file.
"""Times the forward and backward pass of one DNC training iteration in eager PyTorch, float32, one
thread.

Sizes of the repeat-copy experiment: B 16, X 6, Y 5, H 64, N 16, W 16, R 4, and its longest task, T 9
(pattern length 2, repeated twice). Prints milliseconds an iteration, wall clock and processor time,
smallest and median, for the interface as ten affine maps, as published, and as one map that is cut
afterwards, as someone would write it for speed. No optimizer step, no data generation.

The rate of a matrix product comes first, because PyTorch from a Linux distribution takes whatever
BLAS is installed: with the plain reference BLAS (a few GFLOP/s) the iteration takes about 1.5 times
as long as with OpenBLAS, and is no fair peer.
"""

import statistics
import sys
import time

sys.dont_write_bytecode = True

import torch

import dnc

SIZES = dnc.Sizes(input=6, output=5, hidden=64, slots=16, word=16, heads=4)
BATCH = 16


def joined_interface(controller, parameters, sizes):
    sized = dnc.interface_sizes(sizes)
    raw = controller @ parameters["interface/weight"] + parameters["interface/bias"]
    return dnc.squashed(dict(zip(sized, raw.split(list(sized.values()), -1))), sizes)


def join(parameters):
    """The ten affine maps side by side as one."""
    kept = {name: p for name, p in parameters.items() if not name.startswith("interface/")}
    for part in ("weight", "bias"):
        columns = [parameters[f"interface/{name}/{part}"] for name in dnc.interface_sizes(SIZES)]
        kept[f"interface/{part}"] = torch.cat(columns, -1)
    return kept


def iteration(parameters, step, observations, targets, mask):
    leaves = {name: tensor.requires_grad_() for name, tensor in parameters.items()}
    state = dnc.zero_state(SIZES, BATCH, torch.float32)
    logits, _ = dnc.unroll(observations, state, leaves, SIZES, step)
    loss = dnc.masked_cross_entropy(logits, targets, mask)
    torch.autograd.grad(loss, list(leaves.values()))
    return loss.item()


def matmul_rate(n=512, turns=20):
    """GFLOP/s of a square float32 matrix product, the best of some turns."""
    a, b, best = torch.randn(n, n), torch.randn(n, n), float("inf")
    for _ in range(turns):
        begun = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - begun)
    return 2 * n**3 / best / 1e9


def main(iterations):
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(1)
    parameters = dnc.initial_parameters(SIZES, generator, torch.float32)
    batch = dnc.repeat_copy([2] * BATCH, [2] * BATCH, 4, generator, torch.float32)
    joined = lambda *arguments: dnc.step(*arguments, interface=joined_interface)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} thread, {iterations} iterations")
    print(f"matrix product: {matmul_rate():.1f} GFLOP/s")
    for name, chosen, step in (
        ("ten interface maps", parameters, dnc.step),
        ("one interface map", join(parameters), joined),
    ):
        wall, processor = [], []
        for turn in range(10 + iterations):
            begun = time.perf_counter(), time.process_time()
            loss = iteration(chosen, step, *batch)
            if turn >= 10:  # the first ones warm caches and the allocator
                wall.append(1e3 * (time.perf_counter() - begun[0]))
                processor.append(1e3 * (time.process_time() - begun[1]))
        for kind, times in (("wall", wall), ("processor", processor)):
            least, middle = min(times), statistics.median(times)
            print(
                f"{name}: {kind} {least:.2f} ms at least, median {middle:.2f} ms, loss {loss:.6f}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
