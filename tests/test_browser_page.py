"""The page as a picky visitor uses it: keys, tools, tabs, sizes, print, a palm, a reload."""

import io
import re
import urllib.request

import pytest
from browser import (
    ACROSS,
    DESKTOP,
    OUTPUT,
    PHONE,
    Opener,
    draw,
    drawings,
    expect_digit,
    expect_number,
    side_by_side,
)
from PIL import Image
from playwright.sync_api import CDPSession, Page, expect

BLANK = "The answer appears here."
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("focused", ["#examples button", "[role=tab]", "#inside summary"])
def test_escape_clears_wherever_the_focus_is(opened: Opener, focused: str) -> None:
    with opened() as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.locator(focused).first.focus()
        page.keyboard.press("Escape")
        expect(page.locator("#answer .sentence")).to_have_text(BLANK)


def test_clear_returns_to_the_pen(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.locator("#sketchpad button.eraser").click()
        page.locator("#sketchpad button.clear").click()
        draw(page, drawings()["8"])
        expect_digit(page, "8")


def test_an_empty_pad_cannot_be_erased_and_gives_the_pen_back(opened: Opener) -> None:
    with opened() as page:
        page.locator("#sketchpad button.eraser").click()
        draw(page, [[(0.5, 0.3), (0.5, 0.6)]])
        expect(page.locator("#sketchpad .hint")).to_be_visible()
        expect(page.locator("#sketchpad button.undo")).to_be_disabled()
        draw(page, drawings()["3"])
        expect_digit(page, "3")


def test_the_hint_is_there_again_when_all_is_rubbed_out(opened: Opener) -> None:
    with opened() as page:
        draw(page, [[(0.5, 0.3), (0.5, 0.6)]])
        expect(page.locator("#sketchpad .hint")).to_be_hidden()
        page.locator("#sketchpad button.eraser").click()
        page.locator("#sketchpad .width").fill("14")
        draw(page, [[(0.5, 0.2), (0.5, 0.7)]])
        expect(page.locator("#sketchpad .hint")).to_be_visible()


def test_an_example_is_one_step_to_undo(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.get_by_role("button", name="a crossed 7").click()
        expect_digit(page, "7")
        page.keyboard.press("Control+z")
        expect_digit(page, "3")


def test_an_eight_has_its_article(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["8"])
        expect(page.locator("#answer .sentence")).to_have_text(re.compile("^This is an 8, at"))


def test_the_look_inside_follows_the_tab(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.locator("#inside summary").click()
        expect(page.locator("#inside .reason").first).to_contain_text("for 3")
        page.get_by_role("tab", name="Test set").click()
        expect(page.locator("#inside")).to_be_hidden()
        eights = page.locator("#testset tbody tr").nth(8).locator("[data-digit='8']")
        eights.click()
        page.locator("#testset .cell ol button:enabled").first.click()
        expect(page.locator("#inside .reason").first).to_contain_text("for 8")
        page.get_by_role("tab", name="Training").click()
        expect(page.locator("#inside")).to_be_hidden()
        page.get_by_role("tab", name="Draw").click()
        expect(page.locator("#inside .reason").first).to_contain_text("for 3")


def edges(page: Page, part: str) -> tuple[float, float, float, float]:
    box = page.locator(part).bounding_box()
    assert box, part
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


@pytest.mark.parametrize("size", [(667, 375), ACROSS, (640, 450), (560, 900), PHONE, DESKTOP])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_pad_tools_and_answer_fit_into_the_window(
    opened: Opener, size: tuple[int, int], locale: str
) -> None:
    with opened(size, locale=locale) as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.screenshot(path=OUTPUT / f"fits-{size[0]}x{size[1]}-{locale}.png")
        parts = ("#sketchpad .paper", "#sketchpad .tools", "#answer .sentence", "#seen canvas")
        for part in (*parts, "#probabilities"):
            left, top, right, bottom = edges(page, part)
            assert left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1], part
        assert right == pytest.approx(edges(page, "#header")[2], abs=1)
        brush = page.locator("#sketchpad .width").bounding_box()
        assert brush and max(brush["width"], brush["height"]) >= 70


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_printed_page_is_dark_on_light_and_keeps_its_bars(opened: Opener, theme: str) -> None:
    with opened(theme=theme) as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.emulate_media(media="print")
        for gone in ("#sketchpad .tools", "#examples", "footer", "[role=tablist]"):
            expect(page.locator(gone)).to_be_hidden()
        bar = page.locator("#probabilities .best i")
        expect(bar).to_have_css("print-color-adjust", "exact")
        pad = Image.open(io.BytesIO(page.locator("#sketchpad canvas").screenshot())).convert("L")
        low, high = pad.getextrema()
        assert pad.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) > 200
        assert (low < 60, high > 240) == (True, True)
        page.pdf(path=OUTPUT / f"print-{theme}.pdf")


def test_print_shows_a_number_as_it_was_drawn(opened: Opener) -> None:
    with opened() as page:
        draw(page, side_by_side("3", "8"))
        expect_number(page, "38")
        drawn = page.locator("#sketchpad canvas")
        ratio = drawn.evaluate("canvas => canvas.width / canvas.height")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
        # Both at one moment: the canvas takes a whole number of pixels a frame after the resize.
        canvas, marks = page.evaluate(
            """() => ["canvas", ".marks"]
            .map((part) => document.querySelector(`#sketchpad ${part}`).getBoundingClientRect())
            .map(({ left, top, width, height }) => [left, top, width, height])"""
        )
        assert canvas[2] / canvas[3] == pytest.approx(ratio, rel=0.01)
        assert marks == pytest.approx(canvas, abs=1)
        page.screenshot(path=OUTPUT / "print-38.png")


def test_print_keeps_the_maps_in_the_rows_that_its_pages_were_counted_by(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.locator("#inside summary").click()
        maps = page.locator("#inside .maps canvas").first
        width = maps.get_attribute("width")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 718, "height": 1000})
        page.wait_for_timeout(300)
        assert maps.get_attribute("width") == width


def test_print_leaves_out_what_is_said_to_a_hand(opened: Opener) -> None:
    with opened() as page:
        for tab, part in (
            ("Draw", "#inside summary"),
            ("Photo", "#photo .help"),
            ("Test set", "#testset .help"),
        ):
            page.get_by_role("tab", name=tab).click()
            page.emulate_media(media="print")
            expect(page.locator(part).first).to_be_hidden()
            page.emulate_media(media="screen")


@pytest.mark.parametrize("size", [DESKTOP, PHONE, ACROSS])
def test_nothing_moves_while_the_page_loads(opened: Opener, size: tuple[int, int]) -> None:
    with opened(size) as page:
        page.add_init_script(SHIFTS)
        page.reload()
        page.locator("#inside summary").wait_for()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") < 0.05


def test_no_script_or_style_is_sent_twice(opened: Opener) -> None:
    with opened() as page:
        address, loaded = page.url, []
        page.goto("about:blank")  # what was under way ends here
        page.on("request", lambda request: loaded.append(request.url.partition("?")[0]))
        page.goto(address)
        page.locator("#inside summary").wait_for()
        page.wait_for_load_state("networkidle")
        files = [url for url in loaded if url.endswith((".js", ".css"))]
        assert sorted(files) == sorted(set(files))


def test_the_document_comes_compressed_and_is_our_own(address: str) -> None:
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.read()) < 20_000
    with urllib.request.urlopen(address) as answer:
        document = answer.read().decode()
    head, _, body = document.partition("</head>")
    assert "<title>Draw a digit</title>" in head
    assert f'property="og:image" content="{address}/files/' in head
    assert "gradio.app" not in head.lower() and "@Gradio" not in head
    assert "<noscript>" in body and "JavaScript" in body


def test_the_picture_of_a_link_is_there(opened: Opener) -> None:
    with opened() as page:
        for name in ("meta[property='og:image']", "link[rel=icon]"):
            node = page.locator(name).first
            url = node.get_attribute("content") or node.get_attribute("href") or ""
            assert page.request.get(url if "://" in url else f"{page.url}{url}").ok


def test_a_reload_keeps_the_drawing(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["open 4"])
        expect_digit(page, "4")
        page.reload()
        expect_digit(page, "4")


def test_another_language_keeps_drawing_tab_and_query(opened: Opener) -> None:
    with opened(query="?__theme=dark") as page:
        draw(page, drawings()["5"])
        expect_digit(page, "5")
        page.get_by_role("tab", name="Training").click()
        page.get_by_role("link", name="中文").click()
        expect(page).to_have_title("手写数字识别")
        expect(page.get_by_role("tab", name="训练")).to_have_attribute("aria-selected", "true")
        assert "__theme=dark" in page.url
        page.get_by_role("tab", name="手写").click()
        expect_digit(page, "5")


@pytest.mark.parametrize("language, told", [("en", "Use via API"), ("zh-CN", "通过 API 调用")])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_the_foot_of_the_page_speaks_the_page_s_language(
    opened: Opener, locale: str, language: str, told: str
) -> None:
    with opened(locale=locale, query=f"?lang={language}") as page:
        expect(page.locator("footer .show-api")).to_have_text(told)


def test_the_answer_is_spoken_once_when_the_pen_rests(opened: Opener) -> None:
    with opened() as page:
        expect(page.locator("#answer .spoken")).to_have_text(BLANK)
        page.locator("#answer .spoken").evaluate(
            "spoken => { window.said = []; new MutationObserver(() => said.push("
            "spoken.textContent)).observe(spoken, { childList: true }) }"
        )
        draw(page, drawings()["6"])
        expect(page.locator("#answer .spoken")).to_have_text(re.compile("6"))
        assert len(page.evaluate("window.said")) == 1
        expect(page.locator("#answer")).not_to_have_attribute("role", "status")


# ---- a palm beside a pen, through the browser's own input


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    sent = [{"x": x, "y": y} for x, y in points]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": sent})


def pen(session: CDPSession, kind: str, x: float, y: float, is_down: bool) -> None:
    event = {"type": kind, "x": x, "y": y, "pointerType": "pen", "clickCount": 1}
    button = {"button": "left", "buttons": 1} if is_down else {}
    session.send("Input.dispatchMouseEvent", event | button)


def test_a_palm_that_lands_first_neither_draws_nor_holds_the_pad(opened: Opener) -> None:
    with opened(PHONE) as page:
        box = page.locator("#sketchpad canvas").bounding_box()
        assert box
        left, top, side = box["x"], box["y"], box["width"]
        session = page.context.new_cdp_session(page)
        palm = (left + 0.85 * side, top + 0.85 * side)
        touch(session, "touchStart", palm)
        touch(session, "touchMove", (palm[0] + 9, palm[1] + 9))
        x, y = left + 0.5 * side, top + 0.2 * side
        pen(session, "mouseMoved", x, y, is_down=False)
        pen(session, "mousePressed", x, y, is_down=True)
        for step in range(1, 13):
            pen(session, "mouseMoved", x, y + step * 0.05 * side, is_down=True)
        pen(session, "mouseReleased", x, y + 0.6 * side, is_down=True)
        expect_digit(page, "1")
        page.screenshot(path=OUTPUT / "palm.png")
        expect(page.locator("#sketchpad button.undo")).to_be_enabled()
        page.locator("#sketchpad button.undo").click()
        expect(page.locator("#sketchpad .hint")).to_be_visible()


def test_a_palm_leaves_what_can_be_redone(opened: Opener) -> None:
    with opened(PHONE) as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.keyboard.press("Control+z")
        left, top, right, bottom = edges(page, "#sketchpad canvas")
        session = page.context.new_cdp_session(page)
        touch(session, "touchStart", (right - 40, bottom - 40))
        expect(page.locator("#sketchpad button.redo")).to_be_disabled()
        pen(session, "mouseMoved", (left + right) / 2, (top + bottom) / 2, is_down=False)
        touch(session, "touchEnd")
        page.locator("#sketchpad button.redo").click()
        expect_digit(page, "3")


def test_a_finger_draws_again_when_the_pen_is_gone(opened: Opener) -> None:
    with opened(PHONE) as page:
        box = page.locator("#sketchpad canvas").bounding_box()
        assert box
        session = page.context.new_cdp_session(page)
        pen(session, "mouseMoved", box["x"] + 50, box["y"] + 50, is_down=False)
        pen(session, "mouseMoved", box["x"] + 50, box["y"] - 30, is_down=False)
        touch(session, "touchStart", (box["x"] + 90, box["y"] + 90))
        touch(session, "touchEnd")
        expect(page.locator("#sketchpad .hint")).to_be_hidden()
        expect(page.locator("#answer .sentence")).not_to_have_text(BLANK)
