"""The page in a real browser: drawing, answering, and every tab."""

import io
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import (
    ANY_WEIGHTS,
    DESKTOP,
    OUTPUT,
    PHONE,
    QUESTIONS,
    TABLET,
    Opener,
    draw,
    draw_by_touch,
    drawings,
    expect_digit,
    probabilities,
    running_app,
)
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, expect


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
                expect_digit(page, name[-1])
                page.screenshot(path=OUTPUT / f"digit-{name[-1]}-{size[0]}-{theme}-{locale}.png")
                page.keyboard.press("Escape")


def test_digits_drawn_with_a_finger_on_a_phone_are_recognised(opened: Opener) -> None:
    with opened(PHONE) as page:
        for name in ("crossed 7", "footed 1", "0"):
            draw_by_touch(page, drawings()[name])
            expect_digit(page, name[-1])
            page.get_by_role("button", name="Clear").tap()
            expect(page.locator("#answer .sentence")).to_have_text("The answer appears here.")


def test_the_answer_comes_while_the_pen_is_still_down(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["6"], lift=False)
        expect_digit(page, "6")
        page.mouse.up()


def test_the_bars_carry_ten_probabilities_that_sum_to_one(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["crossed 7"])
        expect_digit(page, "7")
        found = probabilities(page)
        assert len(found) == 10
        assert sum(found) == pytest.approx(1, abs=1e-3)
        assert int(np.argmax(found)) == 7


def test_what_the_network_sees_is_a_centred_28_by_28_image(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["8"])
        expect_digit(page, "8")
        grey = page.locator("#seen canvas").evaluate(
            "canvas => [canvas.width, canvas.height, ...canvas.getContext('2d')"
            ".getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0)]"
        )
        image = np.array(grey[2:]).reshape(28, 28)
        assert grey[:2] == [28, 28]
        assert image.max() == 255
        assert abs((image.sum(axis=1) @ np.arange(28)) / image.sum() - 14) <= 0.5
        expect(page.locator("#seen .center")).to_be_visible()
        height = page.locator("#seen .box").evaluate("box => box.offsetHeight")
        assert height == pytest.approx(168 * 20 / 28, abs=1.5)


@pytest.mark.parametrize(
    ("locale", "invitation"), [("en-US", "The answer appears here."), ("zh-CN", "结果显示在这里。")]
)
def test_a_blank_pad_invites_and_fills_no_bar(opened: Opener, locale: str, invitation: str) -> None:
    with opened(locale=locale) as page:
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        page.locator("#sketchpad button.clear").click()
        expect(page.locator("#answer .sentence")).to_have_text(invitation)
        assert probabilities(page) == [0] * 10
        expect(page.locator("#probabilities .best")).to_have_count(0)


def test_undo_and_redo_by_button_and_by_key(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["crossed 7"])
        expect_digit(page, "7")
        for _ in range(3):
            page.keyboard.press("Control+z")
        expect(page.locator("#answer .sentence")).to_have_text("The answer appears here.")
        page.keyboard.press("Control+Shift+Z")
        for _ in range(2):
            page.get_by_role("button", name="Redo").click()
        expect_digit(page, "7")
        expect(page.get_by_role("button", name="Redo")).to_be_disabled()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("button", name="Redo")).to_be_enabled()


def test_the_eraser_takes_ink_away(opened: Opener) -> None:
    with opened() as page:
        draw(page, [[(0.5, 0.2), (0.5, 0.5), (0.5, 0.8)]])
        expect_digit(page, "1")
        page.get_by_role("button", name="Eraser").click()
        page.locator("#sketchpad .width").fill("14")
        draw(page, [[(0.5, 0.1), (0.5, 0.5), (0.5, 0.9)]])
        expect(page.locator("#answer .sentence")).to_have_text("The answer appears here.")


def test_the_brush_width_is_remembered(opened: Opener) -> None:
    with opened() as page:
        page.locator("#sketchpad .width").fill("9")
        page.reload()
        expect(page.locator("#sketchpad .width")).to_have_value("9")


def test_the_drawing_survives_a_resize_between_two_strokes(opened: Opener) -> None:
    with opened() as page:
        page.set_viewport_size({"width": 900, "height": 900})  # a square pad, as the next one
        *first, last = drawings()["open 4"]
        draw(page, first)
        page.set_viewport_size({"width": 600, "height": 900})
        draw(page, [last])
        expect_digit(page, "4")


def test_a_drawing_made_before_the_network_is_loaded_is_answered(chromium: Browser) -> None:
    with running_app() as address:
        page = chromium.new_page()
        page.goto(address)
        page.locator("#sketchpad .hint").wait_for()
        draw(page, drawings()["2"])
        expect_digit(page, "2")
        page.close()


def test_an_example_is_replayed_on_the_pad_and_answered(opened: Opener) -> None:
    with opened() as page:
        page.get_by_role("button", name="a curled 9").click()
        expect_digit(page, "9")


def test_the_language_can_be_switched_on_the_page_and_by_address(opened: Opener) -> None:
    with opened(query="?lang=zh-CN") as page:
        expect(page).to_have_title("手写数字识别")
        expect(page.get_by_role("tab", name="测试集")).to_be_visible()
        page.get_by_role("link", name="English").click()
        expect(page).to_have_title("Draw a digit")
        expect(page.get_by_role("tab", name="Test set")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_looking_inside_shows_every_layer_and_what_speaks_for_the_digit(
    opened: Opener, theme: str
) -> None:
    with opened(theme=theme) as page:
        draw(page, drawings()["8"])
        expect_digit(page, "8")
        page.get_by_text("Look inside the network").click()
        kinds = ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense"]
        expect(page.locator("#inside .layer b")).to_have_text(kinds)
        expect(page.locator("#inside .reason").first).to_contain_text("What speaks for 8")
        expect(page.locator("#inside .layer").nth(2)).to_contain_text("(3×3×16 + 1) × 32 = 4,640")
        page.screenshot(path=OUTPUT / f"inside-{theme}.png", full_page=True)


def test_of_what_is_no_digit_the_look_inside_says_so(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["scribble"])
        page.get_by_text("Look inside the network").click()
        expect(page.locator("#inside .doubt")).to_have_text("This does not look like a digit.")
        expect(page.locator("#inside .reason").first).to_contain_text("What would speak for")


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
        expect(page.locator("#photo-answer .digit")).to_have_text("7")
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
            expect(page.locator(content).first).to_be_visible()
            page.screenshot(path=OUTPUT / f"tab-{tab}-{size[0]}-{theme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab


def test_the_examples_for_programs_run_as_shown(opened: Opener, tmp_path: Any) -> None:
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).line([(50, 40), (150, 40), (90, 170)], fill=0, width=14, joint="curve")
    image.save(tmp_path / "seven.png")
    with opened() as page:
        page.get_by_role("tab", name="API").click()
        expect(page.locator("#program .curl")).not_to_be_empty()
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
        expect_digit(page, "5")
        page.get_by_text("Look inside the network").click()
        expect(page.locator("#inside .layer")).to_have_count(7)
        for tab in page.get_by_role("tab").all():
            tab.click()
            violations = Axe().run(page).response["violations"]
            serious = [v for v in violations if v["impact"] in ("serious", "critical")]
            found = [(v["id"], n["html"][:200]) for v in serious for n in v["nodes"]]
            assert found == [], tab.inner_text()


def test_a_scribble_is_answered_by_the_verdict_and_keeps_its_bars(opened: Opener) -> None:
    with opened() as page:
        draw(page, drawings()["scribble"])
        expect(page.locator("#answer .sentence")).to_have_text("This does not look like a digit.")
        assert sum(probabilities(page)) == pytest.approx(1, abs=1e-3)
        page.screenshot(path=OUTPUT / "scribble.png")


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
    expect(page.locator("#answer .sentence")).to_have_text("The answer appears here.")
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
    expect(page.locator("#testset .samples button:enabled")).to_have_count(10)
    page.close()


def test_a_drawing_is_asked_about_again_while_the_server_is_busy(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.goto(address)
    page.locator("#sketchpad .hint").wait_for()
    page.route(ANY_WEIGHTS, lambda route: route.abort())
    page.reload()
    page.locator("#sketchpad .hint").wait_for()
    page.route(QUESTIONS, lambda route: route.fulfill(status=503))
    draw(page, drawings()["6"])
    expect(page.locator("#answer .sentence")).to_contain_text("Trying again")
    page.unroute_all()
    expect_digit(page, "6")
    page.close()
