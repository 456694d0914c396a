"""The photo tab in a real browser, by mouse, keyboard and finger."""

from typing import Any

import pytest
from browser import (
    ACROSS,
    DESKTOP,
    PAPER,
    PHONE,
    Opener,
    seven,
    sheet,
    violations,
)
from playwright.sync_api import Browser, Page, Route, expect

WIDTH, HEIGHT = PAPER


def open_tab(page: Page) -> None:
    page.get_by_role("tab", name="Photo").click()
    expect(page.locator("#photo .invitation")).to_be_visible()


def open_photo(page: Page) -> None:
    open_tab(page)
    page.locator("#photo input[type=file]").set_input_files(seven())
    expect_seven(page)
    expect(page.locator("#stages li")).to_have_count(5)


def expect_seven(page: Page) -> None:
    expect(page.locator("#photo-answer .digit")).to_have_text("7")


def photo_size(page: Page) -> list[int]:
    return page.locator("#photo canvas").evaluate("canvas => [canvas.width, canvas.height]")


def test_a_file_that_is_no_picture_is_announced_and_the_photo_stays(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        crop_help = page.get_by_text("Draw a frame on the photo to crop it")
        expect(crop_help).to_be_visible()
        bad: Any = {"name": "7.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
        page.locator("#photo input[type=file]").set_input_files(bad)
        alert = page.locator("#photo [role=alert]")
        expect(alert).to_contain_text("not a picture")
        expect(crop_help).to_be_hidden()
        expect(page.locator("#photo canvas")).to_be_visible()
        expect_seven(page)
        page.get_by_role("button", name="Rotate").click()
        expect(alert).to_be_empty()
        expect(crop_help).to_be_visible()


def test_a_complaint_gives_way_to_the_help_when_a_frame_is_begun(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        bad: Any = {"name": "7.txt", "mimeType": "text/plain", "buffer": b"no picture"}
        alert = page.locator("#photo [role=alert]")
        page.locator("#photo input[type=file]").set_input_files(bad)
        expect(alert).to_contain_text("not a picture")
        page.locator("#photo canvas").press("ArrowUp")
        expect(alert).to_be_empty()
        page.locator("#photo input[type=file]").set_input_files(bad)
        expect(alert).to_contain_text("not a picture")
        page.locator("#photo canvas").hover()
        page.mouse.down()
        page.mouse.move(0, 0)
        expect(alert).to_be_empty()


def test_a_photo_without_ink_is_told_from_none(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        page.locator("#photo input[type=file]").set_input_files(sheet())
        sentence = page.locator("#photo-answer .sentence")
        expect(sentence).to_have_text("No ink was found on this photo.")
        expect(page.locator("#photo-answer .digit")).to_be_empty()
        page.get_by_role("button", name="Remove").click()
        expect(sentence).to_have_text("The answer to your photo appears here.")


def test_a_missing_camera_is_announced_and_the_photo_stays(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        page.get_by_role("button", name="Camera").click()
        expect(page.locator("#photo [role=alert]")).to_contain_text("camera is not available")
        expect(page.locator("#photo canvas")).to_be_visible()
        page.locator("#photo input[type=file]").set_input_files(seven())
        expect(page.locator("#photo [role=alert]")).to_be_empty()


def test_a_photo_that_is_chosen_before_the_script_is_there_is_read(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    held: list[Route] = []
    is_held = True
    page.route("**/photo.js", lambda route: held.append(route) if is_held else route.continue_())
    page.goto(address)
    with page.expect_request("**/photo.js"):
        open_tab(page)
    page.locator("#photo input[type=file]").set_input_files(seven())
    is_held = False
    held[0].continue_()
    expect_seven(page)
    page.close()


def test_a_photo_can_be_removed_and_brought_back(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        page.get_by_role("button", name="Remove").click()
        expect(page.locator("#photo .invitation")).to_be_visible()
        expect(page.locator("#photo canvas")).to_be_hidden()
        expect(page.locator("#photo-answer .digit")).to_be_empty()
        expect(page.locator("#stages li")).to_have_count(0)
        expect(page.locator("#photo [role=status]")).to_have_text("The photo is removed.")
        expect(page.locator("#photo input[type=file]")).to_be_focused()
        expect(page.get_by_role("button", name="Remove")).to_be_disabled()
        page.get_by_role("button", name="Undo").click()
        expect_seven(page)


def test_a_photo_that_another_one_replaces_can_be_brought_back(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        page.get_by_role("button", name="Rotate").click()
        page.locator("#photo input[type=file]").set_input_files(seven())
        expect(page.locator("#photo canvas")).to_have_attribute("width", str(WIDTH))
        page.get_by_role("button", name="Undo").click()
        assert photo_size(page) == [HEIGHT, WIDTH]


@pytest.mark.parametrize("size", [DESKTOP, ACROSS])
def test_a_photo_is_seen_whole_upright_and_across(opened: Opener, size: tuple[int, int]) -> None:
    with opened(size) as page:
        open_photo(page)
        for turned in (False, True):
            if turned:
                page.get_by_role("button", name="Rotate").click()
            photo = page.locator("#photo canvas").bounding_box()
            sheet = page.locator("#photo .sheet").bounding_box()
            assert photo and sheet
            assert photo["height"] <= sheet["height"] and photo["width"] <= sheet["width"]
            ratio = HEIGHT / WIDTH if turned else WIDTH / HEIGHT
            assert photo["width"] / photo["height"] == pytest.approx(ratio, rel=0.02)


def test_a_photo_is_cropped_by_mouse(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        box = page.locator("#photo canvas").bounding_box()
        assert box
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.1 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.9 * box["height"])
        expect(page.locator("#photo .frame")).to_be_visible()
        page.mouse.up()
        expect(page.locator("#photo .frame")).to_be_hidden()
        assert photo_size(page) == pytest.approx([0.4 * WIDTH, 0.8 * HEIGHT], abs=3)
        expect_seven(page)


def test_a_photo_is_cropped_by_keyboard(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        frame, status = page.locator("#photo .frame"), page.locator("#photo [role=status]")
        page.locator("#photo canvas").focus()
        expect(frame).to_be_hidden()
        page.keyboard.press("ArrowUp")
        expect(frame).to_be_visible()
        expect(status).to_have_text("Frame 50 × 50 %, 25 % from the left, 25 % from the top")
        for _ in range(5):
            page.keyboard.press("ArrowUp")
        for _ in range(15):
            page.keyboard.press("Shift+ArrowDown")
        expect(status).to_have_text("Frame 50 × 80 %, 25 % from the left, 15 % from the top")
        page.keyboard.press("Enter")
        expect(status).to_have_text("Cropped")
        expect(frame).to_be_hidden()
        assert photo_size(page) == pytest.approx([0.5 * WIDTH, 0.8 * HEIGHT], abs=1)
        expect(page.locator("#photo canvas")).to_be_focused()
        expect_seven(page)


def test_escape_leaves_the_frame_and_crops_nothing(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        page.locator("#photo canvas").focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Escape")
        expect(page.locator("#photo .frame")).to_be_hidden()
        expect(page.locator("#photo [role=status]")).to_have_text("No frame")
        page.keyboard.press("Enter")
        assert photo_size(page) == [WIDTH, HEIGHT]


def test_a_press_that_began_beside_the_photo_crops_nothing(opened: Opener) -> None:
    with opened() as page:
        open_photo(page)
        page.get_by_text("Draw a frame on the photo").hover()
        page.mouse.down()
        page.locator("#photo canvas").hover()
        page.mouse.up()
        assert photo_size(page) == [WIDTH, HEIGHT]


def test_keys_and_dropping_are_told_to_those_who_have_them(
    opened: Opener, chromium: Browser, address: str
) -> None:
    told = ("You can also drop or paste", "the arrow keys move a frame")
    with opened() as page:
        open_tab(page)
        expect(page.get_by_text(told[0])).to_be_visible()
        open_photo(page)
        expect(page.get_by_text(told[1])).to_be_visible()
    phone = chromium.new_page(has_touch=True, is_mobile=True, locale="en-US")
    phone.goto(address)
    open_tab(phone)
    expect(phone.get_by_text(told[0])).to_be_hidden()
    open_photo(phone)
    expect(phone.get_by_text("Draw a frame on the photo")).to_be_visible()
    expect(phone.get_by_text(told[1])).to_be_hidden()
    phone.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_axe_finds_nothing_on_the_photo_tab(
    opened: Opener, size: tuple[int, int], theme: str
) -> None:
    with opened(size, theme) as page:
        open_tab(page)
        assert violations(page) == []
        open_photo(page)
        assert violations(page) == []
