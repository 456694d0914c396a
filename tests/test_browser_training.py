"""The training tab in a real browser: charts that can be read, and forms that can be looked up."""

import re

import pytest
from browser import DESKTOP, OUTPUT, PHONE, QUESTIONS, Opener, violations
from playwright.sync_api import Browser, Page, expect

from mnist_cnn.diet.handwriting import FORMS
from mnist_cnn.page.training import ASSETS, read_log, read_metrics

SCRIPTS = re.compile("/files/|/assets/")


def open_tab(page: Page, name: str = "Training") -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.locator("#training .plot circle").first).to_be_visible()


def polylines(page: Page) -> list[int]:
    """Return how many points each line of the curves has."""
    lines = page.locator("#training [data-curve] g polyline").all()
    return [len((line.get_attribute("points") or "").split()) for line in lines]


def test_the_curves_come_although_the_network_drops_while_their_scripts_load(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.goto(address)
    page.locator("#sketchpad canvas").wait_for()
    page.route(SCRIPTS, lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_role("tab", name="Training").click()
    waiting = page.locator("#training [data-waiting]")
    expect(waiting).to_have_attribute("data-waiting", re.compile("Trying again"))
    page.unroute_all()
    expect(page.locator("#training [data-curve] g polyline")).to_have_count(4)
    expect(waiting).to_have_count(0)
    page.close()


def test_loss_and_accuracy_have_a_line_each_for_training_and_validation(opened: Opener) -> None:
    log = read_log(ASSETS)
    assert log is not None
    with opened() as page:
        open_tab(page)
        assert polylines(page) == [len(log["loss"]["training"])] * 4


def test_the_tab_leaves_no_message_on_the_console(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    page.locator("#sketchpad canvas").wait_for()
    open_tab(page)
    page.locator("#forms summary").click()
    expect(page.locator("#forms li").first).to_be_visible()
    assert said == []
    page.close()


def expect_epoch(page: Page, epoch: int) -> None:
    """Expect the loss of an epoch, from 1 on, in the chart's legend."""
    log = read_log(ASSETS)
    assert log is not None
    chart = page.locator("#training [data-curve=loss]")
    expect(chart.locator(".step")).to_have_text(f"Epoch {epoch}")
    values = [f"{log['loss'][part][epoch - 1]:.4f}" for part in ("training", "validation")]
    expect(chart.locator(".legend b")).to_have_text(values)


def test_a_chart_says_the_values_of_the_epoch_under_the_mouse(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        expect_epoch(page, 5)
        second = page.locator("#training [data-curve=loss] circle[data-step='1']").first
        box = second.bounding_box()
        assert box
        page.mouse.move(box["x"] + 10, box["y"] + 60)
        expect_epoch(page, 2)


def test_a_chart_says_the_values_of_the_epoch_that_a_finger_touches(opened: Opener) -> None:
    with opened(PHONE) as page:
        open_tab(page)
        plot = page.locator("#training [data-curve=loss] .plot")
        plot.tap(position={"x": 60, "y": 120})
        expect_epoch(page, 1)


def test_a_chart_is_read_with_the_arrow_keys(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        plot = page.get_by_role("slider", name="Loss")
        plot.focus()
        page.keyboard.press("ArrowLeft")
        expect_epoch(page, 4)
        page.keyboard.press("Home")
        expect_epoch(page, 1)
        expect(plot).to_have_attribute("aria-valuenow", "1")
        expect(plot).to_have_attribute("aria-valuetext", re.compile("^Epoch 1, Training: 0"))


def test_a_chart_is_drawn_anew_when_its_width_changes(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        page.set_viewport_size({"width": 600, "height": 800})
        svg = page.locator("#training [data-curve=loss] svg")
        width = svg.evaluate("svg => svg.clientWidth")
        expect(svg).to_have_attribute("viewBox", re.compile(f"^0 0 {width} "))


def test_a_bin_of_few_images_is_paler_than_one_of_many(opened: Opener) -> None:
    metrics = read_metrics(ASSETS)
    assert metrics is not None
    shares = metrics["reliability"]["test"]["share"]
    with opened() as page:
        open_tab(page)
        points = page.locator("#training .reliability .test circle").all()
        found = {
            int(p.get_attribute("data-step") or -1): float(p.get_attribute("opacity") or -1)
            for p in points
        }
        assert set(found) == {step for step, share in enumerate(shares) if share}
        by_share = sorted(found, key=lambda step: shares[step])
        assert [found[step] for step in by_share] == sorted(found.values())
        assert found[by_share[0]] < 0.2 < 1 == found[by_share[-1]]


def test_reliability_is_told_in_one_language(opened: Opener) -> None:
    with opened(locale="zh-CN") as page:
        open_tab(page, "训练")
        chart = page.locator("#training .reliability")
        expect(chart.locator(".step")).to_have_text(re.compile("^把握 93 % 到 100 %$"))
        expect(chart.locator(".legend b").first).to_have_text(
            re.compile(r"^\d,\d{3} 张中认对 \d,\d{3} 张$")
        )
        assert not re.search("[a-z]", chart.inner_text())


def test_numbers_are_grouped_alike(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        expect(page.locator("#training dl")).to_contain_text("12,000 drawings and 3,000 doodles")


def test_the_layers_are_called_as_keras_calls_them(opened: Opener) -> None:
    kinds = ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense"]
    with opened() as page:
        open_tab(page)
        expect(page.locator("#training .layers tbody th")).to_have_text(kinds)


def test_the_forms_of_a_digit_are_looked_up_and_asked_for_when_opened(opened: Opener) -> None:
    with opened() as page:
        open_tab(page)
        asked: list[str] = []
        page.on("request", lambda r: asked.append(r.url) if QUESTIONS.search(r.url) else None)
        page.locator("#forms summary").click()
        expect(page.locator("#forms li")).to_have_count(sum(f.digit == 0 for f in FORMS))
        page.get_by_role("group", name="Digit").get_by_role("button", name="7").click()
        expect(page.locator("#forms li")).to_have_count(sum(f.digit == 7 for f in FORMS))
        expect(page.locator("#forms li").nth(1)).to_contain_text("continental Europe")
        expect(page.locator("#forms li").nth(1).locator("polyline")).to_have_count(2)
        assert len(asked) == 1


def test_forms_that_are_opened_before_their_script_is_there_come_with_it(opened: Opener) -> None:
    with opened() as page:
        page.route("**/page/forms.js", lambda route: None)
        page.get_by_role("tab", name="Training").click()
        page.locator("#forms summary").click()
        page.unroute("**/page/forms.js")  # lets go of what was held
        expect(page.locator("#forms li")).to_have_count(sum(f.digit == 0 for f in FORMS))


def test_the_forms_are_asked_for_again_while_the_server_is_busy(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{address}/?lang=zh-CN")
    page.locator("#sketchpad canvas").wait_for()
    open_tab(page, "训练")
    page.route(QUESTIONS, lambda route: route.abort())
    page.locator("#forms summary").click()
    expect(page.locator("#forms .status")).to_contain_text("正在重试")
    page.unroute_all()
    expect(page.locator("#forms li").first).to_contain_text("椭圆")
    expect(page.locator("#forms .status")).to_have_text("")
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_axe_finds_nothing(opened: Opener, size: tuple[int, int], theme: str) -> None:
    with opened(size, theme) as page:
        open_tab(page)
        page.locator("#forms summary").click()
        expect(page.locator("#forms li").first).to_be_visible()
        page.get_by_role("slider", name="Loss").focus()
        page.screenshot(path=OUTPUT / f"training-{size[0]}-{theme}.png", full_page=True)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
