"""How the page follows the pen: beside another one, or beside ``gr.Sketchpad``, in turn.

Run by hand: ``python tests/benchmarks/pads.py [--beside ADDRESS] [--repeats 5]``. ADDRESS is
where another version of the app runs; without it, ``gr.Sketchpad`` takes its place. Someone
draws a 6 in two seconds, with the look inside closed and open, with a network that takes no
time or 400 ms, and on a computer four times slower.

The lag runs from a pointer movement to the change of the bars that follows it; of
``gr.Sketchpad``, which only answers then, from lifting the pen. Gaps are those between frames.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import gradio as gr
import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.middleware import Middleware

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]
from browser import BROWSER_ARGUMENTS, drawings, find_browser, running_app
from machine import machine

from mnist_cnn.page.answer import Answer, as_answer
from mnist_cnn.page.document import Document
from mnist_cnn.page.files import read_files
from mnist_cnn.recognize import Recognizer

STROKE_SECONDS = 2.0
DELAY = 400  # ms
SLOWER = 4

# Gradio's pad opens without a tool in hand; this takes the pen.
TAKE_PEN = """() => {
    const tools = [...document.querySelectorAll("#sketchpad .toolbar-wrap button")];
    if (!tools.some((tool) => tool.classList.contains("highlight"))) tools[0]?.click();
    return window.editor?.current_tool === "draw";
}"""

WATCH = """(kind) => {
    window.lags = []; window.gaps = []; window.moved = 0;
    document.querySelector("#sketchpad canvas").addEventListener(
        kind, () => (window.moved ||= performance.now()), true);
    new MutationObserver(() => {
        if (window.moved) window.lags.push(performance.now() - window.moved);
        window.moved = 0;
    }).observe(document.querySelector("#probabilities"), {attributes: true, subtree: true});
    let last = 0;
    requestAnimationFrame(function frame(now) {
        if (last) window.gaps.push(now - last);
        last = now;
        requestAnimationFrame(frame);
    });
}"""

TELL = """(answer) => import(new URL("browser/board.js", FILES)).then(({ tell }) =>
  tell("answer:draw", answer))"""


class Situation(NamedTuple):
    """What someone draws in."""

    looks_inside: bool = False
    delay: int = 0
    slower: int = 1


class Stroke(NamedTuple):
    """What came of one stroke."""

    lags: list[float]
    gaps: list[float]
    requests: int


SITUATIONS = {
    "at once": Situation(),
    "look inside open": Situation(looks_inside=True),
    "400 ms away": Situation(delay=DELAY),
    "400 ms away, open": Situation(looks_inside=True, delay=DELAY),
    "four times slower": Situation(slower=SLOWER),
    "four times slower, open": Situation(looks_inside=True, slower=SLOWER),
}


@contextmanager
def gradios_pad() -> Iterator[str]:
    """Serve ``gr.Sketchpad`` with the bars of ours; give the address."""
    recognizer, files = Recognizer(), read_files()
    recognizer.loaded  # noqa: B018
    with gr.Blocks() as page:
        pad = gr.Sketchpad(
            elem_id="sketchpad", canvas_size=(280, 280), type="pil", layers=False, buttons=[]
        )
        read = lambda drawing: as_answer(recognizer(drawing["composite"]))  # noqa: E731
        answer = gr.JSON(visible="hidden")
        # The same bars as ours, told of the answer by the event itself.
        pad.change(read, pad, answer, queue=False, show_progress="hidden").then(
            None, answer, None, js=TELL, queue=False
        )
        Answer("draw")
    served = {
        "routes": [files.route()],
        "middleware": [Middleware(Document, files=files)],
    }
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, app_kwargs=served)
    yield address.rstrip("/")
    page.close()


def draw(browser: Browser, address: str, situation: Situation) -> Stroke:
    """Draw a 6 in one stroke of two seconds and let the pen rest."""
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    requests: list[str] = []
    page.goto(address)
    page.locator("#sketchpad canvas").first.wait_for()
    is_ours = page.locator("#sketchpad .tools").count() > 0
    if not is_ours:
        page.wait_for_function(TAKE_PEN)
    page.wait_for_load_state("networkidle")
    if situation.looks_inside and is_ours:
        page.locator("#inside summary").click()
    slow_down(page, situation)
    page.evaluate(WATCH, "pointermove" if is_ours else "pointerup")
    page.on("request", lambda request: requests.append(request.url))
    run_the_pen(page)
    page.mouse.up()
    page.wait_for_timeout(2_500)
    expect(page.locator("#answer .digit")).to_have_text("6", timeout=20_000)
    stroke = Stroke(page.evaluate("lags"), page.evaluate("gaps"), len(requests))
    page.close()
    return stroke


def slow_down(page: Page, situation: Situation) -> None:
    """Delay the network and slow the computer through Chromium's own tools."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    network = {"latency": situation.delay, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", network | {"offline": False})
    session.send("Emulation.setCPUThrottlingRate", {"rate": situation.slower})


def run_the_pen(page: Page) -> None:
    """Move along a 6, from within the page: a movement a frame, as a hand makes them."""
    box = page.locator("#sketchpad canvas").first.bounding_box()
    assert box
    points = np.array(drawings()["6"][0]) * [box["width"], box["height"]] + [box["x"], box["y"]]
    page.mouse.move(*points[0])
    page.mouse.down()
    session = page.context.new_cdp_session(page)
    for x, y in points[np.linspace(0, len(points) - 1, round(STROKE_SECONDS * 60)).astype(int)]:
        event = {"type": "mouseMoved", "x": x, "y": y, "button": "left", "buttons": 1}
        session.send("Input.dispatchMouseEvent", event)
        page.wait_for_timeout(1000 / 60 - 3)  # what sending takes


def main(argv: list[str] | None = None) -> None:
    """Draw on both in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", metavar="ADDRESS", help="where another version runs")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args(argv)
    print(
        "                                          lag: median ms  95 %  gaps: median ms"
        "  over 25 ms  changes  requests"
    )
    with running_app() as ours, gradios_pad() as theirs, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
        contestants = {"ours": ours, "beside": args.beside or theirs}
        for situation_name, situation in SITUATIONS.items():
            strokes: dict[str, list[Stroke]] = {name: [] for name in contestants}
            for repeat in range(args.repeats + 1):
                for name, address in contestants.items():
                    stroke = draw(browser, address, situation)
                    strokes[name] += [stroke] if repeat else []  # the first one warms up
            for name, drawn in strokes.items():
                print(f"{situation_name:26s} {name:8s}", summarise(drawn), flush=True)
    print(machine())


def summarise(strokes: list[Stroke]) -> str:
    """Write one row of the table."""
    lags, gaps = (np.concatenate([s[k] for s in strokes]) for k in (0, 1))
    return (
        f"{np.median(lags):21.0f} {np.quantile(lags, 0.95):5.0f} {np.median(gaps):16.1f} "
        f"{np.mean(gaps > 25):10.1%} {len(lags) / len(strokes):8.0f} "
        f"{median(s.requests for s in strokes):9.0f}"
    )


if __name__ == "__main__":
    main()
