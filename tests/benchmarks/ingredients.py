"""What each ingredient of the training gives: ``python tests/benchmarks/ingredients.py``.

Trains the same network with more and more of the recipe, three seeds each (about a minute and a
half a run), and prints the mean of every score. ``--output DIR`` keeps the models.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mnist_cnn.data import load_mnist
from mnist_cnn.diet import MNIST_ONLY, Diet
from mnist_cnn.measure import results
from mnist_cnn.model import looks_like_digit, save_model
from mnist_cnn.training import Recipe, train

PLAIN = Recipe(beta_2=0.999, average=0.0)  # Keras' own; the average of one step is that step
RECIPES = {
    "MNIST only": replace(PLAIN, diet=MNIST_ONLY),
    "+ 12,000 drawings": replace(PLAIN, diet=Diet(doodles=0, last_share=1)),
    "+ 3,000 doodles": replace(PLAIN, diet=Diet(last_share=1)),
    "+ 40 % in the last epoch": PLAIN,
    "+ beta_2, average (shipped)": Recipe(),
}
COLUMNS = ("test", "drawings", "ECE drawings", "doodles refused", "seconds")


def measure(recipe: Recipe, name: str, output: Path | None) -> list[float]:
    """Train once and return the scores in percent, and the seconds that training took."""
    (x_train, y_train), (x_test, y_test) = load_mnist()
    started = time.perf_counter()
    trained = train(x_train, y_train, recipe, verbose=0)
    seconds = time.perf_counter() - started
    scores = results.measure(trained.model, x_test, y_test, recipe.seed)
    if output:
        output.mkdir(parents=True, exist_ok=True)
        save_model(trained.model, output / f"{name.split(' (')[0].strip('+ ')}-{recipe.seed}.keras")
    refused = 1 - looks_like_digit(scores.doodles, trained.threshold).mean()
    shares = (
        scores.test.accuracy,
        scores.drawings.accuracy,
        scores.drawings.reliability.expected_error,
        refused,
    )
    return [*(100 * float(share) for share in shares), seconds]


def main(argv: list[str] | None = None) -> None:
    """Train every recipe with every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", help="recipes whose name contains this")
    parser.add_argument("--output", type=Path, help="folder to keep the models in")
    args = parser.parse_args(argv)
    print(f"{'trained on':36s}", *(f"{column:>15s}" for column in COLUMNS), " test by seed")
    for name, recipe in RECIPES.items():
        if args.only and args.only not in name:
            continue
        rows = [
            measure(replace(recipe, seed=seed), name, args.output) for seed in range(args.seeds)
        ]
        means = (f"{mean:15.2f}" for mean in np.mean(rows, axis=0))
        print(f"{name:36s}", *means, " ", *(f"{row[0]:.2f}" for row in rows), flush=True)


if __name__ == "__main__":
    main()
