"""Drives the app in a real browser: starts it, finds Chromium, draws with mouse and finger."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "tests" / "output"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# The machine's own checks for updates would fail without a network and cost time.
BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

Strokes = Sequence[Sequence[tuple[float, float]]]


def find_browser() -> str | None:
    """Return the path of an installed Chromium or Chrome, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def drawings() -> dict[str, Strokes]:
    """Return the page's examples and a zero: name to strokes in shares of the pad's side."""
    examples = json.loads((ROOT / "assets" / "page" / "examples.json").read_text("utf-8"))
    zero = [
        [(0.5, 0.2), (0.35, 0.35), (0.33, 0.6), (0.45, 0.8), (0.6, 0.76), (0.68, 0.5), (0.5, 0.2)]
    ]
    return {"0": zero} | {example["name"]: example["strokes"] for example in examples}


@contextmanager
def running_app(**environment: str) -> Iterator[str]:
    """Run ``python app.py`` on a free port; give its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)} | environment
    OUTPUT.mkdir(exist_ok=True)
    with (OUTPUT / "app.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
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


def draw(page: Page, strokes: Strokes, lift: bool = True) -> None:
    """Draw on the pad with the mouse; ``lift=False`` keeps the button pressed at the end."""
    box = _box(page.locator("#sketchpad canvas"))
    for stroke in strokes:
        points = [_at(box, *point) for point in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=2)
        if lift or stroke is not strokes[-1]:
            page.mouse.up()


def draw_by_touch(page: Page, strokes: Strokes) -> None:
    """Draw on the pad with a finger, through the browser's own touch input."""
    box = _box(page.locator("#sketchpad canvas"))
    session = page.context.new_cdp_session(page)
    for stroke in strokes:
        for index, point in enumerate(stroke):
            x, y = _at(box, *point)
            kind = "touchMove" if index else "touchStart"
            touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            session.send("Input.dispatchTouchEvent", touch)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def _box(locator: Locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box, "the pad is not visible"
    return box


def _at(box: dict[str, float], x: float, y: float) -> tuple[float, float]:
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


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
