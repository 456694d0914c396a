"""The page reads for itself: with the server, without it, and as the server does."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import (
    ANY_WEIGHTS,
    QUESTIONS,
    ROOT,
    draw,
    drawings,
    equip,
    expect_digit,
    is_weights,
    probabilities,
    running_app,
)
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Request, Route, expect


def is_question(request: Request) -> bool:
    return bool(QUESTIONS.search(request.url))


@pytest.fixture(scope="module")
def model() -> Any:
    from mnist_cnn.model import load_model  # brings TensorFlow

    return load_model()


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Page]:
    """Give a page whose faults fail the test."""
    page = chromium.new_page(locale="en-US")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    page.unroute_all(behavior="ignoreErrors")  # a question may be under way
    page.close()
    assert faults == []


@pytest.fixture
def equipped(watched: Page, address: str) -> Page:
    """Give a page that has its weights."""
    load_with_weights(watched, address)
    return watched


def load_with_weights(page: Page, address: str) -> None:
    with page.expect_event("requestfinished", is_weights, timeout=60_000):
        page.goto(address)
    page.locator("#sketchpad .hint").wait_for()


def seen(page: Page) -> NDArray[np.float32]:
    """Return what the page says that the network sees, as a tensor (28, 28, 1)."""
    red = page.locator("#seen canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]"
        ".filter((_, i) => i % 4 === 0)"
    )
    return np.array(red, np.float32).reshape(28, 28, 1) / np.float32(255)


def hold_frames(page: Page) -> None:
    """Have frames wait for ``tick()`` on the page."""
    page.evaluate(
        """() => {
          const due = [];
          window.requestAnimationFrame = (act) => due.push(act);
          window.tick = () => due.splice(0).forEach((act) => act(performance.now()));
        }"""
    )


def test_the_bars_follow_the_pen_while_the_server_holds_its_answers(equipped: Page) -> None:
    equipped.route(QUESTIONS, lambda route: None)
    draw(equipped, drawings()["6"], lift=False)
    expect_digit(equipped, "6")
    equipped.mouse.up()
    equipped.keyboard.press("Escape")
    draw(equipped, drawings()["crossed 7"])
    expect_digit(equipped, "7")
    assert sum(probabilities(equipped)) == pytest.approx(1, abs=1e-5)


def test_nothing_is_asked_while_the_pen_moves_and_once_when_it_rests(equipped: Page) -> None:
    asked: list[Request] = []
    equipped.on("request", lambda request: asked.append(request) if is_question(request) else None)
    draw(equipped, drawings()["3"], lift=False)
    expect_digit(equipped, "3")
    assert asked == []
    with equipped.expect_event("requestfinished", is_question):
        equipped.mouse.up()
    with equipped.expect_event("requestfinished", is_question):
        draw(equipped, [[(0.1, 0.1)]])
    assert len(asked) == 2
    assert len(asked[0].post_data or "") < 1_500


def test_the_page_answers_what_tensorflow_does(equipped: Page, model: Any) -> None:
    from mnist_cnn.model import predict

    draw(equipped, drawings()["open 4"])
    expect_digit(equipped, "4")
    expected = predict(model, seen(equipped)[np.newaxis])[0]
    np.testing.assert_allclose(probabilities(equipped), expected, atol=2e-6)


def test_the_answer_that_stands_is_the_servers(equipped: Page) -> None:
    def change(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(json=answer.json() | {"digit": 0})

    equipped.route(QUESTIONS, change)
    draw(equipped, drawings()["open 4"], lift=False)
    expect_digit(equipped, "4")
    equipped.mouse.up()
    expect_digit(equipped, "0")


def test_an_answer_that_comes_when_another_drawing_begins_does_no_harm(equipped: Page) -> None:
    held: list[Route] = []
    equipped.route(QUESTIONS, lambda route: held.append(route))
    with equipped.expect_request(QUESTIONS):
        draw(equipped, drawings()["3"])
    hold_frames(equipped)
    equipped.locator("#examples button[title$='crossed 7']").click()
    equipped.evaluate("tick()")  # the example has begun, and is not read yet
    with equipped.expect_event("requestfinished", is_question):
        held[0].continue_()
    equipped.evaluate("setInterval(tick, 16)")
    expect_digit(equipped, "7")


def test_an_answer_that_comes_when_the_weights_do_is_no_hindrance(
    watched: Page, address: str
) -> None:
    page = watched
    asked: list[Route] = []
    weights: list[Route] = []
    page.route(QUESTIONS, lambda route: asked.append(route))
    page.route(ANY_WEIGHTS, lambda route: weights.append(route))
    page.goto(address)
    page.locator("#sketchpad .hint").wait_for()
    with page.expect_request(QUESTIONS):
        draw(page, drawings()["3"], lift=False)  # more of it than was asked about
    hold_frames(page)
    weights[0].continue_()
    equip(page)
    with page.expect_event("requestfinished", is_question):
        asked[0].continue_()
    page.evaluate("setInterval(tick, 16)")
    expect_digit(page, "3")


def test_where_a_new_model_is_none_for_a_browser_the_server_reads(equipped: Page) -> None:
    def foreign(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(json=answer.json() | {"weights": None})

    equipped.route(QUESTIONS, foreign)
    draw(equipped, drawings()["3"])
    expect_digit(equipped, "3")
    equipped.locator("#inside summary").click()
    expect(equipped.locator("#inside .empty")).to_contain_text("cannot be shown")
    equipped.keyboard.press("Escape")
    draw(equipped, drawings()["6"], lift=False)
    expect_digit(equipped, "6")


def test_a_server_that_is_gone_leaves_the_pages_own_answer(watched: Page) -> None:
    page = watched
    with running_app() as address:
        load_with_weights(page, address)
    with page.expect_event("requestfailed", is_question):
        draw(page, drawings()["5"])
    expect_digit(page, "5")
    expect(page.locator("#answer .sentence")).to_have_text(re.compile("^This is a 5"))


def test_until_the_weights_are_there_the_server_reads(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    page.route(ANY_WEIGHTS, lambda route: route.abort())
    page.goto(address)
    page.locator("#sketchpad .hint").wait_for()
    draw(page, drawings()["2"], lift=False)
    expect_digit(page, "2")
    page.close()


def test_a_retrained_model_is_taken_up_by_an_open_page(
    chromium: Browser, model: Any, tmp_path: Path
) -> None:
    from mnist_cnn.model import build_model, save_model

    # The same network, but sure that everything is a 3.
    biased = build_model()
    *weights, bias = model.get_weights()
    biased.set_weights([*weights, bias + 40 * np.eye(10, dtype=np.float32)[3]])
    for name in ("app.py", "mnist_cnn", "assets"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    page = chromium.new_page()
    with running_app(tmp_path) as address:
        load_with_weights(page, address)
        draw(page, drawings()["8"])
        expect_digit(page, "8")
        save_model(biased, tmp_path / "assets" / "model.keras")
        with page.expect_event("requestfinished", is_weights):
            draw_until_retrained(page)
        page.route(QUESTIONS, lambda route: None)
        page.keyboard.press("Escape")
        draw(page, drawings()["8"])
        expect_digit(page, "3")
    page.close()


def draw_until_retrained(page: Page) -> None:
    """Draw dots beside a drawing until the server, which looks every two seconds, has answered."""
    for k in range(20):
        draw(page, [[(0.3 + k / 50, 0.5)]])
        try:
            expect(page.locator("#answer .digit")).to_have_text("3", timeout=1_000)
            return
        except AssertionError:
            continue
    raise AssertionError("the new model was not taken up")


# ---- the arithmetic of one number


def chosen(page: Page, layer: int, across: float, down: float) -> Callable[[str], list[float]]:
    """Choose a number in a layer of the look inside; give what finds numbers in its sum."""
    field = page.locator("#inside .layer").nth(layer).locator("canvas").first
    box = field.bounding_box()
    assert box
    field.click(position={"x": across * box["width"], "y": down * box["height"]})

    def numbers(selector: str) -> list[float]:
        found = page.locator(f"#inside .sum {selector}")
        return [
            float(value) for value in found.evaluate_all("all => all.map(n => n.dataset.value)")
        ]

    return numbers


@pytest.fixture
def looking(equipped: Page) -> Page:
    """Give a page that looks inside a 2."""
    draw(equipped, drawings()["2"])
    expect_digit(equipped, "2")
    equipped.locator("#inside summary").click()
    equipped.locator("#inside .layer").first.wait_for()
    return equipped


def place(page: Page) -> list[int]:
    """Read the place off the title of a sum: map, row and column, or the unit, from 0."""
    title = page.locator("#inside .sum h3").inner_text().partition(",")[2].partition(":")[0]
    return [int(number) - 1 for number in re.findall(r"\d+", title)]


@pytest.mark.parametrize(("layer", "index"), [(0, 0), (2, 2)])
def test_a_convolution_adds_up(looking: Page, model: Any, layer: int, index: int) -> None:
    from mnist_cnn.inside import layer_outputs

    numbers = chosen(looking, layer, 0.55, 0.45)
    outputs = [seen(looking), *layer_outputs(model, seen(looking))]
    channel, row, column = place(looking)
    kernel, bias = model.layers[index].get_weights()
    padded = np.pad(outputs[index], ((1, 1), (1, 1), (0, 0)))
    patch = padded[row : row + 3, column : column + 3]
    products = (patch * kernel[..., channel]).sum(axis=(0, 1))
    expected = products[np.argsort(-np.abs(products), kind="stable")]
    np.testing.assert_allclose(numbers(".product"), expected, atol=2e-3)
    assert len(numbers(".weights td")) == 9 * kernel.shape[2]
    total = products.sum() + bias[channel]
    np.testing.assert_allclose(numbers(".sum-and-bias"), [total], atol=2e-3)
    np.testing.assert_allclose(numbers(".output"), [max(0, total)], atol=2e-3)
    np.testing.assert_allclose(numbers("h3"), [outputs[index + 1][row, column, channel]], atol=2e-3)


def test_a_pooling_shows_the_largest_of_four(looking: Page) -> None:
    numbers = chosen(looking, 1, 0.55, 0.45)
    assert len(numbers("td")) == 4
    assert numbers("h3") == [max(numbers("td"))]


def test_a_dense_unit_adds_up(looking: Page, model: Any) -> None:
    from mnist_cnn.inside import layer_outputs

    numbers = chosen(looking, 5, 0.3, 0.4)
    (unit,) = place(looking)
    inputs = layer_outputs(model, seen(looking))[3].ravel()
    kernel, bias = model.layers[5].get_weights()
    products = inputs * kernel[:, unit]
    strongest = products[np.argsort(-np.abs(products))][:5]
    np.testing.assert_allclose(numbers(".product")[:5], strongest, atol=5e-3)
    assert sum(numbers(".product")) == pytest.approx(float(products.sum()), abs=2e-2)
    assert numbers(".output") == numbers("h3")
    assert numbers("h3")[0] == pytest.approx(max(0, products.sum() + bias[unit]), abs=2e-2)


def test_the_shares_are_those_of_the_bars(looking: Page) -> None:
    numbers = chosen(looking, 6, 0.25, 0.5)
    shares = numbers(".shares tr td:nth-child(4)[data-value]")
    np.testing.assert_allclose(shares, probabilities(looking), atol=2e-6)
    exponentials = np.array(numbers(".shares tr td:nth-child(3)[data-value]"))
    np.testing.assert_allclose(shares, exponentials / exponentials.sum(), atol=1e-6)


def test_the_arrow_keys_move_from_number_to_number(looking: Page) -> None:
    chosen(looking, 0, 0.5, 0.5)
    channel, row, column = place(looking)
    looking.keyboard.press("ArrowDown")
    looking.keyboard.press("ArrowRight")
    assert place(looking) == [channel, row + 1, column + 1]


def test_the_maps_move_with_the_pen(equipped: Page) -> None:
    equipped.route(QUESTIONS, lambda route: None)
    draw(equipped, [[(0.3, 0.2), (0.6, 0.2)]], lift=False)
    equipped.locator("#inside summary").evaluate("summary => summary.click()")
    field = equipped.locator("#inside .layer .maps canvas").first
    field.wait_for()
    expect(equipped.locator("#inside .reason")).not_to_have_count(0)
    picture = "canvas => canvas.toDataURL()"
    before = field.evaluate(picture)
    box = equipped.locator("#sketchpad canvas").bounding_box()
    assert box
    equipped.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    equipped.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[field.element_handle(), before]
    )
    equipped.mouse.up()
