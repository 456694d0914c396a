"""Drives the app in a real browser: starts it, finds Chromium, draws with mouse and finger."""

import asyncio
import base64
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, Request, expect

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "tests" / "output"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# The machine's own checks for updates would fail without a network and cost time.
BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

DESKTOP, TABLET, PHONE, ACROSS = (1280, 800), (820, 1180), (390, 844), (844, 390)
PHONES = (PHONE, ACROSS)
PAPER = (600, 400)  # a sheet with a 7

QUESTIONS = re.compile("/component_server")
ANY_WEIGHTS = re.compile("/files/weights/")
WEIGHTS = re.compile("/files/weights/[0-9a-f]{64}$")

Strokes = Sequence[Sequence[tuple[float, float]]]
Opener = Callable[..., AbstractContextManager[Page]]


def find_browser() -> str | None:
    """Return the path of an installed Chromium or Chrome, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def drawings() -> dict[str, Strokes]:
    """Return the page's examples: name to strokes in shares of the pad's side."""
    examples = json.loads((ROOT / "mnist_cnn" / "page" / "examples.json").read_text("utf-8"))
    return {example["name"]: example["strokes"] for example in examples}


def painted(strokes: Strokes) -> str:
    """Paint a drawing about as the pad does; return what the pad then sends to be read."""
    # Here, for the rehearsal of a Space has no package at hand.
    from mnist_cnn.preprocess import preprocess, to_grey

    side, radius = 280, 8.4
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(x * side, y * side) for x, y in stroke]
        pen.line(points, fill=0, width=round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    tensor = preprocess(image)
    assert tensor is not None, "nothing is drawn"
    return base64.b64encode(to_grey(tensor).tobytes()).decode()


@contextmanager
def running_app(root: Path = ROOT, **environment: str) -> Iterator[str]:
    """Run ``python app.py`` of a checkout on a free port; give its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)} | environment
    OUTPUT.mkdir(exist_ok=True)
    with (OUTPUT / "app.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=root, env=os.environ | settings, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=10)


def run(asked: Any) -> Any:
    """Run a coroutine in a thread of its own: the browser's loop may be running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asked).result()


def on_pad(box: dict[str, float], x: float, y: float) -> tuple[float, float]:
    """Return where a point of a square in the middle of the pad is."""
    middle = box["x"] + box["width"] / 2
    return middle + (x - 0.5) * box["height"], box["y"] + y * box["height"]


def draw(page: Page, strokes: Strokes, lift: bool = True) -> None:
    """Draw on the pad with the mouse; ``lift=False`` keeps the button pressed at the end."""
    box = _box(page.locator("#sketchpad canvas"))
    for stroke in strokes:
        points = [on_pad(box, *point) for point in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        if lift or stroke is not strokes[-1]:
            page.mouse.up()


def draw_by_touch(page: Page, strokes: Strokes) -> None:
    """Draw on the pad with a finger, through the browser's own touch input."""
    box = _box(page.locator("#sketchpad canvas"))
    session = page.context.new_cdp_session(page)
    for stroke in strokes:
        for index, point in enumerate(stroke):
            x, y = on_pad(box, *point)
            kind = "touchMove" if index else "touchStart"
            touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            session.send("Input.dispatchTouchEvent", touch)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def expect_digit(page: Page, digit: str) -> None:
    """Wait until the drawing is answered."""
    expect(page.locator("#answer .digit")).to_have_text(digit)


def side_by_side(*names: str, tall: float = 0.5) -> Strokes:
    """Put examples beside each other, each ``tall`` of its size; the row is in the middle."""
    left = 0.5 - (len(names) - 1) / 2 * 0.7 * tall
    return [
        [(left + k * 0.7 * tall + (x - 0.5) * tall, 0.5 + (y - 0.5) * tall) for x, y in stroke]
        for k, name in enumerate(names)
        for stroke in drawings()[name]
    ]


def moved(strokes: Strokes, across: float, tall: float = 0.5) -> Strokes:
    return [
        [(0.5 + across + (x - 0.5) * tall, 0.5 + (y - 0.5) * tall) for x, y in stroke]
        for stroke in strokes
    ]


def equip(page: Page) -> None:
    """Wait until the page reads for itself."""
    page.evaluate(
        """() => import(new URL("browser/board.js", FILES)).then(({ hear }) =>
             new Promise((resolve) => hear("reader", (reader) => reader && resolve())))"""
    )


def expect_number(page: Page, number: str) -> None:
    expect(page.locator("#answer")).to_have_attribute("data-number", number)


def seven() -> Any:
    """Draw a 7 on a sheet of 600 x 400, as the browser is given a file."""
    return sheet([(230, 90), (370, 90), (290, 310)])


def sheet(line: list[tuple[float, float]] | None = None) -> Any:
    """Draw a line, or nothing, on such a sheet."""
    paper = Image.new("L", PAPER, 225)
    if line:
        ImageDraw.Draw(paper).line(line, 40, 16, joint="curve")
    file = io.BytesIO()
    paper.save(file, "PNG")
    return {"name": "7.png", "mimeType": "image/png", "buffer": file.getvalue()}


def is_weights(request: Request) -> bool:
    """Tell whether a request is for the network's weights, by the name of what is in them."""
    return bool(WEIGHTS.search(request.url))


def violations(page: Page, rules: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return what axe finds wrong, as rules and elements; ``rules`` are asked besides its own."""
    options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": True} for rule in rules}}
    found = Axe().run(page, options=options).response["violations"]
    return [(v["id"], n["html"][:200]) for v in found for n in v["nodes"]]


def probabilities(page: Page) -> list[float]:
    """Return what the ten bars say."""
    bars = page.locator("#probabilities [data-digit]").all()
    return [float(bar.get_attribute("data-probability") or "nan") for bar in bars]


def _box(locator: Locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box, "the pad is not visible"
    return box


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the app ended: see {OUTPUT / 'app.log'}"
        try:
            urllib.request.urlopen(f"{address}/config", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"the app did not answer at {address} within a minute")
