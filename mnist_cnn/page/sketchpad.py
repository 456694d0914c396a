"""A drawing pad that reports while the pen is moving, as a Gradio component."""

import base64
import binascii
import io
import re
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn.page.component import FileComponent

DATA_URL = re.compile(r"data:image/\w+;base64,")
FORMATS = ("PNG", "JPEG", "WEBP")
# The pad sends 280 x 280; anything much larger did not come from it.
LARGEST_SIDE = 1024
LONGEST_VALUE = 2_000_000


class Sketchpad(FileComponent):
    """A square pad for mouse, touch and pen, with undo, redo, eraser and brush width.

    Its value is a drawing: black strokes on white, as uint8 (H, W), or ``None`` when the
    pad is empty. ``change`` fires while the pen is moving; with Gradio's default trigger
    mode for it one request is under way at a time and the last state is never lost.
    """

    def __init__(self, *, brush: float = 0.06, **kwargs: Any) -> None:
        """Make a pad whose brush is ``brush`` of its side wide, until the person changes it."""
        super().__init__("sketchpad", brush=brush, **kwargs)

    def preprocess(self, payload: str | None) -> NDArray[np.uint8] | None:
        """Decode what the pad sends.

        Args:
            payload: an image as a data URL, or nothing.

        Returns:
            uint8 (H, W), ink dark on white, or ``None`` for an empty pad.
        """
        return decode_image(payload) if payload else None

    def postprocess(self, value: None) -> str:
        """Empty the pad, the only thing that a handler can set it to."""
        return ""

    def api_info(self) -> dict[str, Any]:
        """Describe the value for API users."""
        return {"type": "string", "description": "an image as a data URL"}

    def example_payload(self) -> str:
        """Return a value for the API page: an empty pad."""
        return ""

    def example_value(self) -> None:
        """Return the same as a handler sees it."""
        return None


def decode_image(image: Any) -> NDArray[np.uint8]:
    """Decode a drawing that came from outside.

    Args:
        image: a PNG, JPEG or WebP in base64, at most 2 MB, with or without the prefix
            of a data URL; or a list of rows of grey levels.

    Returns:
        uint8 (H, W), at most 1024 x 1024, transparency laid on white.

    Raises:
        gradio.Error: when it is anything else, or too large.
    """
    return _decode_rows(image) if isinstance(image, list) else _decode_base64(image)


def _decode_rows(rows: list[Any]) -> NDArray[np.uint8]:
    if not 1 <= len(rows) <= LARGEST_SIDE:
        raise _refuse(f"The drawing has {len(rows)} rows; send 1 to {LARGEST_SIDE}.")
    whole = all(
        isinstance(row, list) and len(row) == len(rows[0]) and all(type(v) is int for v in row)
        for row in rows
    )
    if not whole or not 1 <= len(rows[0]) <= LARGEST_SIDE or not _are_grey_levels(rows):
        raise _refuse("The drawing must be rows of equal length of whole numbers 0 to 255.")
    return np.array(rows, np.uint8)


def _are_grey_levels(rows: list[list[int]]) -> bool:
    return all(0 <= value <= 255 for row in rows for value in row)


def _decode_base64(text: Any) -> NDArray[np.uint8]:
    if not isinstance(text, str) or len(text) > LONGEST_VALUE:
        raise _refuse(f"The drawing must be text of at most {LONGEST_VALUE:,} characters.")
    try:
        content = base64.b64decode(DATA_URL.sub("", text, count=1), validate=True)
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        if max(image.size) > LARGEST_SIDE:
            raise _refuse(f"The drawing is {image.size}; send at most {LARGEST_SIDE} a side.")
        rgba = image.convert("RGBA")
    except (binascii.Error, ValueError, OSError, SyntaxError, Image.DecompressionBombError):
        raise _refuse(
            "The drawing could not be read: send a PNG, JPEG or WebP in base64."
        ) from None
    return np.asarray(
        Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("L")
    )


def _refuse(message: str) -> gr.Error:
    return gr.Error(message, print_exception=False)
