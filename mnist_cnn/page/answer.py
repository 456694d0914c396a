"""The answer beside the pad: the digit, ten bars, and what the network saw."""

import base64
from typing import Any

from mnist_cnn.page.component import FileComponent
from mnist_cnn.preprocess import to_grey
from mnist_cnn.recognize import Recognition


class Answer(FileComponent):
    """Shows what :func:`as_answer` made, or an invitation to draw when there is nothing."""

    def __init__(self, tab: str, **kwargs: Any) -> None:
        """Make the answer of a tab; but for ``draw``, its ids begin with the tab's name."""
        prefix = "" if tab == "draw" else f"{tab}-"
        super().__init__("answer", tab=tab, prefix=prefix, **kwargs)


def as_answer(recognition: Recognition) -> dict[str, Any]:
    """Turn a recognition into what the page's script shows."""
    return {
        "digit": recognition.digit,
        "isDigit": recognition.is_digit,
        "probabilities": [round(float(p), 6) for p in recognition.probabilities],
        "weights": recognition.weights,
    }


def as_seen(recognition: Recognition) -> str:
    """Turn what the network saw into base64 of 784 grey levels, for the page's script."""
    return base64.b64encode(to_grey(recognition.tensor).tobytes()).decode()
