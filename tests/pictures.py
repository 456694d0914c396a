"""Makes the README's pictures: ``python tests/pictures.py``."""

import io
from pathlib import Path

from browser import BROWSER_ARGUMENTS, draw, drawings, find_browser, running_app
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

ASSETS = Path(__file__).resolve().parent.parent / "assets"
FRAME = 80  # milliseconds


def animate(page: Page) -> None:
    """Record an example being drawn and answered, as a WebP animation."""
    page.locator("#sketchpad button.clear").click()
    page.get_by_role("button", name="Example: a crossed 7").click()
    frames = [_shot(page) for _ in range(26)]
    frames[0].save(
        ASSETS / "drawing.webp",
        save_all=True,
        append_images=frames[1:] + [frames[-1]] * 12,
        duration=FRAME,
        loop=0,
        quality=70,
    )


def _shot(page: Page) -> Image.Image:
    picture = Image.open(
        io.BytesIO(page.screenshot(clip={"x": 90, "y": 0, "width": 1100, "height": 720}))
    )
    return picture.convert("RGB").resize((825, 540), Image.Resampling.LANCZOS)


def main() -> None:
    """Draw in a real browser and keep what it shows."""
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.goto(address)
        page.locator("#sketchpad canvas").wait_for()
        draw(page, drawings()["crossed 7"])
        expect(page.locator("#answer .digit")).to_have_text("7", timeout=60_000)
        page.wait_for_timeout(500)  # the bars are still moving
        page.screenshot(path=ASSETS / "screenshot.png")
        animate(page)
        page.get_by_text("Look inside the network").click()
        expect(page.locator("#inside .layer")).to_have_count(6)
        page.locator("#inside").screenshot(path=ASSETS / "inside.png")


if __name__ == "__main__":
    main()
