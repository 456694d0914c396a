"""The page without a server: exported, served as files, kept by the browser, and replaced."""

import io
import json
import re
import shutil
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import yaml
from browser import PHONE, draw, draw_by_touch, drawings, probabilities, violations
from exported import packed_size, serving, visit, visitor
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from mnist_cnn import METRICS_NAME, MODEL_PATH
from mnist_cnn.model import load_model, predict, save_model
from mnist_cnn.page.export import (
    ExportError,
    export,
    main,
    refuse_foreign,
    replace_folder,
)
from mnist_cnn.page.icon import trace_lines
from mnist_cnn.preprocess import to_tensor

SEEN = """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
  .filter((_, i) => i % 4 === 0)"""
KEPT = "navigator.serviceWorker.ready.then(() => true)"
FILE = re.compile(r"files/[0-9a-f]{16}/|files/weights/[0-9a-f]{64}")


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Export a network that takes whatever it sees for a 3."""
    path = tmp_path_factory.mktemp("second") / MODEL_PATH.name
    model = load_model()
    *weights, bias = model.get_weights()
    bias[3] += 100
    model.set_weights([*weights, bias])
    save_model(model, path)
    shutil.copy(MODEL_PATH.with_name(METRICS_NAME), path.parent)
    return export(path)


def digit_of(page: Page, digit: str) -> None:
    expect(page.locator("#answer .digit")).to_have_text(digit)


def open_testset(page: Page) -> None:
    page.get_by_role("tab", name="Test set").click()
    expect(page.locator("#testset .cell button:enabled").first).to_be_visible()


# ---- in the browser


@pytest.mark.parametrize("name", ["footed 1", "2", "open 4", "crossed 7", "curled 9", "scribble"])
def test_the_answer_is_what_tensorflow_makes_of_what_the_network_sees(
    chromium: Browser, place: str, name: str
) -> None:
    with visit(chromium, place) as page:
        draw(page, drawings()[name])
        expect(page.locator("#recognition").locator(".best, [data-state=none]")).to_be_attached()
        grey = np.array(page.locator("#seen canvas").evaluate(SEEN), np.uint8)
        expected = predict(load_model(), to_tensor(grey.reshape(1, 28, 28)))[0]
        assert np.allclose(probabilities(page), expected, atol=1e-4)


def test_a_finger_draws_on_a_phone(chromium: Browser, place: str) -> None:
    with visit(chromium, place, size=PHONE) as page:
        draw_by_touch(page, drawings()["3"])
        digit_of(page, "3")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_an_example_is_drawn_again_and_read(chromium: Browser, place: str) -> None:
    with visit(chromium, place) as page:
        page.locator("#examples button").nth(5).click()
        digit_of(page, "5")


def test_the_look_inside_has_the_sum_behind_a_number(chromium: Browser, place: str) -> None:
    with visit(chromium, place) as page:
        draw(page, drawings()["8"])
        page.locator("#inside summary").click()
        page.locator("#inside .layer canvas").last.click()
        expect(page.locator("#inside .sum")).to_contain_text("softmax")
        expect(page.locator("#inside .reason").first).to_be_visible()


def test_the_test_set_is_asked_for_when_its_tab_is_opened(chromium: Browser, place: str) -> None:
    with visitor(chromium, place) as context:
        # Or else it is asked for to be kept.
        context.add_init_script("delete Navigator.prototype.serviceWorker")
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(place)
        draw(page, drawings()["2"])
        digit_of(page, "2")
        assert not [url for url in asked if "/data/" in url or "testset" in url]
        open_testset(page)
        assert [url for url in asked if url.endswith("/data/testset.bin")]


def test_the_test_set_has_its_matrix_cells_mistakes_and_other_samples(
    chromium: Browser, place: str
) -> None:
    with visit(chromium, place) as page:
        open_testset(page)
        counts = page.locator("#testset tbody button").all_inner_texts()
        assert sum(map(int, counts)) == 10_000
        expect(page.locator("#testset .mistakes .wrong")).to_have_count(20)
        page.locator("#testset tbody tr").nth(8).locator("[data-digit='8']").click()
        expect(page.locator("#testset .cell li")).to_have_count(60)
        first = page.locator("#testset .samples button").first
        before = first.get_attribute("title") or ""
        page.get_by_role("button", name="Show ten others").click()
        expect(first).not_to_have_attribute("title", before)
        first.click()
        expect(page.locator("#inside .reason").first).to_be_visible()


def test_the_training_and_the_forms_are_there(chromium: Browser, place: str) -> None:
    with visit(chromium, place) as page:
        page.get_by_role("tab", name="Training").click()
        accuracy = json.loads(MODEL_PATH.with_name(METRICS_NAME).read_text())["test_accuracy"]
        expect(page.locator("#training")).to_contain_text(f"{100 * accuracy:.2f}")
        page.locator("#forms summary").click()
        expect(page.locator("#forms li").first).to_be_visible()


def test_arrow_keys_move_from_tab_to_tab(chromium: Browser, place: str) -> None:
    with visit(chromium, place) as page:
        page.get_by_role("tab", name="Draw").focus()
        page.keyboard.press("End")
        expect(page.get_by_role("tab", name="Training")).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("tab", selected=True)).to_have_text("Test set")
        expect(page.get_by_role("tabpanel")).to_have_accessible_name("Test set")


def test_a_reload_keeps_tab_and_drawing(chromium: Browser, place: str) -> None:
    with visit(chromium, place) as page:
        draw(page, drawings()["2"])
        page.get_by_role("tab", name="Training").click()
        page.reload()
        expect(page.get_by_role("tab", selected=True)).to_have_text("Training")
        page.get_by_role("tab", name="Draw").click()
        digit_of(page, "2")


def test_the_page_is_in_the_reader_s_language_and_can_change(chromium: Browser, place: str) -> None:
    with visit(chromium, place, locale="zh-CN") as page:
        expect(page.get_by_role("tab").first).to_have_text("手写")
        expect(page.locator("footer")).to_contain_text("不会离开这台设备")
        page.locator("#header .language").click()
        expect(page.locator("footer")).to_contain_text("Nothing that you draw leaves this device")


@pytest.mark.parametrize(("query", "is_dark"), [("?__theme=dark", True), ("", False)])
def test_the_theme_is_the_one_asked_for(
    chromium: Browser, place: str, query: str, is_dark: bool
) -> None:
    with visit(chromium, place, query) as page:
        grey = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
        assert (int(grey) < 50) == is_dark


def test_the_policy_lets_no_word_out(chromium: Browser, place: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(place)
    blocked = """new Promise((told) => {
      addEventListener("securitypolicyviolation", (event) => told(event.effectiveDirective));
      fetch("http://localhost:9/").catch(() => {});
    })"""
    assert page.evaluate(blocked) == "connect-src"
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, place: str, theme: str) -> None:
    # The policy would not let axe in.
    context = chromium.new_context(
        bypass_csp=True,
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(place)
    page.locator("#examples button").first.wait_for()
    assert violations(page) == []
    open_testset(page)
    assert violations(page) == []
    context.close()


# ---- kept by the browser


def test_all_of_it_is_there_when_the_server_is_gone(chromium: Browser, folder: Path) -> None:
    with ExitStack() as stack:
        with serving(folder) as address:
            context = stack.enter_context(visitor(chromium, address))
            page = context.new_page()
            page.goto(address)
            page.evaluate(KEPT)
        page = context.new_page()
        page.goto(f"{address}?lang=en")
        draw(page, drawings()["crossed 7"])
        digit_of(page, "7")
        open_testset(page)
        page.get_by_role("tab", name="Training").click()
        page.locator("#forms summary").click()
        expect(page.locator("#forms li").first).to_be_visible()
        page.reload()
        expect(page.get_by_role("tab", selected=True)).to_have_text("Training")


def test_another_model_is_taken_up_at_the_next_visit_and_whole(
    chromium: Browser, folder: Path, second: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "digits"
    shutil.copytree(folder, out)
    with serving(out) as address, visitor(chromium, address) as context:
        page = context.new_page()
        page.goto(address)
        draw(page, drawings()["crossed 7"])
        page.evaluate(KEPT)
        before = page.evaluate("FILES")

        replace_folder(out, second)
        changed = """new Promise((told) => navigator.serviceWorker
          .addEventListener("controllerchange", told))"""
        page.reload()
        page.evaluate(f"window.changed = {changed}.then(() => true); null")
        assert page.evaluate("FILES") == before
        digit_of(page, "7")
        page.evaluate("window.changed")
        # What is open stays of one version, though the server has its files no longer.
        open_testset(page)
        diagonal = page.locator("#testset tbody .right").all_inner_texts()
        assert len(diagonal) == 10

        page.reload()
        assert page.evaluate("FILES") != before
        expect(page.locator("#testset tbody .right")).to_have_text(["1010"])
        page.get_by_role("tab", name="Draw").click()
        digit_of(page, "3")


# ---- the folder


def test_all_but_the_page_and_its_worker_are_named_by_content(folder: Path) -> None:
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    others = {"README.md", "index.html", "worker.js"}
    assert others < names
    assert all(FILE.match(name) for name in names - others)


def test_the_worker_keeps_all_that_there_is(folder: Path) -> None:
    found = re.search(r"const FILES = (\[.*\]);", (folder / "worker.js").read_text("utf-8"))
    assert found
    files = {
        file.relative_to(folder).as_posix()
        for file in (folder / "files").rglob("*")
        if file.is_file()
    }
    assert set(json.loads(found[1])) == files


def test_until_the_first_answer_it_is_small_and_with_everything_too(folder: Path) -> None:
    late = re.compile("data|testset|training|forms|chart|scale|icon-|README|worker")
    sizes = {
        file.relative_to(folder).as_posix(): packed_size(file.read_bytes())
        for file in folder.rglob("*")
        if file.is_file()
    }
    first = sum(size for name, size in sizes.items() if not late.search(name))
    print(f"\nuntil the first answer {first:,} bytes, in all {sum(sizes.values()):,}")
    assert first < 600_000
    assert sum(sizes.values()) < 1_500_000


def test_the_folder_can_be_uploaded_as_a_static_space(folder: Path) -> None:
    _, header, _ = (folder / "README.md").read_text("utf-8").split("---\n", 2)
    found = yaml.safe_load(header)
    assert found["sdk"] == "static"
    assert found["title"] and found["license"] == "mit"
    assert not {"sdk_version", "python_version", "app_file"} & set(found)


def test_the_icons_are_of_the_sizes_that_are_promised(folder: Path) -> None:
    (manifest,) = folder.glob("files/*/app.json")
    icons = json.loads(manifest.read_text("utf-8"))["icons"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    for icon in icons:
        with Image.open(io.BytesIO((manifest.parent / icon["src"]).read_bytes())) as image:
            assert "x".join(map(str, image.size)) == icon["sizes"]


def test_an_icon_s_path_is_followed() -> None:
    assert trace_lines("M1 2 h3 L5 6 M0 0 h1") == [[(1, 2), (4, 2), (5, 6)], [(0, 0), (1, 0)]]
    with pytest.raises(ValueError, match="command C"):
        trace_lines("M0 0 C1 1")


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(ExportError, match="Name another one"):
        refuse_foreign(tmp_path)
    assert main([str(tmp_path)]) == 1
    assert (tmp_path / "index.html").read_text() == "mine"


def test_a_folder_that_was_written_here_is_refused_with_a_stranger_in_it(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(folder, out)
    refuse_foreign(out)
    (out / "notes.txt").write_text("mine")
    with pytest.raises(ExportError):
        refuse_foreign(out)


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    replace_folder(out, {"files/a": b"1"})
    replace_folder(out, {"files/b": b"2"})
    assert [path.name for path in out.rglob("*") if path.is_file()] == ["b"]
    assert list(tmp_path.iterdir()) == [out]


def test_a_folder_stays_as_it_was_when_it_cannot_be_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    replace_folder(out, {"a": b"1"})
    with pytest.raises(OSError):
        replace_folder(out, {"b": b"2", "b/c": b"3"})
    assert [path.name for path in out.iterdir()] == ["a"]


def test_a_missing_model_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "out"), "--model", str(tmp_path / "none.keras")]) == 1
    assert "python train.py" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
