"""From a drawing to an answer, for the page, for programs and for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn.preprocess import preprocess

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Recognition:
    """What the network makes of one drawing."""

    tensor: NDArray[np.float32]
    """What it saw: float32 (28, 28, 1) in [0, 1], ink 1 on background 0."""
    probabilities: NDArray[np.float32]
    """One for every digit: float32 (10,), sum 1."""

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())


class Recognizer:
    """A model that is loaded when it is first needed, and once.

    TensorFlow takes seconds to import; a page that imports this module does not wait for it.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Name the model file; ``None`` is the shipped one."""
        self._path = path
        self._model: keras.Model | None = None
        self._lock = Lock()

    @property
    def model(self) -> keras.Model:
        """The model, loaded and traced when it is first asked for.

        Raises:
            ModelError: when the file is missing or damaged.
        """
        from mnist_cnn.model import MODEL_PATH, load_model, predict

        with self._lock:
            if self._model is None:
                model = load_model(self._path or MODEL_PATH)
                predict(model, np.zeros((1, *model.input_shape[1:]), np.float32))
                self._model = model
            return self._model

    def __call__(self, canvas: Image.Image | NDArray[np.uint8] | None) -> Recognition | None:
        """Recognise a drawing; ``None`` when nothing is drawn.

        Args:
            canvas: as for :func:`mnist_cnn.preprocess.preprocess`, or ``None``.

        Raises:
            ModelError: when the model file is missing or damaged.
        """
        tensor = None if canvas is None else preprocess(canvas)
        if tensor is None:
            return None
        model = self.model
        from mnist_cnn.model import predict

        return Recognition(tensor, predict(model, tensor[np.newaxis])[0])
