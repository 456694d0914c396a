"""What the guard lets through, what it answers itself, and that it lets go of what it held."""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from browser import run

from mnist_cnn.page import guard
from mnist_cnn.page.guard import Guard

READ = "/gradio_api/component_server"
RUN = "/gradio_api/run/recognize"
GONE = object()


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer 200 with the body that arrived."""
    message = await receive() if scope["method"] == "POST" else {"body": b""}
    assert not message.get("more_body")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


async def ask(
    stand: Guard, path: str, *chunks: Any, method: str = "POST", announced: int | None = None
) -> tuple[int | None, str, dict[str, str]]:
    """Ask a guard; return status, body and headers of the answer, a status of None for none."""
    waiting = list(chunks or [b""])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.sleep(60)
        chunk = waiting.pop(0)
        if chunk is GONE:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    await stand(scope, receive, send)
    if not sent:
        return None, "", {}
    answer = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]).decode(), answer


def status(path: str, *chunks: Any, app: Any = echo, **kwargs: Any) -> int | None:
    return run(ask(Guard(app), path, *chunks, **kwargs))[0]


def test_a_request_in_pieces_reaches_the_app_whole() -> None:
    body = json.dumps({"data": ["drawing"]}).encode()
    answer = run(ask(Guard(echo), RUN, body[:5], body[5:9], body[9:]))
    assert answer[:2] == (200, body.decode())


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info", "/assets/index.js"])
def test_what_the_page_is_made_of_is_passed_on(path: str) -> None:
    assert status(path, method="GET") == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/upload/",
        "/gradio_api/upload_progress",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=http://example.org/",
        "/gradio_api/file//etc/passwd",
        "/gradio_api/proxy=http://example.org/",
        "/gradio_api/stream/a/b/1/c.ts",
        "/gradio_api/deep_link",
        "/gradio_api/process_recording",
        "/gradio_api/vibe-edit",
        "/gradio_api/dev/reload",
        "/monitoring/summary",
        "/behind/a/proxy/gradio_api/upload",
    ],
)
def test_routes_that_keep_files_or_fetch_addresses_are_closed(path: str) -> None:
    assert {status(path, method=method) for method in ("GET", "POST", "HEAD")} == {404}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"3",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"data": [NaN]}',
        b'{"data": [-Infinity]}',
        b'{"data": [""], "session_hash": ["a"]}',
        b'{"data": [""], "session_hash": ""}',
        json.dumps({"data": [""], "session_hash": "a" * 65}).encode(),
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": ["", ""]}',
        b'{"data": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]}',
        b'{"data": [[[{"url": "http://example.org"}]]]}',
        b'{"data": [[%s[]]]}' % (b"[]," * 50_000),
        b'{"data": [[%s0]]}' % (b"0," * 100_000),
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_what_gradio_would_stumble_over_is_refused(body: bytes) -> None:
    assert status(RUN, body) == 400


def test_a_request_that_announces_too_much_is_refused_before_it_is_read() -> None:
    assert status(READ, GONE, announced=100_000_000) == 413


def test_a_request_that_grows_too_large_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_BODY", 10)
    assert status(READ, b"12345", b"67890", b"1", GONE) == 413


def test_a_request_that_does_not_arrive_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 0.01)

    async def slow() -> int | None:
        stand = Guard(echo)
        never = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await never.wait()
            return {}

        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await stand({"type": "http", "method": "POST", "path": READ, "headers": []}, receive, send)
        return int(sent[0]["status"])

    assert run(slow()) == 408


def test_whoever_hangs_up_is_not_answered_and_holds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "MOST_BYTES", 30)

    async def answers() -> list[int | None]:
        stand = Guard(echo)
        bodies: Sequence[tuple[Any, ...]] = [(b'{"a": 1, "b": 2, ', GONE), (b'{"data": "12345"}',)]
        return [(await ask(stand, READ, *body))[0] for body in bodies * 3]

    assert run(answers()) == [None, 200] * 3


def test_more_bytes_than_the_machine_can_hold_are_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "MOST_BYTES", 10)
    code, _, headers = run(ask(Guard(echo), READ, b'{"data": "1234567890"}'))
    assert (code, headers["retry-after"]) == (503, "1")


def test_more_work_than_the_machine_can_do_is_turned_away_until_some_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "MOST_UNDER_WAY", 2)

    async def answers() -> tuple[Any, ...]:
        done = asyncio.Event()

        async def busy(scope: Any, receive: Any, send: Any) -> None:
            await done.wait()
            await echo(scope, receive, send)

        stand = Guard(busy)
        under_way = [asyncio.create_task(ask(stand, READ, b"{}")) for _ in range(2)]
        await asyncio.sleep(0)
        code, text, _ = await ask(stand, READ, b"{}")
        done.set()
        finished = [(await task)[0] for task in under_way]
        return code, text, finished, (await ask(stand, READ, b"{}"))[0]

    code, text, finished, later = run(answers())
    assert (code, finished, later) == (503, [200, 200], 200)
    assert "busy" in text


def test_whoever_does_not_read_an_answer_keeps_nobody_from_working(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "MOST_UNDER_WAY", 1)

    async def answer_beside_one_unread() -> int | None:
        stand = Guard(echo)
        waiting, never = asyncio.Event(), asyncio.Event()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"{}"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body":
                waiting.set()
                await never.wait()

        scope = {"type": "http", "method": "POST", "path": READ, "headers": []}
        unread = asyncio.create_task(stand(scope, receive, send))
        await waiting.wait()
        code = (await ask(stand, READ, b"{}"))[0]
        unread.cancel()
        return code

    assert run(answer_beside_one_unread()) == 200


def test_many_failures_are_few_lines_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError

    stand = Guard(fails)
    for _ in range(50):
        run(ask(stand, READ, b"{}"))
    assert len(capsys.readouterr().err.splitlines()) <= 3


def test_a_failure_after_the_answer_adds_nothing_to_it() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await echo(scope, receive, send)
        raise KeyError

    sent: list[str] = []

    async def ask_once() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"{}"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message["type"])

        scope = {"type": "http", "method": "POST", "path": READ, "headers": []}
        await Guard(fails)(scope, receive, send)

    run(ask_once())
    assert sent == ["http.response.start", "http.response.body"]


@pytest.mark.parametrize("starts", [False, True])
def test_a_failure_is_one_line_in_the_log(starts: bool, capsys: pytest.CaptureFixture[str]) -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        if starts:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("/secret/path")

    code, text, _ = run(ask(Guard(fails), READ, b"{}"))
    assert code == (200 if starts else 500)
    assert "secret" not in text
    assert re.fullmatch(r"POST failed: KeyError at test_guard.py:\d+\n", capsys.readouterr().err)


def test_what_is_no_request_is_passed_on() -> None:
    passed: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["type"])

    run(Guard(app)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert passed == ["lifespan"]
