"""How often the page reads numbers and single digits right, and how long that takes in a frame.

Run by hand: ``python tests/benchmarks/numbers_page.py FILE... [--aspect 1]``. A FILE has a JSON
object a line: ``number`` or ``label``, ``width`` and ``strokes``, lists of [x, y], all lengths as
shares of the height of a pad that is ``aspect`` times as wide as high. They are painted and read
in Chromium by the page's own modules. A frame is what the page computes for one more point of a
stroke, among six digits, each stroke in turn being the one that grows.
"""

import argparse
import json
import sys
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Page, sync_playwright

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]
from browser import BROWSER_ARGUMENTS, drawings, find_browser, running_app
from machine import machine

SIX = ("open 4", "2", "crossed 7", "3", "5", "8")
AT_ONCE = 50  # drawings in a call

PREPARE = """async () => {
  const [{ hear }, { makeSheet }, { makeNumberReader }] = await Promise.all(
    ["browser/board.js", "page/sheet.js", "browser/number.js"].map(
      (name) => import(new URL(name, FILES))));
  const { read } = await new Promise((resolve) =>
    hear("reader", (reader) => reader && resolve(reader)));
  const see = makeSheet();
  const drawn = (strokes, width) => strokes.map((points) => ({ points, width, erase: false }));
  const textOf = (digits) => digits.map(({ digit }) => digit).join("");
  window.readAll = (rows, size) => rows.map(({ strokes, width }) => ({
    number: textOf(makeNumberReader({ see, read })(drawn(strokes, width), size)),
    digit: `${read(see(drawn(strokes, width), size)).digit}`,
  }));
  window.growEach = (strokes, width, size) => {
    const all = drawn(strokes, width);
    return all.flatMap((stroke, at) => {
      const readNumber = makeNumberReader({ see, read });
      const growing = { ...stroke, points: [] };
      const strokes = all.with(at, growing);
      return stroke.points.map((point) => {
        growing.points.push(point);
        const started = performance.now();
        readNumber(strokes, size);
        return performance.now() - started;
      }).slice(1);
    });
  };
}"""


def six_digits(aspect: float) -> list[list[tuple[float, float]]]:
    """Put six examples beside each other across a pad."""
    tall = aspect / 5.5
    return [
        [(aspect * (k + 1) / 7 + (x - 0.5) * tall, 0.5 + (y - 0.5) * tall) for x, y in stroke]
        for k, name in enumerate(SIX)
        for stroke in drawings()[name]
    ]


def read_rows(page: Page, rows: list[dict[str, Any]], aspect: float) -> list[dict[str, str]]:
    """Have the page read drawings: as a number, and as one digit."""
    answers = []
    for at in range(0, len(rows), AT_ONCE):
        call = f"(rows) => readAll(rows, [{aspect}, 1])"
        answers += page.evaluate(call, rows[at : at + AT_ONCE])
    return answers


def report(path: Path, rows: list[dict[str, Any]], answers: list[dict[str, str]]) -> None:
    """Print how many of a file's drawings are right."""
    truths = [str(row.get("number", row.get("label"))) for row in rows]
    pairs = list(zip(truths, answers, strict=True))
    right = sum(truth == answer["number"] for truth, answer in pairs) / len(rows)
    count = sum(len(truth) == len(answer["number"]) for truth, answer in pairs) / len(rows)
    line = f"{path.name}, {len(rows)}: all digits right {right:.2%}, number of digits {count:.2%}"
    if "label" in rows[0]:
        one = sum(truth == answer["digit"] for truth, answer in pairs) / len(rows)
        line += f", read as one digit {one:.2%}"
    print(line, flush=True)


def main(argv: list[str] | None = None) -> None:
    """Read files of drawings and time a frame."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE")
    parser.add_argument("--aspect", type=float, default=1.0, help="width of the pad by its height")
    args = parser.parse_args(argv)
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
        page = browser.new_page()
        page.goto(address)
        page.locator("#sketchpad .hint").wait_for()
        page.evaluate(PREPARE)
        for path in args.files:
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            report(path, rows, read_rows(page, rows, args.aspect))
        call = f"(strokes) => growEach(strokes, 0.04, [{args.aspect}, 1])"
        frames = page.evaluate(call, six_digits(args.aspect))
        slow = quantiles(frames, n=20)[-1]
        print(f"a frame with six digits: median {median(frames):.1f} ms, 95 % under {slow:.1f} ms")
        browser.close()
    print(machine())


if __name__ == "__main__":
    main()
