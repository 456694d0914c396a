"""Images that strangers send: bounded before they are decoded."""

import base64
import io
import re
import warnings
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

DATA_URL = re.compile(r"data:image/\w+;base64,")
START_OF_SCAN = b"\xff\xda"
FORMATS = ("PNG", "JPEG", "WEBP")
# The page sends 280 x 280 and photos of 800 pixels; anything much larger did not come from it.
LARGEST_SIDE = 1024
LONGEST_TEXT = 1_400_000
# A progressive JPEG has ten or so; each is as much work as a whole image.
MOST_SCANS = 32
# For whatever else opens an image in this process: the page's own figures have 4 million.
MOST_PIXELS = 8_000_000

ORIENTATION = 0x0112  # in EXIF; 1 and what is missing here is upright
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A camera's EXIF has at most this; more can take minutes to read.
LARGEST_EXIF = 65_536


def bound_pillow() -> None:
    """Have Pillow refuse images of over 8 million pixels, in all of this process.

    By itself it warns from 89 million on, and refuses from 179 million on.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def open_image(sent: Any) -> Image.Image:
    """Decode an image that came from outside.

    Args:
        sent: a PNG, JPEG or WebP in base64, at most 1 MB, with or without the prefix
            of a data URL; or a list of rows of grey levels.

    Returns:
        An image of any mode, loaded and upright, at most 1024 x 1024; of an animation,
        the first frame.

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
    if not all(type(value) is int and 0 <= value <= 255 for row in rows for value in row):
        raise _refuse("The drawing must be made of whole numbers from 0 to 255.")
    return Image.fromarray(np.array(rows, np.uint8))


def _from_base64(text: Any) -> Image.Image:
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise _refuse(f"The drawing must be text of at most {LONGEST_TEXT:,} characters.")
    try:
        content = base64.b64decode(DATA_URL.sub("", text, count=1), validate=True)
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        if max(image.size) > LARGEST_SIDE:
            raise _refuse(f"The drawing is {image.size}; send at most {LARGEST_SIDE} a side.")
        if image.format == "JPEG" and content.count(START_OF_SCAN) > MOST_SCANS:
            raise _refuse(f"The drawing is a JPEG of over {MOST_SCANS} scans; send a PNG.")
        image.load()
        return _upright(image)
    except gr.Error:
        raise
    except Exception:  # files made to do damage have Pillow raise almost anything
        raise _refuse(
            "The drawing could not be read: send a PNG, JPEG or WebP in base64."
        ) from None


def _upright(image: Image.Image) -> Image.Image:
    """Turn an image as its EXIF says, and leave behind all that is not its pixels."""
    # Not ImageOps.exif_transpose: that writes the EXIF anew, in minutes if it is made to.
    exif, orientation = image.info.get("exif", b""), 1
    if 0 < len(exif) <= LARGEST_EXIF:
        tags = Image.Exif()
        tags.load(exif)
        orientation = tags.get(ORIENTATION, 1)
    turn = TURNS.get(orientation)
    upright = image.copy() if turn is None else image.transpose(turn)
    upright.info = {key: value for key, value in image.info.items() if key == "transparency"}
    return upright


def _refuse(message: str) -> gr.Error:
    return gr.Error(message, print_exception=False)
