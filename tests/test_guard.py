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

READ = "/gradio_api/component_server/"
RUN = "/gradio_api/run/recognize"
GONE = object()


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer 200 with the body that arrived."""
    query = scope.get("query_string", b"")
    message = await receive() if scope["method"] == "POST" else {"body": query}
    assert not message.get("more_body")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


def scope_of(path: str, method: str = "POST", query: str = "", **headers: str) -> dict[str, Any]:
    """Describe a request as ASGI does; it brings JSON unless ``headers`` say otherwise."""
    headers = {"content_type": "application/json"} | headers
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": pairs}
    return scope | {"query_string": query.encode(), "client": ("1.2.3.4", 5)}


async def ask(
    stand: Guard, path: str, *chunks: Any, method: str = "POST", query: str = "", **headers: str
) -> tuple[int | None, str, dict[str, str]]:
    """Ask a guard; return status, body and headers of the answer, a status of None for none.

    Of ``headers``, a name is written with _ for -.
    """
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

    await stand(scope_of(path, method, query, **headers), receive, send)
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


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/config",
        "/gradio_api/info",
        "/gradio_api/app_id",
        "/gradio_api/startup-events",
        "/gradio_api/queue/data",
        "/gradio_api/call/recognize/0a1b",
        "/assets/index-D_x.js",
        "/static/fonts/a/b.woff2",
        "/files/0123abcd/browser/ink.js",
        "/theme.css",
    ],
)
def test_what_the_page_and_programs_ask_for_is_passed_on(path: str) -> None:
    assert {status(path, method=method) for method in ("GET", "HEAD")} == {200}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (READ, {"data": [], "fn_name": "overview", "component_id": 3, "session_hash": "a"}),
        (
            READ,
            {"data": "A" * 9_999, "fn_name": "read_photo", "component_id": 3, "session_hash": "a"},
        ),
        (RUN, {"data": ["A" * 10_000]}),
        ("/gradio_api/call/recognize", {"data": [[[0, 255]]]}),
        ("/gradio_api/call/v2/recognize", {"image": "A" * 10_000}),
        (
            "/gradio_api/queue/join",
            {"data": [""], "event_data": None, "fn_index": 0, "trigger_id": None}
            | {"session_hash": "a"},
        ),
        ("/gradio_api/cancel", {"session_hash": "a", "fn_index": 0, "event_id": "b"}),
        ("/gradio_api/mcp/", {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_page_and_programs_send_is_passed_on(path: str, body: dict[str, Any]) -> None:
    assert status(path, json.dumps(body).encode()) == 200


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
        "/gradio_api/heartbeat/a",
        "/gradio_api/api/recognize",
        "/gradio_api/run/../upload",
        "/gradio_api/mcp/sse",
        "/monitoring/summary",
        "/openapi.json",
        "/login",
        "/assets/../app.py",
        "/assets/.env",
        "/files//etc/passwd",
        "/behind/a/proxy/gradio_api/upload",
    ],
)
def test_what_nobody_asks_for_is_refused(path: str) -> None:
    assert status(path, method="GET") == 404
    assert status(path, b"{}") == 405


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(method: str) -> None:
    assert status(RUN, b"{}", method=method) == status("/", method=method) == 405


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "multipart/form-data; boundary=a", "application/x-www-form-urlencoded"],
)
def test_what_any_page_can_have_a_browser_send_is_refused(kind: str) -> None:
    assert status(RUN, b'{"data": [""]}', content_type=kind) == 415


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_is_taken(kind: str) -> None:
    assert status(RUN, b'{"data": [""]}', content_type=kind) == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "127.0.0.1:7860", "[::1]:7860"])
def test_a_local_app_answers_to_the_names_of_its_machine(host: str) -> None:
    assert run(ask(Guard(echo, local=True), "/", method="GET", host=host))[0] == 200


@pytest.mark.parametrize(
    "host",
    ["", "evil.example:7860", "localhost.evil.example", "127.0.0.1.evil.example", "a@localhost"],
)
def test_a_local_app_answers_to_no_other_name(host: str) -> None:
    stand = Guard(echo, local=True)
    assert run(ask(stand, "/", method="GET", host=host))[0] == 421
    assert run(ask(stand, RUN, b'{"data": [""]}', host=host))[0] == 421


def test_an_app_that_serves_others_answers_to_every_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*guard.SERVING_OTHERS, "GRADIO_SHARE"):
        monkeypatch.delenv(name, raising=False)
    assert guard.is_local()
    for name in guard.SERVING_OTHERS:
        with monkeypatch.context() as patch:
            patch.setenv(name, "127.0.0.1")
            assert not guard.is_local()
    for value, local in (("False", True), ("0", True), ("", True), ("True", False)):
        monkeypatch.setenv("GRADIO_SHARE", value)
        assert guard.is_local() is local
    assert status("/", method="GET", host="digits.example") == 200


def test_a_query_reaches_nothing_that_is_made_for_all() -> None:
    for path, left in (("/", ""), ("/config", ""), ("/gradio_api/info", "page=")):
        answer = run(ask(Guard(echo), path, method="GET", query="deep_link=a&page=b"))
        assert answer[:2] == (200, left)


def test_browsers_are_told_not_to_guess_kinds() -> None:
    for path in ("/", "/gradio_api/upload"):
        answer = run(ask(Guard(echo), path, method="GET"))
        assert answer[2]["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "body",
    [
        b"",
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
        json.dumps({"data": [""], "a" * 65: 1}).encode(),
        b'{"data": [""], "event_data": {"a": 1}}',
        b'{"data": [""], "fn_index": [0]}',
        b'{"data": [""], "fn_index": 1%s}' % (b"0" * 100),
        b'{"session_hash": "a"}',
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": ["", ""]}',
        b'{"data": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]}',
        b'{"data": [[[{"url": "http://example.org"}]]]}',
        b'{"data": [[%s[]]]}' % (b"[]," * 2_000),
        b'{"data": [[%s0]]}' % (b"0," * 100_001),
        b'{"data": [[%s0]]}' % (b'"aa",' * 100),
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_what_gradio_would_stumble_over_is_refused(body: bytes) -> None:
    assert status(RUN, body) == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/gradio_api/cancel", {"session_hash": "a", "fn_index": 0, "event_id": "b" * 5000}),
        ("/gradio_api/reset", {"event_id": ["b"] * 2000}),
        (READ, {"data": ["b" * 5000], "fn_name": "overview"}),
        (READ, {"data": "b" * 5000, "fn_name": "look"}),
        (READ, {"data": "b" * 5000}),
        ("/gradio_api/mcp/", {"method": "tools/list", "params": {"cursor": "b" * 5000}}),
        ("/gradio_api/mcp/", {"params": {"name": "b" * 5000, "arguments": {}}}),
    ],
)
def test_where_no_image_goes_little_is_taken(path: str, body: dict[str, Any]) -> None:
    assert status(path, json.dumps(body).encode()) == 413


def test_a_tool_takes_a_small_drawing_as_rows_and_no_larger_one() -> None:
    for side, code in ((28, 200), (40, 400)):
        call = {"name": "recognize", "arguments": {"image": [[0] * side] * side}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
        assert status("/gradio_api/mcp/", body.encode()) == code
    assert status(RUN, json.dumps({"data": [[[0] * 40] * 40]}).encode()) == 200


@pytest.mark.parametrize("body", [{}, {"picture": ""}, {"image": "", "b": 1}, {"data": [""]}])
def test_what_no_function_takes_is_refused(body: dict[str, Any]) -> None:
    assert status("/gradio_api/call/v2/recognize", json.dumps(body).encode()) == 400


@pytest.mark.parametrize(
    "body", [b'{"data": ["SECRET"], "SECRET": {"SECRET": 1}}', b'{"data": "SECRET"}', b"SECRET"]
)
def test_a_refusal_does_not_repeat_what_was_sent(body: bytes) -> None:
    body = body.replace(b"SECRET", b"s3cr3t" * 100)
    code, text, _ = run(ask(Guard(echo), RUN, body))
    assert code == 400
    assert len(text) < 200


def test_a_request_in_pieces_of_any_number_is_cut_off() -> None:
    for path, method in ((READ, "POST"), ("/theme.css", "GET")):
        stand = Guard(echo)
        code, _, headers = run(ask(stand, path, GONE, method=method, transfer_encoding="chunked"))
        assert (code, headers["connection"]) == (411, "close")


def test_a_request_that_announces_too_much_is_refused_before_it_is_read() -> None:
    assert status(READ, GONE, content_length="100000000") == 413


def test_a_request_that_grows_too_large_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_BODY", 10)
    assert status(READ, b"12345", b"67890", b"1", GONE) == 413


@pytest.mark.parametrize(
    ("announced", "patience"), [(98_000, "PATIENCE_WITH_DRAWINGS"), (200_000, "PATIENCE")]
)
def test_a_request_that_does_not_arrive_is_given_up(
    announced: int, patience: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, patience, 0.01)

    async def slow() -> int | None:
        never = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await never.wait()
            return {}

        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = scope_of(READ, content_length=str(announced))
        await asyncio.wait_for(Guard(echo)(scope, receive, send), 2)
        return int(sent[0]["status"])

    assert run(slow()) == 408


def test_larger_bodies_that_arrive_slowly_leave_room_for_smaller_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "MOST_BYTES", 100)
    monkeypatch.setattr(guard, "LEFT_FOR", {50: 40, 20: 40})  # 20 for all, 60 and 100

    async def answers() -> tuple[Any, ...]:
        never = asyncio.Event()

        async def keep(scope: Any, receive: Any, send: Any) -> None:
            await never.wait()

        stand = Guard(keep)
        held = asyncio.create_task(ask(stand, READ, b'{"a": %d}' % 10**9))  # 17 bytes
        await asyncio.sleep(0)
        codes = []
        for announced in (60, 30, 0):  # by what they announce, whatever has come of it
            size = {"content_length": str(announced)}
            codes.append((await ask(stand, READ, b"{" * 5, GONE, **size))[0])
        held.cancel()
        return tuple(codes)

    assert run(answers()) == (503, None, None)


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

        unread = asyncio.create_task(stand(scope_of(READ), receive, send))
        await waiting.wait()
        code = (await ask(stand, READ, b"{}"))[0]
        unread.cancel()
        return code

    assert run(answer_beside_one_unread()) == 200


def test_pages_are_made_one_at_a_time_and_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_WAITING_FOR_PAGES", 2)

    async def answers() -> tuple[Any, ...]:
        begun: list[str] = []
        done = asyncio.Event()

        async def make(scope: Any, receive: Any, send: Any) -> None:
            begun.append(scope["path"])
            await done.wait()
            await echo(scope, receive, send)

        stand = Guard(make)
        asked = [asyncio.create_task(ask(stand, "/", method="GET")) for _ in range(3)]
        drawing = asyncio.create_task(ask(stand, READ, b"{}"))
        await asyncio.sleep(0.01)
        too_many = (await ask(stand, "/config", method="GET"))[0]
        begun_at_once = sorted(begun)
        done.set()
        return begun_at_once, too_many, [(await task)[0] for task in (drawing, *asked)]

    assert run(answers()) == (["/", READ], 503, [200] * 4)


def test_a_client_has_so_many_streams_and_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_STREAMS", 2)

    async def answers() -> tuple[Any, ...]:
        done = asyncio.Event()

        async def wait(scope: Any, receive: Any, send: Any) -> None:
            await done.wait()
            await echo(scope, receive, send)

        stand = Guard(wait)
        path = "/gradio_api/queue/data"
        open_ones = [asyncio.create_task(ask(stand, path, method="GET")) for _ in range(2)]
        await asyncio.sleep(0)
        too_many = (await ask(stand, path, method="GET"))[0]
        done.set()
        read = [(await task)[0] for task in open_ones]
        return too_many, read, (await ask(stand, path, method="GET"))[0], stand._streams

    assert run(answers()) == (503, [200, 200], 200, {})


def test_so_many_streams_are_open_whatever_names_their_clients_go_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "MOST_STREAMS_OF_ALL", 3)

    async def codes() -> list[int]:
        async def wait(scope: Any, receive: Any, send: Any) -> None:
            await asyncio.sleep(0.05)
            await echo(scope, receive, send)

        stand, sent = Guard(wait), []

        async def open_one(client: str) -> None:
            async def send(message: dict[str, Any]) -> None:
                sent.append(message.get("status", 0))

            scope = scope_of("/gradio_api/queue/data", method="GET") | {"client": (client, 5)}
            await stand(scope, None, send)  # type: ignore[arg-type]

        await asyncio.gather(*(open_one(f"10.0.0.{k}") for k in range(5)))
        return sorted(filter(None, sent))

    assert run(codes()) == [200, 200, 200, 503, 503]


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

        await Guard(fails)(scope_of(READ), receive, send)

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


def test_what_is_no_request_is_passed_on_and_no_socket() -> None:
    passed: list[str] = []
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["type"])

    async def send(message: Any) -> None:
        sent.append(message)

    for kind in ("lifespan", "websocket"):
        run(Guard(app)({"type": kind}, None, send))  # type: ignore[arg-type]
    assert passed == ["lifespan"]
    assert sent == [{"type": "websocket.close"}]
