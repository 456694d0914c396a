"""What the network is fed: MNIST, drawings of the forms that MNIST lacks, and doodles.

Doodles carry a random label, another one in each epoch: over the epochs their expected
label is uniform, which teaches the network to be unsure and stays within the loss.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_cnn.backend import keras
from mnist_cnn.data import N_CLASSES
from mnist_cnn.doodles import draw_doodles
from mnist_cnn.handwriting import draw_digits
from mnist_cnn.preprocess import to_tensor

Examples = tuple[NDArray[np.uint8], NDArray[np.uint8]]

# Drawings of seed (s, VALIDATION) are never trained on with seed s: epochs count from 0.
VALIDATION = 1_000_000


@dataclass(frozen=True)
class Diet:
    """How much is drawn anew for each epoch, beside MNIST."""

    drawings: int = 12_000
    doodles: int = 3_000


MNIST_ONLY = Diet(drawings=0, doodles=0)


class Meals(keras.utils.PyDataset):
    """The batches of every epoch: float32 (batch, 28, 28, 1) in [0, 1], and labels."""

    def __init__(self, mnist: Examples, diet: Diet, batch_size: int, seed: int) -> None:
        """Draw and mix the first epoch."""
        super().__init__()
        self._mnist, self._diet = mnist, diet
        self._batch_size, self._seed = batch_size, seed
        self._epoch = 0
        self._images, self._labels = self._mix()

    def __len__(self) -> int:
        """Return the number of batches an epoch, the last one perhaps a smaller one."""
        return -(-len(self._labels) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Return one batch."""
        batch = slice(index * self._batch_size, (index + 1) * self._batch_size)
        return to_tensor(self._images[batch]), self._labels[batch]

    def on_epoch_end(self) -> None:
        """Draw and mix the next epoch."""
        self._epoch += 1
        self._images, self._labels = self._mix()

    def _mix(self) -> Examples:
        seed = [self._seed, self._epoch]
        rng = np.random.default_rng(seed)
        parts = [self._mnist]
        if self._diet.drawings:
            parts.append(draw_digits(self._diet.drawings, seed))
        if self._diet.doodles:
            labels = rng.integers(0, N_CLASSES, self._diet.doodles, np.uint8)
            parts.append((draw_doodles(self._diet.doodles, seed), labels))
        order = rng.permutation(sum(len(labels) for _, labels in parts))
        images, labels = (np.concatenate(arrays)[order] for arrays in zip(*parts, strict=True))
        return images, labels


def unseen_drawings(n: int, seed: int) -> Examples:
    """Draw n digits that a training run with this seed does not see."""
    return draw_digits(n, [seed, VALIDATION])


def unseen_doodles(n: int, seed: int) -> NDArray[np.uint8]:
    """Draw n doodles that a training run with this seed does not see: uint8 (n, 28, 28)."""
    return draw_doodles(n, [seed, VALIDATION])
