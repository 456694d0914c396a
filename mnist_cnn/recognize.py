"""From a drawing to an answer: for the page, for programs, and on the command line.

``python -m mnist_cnn.recognize FILE...`` reads image files.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn import METRICS_NAME, MODEL_PATH, ModelError
from mnist_cnn.number import CUT_OUT, read_number
from mnist_cnn.photo import photo_to_ink
from mnist_cnn.preprocess import (
    SIDE,
    extract_ink,
    ink_to_tensor,
    preprocess,
    without_specks,
)
from mnist_cnn.weights import WeightsFile, pack_weights

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
    weights: str | None
    """The digest of the weights that a browser gets of the same network, if it can have them."""

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


@dataclass(frozen=True)
class Number:
    """What the network makes of a drawing that may be of several digits in a row."""

    whole: Recognition
    """All of it read as one digit."""
    digits: tuple[Recognition, ...]
    """From left to right; if there is one, it is ``whole``."""
    boxes: tuple[tuple[float, ...], ...]
    """Of each digit: top, left, bottom and right, as shares of the height and the width."""

    def __str__(self) -> str:
        """Write the number, with ``?`` for what is no digit."""
        return "".join(str(part.digit) if part.is_digit else "?" for part in self.digits)

    def as_json(self) -> dict[str, Any]:
        """Return the drawing as one digit, as a number, and each of its digits, as JSON values."""
        parts = zip(self.digits, self.boxes, strict=True)
        digits = [{**part.as_json(), "box": [round(x, 4) for x in box]} for part, box in parts]
        return {**self.whole.as_json(), "number": str(self), "digits": digits}


BLANK: dict[str, Any] = {
    "digit": None,
    "probabilities": None,
    "verdict": "blank",
    "number": None,
    "digits": [],
}
"""What a blank canvas is answered in JSON, in the form of :meth:`Number.as_json`."""


class Loaded(NamedTuple):
    """A model in use."""

    model: keras.Model
    threshold: float
    """The top probability that a digit reaches."""
    weights: WeightsFile | None
    """The same network for a browser; ``None`` where a browser cannot compute it."""

    def predict(self, tensors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Compute probabilities, as :func:`mnist_cnn.model.predict`."""
        from mnist_cnn.model import predict

        return predict(self.model, tensors)

    def read(self, tensor: NDArray[np.float32]) -> Recognition:
        """Read a tensor (28, 28, 1) in [0, 1], ink 1 on background 0."""
        return self.judge(tensor, self.predict(tensor[np.newaxis])[0])

    def judge(
        self, tensor: NDArray[np.float32], probabilities: NDArray[np.float32], least: float = 0
    ) -> Recognition:
        """Put together what is made of one tensor (28, 28, 1); a digit has ``least`` or more."""
        from mnist_cnn.model import looks_like_digit

        is_digit = bool(looks_like_digit(probabilities, max(least, self.threshold)))
        digest = self.weights and self.weights.digest
        return Recognition(tensor, probabilities, is_digit, digest)


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
    def is_loaded(self) -> bool:
        """Whether there is a model in use that need not be waited for."""
        return self._loaded is not None

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
        """Recognise a drawing of one digit; ``None`` when nothing is drawn.

        Args:
            canvas: as for :func:`mnist_cnn.preprocess.preprocess`, or ``None``.

        Raises:
            ModelError: when the model file is missing or damaged.
        """
        tensor = None if canvas is None else preprocess(canvas)
        return None if tensor is None else self.read(tensor)

    def number(self, canvas: Image.Image | NDArray[np.uint8]) -> Number | None:
        """Recognise a drawing of one digit or of several in a row; ``None`` when it is blank.

        Args:
            canvas: as for :func:`mnist_cnn.preprocess.preprocess`.

        Raises:
            ModelError: when the model file is missing or damaged.
        """
        ink = extract_ink(canvas, with_specks=True)
        return self.read_ink(ink, without_specks(ink))

    def photo(self, photo: Image.Image) -> Number | None:
        """Recognise the digits on a photographed sheet; ``None`` when the sheet is empty.

        Args:
            photo: as for :func:`mnist_cnn.photo.photo_to_ink`.

        Raises:
            ModelError: when the model file is missing or damaged.
        """
        ink = photo_to_ink(photo)
        return self.read_ink(ink, ink)

    def read_ink(self, ink: NDArray[np.uint8], digit: NDArray[np.uint8]) -> Number | None:
        """Read ink, uint8 (H, W) and 0 for paper, as a number, and as the one ``digit``."""
        tensor = ink_to_tensor(digit)
        if tensor is None:
            return None
        loaded = self.loaded
        row = read_number(ink, loaded.predict)
        height, width = ink.shape
        boxes = [
            (box.top / height, box.left / width, box.bottom / height, box.right / width)
            for box in (part.box for part in row)
        ]
        whole = loaded.read(tensor)
        digits = [
            loaded.judge(part.tensor, part.probabilities, CUT_OUT if part.is_cut_out else 0)
            for part in row
        ]
        return Number(whole, tuple(digits if len(digits) > 1 else [whole]), tuple(boxes))

    def read(self, tensor: NDArray[np.float32]) -> Recognition:
        """Read a tensor (28, 28, 1) in [0, 1], ink 1 on background 0."""
        return self.loaded.read(tensor)


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
    threshold = load_threshold(path)
    try:
        weights = pack_weights(model, threshold)
    except ModelError:  # other layers than the shipped ones: the server alone reads with it
        weights = None
    return Loaded(model, threshold, weights)


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
                read = recognizer.photo if args.photo else recognizer.number
                number = read(image)
        except ModelError as error:
            print(error, file=sys.stderr)
            return 1
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            print(f"{path}: cannot be read as an image: {error}", file=sys.stderr)
            status = 1
            continue
        print(_as_line(path, number, args.json))
    return status


def _as_line(path: Path, number: Number | None, as_json: bool) -> str:
    if as_json:
        return json.dumps({"file": str(path), **(number.as_json() if number else BLANK)})
    if number is None:
        return f"{path}: nothing is drawn"
    sure = [percent(float(part.probabilities.max())) for part in number.digits]
    if len(sure) > 1:
        return f"{path}: {number} ({', '.join(sure)})"
    doubt = "" if number.whole.is_digit else ", but it does not look like a digit"
    return f"{path}: {number.whole.digit} ({sure[0]}){doubt}"


def percent(share: float) -> str:
    """Write a share from 0 to 1 as people read it: as the page does, in its ``language.js``."""
    if share > 0.999:
        return "> 99.9 %"
    places = Decimal("0.1") if share < 0.1 or share > 0.99 else Decimal(1)
    # JavaScript rounds halves up, and Python to the even digit.
    return f"{Decimal(share * 100).quantize(places, ROUND_HALF_UP)} %"


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_cnn.recognize",
        description="Recognise handwritten digits and numbers in images.",
    )
    parser.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="a digit or a number each"
    )
    parser.add_argument("--photo", action="store_true", help="find the ink on photographed paper")
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.add_argument(
        "--model", type=Path, help="a .keras or .h5 file instead of the shipped one"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
