"""Numbers on the pad: read, one digit of them chosen, erased; the pad on a screen that turns."""

import re

import pytest
from browser import (
    ACROSS,
    DESKTOP,
    OUTPUT,
    PHONE,
    TABLET,
    Opener,
    draw,
    draw_by_touch,
    drawings,
    equip,
    expect_digit,
    expect_number,
    moved,
    probabilities,
    side_by_side,
    violations,
)
from playwright.sync_api import Locator, Page, expect

BAR = [[(0.5, 0.2), (0.5, 0.5), (0.5, 0.8)]]
BARRED_FIVE = [
    [(0.36, 0.2), (0.35, 0.33), (0.33, 0.46), (0.42, 0.41), (0.53, 0.41), (0.63, 0.47)]
    + [(0.67, 0.57), (0.65, 0.68), (0.58, 0.76), (0.47, 0.79), (0.35, 0.75)],
    [(0.36, 0.2), (0.5, 0.2), (0.64, 0.19)],
]


def radios(page: Page) -> Locator:
    return page.locator("#answer [role=radio]")


@pytest.mark.parametrize("size", [DESKTOP, TABLET, ACROSS])
def test_two_digits_are_read_as_a_number(opened: Opener, size: tuple[int, int]) -> None:
    with opened(size) as page:
        equip(page)
        draw(page, side_by_side("open 4", "2"))
        expect_number(page, "42")
        expect(page.locator("#sketchpad .marks i")).to_have_count(2)
        expect(page.locator("#answer .sentence")).to_have_text(
            re.compile("^Read as 42. Digit 2 is a 2, at")
        )
        page.screenshot(path=OUTPUT / f"number-{size[0]}.png")


def test_a_bar_and_a_ring_are_a_ten(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, moved(BAR, -0.2))
        draw(page, moved(drawings()["0"], 0.2))
        expect_number(page, "10")


def test_two_bars_are_an_eleven(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, moved(BAR, -0.15))
        draw(page, moved(BAR, 0.15))
        expect_number(page, "11")


def test_a_crossed_seven_and_a_five_whose_bar_comes_last_stay_whole(opened: Opener) -> None:
    five, bar = moved(BARRED_FIVE, 0)
    with opened() as page:
        equip(page)
        draw(page, moved(drawings()["open 4"], -0.38))
        draw(page, [five])
        draw(page, moved(drawings()["crossed 7"], 0.38))
        draw(page, [bar])
        expect_number(page, "457")


def test_a_single_digit_looks_as_ever(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, drawings()["crossed 7"])
        expect_digit(page, "7")
        expect_number(page, "7")
        expect(radios(page)).to_have_count(0)
        expect(page.locator("#sketchpad .marks i")).to_have_count(0)
        expect(page.locator("#answer .sentence")).to_have_text(re.compile("^This is a 7, at"))


def test_the_digit_that_is_being_drawn_has_the_bars(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, side_by_side("open 4", "2"), lift=False)
        expect_number(page, "42")
        expect(page.locator("#probabilities .best")).to_have_attribute("data-digit", "2")
        page.mouse.up()


def test_another_digit_is_chosen_by_click_and_by_arrow_key(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        page.get_by_text("Look inside the network").click()
        draw(page, side_by_side("open 4", "2"))
        expect_number(page, "42")
        radios(page).first.click()
        expect(page.locator("#probabilities .best")).to_have_attribute("data-digit", "4")
        expect(page.locator("#inside .reason").first).to_contain_text("What speaks for 4")
        assert sum(probabilities(page)) == pytest.approx(1, abs=1e-3)
        page.keyboard.press("ArrowRight")
        expect(radios(page).nth(1)).to_be_focused()
        expect(page.locator("#probabilities .best")).to_have_attribute("data-digit", "2")
        expect(radios(page).nth(1)).to_have_attribute("aria-checked", "true")


def test_one_digit_of_three_can_be_erased(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, side_by_side("open 4", "2", "3"))
        expect_number(page, "423")
        page.get_by_role("button", name="Eraser").click()
        page.locator("#sketchpad .width").fill("14")
        draw(page, [[(x, y) for y in (0.25, 0.5, 0.75)] for x in (0.38, 0.46, 0.54, 0.62)])
        expect_number(page, "43")
        for _ in range(4):
            page.keyboard.press("Control+z")
        expect_number(page, "423")


def test_an_eraser_parts_what_is_written_in_one_go(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        path = [(0.25, 0.25), (0.25, 0.75), (0.5, 0.75), (0.75, 0.75), (0.75, 0.25)]
        draw(page, [path])
        expect_number(page, "?")
        page.get_by_role("button", name="Eraser").click()
        draw(page, [[(0.32, 0.75), (0.5, 0.75), (0.68, 0.75)]])
        expect_number(page, "11")


def test_of_what_an_eraser_has_parted_each_digit_can_be_chosen(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, [[(0.25, 0.25), (0.25, 0.75), (0.5, 0.75), (0.75, 0.75), (0.75, 0.25)]])
        page.get_by_role("button", name="Eraser").click()
        draw(page, [[(0.32, 0.75), (0.5, 0.75), (0.68, 0.75)]])
        expect_number(page, "11")
        for place in (1, 0):
            radios(page).nth(place).click()
            expect(radios(page).nth(place)).to_have_attribute("aria-checked", "true")


def test_a_single_digit_has_no_name_of_a_group(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, side_by_side("open 4", "2"))
        expect(page.locator("#answer .digit")).to_have_attribute("aria-label", re.compile("."))
        for _ in drawings()["2"]:
            page.keyboard.press("Control+z")
        expect_number(page, "4")
        expect(page.locator("#answer .digit")).not_to_have_attribute("aria-label", re.compile("."))


@pytest.mark.parametrize("name", ["2", "5", "6", "8"])
def test_a_digit_that_is_crossed_out_is_a_question_mark(opened: Opener, name: str) -> None:
    with opened() as page:
        equip(page)
        draw(page, side_by_side("open 4", name, "6"))
        expect(page.locator("#answer")).to_have_attribute("data-number", re.compile("^4.6$"))
        draw(page, [[(0.36, 0.32), (0.64, 0.68)], [(0.64, 0.32), (0.36, 0.68)]])
        expect_number(page, "4?6")


def test_a_scribble_beside_a_digit_is_a_question_mark(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, moved(drawings()["3"], -0.3))
        draw(page, moved(drawings()["scribble"], 0.25, 0.6))
        expect_number(page, "3?")


def test_a_number_is_written_with_a_finger_on_a_phone(opened: Opener) -> None:
    with opened(PHONE) as page:
        equip(page)
        draw_by_touch(page, side_by_side("open 4", "2", "3", tall=0.4))
        expect_number(page, "423")
        radios(page).nth(1).tap()
        expect(page.locator("#probabilities .best")).to_have_attribute("data-digit", "2")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        page.screenshot(path=OUTPUT / "number-phone.png")


def test_twelve_digits_fit_on_the_wide_pad(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        page.locator("#sketchpad .width").fill("2")
        names = ["2", "3", "6", "8", "0", "5"] * 2
        draw(page, side_by_side(*names, tall=0.17))
        expect(radios(page)).to_have_count(12)
        assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP[0]


def test_a_number_survives_when_the_phone_is_turned(opened: Opener) -> None:
    with opened(ACROSS) as page:
        equip(page)
        draw(page, side_by_side("open 4", "2", "3", "6", tall=0.45))
        expect_number(page, "4236")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.keyboard.press("Control+z")
        expect_number(page, "423")
        page.keyboard.press("Control+y")
        expect_number(page, "4236")
        marks = page.locator("#sketchpad .marks i")
        pad = page.locator("#sketchpad canvas").bounding_box()
        last = marks.last.bounding_box()
        assert pad and last
        assert last["x"] + last["width"] <= pad["x"] + pad["width"] + 1
        page.reload()
        expect_number(page, "4236")


def test_a_tapped_example_brings_the_pad_into_view(opened: Opener) -> None:
    with opened(ACROSS) as page:
        page.get_by_role("button", name="a curled 9").tap()
        expect(page.locator("#sketchpad canvas")).to_be_in_viewport(ratio=0.9)
        expect_digit(page, "9")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_a_number(opened: Opener, theme: str) -> None:
    with opened(theme=theme) as page:
        equip(page)
        draw(page, side_by_side("open 4", "2", "3"))
        expect_number(page, "423")
        assert violations(page, ["target-size"]) == []
