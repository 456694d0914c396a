"""What 50 drawings of one writer give: ``python tests/benchmarks/hand_training.py HANDS``.

HANDS is a file as the page saves it, of several writers, each line with a ``"writer"`` too.
Trains as ``train.py --drawings`` does on the first 50 drawings of each, two to four minutes a
run, and counts the errors on those held back, on all later ones with three brushes, and on MNIST.
"""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mnist_cnn.backend import keras
from mnist_cnn.data import load_mnist
from mnist_cnn.diet import Diet
from mnist_cnn.diet.taught import hold_back
from mnist_cnn.drawings import Drawing, read_drawings, to_image
from mnist_cnn.evaluate import evaluate
from mnist_cnn.model import load_model
from mnist_cnn.training import Recipe, train

N_TAUGHT = 50
WIDTHS = (0.03, 0.06, 0.1)


def errors(model: keras.Model, drawings: list[Drawing]) -> int:
    images = np.stack([to_image(drawing) for drawing in drawings])
    labels = np.array([drawing.label for drawing in drawings], np.uint8)
    return int((~evaluate(model, images, labels).right).sum())


def measure(model: keras.Model, drawings: list[Drawing]) -> str:
    _, held_back = hold_back(drawings[:N_TAUGHT])
    later = [d._replace(width=width) for width in WIDTHS for d in drawings[N_TAUGHT:]]
    mnist = evaluate(model, *load_mnist()[1]).accuracy
    return (
        f"held back {errors(model, held_back):2d} of {len(held_back)}, "
        f"later {errors(model, later):3d} of {len(later)}, MNIST {mnist:.2%}"
    )


def main(argv: list[str] | None = None) -> None:
    """Train for every writer with every seed, and print a line before and after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hands", type=Path)
    parser.add_argument("--writers", type=int, nargs="+", required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--copies", type=int, default=Diet.copies)
    args = parser.parse_args(argv)
    writers = [json.loads(line).get("writer") for line in args.hands.open(encoding="utf-8")]
    pairs = list(zip(writers, read_drawings([args.hands]), strict=True))
    mnist, _ = load_mnist()
    for seed in args.seeds:
        recipe = Recipe(seed=seed, diet=dataclasses.replace(Diet(), copies=args.copies))
        for writer in args.writers:
            drawings = [drawing for name, drawing in pairs if name == writer]
            print(f"writer {writer}, shipped: {measure(load_model(), drawings)}", flush=True)
            taught, _ = hold_back(drawings[:N_TAUGHT])
            model = train(*mnist, recipe, 0, taught).model
            print(f"writer {writer}, seed {seed}: {measure(model, drawings)}", flush=True)


if __name__ == "__main__":
    main()
