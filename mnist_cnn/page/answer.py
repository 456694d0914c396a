"""The answer beside the pad: the digit, ten bars, and what the network saw."""

import base64
from typing import Any

import numpy as np

from mnist_cnn.page.component import FileComponent
from mnist_cnn.recognize import Recognition


class Answer(FileComponent):
    """Shows what :func:`as_answer` made, or an invitation to draw when there is nothing."""

    def __init__(self, *, prefix: str = "", **kwargs: Any) -> None:
        """Make an answer with the ids answer, probabilities and seen, each after ``prefix``."""
        super().__init__("answer", prefix=prefix, **kwargs)


def as_answer(recognition: Recognition | None) -> dict[str, Any] | None:
    """Turn a recognition into what the page's script shows; ``None`` stays ``None``."""
    if recognition is None:
        return None
    grey = np.rint(recognition.tensor * 255).astype(np.uint8)
    return {
        "digit": recognition.digit,
        "isDigit": recognition.is_digit,
        "probabilities": [round(float(p), 5) for p in recognition.probabilities],
        "seen": base64.b64encode(grey.tobytes()).decode(),
    }
