"""A drawing pad that the page itself reads while the pen is moving, as a Gradio component."""

import base64
import binascii
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from mnist_cnn.page.answer import as_answer
from mnist_cnn.page.component import FileComponent
from mnist_cnn.preprocess import SIDE, to_tensor
from mnist_cnn.recognize import Recognizer


class Sketchpad(FileComponent):
    """A pad for mouse, touch and pen, with undo, redo, eraser and brush width.

    The page makes 28 x 28 grey levels of each digit and reads them in each frame. When the pen
    rests it asks the server to ``read`` those of the digit that the answer is about, and that
    answer stands. Until the network's weights have come, or where there are none for a browser,
    the drawing is one digit, which the server reads all the time, ten times a second at most. A
    server function and no Gradio event: of an event that fails it would learn nothing.
    """

    def __init__(self, recognizer: Recognizer, *, brush: float = 0.06, **kwargs: Any) -> None:
        """Make a pad.

        Args:
            recognizer: what reads the drawing.
            brush: the width of the brush as a share of the pad's height, until it is changed.
            kwargs: as for ``gr.HTML``.
        """

        def read(seen: Any) -> dict[str, Any] | None:
            return as_answer(recognizer.read(decode_seen(seen)))

        super().__init__("sketchpad", brush=brush, server_functions=[read], **kwargs)


def decode_seen(seen: Any) -> NDArray[np.float32]:
    """Decode base64 of 784 grey levels to a tensor (28, 28, 1).

    Raises:
        gradio.Error: when it is anything else.
    """
    try:
        grey = np.frombuffer(base64.b64decode(seen, validate=True), np.uint8)
        return to_tensor(grey.reshape(SIDE, SIDE))
    except (binascii.Error, TypeError, ValueError):
        message = f"An image must be {SIDE * SIDE} grey levels in base64."
        raise gr.Error(message, print_exception=False) from None
