"""Images that strangers send: bounded, and rid of all but their pixels, before they are decoded.

Pillow reads what a file says of itself in Python, without bounds: 24 KB of tags can take 40 s.
So it is given a file of nothing but what its pixels are decoded from.
"""

import base64
import io
import re
import struct
import warnings
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

DATA_URL = re.compile(r"data:image/\w+;base64,")
# The page sends photos of 800 pixels; anything much larger did not come from it.
LARGEST_SIDE = 1024
LONGEST_TEXT = 1_400_000
# For whatever else opens an image in this process: the page's own figures have 4 million.
MOST_PIXELS = 8_000_000

PNG = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
# Of 4 KB each, as the smallest in use are, these are four times the largest image.
MOST_CHUNKS = 1000
LARGEST_PALETTE = 768

JPEG = b"\xff\xd8"
# Frames (baseline, extended, progressive), Huffman and quantization tables, restarts; and
# what tells how colours are stored (JFIF, Adobe), which has few bytes unless it holds more.
JPEG_SEGMENTS = (0xFFC0, 0xFFC1, 0xFFC2, 0xFFC4, 0xFFDB, 0xFFDD)
COLOR_SEGMENTS, LARGEST_COLOR = (0xFFE0, 0xFFEE), 32
EXIF_SEGMENT, START_OF_SCAN = 0xFFE1, 0xFFDA
MOST_SEGMENTS = 200
# All tables that a JPEG can have take under 5 KB.
LARGEST_HEAD = 8192
# A progressive JPEG has ten or so; each is as much work as a whole image.
MOST_SCANS = 32

ORIENTATION = 0x0112  # in EXIF; 1 and what is missing here is upright
# A camera writes it among the first ten.
MOST_TAGS = 64
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def bound_pillow() -> None:
    """Have Pillow refuse images of over 8 million pixels, in all of this process.

    By itself it warns from 89 million on, and refuses from 179 million on.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def open_image(sent: Any) -> Image.Image:
    """Decode an image that came from outside.

    Args:
        sent: a PNG or JPEG in base64, at most 1 MB, with or without the prefix of a
            data URL; or a list of rows of grey levels.

    Returns:
        An image of any mode, loaded, at most 1024 x 1024, and a JPEG turned upright;
        of an animation, the first frame.

    Raises:
        gradio.Error: when it is anything else, or too large.
    """
    return _from_rows(sent) if isinstance(sent, list) else _from_base64(sent)


def _from_rows(rows: list[Any]) -> Image.Image:
    if not 1 <= len(rows) <= LARGEST_SIDE:
        raise _refuse(f"The drawing has {len(rows)} rows; send 1 to {LARGEST_SIDE}.")
    if not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        raise _refuse("The drawing must be rows of equal length.")
    if not 1 <= len(rows[0]) <= LARGEST_SIDE:
        raise _refuse(f"The drawing has {len(rows[0])} columns; send 1 to {LARGEST_SIDE}.")
    try:
        if any(set(map(type, row)) != {int} for row in rows):  # bytes() takes true for 1
            raise TypeError
        pixels = np.frombuffer(b"".join(map(bytes, rows)), np.uint8)
    except (TypeError, ValueError):
        raise _refuse("The drawing must be made of whole numbers from 0 to 255.") from None
    return Image.fromarray(pixels.reshape(len(rows), -1))


def _from_base64(text: Any) -> Image.Image:
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise _refuse(f"The drawing must be text of at most {LONGEST_TEXT:,} characters.")
    try:
        content = base64.b64decode(DATA_URL.sub("", text, count=1), validate=True)
        bare, orientation = strip(content)
        file = Image.open(io.BytesIO(bare), formats=("PNG", "JPEG"))
        if max(file.size) > LARGEST_SIDE:
            raise _refuse(f"The drawing is {file.size}; send at most {LARGEST_SIDE} a side.")
        is_layer = "transparency" in file.info and file.mode != "I;16"
        image = file.convert("RGBA") if is_layer else file.copy()
        image.info = {}
        return image.transpose(TURNS[orientation]) if orientation in TURNS else image
    except gr.Error:
        raise
    except Exception:  # files made to do damage have Pillow raise almost anything
        raise _refuse("The drawing could not be read: send a PNG or JPEG in base64.") from None


def strip(content: bytes) -> tuple[bytes, int]:
    """Leave of an image file what its pixels are decoded from, and so much that it is little work.

    Returns:
        The file, and its orientation as EXIF counts it: 1, upright, for every PNG.

    Raises:
        ValueError, struct.error: when it is neither PNG nor JPEG, or has too many parts.
    """
    if content.startswith(PNG):
        return _bare_png(content), 1
    if content.startswith(JPEG):
        return _bare_jpeg(content)
    raise ValueError("neither PNG nor JPEG")


def _bare_png(content: bytes) -> bytes:
    kept, start = [PNG], len(PNG)
    for _ in range(MOST_CHUNKS):
        length, kind = struct.unpack_from(">I4s", content, start)
        end = start + 12 + length  # the length itself, the kind, and a checksum at the end
        if kind in PNG_CHUNKS:
            if kind != b"IDAT" and length > LARGEST_PALETTE:
                raise ValueError(f"{kind!r} of {length} bytes")
            kept.append(content[start:end])
        if kind == b"IEND":
            return b"".join(kept)
        start = end
    raise ValueError(f"over {MOST_CHUNKS} chunks")


def _bare_jpeg(content: bytes) -> tuple[bytes, int]:
    kept, start, orientation = [JPEG], len(JPEG), 1
    for _ in range(MOST_SEGMENTS):
        marker, length = struct.unpack_from(">HH", content, start)
        segment = content[start : start + 2 + length]
        if marker == START_OF_SCAN:
            break
        start += 2 + length
        is_color = marker in COLOR_SEGMENTS and length <= LARGEST_COLOR
        if marker in JPEG_SEGMENTS or is_color:
            kept.append(segment)
        elif marker == EXIF_SEGMENT and segment[4:10] == b"Exif\0\0":
            orientation = _orientation(segment[10:])
    else:
        raise ValueError(f"over {MOST_SEGMENTS} segments")
    if sum(map(len, kept)) > LARGEST_HEAD:
        raise ValueError("tables without end")
    if content.count(START_OF_SCAN.to_bytes(2, "big"), start) > MOST_SCANS:
        raise _refuse(f"The drawing is a JPEG of over {MOST_SCANS} scans; send a PNG.")
    return b"".join(kept) + content[start:], orientation


def _orientation(exif: bytes) -> int:
    """Read one tag from the first directory of EXIF, which is a TIFF; 1 when it is not there."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", exif, 4)
        (n_tags,) = struct.unpack_from(f"{order}H", exif, directory)
        for k in range(min(n_tags, MOST_TAGS)):
            tag, value = struct.unpack_from(f"{order}H6xH", exif, directory + 2 + 12 * k)
            if tag == ORIENTATION:
                return int(value)
    except struct.error:
        pass
    return 1


def _refuse(message: str) -> gr.Error:
    return gr.Error(message, print_exception=False)
