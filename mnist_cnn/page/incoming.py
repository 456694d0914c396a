"""Images that strangers send: bounded before they are decoded."""

import base64
import io
import re
import struct
import warnings
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image, ImageOps

DATA_URL = re.compile(r"data:image/\w+;base64,")
FORMATS = ("PNG", "JPEG", "WEBP")
# The page sends 280 x 280 and photos of 800 pixels; anything much larger did not come from it.
LARGEST_SIDE = 1024
LONGEST_TEXT = 1_400_000
# For whatever else opens an image in this process: the page's own figures have 4 million.
MOST_PIXELS = 8_000_000

# What Pillow raises on files that are damaged, or made to do damage.
UNREADABLE: tuple[type[Exception], ...] = (ValueError, OSError, SyntaxError, struct.error)
UNREADABLE += (Image.DecompressionBombError, Image.DecompressionBombWarning)


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
        image.load()
        return ImageOps.exif_transpose(image)
    except UNREADABLE:
        raise _refuse(
            "The drawing could not be read: send a PNG, JPEG or WebP in base64."
        ) from None


def _refuse(message: str) -> gr.Error:
    return gr.Error(message, print_exception=False)
