"""The page learns a hand: corrected, kept, shown, saved, loaded, forgotten; and links."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import (
    PHONE,
    QUESTIONS,
    Opener,
    draw,
    drawings,
    equip,
    expect_digit,
    expect_number,
    moved,
    probabilities,
    seven,
    side_by_side,
    violations,
)
from exported import visit
from playwright.sync_api import Browser, Page, expect

KEPT = "localStorage.getItem('taught') ?? ''"
LINE = '{"label": 1, "width": 0.06, "strokes": [[[0.5, 0.2], [0.5, 0.8]]]}'
Visit = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(params=["app", "static"])
def visited(request: pytest.FixtureRequest) -> Visit:
    """Open a page of one's own: the app's, or the exported one."""
    if request.param == "app":
        return request.getfixturevalue("opened")  # type: ignore[no-any-return]
    chromium = request.getfixturevalue("chromium")
    place = request.getfixturevalue("place")

    @contextmanager
    def visited(**options: str | tuple[int, int]) -> Iterator[Page]:
        with visit(chromium, place, **options) as page:
            yield page

    return visited


def draw_seven(page: Page) -> None:
    """Draw a crossed 7 and wait until the page itself has read it."""
    draw(page, drawings()["crossed 7"])
    expect_digit(page, "7")
    expect(page.locator("#correct")).to_be_enabled()


def teach(page: Page, label: str) -> None:
    """Say what the drawing was."""
    if page.locator("#correct-choices").is_hidden():
        page.locator("#correct").click()
    page.locator(f"[data-correct='{label}']").click()


def say_count(page: Page, text: str) -> None:
    expect(page.locator("#taught")).to_have_text(text)


def copy_link(page: Page) -> str:
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', "
        "{ value: { writeText: async (text) => (window.copied = text) } })"
    )
    page.locator("#copy-link").click()
    expect(page.locator("#correction .status")).to_contain_text("copied")
    return str(page.evaluate("window.copied"))


def load(page: Page, text: str) -> None:
    file: Any = {"name": "x.jsonl", "mimeType": "text/plain", "buffer": text.encode()}
    page.locator("#taught-load").set_input_files(file)


# ---- correcting


def test_a_correction_changes_the_answer_at_once_stays_and_can_be_removed(
    visited: Visit,
) -> None:
    with visited() as page:
        draw_seven(page)
        before = probabilities(page)
        teach(page, "1")
        expect_digit(page, "1")
        expect(page.locator("#correction .status")).to_contain_text("Learnt")
        page.reload()
        expect_digit(page, "1")
        say_count(page, "1 drawing taught")
        page.locator("#taught").click()
        page.get_by_role("button", name="Remove this drawing").click()
        expect_digit(page, "7")
        say_count(page, "Nothing taught yet")
        expect(page.locator("#correction .note")).to_be_hidden()
        page.reload()
        expect_digit(page, "7")
        assert probabilities(page) == pytest.approx(before, abs=2e-6)


def test_one_more_click_takes_it_back(visited: Visit) -> None:
    with visited() as page:
        draw_seven(page)
        teach(page, "1")
        expect_digit(page, "1")
        expect(page.locator("[data-correct='1']")).to_have_attribute("aria-pressed", "true")
        teach(page, "1")
        expect_digit(page, "7")
        assert page.evaluate(KEPT) == ""


def test_another_digit_is_another_word_on_the_same_drawing(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        teach(page, "1")
        teach(page, "4")
        expect_digit(page, "4")
        say_count(page, "1 drawing taught")


def test_where_one_correction_is_not_enough_it_is_said(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        before = probabilities(page)
        teach(page, "none")
        expect(page.locator("#correction .status")).to_contain_text("It takes more such drawings")
        expect_digit(page, "7")
        assert probabilities(page)[7] < before[7]
        assert json.loads(page.evaluate(KEPT))["label"] is None


def test_a_digit_key_says_what_the_drawing_was_while_the_pad_is_in_focus(visited: Visit) -> None:
    with visited() as page:
        draw_seven(page)  # takes the focus
        page.keyboard.press("1")
        expect_digit(page, "1")
        page.keyboard.press("1")
        expect_digit(page, "7")
        page.locator("#correct").focus()
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect(page.locator("[data-correct='1']")).to_have_attribute("aria-pressed", "false")


def test_a_digit_key_that_is_held_teaches_once(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        for _ in range(4):
            page.keyboard.down("1")
        expect_digit(page, "1")
        say_count(page, "1 drawing taught")


def test_a_digit_key_speaks_of_the_digit_that_was_chosen(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, side_by_side("crossed 7", "2"))
        expect_number(page, "72")
        page.locator("#answer [role=radio]").first.click()
        page.keyboard.press("1")
        expect_number(page, "12")
        page.keyboard.press("1")
        expect_number(page, "72")


@pytest.mark.parametrize("height", [760, 797, 803])
def test_after_a_reload_the_same_key_takes_it_back(visited: Visit, height: int) -> None:
    with visited(size=(1280, height)) as page:
        draw_seven(page)
        page.keyboard.press("1")
        expect_digit(page, "1")
        page.reload()
        expect_digit(page, "1")
        page.locator("#sketchpad canvas").focus()
        page.keyboard.press("1")
        say_count(page, "Nothing taught yet")


def test_by_keyboard_alone_the_pad_shows_its_focus(opened: Opener) -> None:
    with opened() as page:
        page.locator("#sketchpad button.pen").focus()
        page.keyboard.press("Shift+Tab")
        expect(page.locator("#sketchpad canvas")).to_be_focused()
        expect(page.locator("#sketchpad .paper")).to_have_css("outline-style", "solid")


def test_without_a_drawing_there_is_nothing_to_correct(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        page.locator("#correct").click()
        page.locator("#sketchpad button.clear").click()
        expect(page.locator("#correct")).to_be_disabled()
        expect(page.locator("#correct-choices")).to_be_hidden()


def test_what_was_shipped_is_one_tap_away(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        teach(page, "1")
        expect_digit(page, "1")
        expect(page.locator("#correction .note")).to_contain_text("Read as you taught it")
        page.get_by_role("button", name="As shipped?").click()
        expect(page.locator("#correction .note")).to_contain_text("This is a 7")


def test_the_servers_answer_is_not_shown_while_something_is_taught(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        teach(page, "1")
        expect_digit(page, "1")
        page.locator("#sketchpad button.clear").click()
        with page.expect_event("requestfinished", lambda r: bool(QUESTIONS.search(r.url))):
            draw(page, drawings()["crossed 7"])
        expect_digit(page, "1")
        page.wait_for_load_state("networkidle")
        expect_digit(page, "1")


def test_the_look_inside_keeps_what_is_chosen(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        page.locator("#inside summary").click()
        page.locator("#inside .layer canvas").last.click()
        expect(page.locator("#inside .sum")).to_be_visible()
        teach(page, "1")
        expect_digit(page, "1")
        expect(page.locator("#inside .sum")).to_be_visible()


def test_on_a_phone_all_of_it_fits_its_width(visited: Visit) -> None:
    with visited(size=PHONE) as page:
        draw_seven(page)
        teach(page, "1")
        expect_digit(page, "1")
        page.locator("#taught").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        for button in page.locator("[data-correct]").all():
            box = button.bounding_box()
            assert box and min(box["width"], box["height"]) >= 40


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Opener, theme: str) -> None:
    with opened(theme=theme) as page:
        draw_seven(page)
        teach(page, "1")
        expect_digit(page, "1")
        page.locator("#taught").click()
        page.get_by_role("button", name="As shipped?").click()
        page.locator("#taught-forget").click()
        assert violations(page) == []


# ---- the list, files and storage


def test_a_taught_drawing_can_be_relabelled_in_the_list(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        teach(page, "1")
        page.locator("#taught").click()
        page.get_by_label("What it is").select_option("4")
        expect_digit(page, "4")
        expect(page.get_by_label("What it is (no. 1, taught as 4)")).to_be_focused()


def test_the_list_keeps_the_items_that_stay(opened: Opener) -> None:
    lines = [LINE, LINE.replace("0.8", "0.7"), LINE.replace("0.8", "0.6")]
    with opened() as page:
        page.locator("#taught").click()
        load(page, "\n".join(lines))
        items = page.locator("#taught-panel li")
        expect(items).to_have_count(3)
        kept = [item.element_handle() for item in items.all()]
        page.get_by_label("What it is (no. 2").select_option("4")
        expect(page.get_by_label("What it is (no. 2")).to_have_value("4")
        same = [
            item.evaluate("(a, b) => a === b", b) for item, b in zip(items.all(), kept, strict=True)
        ]
        assert same == [True, False, True]
        page.get_by_role("button", name="Remove this drawing (no. 3").click()
        expect(items).to_have_count(2)
        assert items.last.evaluate("(a, b) => a === b", kept[2])
        expect(items.last.get_by_role("combobox")).to_have_accessible_name(
            "What it is (no. 1, taught as 1)"
        )


def test_what_is_saved_can_be_forgotten_and_loaded_again(visited: Visit, tmp_path: Path) -> None:
    with visited() as page:
        draw_seven(page)
        teach(page, "1")
        expect_digit(page, "1")
        page.locator("#taught").click()
        with page.expect_download() as download:
            page.locator("#taught-download").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert set(json.loads(file.read_text())) == {"label", "width", "strokes"}
        page.locator("#taught-forget").click()
        expect(page.locator("#taught-forget")).to_have_text("Really forget all?")
        say_count(page, "1 drawing taught")
        page.locator("#taught-forget").click()
        expect_digit(page, "7")
        page.locator("#taught-load").set_input_files(file)
        expect_digit(page, "1")
        say_count(page, "1 drawing taught")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("<script>alert(1)</script>", "Line 2 is not a drawing"),
        (LINE.replace("1,", "12,", 1), "Line 2: the label"),
        (LINE.replace("0.06", "6"), "Line 2: the width"),
        (LINE.replace("0.8", "8"), "Line 2: the strokes"),
    ],
)
def test_a_damaged_file_is_refused_whole_with_its_line(
    opened: Opener, bad: str, message: str
) -> None:
    with opened() as page:
        page.locator("#taught").click()
        load(page, f"{LINE}\n{bad}\n")
        expect(page.locator("#correction .status")).to_contain_text(message)
        say_count(page, "Nothing taught yet")


def test_of_damaged_storage_what_is_whole_is_still_taught(opened: Opener) -> None:
    with opened() as page:
        page.evaluate("text => localStorage.setItem('taught', text)", f"{LINE}\n{LINE[:-9]}\n<b>")
        page.reload()
        say_count(page, "1 drawing taught")


def test_where_the_browser_keeps_nothing_it_is_said_and_learnt_all_the_same(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page(locale="en-US")
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    page.goto(address)
    page.locator("#sketchpad .hint").wait_for()
    draw_seven(page)
    teach(page, "1")
    expect_digit(page, "1")
    expect(page.locator("#correction .status")).to_contain_text("This browser keeps nothing")
    page.close()


def test_a_file_pushes_out_nothing_that_was_taught_here(opened: Opener) -> None:
    lines = "\n".join(LINE.replace("0.8", f"{0.5 + k / 2000}") for k in range(500))
    with opened() as page:
        draw_seven(page)
        teach(page, "1")
        expect_digit(page, "1")
        page.locator("#taught").click()
        load(page, lines)
        expect(page.locator("#correction .status")).to_contain_text("499 of 500")
        say_count(page, "500 drawings taught")
        expect(page.get_by_label("What it is").first).to_have_value("1")
        teach(page, "1")  # takes it back
        say_count(page, "499 drawings taught")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n", "The file has no drawings."),
        (f"{LINE}\n{LINE}\n", "Drawings loaded: 1 of 2."),
        (LINE, "Drawings loaded: 1."),
    ],
)
def test_it_is_said_what_was_in_a_file(opened: Opener, text: str, message: str) -> None:
    with opened() as page:
        page.locator("#taught").click()
        load(page, text)
        expect(page.locator("#correction .status")).to_contain_text(message)


def test_escape_closes_what_is_open_and_leaves_the_drawing(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        for opener, opened_part in (("#correct", "#correct-choices"), ("#taught", "#taught-panel")):
            page.locator(opener).click()
            expect(page.locator(opened_part)).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.locator(opened_part)).to_be_hidden()
            expect(page.locator(opener)).to_be_focused()
            expect_digit(page, "7")


def test_the_look_into_a_photo_is_as_shipped_like_its_answer(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        page.locator("#inside summary").click()
        teach(page, "1")
        expect(page.locator("#inside .reason").first).to_contain_text("What speaks for 1")
        page.get_by_role("tab", name="Photo").click()
        page.locator("#photo input[type=file]").set_input_files(seven())
        expect(page.locator("#photo-answer .digit")).to_have_text("7")
        expect(page.locator("#inside .reason").first).to_contain_text("What speaks for 7")
        page.get_by_role("tab", name="Draw").click()
        expect(page.locator("#inside .reason").first).to_contain_text("What speaks for 1")


def test_two_tabs_share_what_is_taught(opened: Opener) -> None:
    with opened() as page:
        other = page.context.new_page()
        other.goto(page.url)
        other.locator("#sketchpad .hint").wait_for()
        draw_seven(other)
        page.bring_to_front()
        draw_seven(page)
        teach(page, "1")
        expect_digit(other, "1")
        say_count(other, "1 drawing taught")


def test_500_drawings_are_learnt_while_the_page_is_at_work(opened: Opener) -> None:
    lines = "\n".join(LINE.replace("0.8", f"{0.5 + k / 2000}") for k in range(500))
    with opened() as page:
        page.evaluate("text => localStorage.setItem('taught', text)", lines)
        page.reload()
        say_count(page, "500 drawings taught")
        draw(page, drawings()["3"])
        expect_digit(page, "3")
        expect(page.locator("#correction .note")).to_be_visible()


# ---- links


def test_a_link_draws_the_drawing_elsewhere(visited: Visit) -> None:
    with visited() as page:
        draw_seven(page)
        link = copy_link(page)
        assert re.search(r"#drawing=60_[\d_-]+$", link)
        assert len(link) < 2_000
        page.keyboard.press("Escape")
        page.goto("about:blank")
        page.goto(link)
        expect_digit(page, "7")
        assert "#" not in page.url


def test_a_link_draws_what_an_eraser_has_left(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, side_by_side("open 4", "2"))
        expect_number(page, "42")
        page.get_by_role("button", name="Eraser").click()
        page.locator("#sketchpad .width").fill("14")
        draw(page, [[(x, y) for y in (0.25, 0.5, 0.75)] for x in (0.25, 0.33, 0.41, 0.45)])
        page.locator("#sketchpad button.pen").click()
        page.locator("#sketchpad .width").fill("6")
        draw(page, moved(drawings()["3"], -0.175))
        expect_number(page, "32")
        link = copy_link(page)
        page.goto("about:blank")
        page.goto(link)
        expect_number(page, "32")


def test_a_link_on_a_page_that_shows_another_tab_draws(opened: Opener) -> None:
    with opened() as page:
        page.get_by_role("tab", name="Photo").click()
        page.evaluate("location.hash = 'drawing=60_500-200-500-800'")
        expect(page).not_to_have_url(re.compile("#"))
        page.get_by_role("tab", name="Draw").click()
        expect_digit(page, "1")


def test_a_link_says_nothing_of_the_sharers_language(opened: Opener) -> None:
    with opened(query="?lang=en") as page:
        draw_seven(page)
        assert "?" not in copy_link(page)


def test_another_language_does_not_draw_the_link_once_more(opened: Opener) -> None:
    with opened() as page:
        address = page.url
        page.goto("about:blank")
        page.goto(f"{address}#drawing=60_500-200-500-800")
        expect_digit(page, "1")
        page.locator("#sketchpad button.clear").click()
        draw_seven(page)
        page.get_by_role("link", name="中文").click()
        expect(page).to_have_title("手写数字识别")
        expect(page.locator("#correct")).to_be_enabled()
        page.wait_for_load_state("networkidle")
        expect_digit(page, "7")


def test_without_a_clipboard_the_link_can_be_copied_by_hand(opened: Opener) -> None:
    with opened() as page:
        draw_seven(page)
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {})")
        page.locator("#copy-link").click()
        link = page.get_by_label("Copy this link")
        expect(link).to_be_focused()
        expect(link).to_have_value(re.compile("#drawing="))
        assert page.evaluate("getSelection().toString()") == link.input_value()
        page.locator("#sketchpad button.clear").click()
        expect(link).to_be_hidden()


def test_what_is_too_long_for_a_link_is_not_copied(opened: Opener) -> None:
    stroke = {"points": [[0.4, 0.2]], "width": 0.06, "erase": False}
    stroke["points"] += [[0.5 + (k % 2) / 4, 0.2 + k / 5000] for k in range(3000)]
    with opened() as page:
        page.evaluate("text => sessionStorage.setItem('drawing', text)", json.dumps([stroke]))
        page.reload()
        expect(page.locator("#copy-link")).to_be_enabled()
        page.locator("#copy-link").click()
        expect(page.locator("#correction .status")).to_have_text(
            "This drawing is too long for a link."
        )


def test_a_drawing_that_a_narrow_pad_shows_smaller_is_taught_whole(opened: Opener) -> None:
    with opened() as page:
        equip(page)
        draw(page, moved(drawings()["3"], 0.6))
        expect_number(page, "3")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        draw(page, moved(drawings()["open 4"], 0, 0.3))
        expect(page.locator("#answer")).to_have_attribute("data-number", re.compile("^.{2}$"))
        draw(page, [[(0.2, 0.75), (0.2, 0.95)]])
        teach(page, "1")
        [kept] = [json.loads(line) for line in page.evaluate(KEPT).splitlines()]
        heights = [y for stroke in kept["strokes"] for _, y in stroke]
        assert max(heights) - min(heights) > 0.15


@pytest.mark.parametrize("hash", ["#drawing=60_1-2-3", "#drawing=<img>", "#drawing=60_9999-1"])
def test_a_damaged_link_draws_nothing_and_says_so(opened: Opener, hash: str) -> None:
    with opened(query=hash) as page:
        expect(page.locator("#correction .status")).to_have_text("This link holds no drawing.")
        assert "#" not in page.url
        draw_seven(page)
        expect(page.locator("#correction .status")).to_have_text("")
        page.evaluate("hash => (location.hash = hash)", hash)
        expect(page.locator("#correction .status")).to_have_text("This link holds no drawing.")
        page.reload()
        expect_digit(page, "7")
