"""Serves the exported page as plain files, and visits it."""

import gzip
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser import DESKTOP, PHONE
from playwright.sync_api import Browser, BrowserContext, Page


def packed_size(content: bytes) -> int:
    return len(gzip.compress(content, 9))


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the folder that holds the page, so that the page is at a sub-path."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*command, "--directory", str(folder.parent)], **quiet)
    address = f"http://127.0.0.1:{port}/{folder.name}/"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the files were not served"
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def visitor(
    chromium: Browser, address: str, locale: str = "en-US", size: tuple[int, int] = DESKTOP
) -> Iterator[BrowserContext]:
    """A browser of someone's own; a complaint, or a question to elsewhere, fails the test."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
        has_touch=size == PHONE,
        reduced_motion="reduce",
    )
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    # A violation of the page's policy is an error in the console.
    context.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    context.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:")) else complaints.append(r.url),
    )
    yield context
    context.close()
    # Chromium asks anew for the worker, in vain where the server is gone.
    assert [text for text in complaints if "fetching the script" not in text] == []


@contextmanager
def visit(
    chromium: Browser,
    address: str,
    query: str = "",
    locale: str = "en-US",
    size: tuple[int, int] = DESKTOP,
) -> Iterator[Page]:
    with visitor(chromium, address, locale, size) as context:
        page = context.new_page()
        page.goto(address + query)
        page.locator("#sketchpad canvas").wait_for()
        yield page
