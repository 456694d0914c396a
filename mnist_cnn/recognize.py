"""From a drawing to an answer: for the page, for programs, and on the command line.

``python -m mnist_cnn.recognize FILE...`` reads image files.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn.photo import photo_to_ink
from mnist_cnn.preprocess import ink_to_tensor, preprocess

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Recognition:
    """What the network makes of one drawing."""

    tensor: NDArray[np.float32]
    """What it saw: float32 (28, 28, 1) in [0, 1], ink 1 on background 0."""
    probabilities: NDArray[np.float32]
    """One for every digit: float32 (10,), sum 1."""
    is_digit: bool
    """Whether the drawing looks like a digit at all."""

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())

    def as_json(self) -> dict[str, Any]:
        """Return digit, probabilities and verdict as JSON values."""
        return {
            "digit": self.digit,
            "probabilities": [round(float(p), 6) for p in self.probabilities],
            "verdict": "digit" if self.is_digit else "not a digit",
        }


BLANK = {"digit": None, "probabilities": None, "verdict": "blank"}
"""What a blank canvas is answered in JSON, in the form of :meth:`Recognition.as_json`."""


class Recognizer:
    """A model that is loaded when it is first needed, and once.

    TensorFlow takes seconds to import; a page that imports this module does not wait for it.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Name the model file; ``None`` is the shipped one."""
        self._path = path
        self._model: keras.Model | None = None
        self._threshold = 0.0
        self._lock = Lock()

    @property
    def model(self) -> keras.Model:
        """The model, loaded and traced when it is first asked for.

        Raises:
            ModelError: when the file is missing or damaged.
        """
        from mnist_cnn.model import MODEL_PATH, load_model, load_threshold, predict

        with self._lock:
            if self._model is None:
                path = self._path or MODEL_PATH
                model = load_model(path)
                predict(model, np.zeros((1, *model.input_shape[1:]), np.float32))
                self._model, self._threshold = model, load_threshold(path)
            return self._model

    def __call__(self, canvas: Image.Image | NDArray[np.uint8] | None) -> Recognition | None:
        """Recognise a drawing; ``None`` when nothing is drawn.

        Args:
            canvas: as for :func:`mnist_cnn.preprocess.preprocess`, or ``None``.

        Raises:
            ModelError: when the model file is missing or damaged.
        """
        return self.read(None if canvas is None else preprocess(canvas))

    def photo(self, photo: Image.Image) -> Recognition | None:
        """Recognise a digit on a photographed sheet; ``None`` when the sheet is empty.

        Args:
            photo: as for :func:`mnist_cnn.photo.photo_to_ink`.

        Raises:
            ModelError: when the model file is missing or damaged.
        """
        return self.read(ink_to_tensor(photo_to_ink(photo)))

    def read(self, tensor: NDArray[np.float32] | None) -> Recognition | None:
        """Read a tensor (28, 28, 1) in [0, 1]; ``None`` for ``None``."""
        if tensor is None:
            return None
        model = self.model
        from mnist_cnn.model import looks_like_digit, predict

        probabilities = predict(model, tensor[np.newaxis])[0]
        return Recognition(
            tensor, probabilities, bool(looks_like_digit(probabilities, self._threshold))
        )


def main(argv: list[str] | None = None) -> int:
    """Recognise image files and print a line for each; return the exit status."""
    from mnist_cnn.model import ModelError

    args = _parse(argv)
    recognizer, status = Recognizer(args.model), 0
    for path in args.files:
        try:
            with Image.open(path) as image:
                recognition = recognizer.photo(image) if args.photo else recognizer(image)
        except ModelError as error:
            print(error, file=sys.stderr)
            return 1
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            print(f"{path}: cannot be read as an image: {error}", file=sys.stderr)
            status = 1
            continue
        print(_as_line(path, recognition, args.json))
    return status


def _as_line(path: Path, recognition: Recognition | None, as_json: bool) -> str:
    if as_json:
        return json.dumps({"file": str(path), **(recognition.as_json() if recognition else BLANK)})
    if recognition is None:
        return f"{path}: nothing is drawn"
    doubt = "" if recognition.is_digit else ", but it does not look like a digit"
    return f"{path}: {recognition.digit} ({recognition.probabilities.max():.1%}){doubt}"


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_cnn.recognize", description="Recognise handwritten digits in images."
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="one digit each")
    parser.add_argument("--photo", action="store_true", help="find the ink on photographed paper")
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.add_argument(
        "--model", type=Path, help="a .keras or .h5 file instead of the shipped one"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
