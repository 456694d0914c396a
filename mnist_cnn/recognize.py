"""From a drawing to an answer: for the page, for programs, and on the command line.

``python -m mnist_cnn.recognize FILE...`` reads image files.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn import METRICS_NAME, MODEL_PATH, ModelError
from mnist_cnn.photo import photo_to_ink
from mnist_cnn.preprocess import SIDE, ink_to_tensor, preprocess

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


class Loaded(NamedTuple):
    """A model in use."""

    model: keras.Model
    threshold: float
    """The top probability that a digit reaches."""


class Recognizer:
    """A model that is loaded when it is first needed, and again when :meth:`refresh` is asked.

    TensorFlow takes seconds to import; a page that imports this module does not wait for it.
    Any number of threads may ask at once.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Name the model file; ``None`` is the shipped one."""
        self._path = path or MODEL_PATH
        self._lock = Lock()
        self._seen: object = None
        self._loaded: Loaded | None = None
        self._problem = ""

    @property
    def loaded(self) -> Loaded:
        """The model in use, loaded and traced when it is first asked for.

        Raises:
            ModelError: when the file is missing or damaged.
        """
        if self._loaded is None:
            self.refresh()
        if self._loaded is None:
            raise ModelError(self._problem)
        return self._loaded

    @property
    def model(self) -> keras.Model:
        """The network of :attr:`loaded`."""
        return self.loaded.model

    def refresh(self) -> bool:
        """Take up the model file if it has changed since it was last read.

        Whoever asks meanwhile is answered by the model in use, which also serves on when
        the new file turns out to be no good.

        Returns:
            Whether another model is in use now.

        Raises:
            ModelError: when the file is missing or damaged; once for each change.
        """
        with self._lock:
            seen = [_look(path) for path in (self._path, self._path.with_name(METRICS_NAME))]
            if seen == self._seen:
                return False
            self._seen = seen
            try:
                self._loaded = _load(self._path)
            except ModelError as error:
                self._problem = str(error)
                raise
            return True

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
        model, threshold = self.loaded
        from mnist_cnn.model import looks_like_digit, predict

        probabilities = predict(model, tensor[np.newaxis])[0]
        return Recognition(tensor, probabilities, bool(looks_like_digit(probabilities, threshold)))


def compute_in_one_thread() -> None:
    """Have TensorFlow, which must not be imported yet, work in one thread.

    For a single drawing, sharing the work out takes longer than the work.
    """
    for kind in ("INTEROP", "INTRAOP"):
        os.environ.setdefault(f"TF_NUM_{kind}_THREADS", "1")


def _load(path: Path) -> Loaded:
    from mnist_cnn.model import load_model, load_threshold, predict

    model = load_model(path)
    try:
        probabilities = predict(model, np.zeros((1, SIDE, SIDE, 1), np.float32))  # traces it
    except Exception as error:  # a layer of its own, or a shape inside that does not fit
        raise ModelError(f"{path} cannot compute: {error}") from error
    if not (probabilities.min() >= 0 and abs(probabilities.sum() - 1) < 1e-3):  # or NaN
        raise ModelError(f"{path} gives no probabilities. Make one with: python train.py")
    return Loaded(model, load_threshold(path))


def _look(path: Path) -> tuple[int, ...] | None:
    """Return what tells one version of a file from another; ``None`` when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def main(argv: list[str] | None = None) -> int:
    """Recognise image files and print a line for each; return the exit status."""
    args = _parse(argv)
    compute_in_one_thread()
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
