"""The answer beside the pad: the digit, ten bars, and what the network saw."""

import base64
from typing import Any

import numpy as np

from mnist_cnn.page.component import FileComponent
from mnist_cnn.recognize import Recognition


class Answer(FileComponent):
    """Shows a :class:`Recognition`, or an invitation to draw when there is none."""

    def __init__(self, *, prefix: str = "", **kwargs: Any) -> None:
        """Make an answer with the ids answer, probabilities and seen, each after ``prefix``."""
        super().__init__("answer", prefix=prefix, **kwargs)

    def postprocess(self, value: Recognition | None) -> dict[str, Any] | None:
        """Turn a recognition into what the page's script shows."""
        if value is None:
            return None
        grey = np.rint(value.tensor * 255).astype(np.uint8)
        return {
            "digit": value.digit,
            "isDigit": value.is_digit,
            "probabilities": [round(float(p), 5) for p in value.probabilities],
            "seen": base64.b64encode(grey.tobytes()).decode(),
        }

    def preprocess(self, payload: Any) -> None:
        """Refuse nothing and know nothing: an answer is no input."""
        return None

    def api_info(self) -> dict[str, Any]:
        """Describe the value for API users."""
        return {"type": "object", "description": "digit, probabilities, seen (base64, 28 x 28)"}
