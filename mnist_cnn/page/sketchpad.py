"""A drawing pad that reports while the pen is moving, as a Gradio component."""

import base64
import binascii
import io
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn.page.component import FileComponent

PNG_PREFIX = "data:image/png;base64,"
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
            payload: a PNG as a data URL, or nothing.

        Returns:
            uint8 (H, W), ink dark on white, or ``None`` for an empty pad.
        """
        return decode_png(payload) if payload else None

    def postprocess(self, value: None) -> str:
        """Empty the pad, the only thing that a handler can set it to."""
        return ""

    def api_info(self) -> dict[str, Any]:
        """Describe the value for API users."""
        return {"type": "string", "description": f"a PNG as a data URL: {PNG_PREFIX}..."}

    def example_payload(self) -> str:
        """Return a value for the API page: an empty pad."""
        return ""

    def example_value(self) -> None:
        """Return the same as a handler sees it."""
        return None


def decode_png(text: str) -> NDArray[np.uint8]:
    """Decode a PNG given as base64 or as a data URL to grey levels.

    Args:
        text: at most 2 MB, with or without the prefix of a data URL.

    Returns:
        uint8 (H, W), at most 1024 x 1024, transparency laid on white.

    Raises:
        gradio.Error: when it is not base64, not a PNG, or too large.
    """
    if not isinstance(text, str) or len(text) > LONGEST_VALUE:
        raise _refuse(f"The drawing must be text of at most {LONGEST_VALUE:,} characters.")
    try:
        content = base64.b64decode(text.removeprefix(PNG_PREFIX), validate=True)
        image = Image.open(io.BytesIO(content), formats=["PNG"])
        if max(image.size) > LARGEST_SIDE:
            raise _refuse(f"The drawing is {image.size}; send at most {LARGEST_SIDE} a side.")
        rgba = image.convert("RGBA")
    except (binascii.Error, ValueError, OSError, SyntaxError):
        raise _refuse("The drawing could not be read: send a PNG in base64.") from None
    return np.asarray(Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("L"))


def _refuse(message: str) -> gr.Error:
    return gr.Error(message, print_exception=False)
