# Run: python3 experiments/src/test/python/event_file.py          writes the golden file
#      python3 experiments/src/test/python/event_file.py FILE     checks and prints an event file
# Needs Python 3.9 or newer and nothing else.
"""Event files of TensorBoard, encoded and decoded without TensorBoard, TensorFlow or the library of
protocol buffers.

The golden file has the version, a START of a session at step 3, and one event with two scalars.
The checksum is computed bit by bit from its polynomial; 0xe3069283 is its published value for the
text 123456789.
"""

import struct
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[1] / "resources/aligrad/experiments/golden.tfevents"


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n % 128 + 128])
        n //= 128
    return out + bytes([n])


def field(number, value):
    """A float is a double, a tuple of one float a single, the rest as it is."""
    if isinstance(value, float):
        return varint(number * 8 + 1) + struct.pack("<d", value)
    if isinstance(value, tuple):
        return varint(number * 8 + 5) + struct.pack("<f", *value)
    if isinstance(value, int):
        return varint(number * 8) + varint(value)
    return varint(number * 8 + 2) + varint(len(value)) + value


def record(data):
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked(length)) + data + struct.pack("<I", masked(data))


def scalar(tag, value):
    return field(1, field(1, tag.encode()) + field(2, (value,)))


def golden():
    wall = 1700000000.25
    return (
        record(field(1, wall) + field(3, b"brain.Event:2"))
        + record(field(1, wall) + field(2, 3) + field(7, field(1, 1)))
        + record(
            field(1, 1700000001.5)
            + field(2, 300)
            + field(5, scalar("iteration/loss", 0.125) + scalar("average/loss", 1e-3))
        )
    )


def fields(data):
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = number()
        wire = key & 7
        if wire == 0:
            value = number()
        elif wire == 2:
            length = number()
            value, at = data[at : at + length], at + length
        else:
            size, form = (8, "<d") if wire == 1 else (4, "<f")
            value, at = struct.unpack(form, data[at : at + size])[0], at + size
        yield key >> 3, value


def check(path):
    data = Path(path).read_bytes()
    at = 0
    while at < len(data):
        head = data[at : at + 8]
        (length,) = struct.unpack("<Q", head)
        assert struct.unpack("<I", data[at + 8 : at + 12])[0] == masked(head), "length"
        body = data[at + 12 : at + 12 + length]
        assert len(body) == length, "torn record"
        (crc,) = struct.unpack("<I", data[at + 12 + length : at + 16 + length])
        assert crc == masked(body), "data"
        at += 16 + length
        event = dict(fields(body))
        scalars = {}
        for number, value in fields(event.get(5, b"")):
            assert number == 1
            pair = dict(fields(value))
            scalars[pair[1].decode()] = pair[2]
        print(event.get(2, 0), event.get(3, b"").decode(), event.get(7, b"").hex(), scalars)


if len(sys.argv) > 1:
    check(sys.argv[1])
else:
    GOLDEN.write_bytes(golden())
