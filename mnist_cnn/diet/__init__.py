"""What the network is fed: MNIST, drawings of the forms that MNIST lacks, and doodles.

Doodles carry a random label, another one in each epoch: over the epochs their expected
label is uniform, which teaches the network to be unsure and stays within the loss.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_cnn.data import N_CLASSES
from mnist_cnn.diet.doodles import draw_doodles
from mnist_cnn.diet.handwriting import draw_digits
from mnist_cnn.diet.taught import draw_anew
from mnist_cnn.drawings import Drawing

Examples = tuple[NDArray[np.uint8], NDArray[np.uint8]]

# Drawings of seed (s, VALIDATION) are never trained on with seed s: epochs count from 0.
VALIDATION = 1_000_000
# Somebody's own drawings are drawn anew from a seed (s, epoch, TAUGHT).
TAUGHT = 2_000_000


@dataclass(frozen=True)
class Diet:
    """How much is drawn anew for each epoch, beside MNIST."""

    drawings: int = 12_000
    doodles: int = 3_000
    last_share: float = 0.4
    """The share of them in the last epoch, which brings back the fine points of MNIST."""
    copies: int = 10
    """How often each of somebody's own drawings is drawn anew, where there are any."""
    most_copies: int = 3_000
    """How many all of them come to at most."""

    def portion(self, is_last: bool, n_taught: int) -> tuple[int, int, int]:
        """Return how many drawings, doodles, and copies of n taught drawings an epoch has."""
        share = self.last_share if is_last else 1
        copies = min(self.copies * n_taught, self.most_copies)
        return round(self.drawings * share), round(self.doodles * share), round(copies * share)


MNIST_ONLY = Diet(drawings=0, doodles=0)


def serve(
    mnist: Examples,
    diet: Diet,
    epoch: int,
    n_epochs: int,
    seed: int,
    taught: Sequence[Drawing] = (),
) -> Examples:
    """Draw what goes with MNIST in one epoch, and mix it all.

    Args:
        mnist: uint8 images (n, 28, 28) and labels (n,).
        diet: how much to draw.
        epoch: from 0 to n_epochs - 1.
        n_epochs: how many there are; the last one has less drawn.
        seed: the same seed and epoch draw the same.
        taught: somebody's own drawings, to draw anew.

    Returns:
        uint8 images (m, 28, 28), ink 255 on background 0, and labels (m,).
    """
    rng = np.random.default_rng([seed, epoch])
    n_drawings, n_doodles, n_copies = diet.portion(epoch == n_epochs - 1, len(taught))
    parts = [mnist]
    if n_drawings:
        parts.append(draw_digits(n_drawings, [seed, epoch]))
    if n_doodles:
        labels = rng.integers(0, N_CLASSES, n_doodles, np.uint8)
        parts.append((draw_doodles(n_doodles, [seed, epoch]), labels))
    if taught:
        parts.append(draw_anew(taught, n_copies, [seed, epoch, TAUGHT]))
    order = rng.permutation(sum(len(labels) for _, labels in parts))
    images, labels = (np.concatenate(arrays)[order] for arrays in zip(*parts, strict=True))
    return images, labels


def unseen_drawings(n: int, seed: int) -> Examples:
    """Draw n digits that a training run with this seed does not see."""
    return draw_digits(n, [seed, VALIDATION])


def unseen_doodles(n: int, seed: int) -> NDArray[np.uint8]:
    """Draw n doodles that a training run with this seed does not see: uint8 (n, 28, 28)."""
    return draw_doodles(n, [seed, VALIDATION])
