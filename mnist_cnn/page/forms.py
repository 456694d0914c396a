"""The forms of handwriting that drawings are made of, to be looked up by digit."""

import json
from functools import cache
from typing import Any

import numpy as np

from mnist_cnn.diet import pen
from mnist_cnn.diet.handwriting import FORMS, Form
from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.files import HERE

# Strokes are sent in whole hundredths of a form's height.
PARTS_OF_HEIGHT = 100


class Forms(FileComponent):
    """Shows the forms of one digit; the script asks for all of them when it is opened."""

    def __init__(self, **kwargs: Any) -> None:
        """Make the view, folded."""

        # Gradio hands what the browser sends to whatever it serves.
        def forms(_: Any) -> list[dict[str, Any]]:
            return describe_forms()

        super().__init__("forms", server_functions=[forms], **kwargs)


@cache
def describe_forms() -> list[dict[str, Any]]:
    """Describe every form as the script reads it.

    Returns:
        For each its ``digit``; its ``name`` and ``where`` it is written, language to text; and
        its ``strokes``, the points of each as SVG writes them, centred on (0.5, 0.5).
    """
    chinese = json.loads((HERE / "forms.json").read_text("utf-8"))

    def say(text: str) -> dict[str, str]:
        return {"en": text, "zh-CN": chinese[text]}

    return [
        {
            "digit": form.digit,
            "name": say(form.name),
            "where": say(form.where),
            "strokes": trace_strokes(form),
        }
        for form in FORMS
    ]


def trace_strokes(form: Form) -> list[str]:
    """Follow a form: for each stroke the points ``column,row``, in hundredths of its height."""
    paths = [path[0] for path in pen.trace(pen.parse(form.strokes))]
    points = np.concatenate(paths)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    placed = (np.rint((path - centre + 0.5) * PARTS_OF_HEIGHT).astype(int) for path in paths)
    return [" ".join(f"{column},{row}" for row, column in path.tolist()) for path in placed]
