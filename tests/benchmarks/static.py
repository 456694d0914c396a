"""How soon the page without a server is at work: over a slow network, and out of the cache.

Run by hand: ``python tests/benchmarks/static.py [--repeats 5]``. It is exported, and served
compressed, as web servers do; the browser's own emulation slows the network, each request by
400 ms. From opening the page until its pad can be drawn on, and until a digit is answered.
"""

import argparse
import gzip
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from statistics import median
from threading import Thread

from playwright.sync_api import Browser, expect, sync_playwright

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]
from browser import BROWSER_ARGUMENTS, draw, drawings, find_browser
from machine import machine

from mnist_cnn.page.export import export

LATENCY = 400  # ms
BYTES_A_SECOND = 400_000 / 8
# Marks the time of the first answer, from the page's own beginning.
WATCH = """const watch = setInterval(() => {
  if (!document.querySelector("#answer .digit")?.textContent) return;
  window.answered = performance.now();
  clearInterval(watch);
}, 5)"""


@contextmanager
def serving(contents: dict[str, bytes]) -> Iterator[str]:
    packed = {name: gzip.compress(content, 9) for name, content in contents.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            name = self.path.partition("?")[0].lstrip("/") or "index.html"
            body = packed.get(name, b"")
            self.send_response(200 if name in packed else 404)
            self.send_header("Content-Type", guess_type(name)[0] or "application/octet-stream")
            if body:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def first_visit(browser: Browser, address: str) -> tuple[float, float]:
    """Return seconds until one can draw, and until the drawing is answered."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    speed = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    conditions = {"offline": False, "latency": LATENCY, **speed}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", conditions)
    started = time.monotonic()
    page.goto(address, wait_until="commit")
    # The pad's script has run when nothing can be undone.
    page.locator("#sketchpad button.undo:disabled").wait_for()
    ready = time.monotonic() - started
    draw(page, drawings()["crossed 7"])
    expect(page.locator("#answer .digit")).to_have_text("7", timeout=60_000)
    answered = time.monotonic() - started
    context.close()
    return ready, answered


def later_visits(browser: Browser, address: str, repeats: int) -> list[float]:
    """Return seconds until the drawing that was kept is answered again, out of the cache."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    draw(page, drawings()["crossed 7"])
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.add_init_script(WATCH)
    times = []
    for _ in range(repeats):
        page.reload()
        expect(page.locator("#answer .digit")).to_have_text("7")
        while not (answered := page.evaluate("window.answered ?? 0")):
            time.sleep(0.01)
        times.append(answered / 1000)
    context.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    print(machine())
    with serving(export()) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
        visits = [first_visit(browser, address) for _ in range(repeats)]
        later = later_visits(browser, address, repeats)
        browser.close()
    for name, times in zip(
        ("one can draw", "a digit is answered", "again, from the cache"),
        (*zip(*visits, strict=True), later),
        strict=True,
    ):
        print(f"{name}: {median(times):.2f} s, {min(times):.2f} to {max(times):.2f}")


if __name__ == "__main__":
    main()
