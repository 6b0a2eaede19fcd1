# Run: python3 backends/conformance/src/main/python/contractions_golden.py
# Needs Python 3.9 or newer, PyTorch (the committed files: 1.13) and NumPy.
"""Golden values of matrix products, einsum, and the linear layer's operation.

The weight of `linear` is stored as PyTorch stores it, `(out, in)`: y = x · weightᵀ + bias.
"""

import torch
import torch.nn.functional as F

from golden import OPS, GoldenFile, normal

golden = GoldenFile(OPS, "contractions")

for case, a, b in (
    ("matmul", (3, 4), (4, 5)),
    ("matmul_row_column", (1, 4), (4, 1)),
    ("matmul_outer", (3, 1), (1, 5)),
    ("matmul_ragged", (17, 9), (9, 19)),
    ("matmul_batch", (2, 3, 4), (2, 4, 5)),
    ("matmul_two_batch_axes", (2, 2, 3, 4), (2, 2, 4, 2)),
    ("matmul_batch_matrix", (2, 3, 4), (4, 5)),
    ("matmul_matrix_batch", (3, 4), (2, 4, 5)),
    ("matmul_broadcast_batch", (2, 1, 3, 4), (3, 4, 2)),
    ("matmul_vector_vector", (4,), (4,)),
    ("matmul_matrix_vector", (3, 4), (4,)),
    ("matmul_vector_matrix", (4,), (4, 5)),
    ("matmul_batch_vector", (2, 3, 4), (4,)),
    ("matmul_vector_batch", (4,), (2, 4, 5)),
    ("matmul_empty_inner", (2, 0), (0, 3)),
):
    golden.case(case, "matmul", torch.matmul, normal(*a), normal(*b))

for case, equation, *shapes in (
    ("einsum_matmul", "ij,jk->ik", (2, 3), (3, 4)),
    ("einsum_transposed_result", "ij,jk->ki", (2, 3), (3, 4)),
    ("einsum_batch", "bij,bjk->bik", (2, 2, 3), (2, 3, 4)),
    ("einsum_scores", "bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
    ("einsum_transpose", "ij->ji", (2, 3)),
    ("einsum_sum", "ij->i", (2, 3)),
    ("einsum_sum_all", "ij->", (2, 3)),
    ("einsum_diagonal", "ii->i", (3, 3)),
    ("einsum_trace", "ii->", (3, 3)),
    ("einsum_outer", "i,j->ij", (3,), (4,)),
    ("einsum_inner", "ij,ij->", (2, 3), (2, 3)),
    ("einsum_hadamard", "ij,ij->ij", (2, 3), (2, 3)),
    ("einsum_row_scale", "ij,i->ij", (2, 3), (2,)),
    ("einsum_contract_and_sum", "ijk,kl->il", (2, 3, 4), (4, 2)),
    ("einsum_bilinear", "bn,anm,bm->ba", (2, 3), (4, 3, 5), (2, 5)),
    ("einsum_ellipsis", "...ij,...jk->...ik", (2, 1, 2, 3), (3, 3, 4)),
    ("einsum_implicit", "ij,jk", (2, 3), (3, 4)),
    ("einsum_link_forward", "bij,brj->bri", (2, 4, 4), (2, 3, 4)),
):
    function = lambda *tensors: torch.einsum(equation, *tensors)
    golden.case(case, "einsum", function, *[normal(*shape) for shape in shapes], equation=equation)

golden.case("linear", "linear", F.linear, normal(3, 4), normal(2, 4), normal(2), bias=True)
golden.case("linear_without_bias", "linear", F.linear, normal(3, 4), normal(2, 4), bias=False)
golden.case(
    "linear_sequence", "linear", F.linear, normal(2, 3, 4), normal(5, 4), normal(5), bias=True
)
golden.case("linear_vector", "linear", F.linear, normal(4), normal(5, 4), normal(5), bias=True)

golden.write()
