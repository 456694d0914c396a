"""How soon each pad answers: ours beside ``gr.Sketchpad``, in turn, each on its own page.

Run by hand: ``python tests/benchmarks/pads.py [--repeats 15]``. The time runs from the last
pointer movement (for ``gr.Sketchpad``, which only answers then: from lifting the pen, just
after it) to the last change of the bars.
"""

import argparse
import sys
from pathlib import Path
from statistics import median

import gradio as gr
from playwright.sync_api import Page, sync_playwright

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]
from browser import BROWSER_ARGUMENTS, drawings, find_browser

from mnist_cnn.page.answer import Answer, as_answer
from mnist_cnn.page.layout import launch_options
from mnist_cnn.page.sketchpad import Sketchpad
from mnist_cnn.recognize import Recognizer

# Gradio's pad opens without a tool in hand; this takes the pen.
TAKE_PEN = """() => {
    const tools = [...document.querySelectorAll("#theirs .toolbar-wrap button")];
    if (!tools.some((tool) => tool.classList.contains("highlight"))) tools[0]?.click();
    return window.editor?.current_tool === "draw";
}"""

WATCH = """([pad, bars]) => {
    window.moved = window.changed = 0;
    const now = () => performance.now();
    for (const kind of ["pointermove", "pointerup"])
        document.querySelector(pad).addEventListener(kind, () => (window.moved = now()), true);
    new MutationObserver(() => (window.changed = now())).observe(
        document.querySelector(bars), {attributes: true, subtree: true});
}"""


def build_page(name: str, recognizer: Recognizer) -> gr.Blocks:
    """Lay out one pad and its answer."""
    with gr.Blocks() as page:
        if name == "ours":
            Sketchpad(recognizer, prefix="ours-", elem_id=name)
            Answer(prefix="ours-")
        else:
            pad = gr.Sketchpad(
                elem_id=name, canvas_size=(280, 280), type="pil", layers=False, buttons=[]
            )
            read = lambda drawing: as_answer(recognizer(drawing["composite"]))  # noqa: E731
            answer = gr.JSON(visible="hidden")
            # The same bars as ours, told of the answer by the event itself.
            pad.change(read, pad, answer, queue=False, show_progress="hidden").then(
                None, answer, None, js="(answer) => tell('theirs-', answer)", queue=False
            )
            Answer(prefix="theirs-")
    return page


def time_a_drawing(page: Page, address: str, pad: str, bars: str) -> tuple[float, int, int]:
    """Draw a 6 in one stroke; return milliseconds, requests and bytes sent."""
    requests: list[int] = []
    page.on("request", lambda r: requests.append(len(r.post_data_buffer or b"")))
    page.goto(address)
    canvas = page.locator(f"{pad} canvas").first
    canvas.wait_for()
    if pad == "#theirs":
        page.wait_for_function(TAKE_PEN)
    page.evaluate(WATCH, [pad, bars])
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    requests.clear()
    points = drawings()["6"][0]
    for index, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if index == 0:
            page.mouse.down()
        page.wait_for_timeout(16)
    if pad == "#theirs":
        page.mouse.up()
    page.wait_for_function("window.changed > window.moved", timeout=20_000)
    page.wait_for_timeout(1500)
    milliseconds = float(page.evaluate("window.changed - window.moved"))
    sent = len(requests), sum(requests)
    page.mouse.up()
    return milliseconds, *sent


def main(argv: list[str] | None = None) -> None:
    """Time both pads in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    args = parser.parse_args(argv)
    recognizer = Recognizer()
    # gr.Sketchpad uploads each stroke, which the app's guard does not let through.
    options = launch_options() | {"app_kwargs": {}}
    addresses = {
        name: build_page(name, recognizer).launch(prevent_thread_lock=True, quiet=True, **options)[
            1
        ]
        for name in ("ours", "theirs")
    }
    rows: dict[str, list[tuple[float, int, int]]] = {"ours": [], "theirs": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
        for repeat in range(args.repeats + 1):
            for name, times in rows.items():
                page = browser.new_page(viewport={"width": 900, "height": 900})
                row = time_a_drawing(page, addresses[name], f"#{name}", f"#{name}-probabilities")
                page.close()
                times += [row] if repeat else []  # the first one waits for TensorFlow
    print("pad                  median ms  slowest ms  requests a stroke  bytes a stroke")
    for name, label in (("ours", "Sketchpad of the page"), ("theirs", "gr.Sketchpad, 280 x 280")):
        times, requests, sizes = zip(*rows[name], strict=True)
        print(
            f"{label:24s} {median(times):6.0f} {max(times):11.0f} "
            f"{median(requests):18.0f} {median(sizes):15,.0f}"
        )


if __name__ == "__main__":
    main()
