"""How many numbers are read right from images, all digits of each.

Run by hand: ``python tests/benchmarks/whole_numbers.py FILE [--aspect 1.6]``, a file of JSON lines
``{"number": "427", "width": 0.06, "strokes": [[[x, y], ...], ...]}``, lengths as shares of a pad's
height. With ``"label": 7`` for the number a line is one digit, which is also read as one.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mnist_cnn.recognize import Recognizer

HEIGHT = 280
OVERSAMPLING = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Read every number, and print how many were right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="JSON lines of numbers")
    parser.add_argument("--aspect", type=float, default=1.0, help="width of the pad by its height")
    args = parser.parse_args(argv)
    recognizer = Recognizer()
    rows = [json.loads(line) for line in args.file.read_text("utf-8").splitlines()]
    truths = [row.get("number") or str(row["label"]) for row in rows]
    read = [recognizer.number(paint(r["strokes"], r["width"], args.aspect)) for r in rows]
    numbers = ["".join(str(digit.digit) for digit in one.digits) if one else "" for one in read]
    right = np.mean([said == truth for said, truth in zip(numbers, truths, strict=True)])
    counts = [len(said) == len(truth) for said, truth in zip(numbers, truths, strict=True)]
    as_one = [
        str(one and one.whole.digit) == truth for one, truth in zip(read, truths, strict=True)
    ]
    print(
        f"{len(rows)}: all digits right {right:.2%}, right number of digits {np.mean(counts):.2%}"
    )
    if "label" in rows[0]:
        print(f"read as one digit: {np.mean(as_one):.2%} right")
    return 0


def paint(strokes: list[Any], width: float, aspect: float) -> NDArray[np.uint8]:
    """Paint strokes as a pad would, black on white: uint8 (280, 280 * aspect)."""
    unit = HEIGHT * OVERSAMPLING
    canvas = Image.new("L", (round(unit * aspect), unit), 255)
    pen, radius = ImageDraw.Draw(canvas), width * unit / 2
    for stroke in strokes:
        path = [(x * unit, y * unit) for x, y in stroke]
        pen.line(path, 0, round(2 * radius))
        for x, y in path:
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], 0)
    return np.asarray(canvas.resize((round(HEIGHT * aspect), HEIGHT), Image.Resampling.BOX))


if __name__ == "__main__":
    sys.exit(main())
