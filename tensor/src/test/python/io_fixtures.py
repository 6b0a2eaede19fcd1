"""Makes the files that aligrad.tensor.io's tests read, with NumPy as the writer.

    python3 tensor/src/test/python/io_fixtures.py

The safetensors file is put together from the format's description with struct and json.
"""

import io
import json
import pathlib
import struct
import zipfile

import numpy as np

OUT = pathlib.Path(__file__).parent.parent / "resources" / "aligrad" / "tensor" / "io"
OUT.mkdir(parents=True, exist_ok=True)

# element (i, j, k) of the ramps is 100 i + 10 j + k
RAMP = np.add.outer(np.add.outer(100 * np.arange(2), 10 * np.arange(3)), np.arange(4))


def npy(name, array, version=(1, 0)):
    with open(OUT / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version, allow_pickle=False)


for code in ["<f4", "<f8", "<i4", "<i8", ">f4", ">f8", ">i4", ">i8", "<f2", ">f2", "|u1"]:
    ends = {"<": "little", ">": "big", "|": "bytes"}[code[0]]
    values = RAMP % 200 if code == "|u1" else -RAMP
    npy(f"{ends}-{code[1:]}", values.astype(code))
npy("bools", RAMP % 3 == 0)
npy("fortran-f4", np.asfortranarray((-RAMP).astype("<f4")))
npy("fortran-big-i8", np.asfortranarray((-RAMP).astype(">i8")))
npy("fortran-vector-f8", np.asfortranarray(np.array([1.5, -2.5])))
npy("scalar-f8", np.array(0.1))
npy("empty-i4", np.zeros((0, 3), "<i4"))
npy("version-2-f4", (-RAMP).astype("<f4"), version=(2, 0))
npy("version-3-f4", (-RAMP).astype("<f4"), version=(3, 0))
npy("complex", np.array([1j]))
npy("structured", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f4")]))
npy("unsigned-u4", np.array([1], "<u4"))

# a header as Python 2 wrote it
text = b"{'descr': '<i4', 'fortran_order': False, 'shape': (2L,), }"
text += b" " * (63 - (10 + len(text)) % 64) + b"\n"
(OUT / "python-2-i4.npy").write_bytes(
    b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + struct.pack("<2i", 7, -8))

# fixed times, so that this script always makes the same bytes
for name, method in [("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)]:
    with zipfile.ZipFile(OUT / f"{name}.npz", "w", method) as archive:
        for key, array in [
            ("weights/w", (-RAMP).astype("<f4")),
            ("labels", np.array([3, 1, 2], "<i8")),
            ("zeros", np.zeros((20, 30), "<f8")),
        ]:
            raw = io.BytesIO()
            np.lib.format.write_array(raw, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{key}.npy", (2026, 1, 1, 0, 0, 0))
            info.compress_type = method
            archive.writestr(info, raw.getvalue())

# bfloat16 is the upper half of a float32; these numbers are exact in it
bf16 = (np.array([1.0, -2.5, 0.15625, np.inf], "<f4").view("<u4") >> 16).astype("<u2")
tensors = [
    ("f64", "F64", np.array([[0.1, -1e300]], "<f8")),
    ("f32", "F32", (-RAMP).astype("<f4")),
    ("f16", "F16", np.array([1.0, -0.5, 65504.0, 5.960464477539063e-08], "<f2")),
    ("bf16", "BF16", bf16),
    ("i64", "I64", np.array(-(2**62), "<i8")),
    ("i32", "I32", np.array([2**31 - 1, -(2**31)], "<i4")),
    ("u8", "U8", np.array([0, 128, 255], "u1")),
    ("bool", "BOOL", np.array([True, False, True])),
    ("none", "F32", np.zeros((2, 0, 3), "<f4")),
    ("f8", "F8_E4M3", np.array([0x38], "u1")),
    ("naïve \"q\" \\ \n 😀", "U8", np.array([7], "u1")),
]
header = {"__metadata__": {"format": "pt", "naïve": "😀\n"}}
data = b""
for name, dtype, array in tensors:
    raw = array.tobytes()
    header[name] = {
        "dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
for name, escape in [("all-types", False), ("all-types-ascii", True)]:
    text = json.dumps(header, ensure_ascii=escape).encode()
    text += b" " * (-len(text) % 8)
    (OUT / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
