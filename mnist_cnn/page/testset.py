"""The test set: random images, the confusion matrix and the most confident mistakes."""

import base64
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from mnist_cnn.data import N_CLASSES
from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.gallery import Exhibit, Gallery, GalleryError, judge_test_set, model_in_use
from mnist_cnn.recognize import Recognizer

N_SAMPLES = 10
N_MISTAKES = 20
MOST_IN_CELL = 60


def testset_tab(recognizer: Recognizer) -> None:
    """Lay out the tab; the test images are judged when someone first opens it."""
    judge, version = partial(judge_test_set, recognizer), partial(model_in_use, recognizer)
    TestSet(Gallery(judge, version), elem_id="testset")


class TestSet(FileComponent):
    """Shows a gallery; a click on any image asks the page to ``inspect`` it."""

    def __init__(self, gallery: Gallery, **kwargs: Any) -> None:
        """Make a view of ``gallery`` that asks the server for what it shows."""
        super().__init__("testset", slow_functions=served(gallery), **kwargs)


def served(gallery: Gallery) -> list[Callable[[Any], Any]]:
    """Return what the script can call; whatever the browser sends comes as one argument."""

    # Gradio marks the functions that it serves, which methods do not allow.
    def overview(_: Any) -> dict[str, Any]:
        return _or_problem(lambda: describe(gallery))

    def samples(_: Any) -> list[dict[str, Any]] | dict[str, str]:
        return _or_problem(lambda: [as_json(e) for e in gallery.samples(N_SAMPLES)])

    def cell(asked: Any) -> list[dict[str, Any]] | dict[str, str]:
        truth, predicted = two_digits(asked)
        return _or_problem(
            lambda: [as_json(e) for e in gallery.cell(truth, predicted, MOST_IN_CELL)]
        )

    return [overview, samples, cell]


def _or_problem(show: Callable[[], Any]) -> Any:
    """Return what is shown, or under ``problem`` the key of a text."""
    try:
        return show()
    except GalleryError as error:
        # The reason names files of the server.
        print(error, file=sys.stderr, flush=True)
        return {"problem": "testset.missing"}


def describe(gallery: Gallery) -> dict[str, Any]:
    """Return all that the tab shows at first.

    Raises:
        GalleryError: when there is nothing to show.
    """
    return {
        "matrix": gallery.confusion_matrix.tolist(),
        "samples": [as_json(exhibit) for exhibit in gallery.samples(N_SAMPLES)],
        "mistakes": [as_json(exhibit) for exhibit in gallery.mistakes(N_MISTAKES)],
    }


def as_json(exhibit: Exhibit) -> dict[str, Any]:
    """Return an exhibit as the script reads it, its image as 784 grey bytes in base64."""
    return {
        "index": exhibit.index,
        "image": base64.b64encode(exhibit.image.tobytes()).decode(),
        "truth": exhibit.truth,
        "predicted": exhibit.predicted,
        "probability": round(exhibit.probability, 5),
    }


def two_digits(asked: Any) -> tuple[int, int]:
    """Read the true and the predicted digit that name a cell.

    Raises:
        gradio.Error: when it is anything but a list of two whole numbers from 0 to 9.
    """
    digits = list(asked) if isinstance(asked, list) and len(asked) == 2 else []
    # type() because isinstance() takes true and false for whole numbers.
    if not digits or any(type(d) is not int or not 0 <= d < N_CLASSES for d in digits):
        raise gr.Error("A cell is a list of two digits from 0 to 9.", print_exception=False)
    return digits[0], digits[1]
