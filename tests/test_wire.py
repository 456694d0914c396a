"""What is read of a connection before there is a request."""

import asyncio
from typing import Any

import pytest
import uvicorn
import uvicorn.config
from browser import run
from uvicorn.server import ServerState

from mnist_cnn.page import wire
from mnist_cnn.page.wire import LARGEST_HEAD, MOST_LINES, BoundedProtocol, bound_heads

POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n"


class Line(asyncio.Transport):
    """Keeps what is written to a client, and whether it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.closed = b"", False

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def length(scope: Any, receive: Any, send: Any) -> None:
    """Answer with how many bytes came."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d bytes" % size})


async def say(*chunks: bytes, pause: float = 0.01) -> tuple[list[int], bool, bytes]:
    """Send chunks one after the other; return statuses, whether the line is closed, and all."""
    line = Line()
    protocol = BoundedProtocol(uvicorn.Config(length), ServerState(), {})
    protocol.connection_made(line)
    for chunk in chunks:
        if not line.closed:
            protocol.data_received(chunk)
        await asyncio.sleep(pause)
    statuses = [int(part[:3]) for part in line.written.split(b"HTTP/1.1 ")[1:]]
    closed = line.closed
    protocol.connection_lost(None)
    return statuses, closed, line.written


def head_of(lines: int, size: int = 5) -> bytes:
    return GET + (b"a:" + b"b" * (size - 4) + b"\r\n") * lines


@pytest.mark.parametrize(
    "head",
    [head_of(MOST_LINES + 1), head_of(12_000), head_of(2, LARGEST_HEAD // 2)],
    ids=["lines", "thousands", "bytes"],
)
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_head_that_is_too_large_is_refused(head: bytes, end: bytes) -> None:
    for chunks in ([head + end], [head[:9], head[9:700], head[700:] + end]):
        statuses, closed, _ = run(say(*chunks))
        assert statuses == [400]
        assert closed


def test_one_that_never_ends_is_cut_off() -> None:
    statuses, closed, _ = run(say(GET, *[b"a: " + b"b" * 2000] * 9))
    assert statuses == [400]
    assert closed


def test_an_honest_head_is_taken_in_any_pieces() -> None:
    head = head_of(MOST_LINES - 2, 150) + b"\r\n"
    for chunks in ([head], [head[:9], head[9:-3], head[-3:]], [head * 2, head]):
        statuses, closed, _ = run(say(*chunks))
        assert set(statuses) == {200}
        assert not closed


def test_a_body_is_no_head() -> None:
    body = b"a:b\n" * 20_000
    head = POST + b"Content-Length: %d\r\n\r\n" % len(body)
    for chunks in ([head + body], [head, body[:9], body[9:]], [head + body + GET + b"\r\n"]):
        statuses, _, written = run(say(*chunks))
        assert set(statuses) == {200}
        assert b"80000 bytes" in written


def test_each_head_of_a_connection_is_bounded() -> None:
    first = POST + b"Content-Length: 9\r\n\r\n" + b"a" * 9
    for chunks in ([first, head_of(12_000) + b"\r\n"], [first[:-1], b"a" + head_of(999) + b"\r\n"]):
        statuses, closed, _ = run(say(*chunks))
        assert statuses == [200, 400]
        assert closed


def test_a_head_that_takes_its_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.05)
    statuses, closed, _ = run(say(b"G", b"E", b"T", pause=0.03))
    assert closed
    assert statuses == []


def test_what_is_worked_on_takes_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.05)
    head = POST + b"Content-Length: 3\r\n\r\n"
    statuses, closed, _ = run(say(head, b"a", b"b", b"c", pause=0.03))
    assert statuses == [200]
    assert not closed


def test_a_server_is_given_these_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn.config, "HTTP_PROTOCOLS", dict(uvicorn.config.HTTP_PROTOCOLS))
    bound_heads()
    config = uvicorn.Config(length)
    config.load()
    assert config.http_protocol_class is BoundedProtocol
