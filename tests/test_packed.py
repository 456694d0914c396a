"""A file is compressed once for all who ask for it."""

import asyncio
import gzip
from typing import Any

import pytest
from browser import run
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from mnist_cnn.page import packed
from mnist_cnn.page.packed import Packed

SCRIPT = "/assets/index-D_x.js"
TEXT = "let a = 1;\n" * 1000


class Files:
    """Answers with a text, and counts how often."""

    def __init__(self, status: int = 200, **headers: str) -> None:
        self.asked = 0
        self._status, self._headers = status, headers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        await asyncio.sleep(0.01)
        await PlainTextResponse(TEXT, self._status, self._headers)(scope, receive, send)


def client_of(files: Files) -> TestClient:
    return TestClient(Packed(GZipMiddleware(files)), headers={"Accept-Encoding": "gzip"})


def test_a_file_is_compressed_once_and_the_same_for_all() -> None:
    files = Files()
    client = client_of(files)
    first, part = client.get(SCRIPT), client.get(SCRIPT, headers={"Range": "bytes=0-9"})
    assert first.headers == part.headers
    assert (first.status_code, first.text, part.text, files.asked) == (200, TEXT, TEXT, 1)
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["vary"] == "Accept-Encoding"
    assert int(first.headers["content-length"]) == len(gzip.compress(TEXT.encode()))


def test_whoever_takes_nothing_compressed_is_given_it_plain() -> None:
    client = client_of(Files())
    client.get(SCRIPT)
    plain = client.get(SCRIPT, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == TEXT


def test_all_who_ask_at_once_wait_for_one() -> None:
    files = Files()
    stand = Packed(GZipMiddleware(files))
    headers = [(b"accept-encoding", b"gzip")]
    scope = {"type": "http", "method": "GET", "path": SCRIPT, "headers": headers}
    sent: list[int] = []

    async def send(message: Any) -> None:
        sent.append(message.get("status", 0))

    async def ask_at_once() -> None:
        await asyncio.gather(*(stand(scope, None, send) for _ in range(8)))  # type: ignore[arg-type]

    run(ask_at_once())
    assert (sent.count(200), files.asked) == (8, 1)


@pytest.mark.parametrize(
    ("files", "path"),
    [
        (Files(404), SCRIPT),
        (Files(**{"Cache-Control": "no-store"}), "/files/0123abcd/browser/ink.js"),
        (Files(), "/files/weights/latest"),
        (Files(), "/"),
    ],
)
def test_what_does_not_last_is_not_kept(files: Files, path: str) -> None:
    client = client_of(files)
    assert client.get(path).text == client.get(path).text == TEXT
    assert files.asked == 2


def test_so_much_is_kept_and_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_BYTES", 100)
    files = Files()
    client = client_of(files)
    for path in ("/assets/a.js", "/assets/b.js", "/assets/a.js", "/assets/b.js"):
        assert client.get(path).text == TEXT
    assert files.asked == 3
