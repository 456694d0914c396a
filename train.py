"""Train the classifier from scratch; write the model, its log, figures and metrics to assets/."""

import argparse
import dataclasses
import sys
import time
from pathlib import Path

from mnist_cnn import MODEL_PATH
from mnist_cnn.backend import share_gpu_memory
from mnist_cnn.data import DATA_PATH, DataError, fingerprint, load_mnist
from mnist_cnn.diet import MNIST_ONLY, Diet
from mnist_cnn.diet.taught import FIFTH, hold_back
from mnist_cnn.drawings import read_drawings
from mnist_cnn.measure import results
from mnist_cnn.model import build_model, parameter_arithmetic, save_model
from mnist_cnn.training import Recipe, train


def main(argv: list[str] | None = None) -> int:
    """Train, evaluate and write everything, or nothing at all; return the exit status."""
    args = parse(argv)
    try:
        run(args)
    except (DataError, results.OutputError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        message = (
            f"{error}\nThe files in {args.output} are as they were. "
            "Make room or choose another folder with --output, and train again."
        )
        print(message, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nInterrupted: the files in {args.output} are as they were.", file=sys.stderr)
        return 130
    return 0


def run(args: argparse.Namespace) -> None:
    """Train as the arguments say."""
    started = time.perf_counter()
    share_gpu_memory()
    diet = MNIST_ONLY if args.mnist_only else Diet()
    recipe = Recipe(args.epochs, args.batch_size, args.seed, diet=diet)
    taught, held_back = hold_back(read_drawings(args.drawings))
    if taught and not held_back:
        print(f"Fewer than {FIFTH} drawings: all are learnt from, none is held back to measure on.")
    with results.all_or_nothing(args.output) as folder:
        (x_train, y_train), (x_test, y_test) = load_mnist(args.data)
        print(f"x_train {x_train.shape}, y_train {y_train.shape}")
        print(f"x_test {x_test.shape}, y_test {y_test.shape}")
        describe_network()
        trained = train(x_train, y_train, recipe, taught=taught)

        scores = results.measure(trained.model, x_test, y_test, args.seed)
        print(f"test: loss {scores.test.loss:.4f}, accuracy {scores.test.accuracy:.4f}")
        how = {}
        if args.drawings:
            comparison = results.compare(args.output, trained, scores, x_test, args.seed, held_back)
            print(results.describe_comparison(comparison))
            how["taught"] = {"trained_on": len(taught), **comparison}
        save_model(trained.model, folder / MODEL_PATH.name)
        results.write_log(folder, trained.history)
        results.write_figures(folder, trained.history, scores, x_test, args.seed)
        results.write_metrics(
            folder,
            trained,
            scores,
            recipe=dataclasses.asdict(recipe),
            data_sha256=fingerprint(x_train, y_train, x_test, y_test),
            wall_time_seconds=round(time.perf_counter() - started, 1),
            **how,
        )
    print(f"written to {args.output}")


def describe_network() -> None:
    """Print the summary table, and how every parameter count comes about."""
    model = build_model()
    model.summary()
    for name, arithmetic, count in parameter_arithmetic(model):
        print(f"{name:>10}: {arithmetic} = {count:,}")
    print(f"{'total':>10}: {model.count_params():,}")


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument(
        "--epochs", type=positive, default=Recipe.epochs, help="passes over the data"
    )
    parser.add_argument(
        "--batch-size", type=positive, default=Recipe.batch_size, help="images a step"
    )
    parser.add_argument(
        "--mnist-only", action="store_true", help="the tutorial's plain run, without drawings"
    )
    parser.add_argument(
        "--drawings",
        type=Path,
        nargs="+",
        metavar="FILE",
        default=[],
        help="files of your own drawings, as the page saves them, to learn as well",
    )
    parser.add_argument("--seed", type=seed, default=Recipe.seed, help="same seed, same weights")
    parser.add_argument(
        "--data", type=Path, default=DATA_PATH, help="mnist.npz or a folder of IDX files"
    )
    parser.add_argument(
        "--output", type=Path, default=MODEL_PATH.parent, help="folder for all results"
    )
    return parser.parse_args(argv)


def seed(text: str) -> int:
    """Read a whole number that every random generator takes."""
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 2^32 - 1, not {text}")
    return int(text)


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
