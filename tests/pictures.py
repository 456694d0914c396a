"""Makes the README's pictures: ``python tests/pictures.py``."""

import io
from pathlib import Path

from browser import (
    BROWSER_ARGUMENTS,
    draw,
    drawings,
    expect_digit,
    find_browser,
    is_weights,
    on_pad,
    running_app,
)
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ASSETS = Path(__file__).resolve().parent.parent / "assets"
FRAME = 80  # milliseconds
POINTS = 3  # of the drawing, in a frame


def animate(page: Page) -> None:
    """Record a digit being drawn and answered, the look inside open, as a WebP animation."""
    page.set_viewport_size({"width": 1280, "height": 1700})
    page.locator("#sketchpad button.clear").click()
    box = page.locator("#sketchpad canvas").bounding_box()
    assert box
    frames = []
    for stroke in drawings()["crossed 7"]:
        for index, (x, y) in enumerate(stroke):
            page.mouse.move(*on_pad(box, x, y))
            if index == 0:
                page.mouse.down()
            if index % POINTS == 0:
                frames.append(_shot(page))
        page.mouse.up()
    page.locator("#inside .reasons:not(.past) .reason").first.wait_for()
    frames += [_shot(page)] * 12
    frames[0].save(
        ASSETS / "drawing.webp",
        save_all=True,
        append_images=frames[1:],
        duration=FRAME,
        loop=0,
        quality=70,
    )


def _shot(page: Page) -> Image.Image:
    picture = Image.open(
        io.BytesIO(page.screenshot(clip={"x": 90, "y": 0, "width": 1100, "height": 1540}))
    )
    return picture.convert("RGB").resize((660, 924), Image.Resampling.LANCZOS)


def show_a_sum(page: Page) -> None:
    """Point at a number of the second convolution, where the drawing is strong."""
    lens = page.locator("#inside .layer").nth(2).locator(".lens canvas")
    box = lens.bounding_box()
    assert box
    lens.click(position={"x": 0.5 * box["width"], "y": 0.25 * box["height"]})
    page.locator("#inside .sum").wait_for()


def main() -> None:
    """Draw in a real browser and keep what it shows."""
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        with page.expect_event("requestfinished", is_weights, timeout=60_000):
            page.goto(address)
        draw(page, drawings()["crossed 7"])
        expect_digit(page, "7")
        page.screenshot(path=ASSETS / "screenshot.png")
        page.get_by_text("Look inside the network").click()
        animate(page)
        show_a_sum(page)
        page.locator("#inside .path").screenshot(path=ASSETS / "inside.png")


if __name__ == "__main__":
    main()
