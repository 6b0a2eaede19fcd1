"""Numbers for PictureTest: what PIL 9.4 makes of the same pictures.

Run: /usr/bin/python3 pictures_golden.py
"""

import base64
import io
import zlib

import numpy
from PIL import Image


def counted(height, width):
    y, x, c = numpy.meshgrid(
        numpy.arange(height), numpy.arange(width), numpy.arange(3), indexing="ij"
    )
    return ((y * 7 + x * 13 + c * 50 + x * y % 11 * 5) % 256).astype(numpy.uint8)


picture = Image.fromarray(counted(37, 53))
for height, width in [(24, 34), (50, 71), (37, 20), (5, 53), (1, 1)]:
    scaled = numpy.asarray(picture.resize((width, height), Image.BILINEAR))
    print(height, width, "%08x" % zlib.crc32(scaled.tobytes()), scaled[height // 2, width // 3])

# A picture for print of one colour: cyan 200, magenta 100, yellow 30, black 50 of 255.
printed = Image.new("CMYK", (8, 8), (200, 100, 30, 50))
stored = io.BytesIO()
printed.save(stored, "JPEG", quality=95)
print(base64.b64encode(stored.getvalue()).decode())
print(Image.open(io.BytesIO(stored.getvalue())).convert("RGB").getpixel((3, 3)))
