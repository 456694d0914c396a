import os
from collections.abc import Iterator

import pytest
from browser import BROWSER_ARGUMENTS, find_browser, running_app
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_browser()
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium or Chrome is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with running_app() as address:
        yield address
