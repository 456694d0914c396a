"""The page in a real browser: drawing, answering, and every tab."""

import base64
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import OUTPUT, draw, draw_by_touch, drawings, running_app
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page, Request, expect

DESKTOP, TABLET, PHONE = (1280, 800), (820, 1180), (390, 844)

QUESTIONS = re.compile("/component_server")

Opener = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def opened(chromium: Browser, address: str) -> Opener:
    """Open the page in a fresh context; console errors and outside requests fail the test."""

    @contextmanager
    def opened(
        size: tuple[int, int] = DESKTOP,
        theme: str = "light",
        locale: str = "en-US",
        query: str = "",
    ) -> Iterator[Page]:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,  # type: ignore[arg-type]
            locale=locale,
            has_touch=size == PHONE,
            reduced_motion="reduce",
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on(
            "request", lambda r: complaints.append(r.url) if _is_outside(r.url, address) else None
        )
        page.goto(f"{address}/{query}")
        page.locator("#sketchpad canvas").wait_for()
        yield page
        context.close()
        assert complaints == []

    return opened


def _is_outside(url: str, address: str) -> bool:
    return not url.startswith((address, "data:", "blob:"))


def _expect_digit(page: Page, digit: str) -> None:
    # The first answer of a session waits for TensorFlow.
    expect(page.locator("#answer .digit")).to_have_text(digit, timeout=30_000)


def _reads(request: Request) -> bool:
    return '"fn_name":"read"' in (request.post_data or "")


def _probabilities(page: Page) -> list[float]:
    bars = page.locator("#probabilities [data-digit]").all()
    return [float(bar.get_attribute("data-probability") or "nan") for bar in bars]


@pytest.mark.parametrize(
    ("size", "theme", "locale"),
    [(DESKTOP, "light", "en-US"), (TABLET, "dark", "en-US"), (PHONE, "light", "zh-CN")],
)
def test_all_ten_digits_drawn_with_the_mouse_are_recognised(
    opened: Opener, size: tuple[int, int], theme: str, locale: str
) -> None:
    with opened(size, theme, locale) as page:
        for name, strokes in drawings().items():
            if name != "scribble":
                draw(page, strokes)
                _expect_digit(page, name[-1])
                page.screenshot(path=OUTPUT / f"digit-{name[-1]}-{size[0]}-{theme}-{locale}.png")
                page.keyboard.press("Escape")


def test_digits_drawn_with_a_finger_on_a_phone_are_recognised(opened: Opener) -> None:
    with opened(PHONE) as page:
        for name in ("crossed 7", "footed 1", "0"):
            draw_by_touch(page, drawings()[name])
            _expect_digit(page, name[-1])
            page.get_by_role("button", name="Clear").tap()
            expect(page.locator("#answer .sentence")).to_have_text("Draw a digit")


def test_the_answer_comes_while_the_pen_is_still_down(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["6"], lift=False)
        _expect_digit(page, "6")
        page.mouse.up()


def test_of_the_pad_is_sent_only_what_holds_the_strokes(opened: Opener) -> None:
    with opened() as page:
        with page.expect_request(_reads, timeout=30_000) as asked:
            draw(page, [[(0.5, 0.5)]])
        sent = json.loads(asked.value.post_data or "")["data"].partition(",")[2]
        image = np.asarray(Image.open(io.BytesIO(base64.b64decode(sent))).convert("L"))
        rows, columns = (np.flatnonzero(image.min(axis=axis) < 128) for axis in (1, 0))
        dot = round(280 * 0.06)
        assert image.shape == pytest.approx((dot + 4, dot + 4), abs=2)
        assert [len(rows), len(columns)] == pytest.approx([dot, dot], abs=1)


def test_the_bars_carry_ten_probabilities_that_sum_to_one(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["crossed 7"])
        _expect_digit(page, "7")
        probabilities = _probabilities(page)
        assert len(probabilities) == 10
        assert sum(probabilities) == pytest.approx(1, abs=1e-3)
        assert int(np.argmax(probabilities)) == 7


def test_what_the_network_sees_is_a_centred_28_by_28_image(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["8"])
        _expect_digit(page, "8")
        grey = page.locator("#seen canvas").evaluate(
            "canvas => [canvas.width, canvas.height, ...canvas.getContext('2d')"
            ".getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0)]"
        )
        image = np.array(grey[2:]).reshape(28, 28)
        assert grey[:2] == [28, 28]
        assert image.max() == 255
        assert abs((image.sum(axis=1) @ np.arange(28)) / image.sum() - 14) <= 0.5
        page.locator("#seen .field").hover()
        expect(page.locator("#seen .box")).to_have_css("opacity", "1")
        height = page.locator("#seen .box").evaluate("box => box.offsetHeight")
        assert height == pytest.approx(140 * 20 / 28, abs=1.5)


@pytest.mark.parametrize(
    ("locale", "invitation"), [("en-US", "Draw a digit"), ("zh-CN", "请写一个数字")]
)
def test_a_blank_pad_invites_and_fills_no_bar(opened: Opener, locale: str, invitation: str) -> None:
    with opened(locale=locale) as page:
        draw(page, drawings()["3"])
        _expect_digit(page, "3")
        page.locator("#sketchpad button.clear").click()
        expect(page.locator("#answer .sentence")).to_have_text(invitation)
        assert _probabilities(page) == [0] * 10
        expect(page.locator("#probabilities .best")).to_have_count(0)


def test_undo_and_redo_by_button_and_by_key(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["crossed 7"])
        _expect_digit(page, "7")
        for _ in range(3):
            page.keyboard.press("Control+z")
        expect(page.locator("#answer .sentence")).to_have_text("Draw a digit")
        page.keyboard.press("Control+Shift+Z")
        for _ in range(2):
            page.get_by_role("button", name="Redo").click()
        _expect_digit(page, "7")
        expect(page.get_by_role("button", name="Redo")).to_be_disabled()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("button", name="Redo")).to_be_enabled()


def test_the_eraser_takes_ink_away(opened: Opener) -> None:
    with opened() as page:
        draw(page, [[(0.5, 0.2), (0.5, 0.5), (0.5, 0.8)]])
        _expect_digit(page, "1")
        page.get_by_role("button", name="Eraser").click()
        page.locator("#sketchpad .width").fill("14")
        draw(page, [[(0.5, 0.1), (0.5, 0.5), (0.5, 0.9)]])
        expect(page.locator("#answer .sentence")).to_have_text("Draw a digit")


def test_the_brush_width_is_remembered(opened: Opener) -> None:
    with opened() as page:
        page.locator("#sketchpad .width").fill("9")
        page.reload()
        expect(page.locator("#sketchpad .width")).to_have_value("9")


def test_the_drawing_survives_a_resize_between_two_strokes(opened: Opener) -> None:
    with opened() as page:
        *first, last = drawings()["open 4"]
        draw(page, first)
        page.set_viewport_size({"width": 600, "height": 900})
        draw(page, [last])
        _expect_digit(page, "4")


def test_a_drawing_made_before_the_network_is_loaded_is_answered(chromium: Browser) -> None:
    with running_app() as address:
        page = chromium.new_page()
        page.goto(address)
        page.locator("#sketchpad canvas").wait_for()
        draw(page, drawings()["2"])
        _expect_digit(page, "2")
        page.close()


def test_an_example_is_replayed_on_the_pad_and_answered(opened: Opener) -> None:
    with opened() as page:
        page.get_by_role("button", name="a curled 9").click()
        _expect_digit(page, "9")


def test_the_language_can_be_switched_on_the_page_and_by_address(opened: Opener) -> None:
    with opened(query="?lang=zh-CN") as page:
        expect(page).to_have_title("手写数字识别")
        expect(page.get_by_role("tab", name="测试集")).to_be_visible()
        page.get_by_role("link", name="English").click()
        expect(page).to_have_title("Draw a digit")
        expect(page.get_by_role("tab", name="Test set")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_looking_inside_shows_every_layer_and_two_reasons(opened: Opener, theme: str) -> None:
    with opened(theme=theme) as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.post_data or ""))
        draw(page, drawings()["8"])
        _expect_digit(page, "8")
        assert not [asked for asked in requests if '"look"' in asked], "closed, it asked"
        page.get_by_text("Look inside the network").click()
        expect(page.locator("#inside .layer")).to_have_count(6)
        expect(page.locator("#inside .reason")).to_have_count(2)
        expect(page.locator("#inside .layer").nth(2)).to_contain_text("(3x3x16 + 1) x 32 = 4,640")
        page.screenshot(path=OUTPUT / f"inside-{theme}.png", full_page=True)


def _photo_of_a_seven() -> bytes:
    """Draw a 7 on ruled paper, under a gradient of light, as a JPEG."""
    rng = np.random.default_rng(0)
    sheet = Image.new("L", (900, 700), 235)
    pen = ImageDraw.Draw(sheet)
    for row in range(40, 700, 60):
        pen.line([0, row, 900, row + 4], fill=180, width=3)
    pen.line([(320, 180), (590, 170), (450, 560)], fill=40, width=22, joint="curve")
    light = np.linspace(1, 0.45, 900)
    photo = np.asarray(sheet.filter(ImageFilter.GaussianBlur(1.5))) * light + rng.normal(
        0, 4, (700, 900)
    )
    file = io.BytesIO()
    Image.fromarray(photo.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=70)
    return file.getvalue()


def test_a_photo_of_a_digit_on_ruled_paper_is_recognised_and_shows_its_stages(
    opened: Opener,
) -> None:
    photo: Any = {"name": "7.jpg", "mimeType": "image/jpeg", "buffer": _photo_of_a_seven()}
    with opened() as page:
        page.get_by_role("tab", name="Photo").click()
        page.locator("#photo input[type=file]").set_input_files(photo)
        expect(page.locator("#photo-answer .digit")).to_have_text("7", timeout=30_000)
        expect(page.locator("#stages li")).to_have_count(5)
        page.screenshot(path=OUTPUT / "photo.png", full_page=True)
        for _ in range(4):  # once around, and it is the same photo
            page.get_by_role("button", name="Rotate").click()
        expect(page.locator("#photo-answer .digit")).to_have_text("7")


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_every_tab_opens_and_shows_its_content(
    opened: Opener, size: tuple[int, int], theme: str
) -> None:
    contents = {
        "Photo": "#photo .invitation",
        "Test set": "#testset table",
        "Training": "#training table",
        "API": "#program .python",
    }
    with opened(size, theme) as page:
        for tab, content in contents.items():
            page.get_by_role("tab", name=tab).click()
            expect(page.locator(content).first).to_be_visible(timeout=30_000)
            page.screenshot(path=OUTPUT / f"tab-{tab}-{size[0]}-{theme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab


def test_the_examples_for_programs_run_as_shown(opened: Opener, tmp_path: Any) -> None:
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).line([(50, 40), (150, 40), (90, 170)], fill=0, width=14, joint="curve")
    image.save(tmp_path / "seven.png")
    with opened() as page:
        page.get_by_role("tab", name="API").click()
        python = page.locator("#program .python").inner_text()
        curl = page.locator("#program .curl").inner_text()
    answers = [
        subprocess.run(
            [sys.executable, "-c", python], cwd=tmp_path, capture_output=True, text=True
        ),
        subprocess.run(["bash", "-c", curl], cwd=tmp_path, capture_output=True, text=True),
    ]
    assert "'digit': 7" in answers[0].stdout, answers[0].stderr
    assert json.loads(answers[1].stdout)["data"][0]["digit"] == 7, answers[1].stdout


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_violation(opened: Opener, theme: str) -> None:
    with opened(theme=theme) as page:
        draw(page, drawings()["5"])
        _expect_digit(page, "5")
        page.get_by_text("Look inside the network").click()
        expect(page.locator("#inside .layer")).to_have_count(6)
        for tab in page.get_by_role("tab").all():
            tab.click()
            violations = Axe().run(page).response["violations"]
            serious = [v for v in violations if v["impact"] in ("serious", "critical")]
            found = [(v["id"], n["html"][:200]) for v in serious for n in v["nodes"]]
            assert found == [], tab.inner_text()


def test_a_scribble_is_answered_by_the_verdict_and_keeps_its_bars(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["scribble"])
        expect(page.locator("#answer .sentence")).to_have_text(
            "This does not look like a digit.", timeout=30_000
        )
        assert sum(_probabilities(page)) == pytest.approx(1, abs=1e-3)
        page.screenshot(path=OUTPUT / "scribble.png")


def test_the_training_tab_shows_its_figures_when_they_are_reached(opened: Opener) -> None:
    with opened() as page:
        page.get_by_role("tab", name="Training").click()
        for name in ("reliability", "handwriting"):
            figure = page.locator(f"#training img[data-figure={name}]")
            figure.scroll_into_view_if_needed()
            expect(figure).to_have_js_property("complete", True, timeout=15_000)
            expect(figure).not_to_have_js_property("naturalWidth", 0)
        page.screenshot(path=OUTPUT / "training-figures.png")


def test_a_pad_that_is_cleared_before_the_first_answer_invites(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.clock.install()
    page.goto(address)
    page.locator("#sketchpad canvas").wait_for()
    page.route(QUESTIONS, lambda route: None)
    draw(page, drawings()["6"])
    page.keyboard.press("Escape")
    page.clock.run_for(3000)
    expect(page.locator("#answer .sentence")).to_have_text("Draw a digit")
    page.close()


def test_the_test_set_is_asked_for_again_while_the_server_is_busy(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.goto(address)
    page.route(QUESTIONS, lambda route: route.fulfill(status=503))
    page.get_by_role("tab", name="Test set").click()
    expect(page.locator("#testset .status")).to_contain_text("Trying again")
    page.unroute_all()
    expect(page.locator("#testset .samples button:enabled")).to_have_count(10, timeout=30_000)
    page.close()


def test_a_drawing_is_asked_about_again_while_the_server_is_busy(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.goto(address)
    page.locator("#sketchpad canvas").wait_for()
    page.route(QUESTIONS, lambda route: route.fulfill(status=503))
    draw(page, drawings()["6"])
    expect(page.locator("#answer .sentence")).to_contain_text("Trying again")
    page.unroute_all()
    _expect_digit(page, "6")
    page.close()
