import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser import (
    BROWSER_ARGUMENTS,
    DESKTOP,
    PHONES,
    ROOT,
    Opener,
    find_browser,
    running_app,
)
from exported import packed_size, serving
from playwright.sync_api import Browser, Page, expect, sync_playwright


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a browser's tests once more where they fail; the summary tells which."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_browser()
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium or Chrome is installed: apt-get install chromium")
    # The first answer waits for TensorFlow, and a machine may be busy; nothing else takes as long.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with running_app() as address:
        yield address


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
            has_touch=size in PHONES,
            reduced_motion="reduce",
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on(
            "request", lambda r: complaints.append(r.url) if _is_outside(r.url, address) else None
        )
        page.goto(f"{address}/{query}")
        page.locator("#sketchpad .hint").wait_for()  # the pad is at work
        yield page
        context.close()
        assert complaints == []

    return opened


@pytest.fixture(scope="session")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export the page as a user does, and tell how large it is in the tests' own output."""
    out = tmp_path_factory.mktemp("static") / "digits"
    command = [sys.executable, "-m", "mnist_cnn.static", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    sizes = {file: packed_size(file.read_bytes()) for file in out.rglob("*") if file.is_file()}
    told = f"\n{done.stdout.strip()} Compressed: {sum(sizes.values()) / 1e6:.2f} MB."
    with request.config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        print(told)
    return out


@pytest.fixture(scope="session")
def place(folder: Path) -> Iterator[str]:
    with serving(folder) as address:
        yield address


def _is_outside(url: str, address: str) -> bool:
    return not url.startswith((address, "data:", "blob:"))
