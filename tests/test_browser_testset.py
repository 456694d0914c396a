"""The test set tab in a real browser, by mouse, keyboard and finger."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from browser import DESKTOP, PHONE, Opener, violations
from playwright.sync_api import Browser, Locator, Page, expect

# Rules that axe leaves out by itself.
MORE_RULES = ("label-content-name-mismatch", "target-size", "table-fake-caption")
HEAR = """import(new URL("browser/board.js", FILES)).then(({ hear }) =>
  hear("seen:testset", (image) => (window.chosen = image)))"""


def open_tab(page: Page) -> None:
    page.get_by_role("tab", name="Test set").click()
    expect(page.locator("#testset .cell button:enabled").first).to_be_visible()


@contextmanager
def phone(chromium: Browser, address: str, width: int = PHONE[0]) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": PHONE[1]},
        is_mobile=True,
        has_touch=True,
        locale="en-US",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def shown_probabilities(page: Page) -> list[float]:
    texts = page.locator("#testset .cell li span").all_inner_texts()
    return [float(text.strip("> %\u00a0")) for text in texts]


def cell(page: Page, truth: int, predicted: int) -> Locator:
    return page.locator("#testset tbody tr").nth(truth).locator(f"[data-digit='{predicted}']")


def test_the_images_of_a_cell_are_sorted_by_the_probability_under_them(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        heading = page.locator("#testset h3")
        expect(heading).to_contain_text("The surest first")
        mistakes = shown_probabilities(page)
        assert len(mistakes) > 2 and mistakes == sorted(mistakes, reverse=True)
        cell(page, 8, 8).click()
        expect(heading).to_contain_text("images of an 8, recognised. The 60 least sure")
        expect(page.locator("#testset .cell li")).to_have_count(60)
        recognised = shown_probabilities(page)
        assert len(recognised) == 60 and recognised == sorted(recognised)


def test_images_of_a_cell_are_named_as_they_are_labelled(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        image = page.locator("#testset .mistakes button").first
        name = image.inner_text().replace("\n", " ").replace("\u00a0", " ")
        expect(image).to_have_accessible_name(name)
        expect(image).to_have_accessible_description(image.get_attribute("title") or "none")


def test_mistakes_are_shaded_by_their_share_and_in_another_colour(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        shades = page.locator("#testset td button").evaluate_all(
            "buttons => buttons.map(b => [b.textContent, b.className,"
            " getComputedStyle(b).backgroundColor])"
        )
        colours = {kind: {c for _, k, c in shades if k == kind} for kind in ("right", "wrong")}
        assert len(colours["wrong"]) > 3
        assert not colours["right"] & colours["wrong"]
        assert "rgba(0, 0, 0, 0)" not in colours["right"] | colours["wrong"]


@pytest.mark.parametrize("width", [360, PHONE[0]])
def test_every_count_fits_into_its_cell_on_a_phone(
    chromium: Browser, address: str, width: int
) -> None:
    with phone(chromium, address, width) as page:
        open_tab(page)
        cells = page.locator("#testset td button")
        assert any(len(text) == 4 for text in cells.all_inner_texts())
        wide = "cells => cells.filter(c => c.scrollWidth > c.clientWidth).map(c => c.textContent)"
        assert cells.evaluate_all(wide) == []
        sides = cells.evaluate_all("cells => cells.flatMap(c => [c.clientWidth, c.clientHeight])")
        assert min(sides) >= 24


def test_arrow_keys_are_told_to_those_who_have_them(
    opened: Opener, chromium: Browser, address: str
) -> None:
    told = "The arrow keys move from cell to cell."
    with opened() as page:
        open_tab(page)
        expect(page.get_by_text(told)).to_be_visible()
    with phone(chromium, address) as page:
        open_tab(page)
        expect(page.get_by_text(told)).to_be_hidden()


def test_nothing_looks_pointed_at_where_a_finger_was(chromium: Browser, address: str) -> None:
    # After a tap a phone leaves its pointer there; a browser on a desk does not.
    with phone(chromium, address) as page:
        open_tab(page)
        image, count = page.locator("#testset .mistakes button").first, cell(page, 0, 0)
        image.hover()
        expect(image).to_have_css("background-color", "rgba(0, 0, 0, 0)")
        count.hover()
        expect(count).to_have_css("outline-style", "none")


def test_an_image_that_is_replaced_is_no_longer_the_chosen_one(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        page.evaluate(HEAR)
        page.locator("#testset .samples button").first.click()
        page.wait_for_function("window.chosen")
        page.get_by_role("button", name="Show ten others").click()
        page.wait_for_function("window.chosen === null")


def test_an_image_that_stays_is_still_the_chosen_one(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        page.evaluate(HEAR)
        first = page.locator("#testset .samples button").first
        before = first.get_attribute("title") or ""
        page.locator("#testset .mistakes button").first.click()
        page.wait_for_function("window.chosen")
        page.get_by_role("button", name="Show ten others").click()
        expect(first).not_to_have_attribute("title", before)
        assert page.evaluate("window.chosen !== null")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_axe_finds_nothing_on_the_test_set(
    opened: Opener, size: tuple[int, int], theme: str
) -> None:
    with opened(size, theme) as page:
        open_tab(page)
        assert violations(page, MORE_RULES) == []
