"""The look inside: the path of one image through the layers, and what speaks for a digit."""

import base64
import binascii
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from mnist_cnn.page.component import FileComponent
from mnist_cnn.preprocess import SIDE, to_tensor
from mnist_cnn.recognize import Recognizer

# How many digits are explained: the answer and the runner-up.
N_EXPLAINED = 2


class Inside(FileComponent):
    """A panel that asks for an image's path through the network only while it is open."""

    def __init__(self, recognizer: Recognizer, **kwargs: Any) -> None:
        """Look inside the model of ``recognizer``."""

        def look(seen: str) -> dict[str, Any]:
            return look_inside(recognizer, decode_seen(seen))

        super().__init__("inside", slow_functions=[look], **kwargs)


def look_inside(recognizer: Recognizer, tensor: NDArray[np.float32]) -> dict[str, Any]:
    """Describe, as JSON, how a tensor (28, 28, 1) passes through the network.

    Returns:
        ``layers``: for each its name, shape, parameters, their arithmetic, and its maps as
        base64 of bytes (channels, rows, columns), the layer's strongest output 255;
        ``reasons``: for each explained digit its probability, and as base64 of signed
        bytes (28, 28) what speaks for it (positive) and against it.
    """
    # TensorFlow comes with these; the page must not wait for it.
    from mnist_cnn.inside import layer_outputs, occlusion
    from mnist_cnn.model import parameter_arithmetic, predict

    model = recognizer.model
    arithmetic = {name: text for name, text, _ in parameter_arithmetic(model)}
    probabilities = predict(model, tensor[np.newaxis])[0]
    digits = [int(digit) for digit in probabilities.argsort()[::-1][:N_EXPLAINED]]
    reasons = occlusion(model, tensor, digits)
    largest = max(float(np.abs(reasons).max()), 1e-6)
    return {
        "layers": [
            {
                "name": layer.name,
                "shape": layer.output.shape,
                "parameters": layer.n_parameters,
                "arithmetic": arithmetic.get(layer.name, ""),
                "maps": _to_bytes(layer.output),
            }
            for layer in layer_outputs(model, tensor)
        ],
        "reasons": [
            {
                "digit": digit,
                "probability": float(probabilities[digit]),
                "map": _encode(np.rint(reason / largest * 127).astype(np.int8)),
            }
            for digit, reason in zip(digits, reasons, strict=True)
        ],
    }


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


def _to_bytes(output: NDArray[np.float32]) -> str:
    maps = np.moveaxis(output, -1, 0)
    return _encode(np.rint(maps * (255 / max(float(maps.max()), 1e-6))).astype(np.uint8))


def _encode(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()
