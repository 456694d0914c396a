"""What stands between strangers and the app: what the page and programs ask, and nothing else.

Gradio reads a request whole, whatever its size, repeats what it cannot use, and offers routes
that write files or fetch addresses for whoever asks. What is not listed here, it never sees.
"""

import asyncio
import json
import os
import re
import sys
import traceback
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Files of Gradio's and of ours; no part of their paths begins with a dot. Its plots are not
# used here: megabytes, compressed anew for whoever asks.
FILES = re.compile(
    r"/(?:assets(?!/\w+Plot-)|static|files)(?:/[\w-][\w.-]*)+|/(?:theme\.css|favicon\.ico|manifest\.json"
    r"|robots\.txt)|/gradio_api/(?:app_id|startup-events)"
)
# What is made anew for whoever asks: the page, and what programs read of it.
PAGES = re.compile(r"/|/config/?|/gradio_api/(?:info/?|mcp/schema)")
NAME = r"[\w-]{1,64}"
STREAMS = re.compile(rf"/gradio_api/(?:queue/data|call/(?:v2/)?{NAME}/{NAME})")
# Of what these bring, that which names the group may be large: all else is short.
POSTS = re.compile(
    rf"/gradio_api/(?:(?P<data>component_server|(?:run|call)/{NAME}|queue/join)"
    rf"|(?P<image>call/v2/{NAME})|(?P<params>mcp)|(?P<nothing>cancel|reset))/?"
)
# The server functions that take an image; what others take is as large as 28 x 28 in base64.
READERS = ("read_photo",)
LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?", re.IGNORECASE)
# Where one of these is set, others are served than whoever sits at the machine.
SERVING_OTHERS = ("GRADIO_SERVER_NAME", "GRADIO_ROOT_PATH", "SPACE_ID")

# The largest honest request, a photo of 800 x 800 that is all noise, has 830,000. Gradio keeps
# the last thing that each session sent, up to 4 MB, and nobody asks for it. To begin a session
# takes it as long as a drawing: fewer than draw at once would halve what is answered.
LARGEST_BODY, SMALL_BODY, LONGEST_TEXT = 1_500_000, 4_000, 64
MOST_SESSIONS = 64
# Python makes up to 100 bytes of a value that takes three in JSON, and with many lists it looks
# through all that it holds for garbage. What stands beside each, and in no base64; of texts,
# which are larger still, an honest request has twenty.
MOST_VALUES, VALUE_MARKS = 100_000, b","
MOST_LISTS, LIST_MARKS = 2_000, b"[{:"
MOST_QUOTES, QUOTE_MARKS = 200, b'"'
# A tool's arguments are held against a schema, value by value, while all else waits.
MOST_VALUES_FOR_A_TOOL = 1_000
# All bodies that are being received or worked on, as one process of a small machine can hold
# them; and what is left, when larger ones take their time to arrive, for those of at most so
# many bytes: drawings from programs, and from the page.
MOST_BYTES, DRAWING = 64_000_000, 100_000
LEFT_FOR = {DRAWING: 16_000_000, SMALL_BODY: 8_000_000}
# So many drawings are read in half a second, slower things wait in lines of their own. A page
# takes 20 ms and all of Python: one is made at a time.
MOST_UNDER_WAY, MOST_WAITING_FOR_PAGES = 100, 100
# Answers that come when they are there: a client's, and those of all, for a client can go by
# many names. Gradio's queue, which makes them, holds 32.
MOST_STREAMS, MOST_STREAMS_OF_ALL = 40, 400
# A photo arrives within so many seconds, and what is smaller.
PATIENCE, PATIENCE_WITH_DRAWINGS = 20.0, 5.0
BUSY = "The server is busy. Try again in a second."
UNUSABLE = "This request could not be answered. Check what was sent."


class Refusal(Exception):
    """A request is turned away, with an HTTP status and a message for whoever sent it."""

    def __init__(self, status: int, message: str) -> None:
        """Say why, and what to do."""
        super().__init__(message)
        self.status = status


class Guard:
    """ASGI middleware that passes on what is listed above, and answers all else."""

    def __init__(self, app: ASGIApp, local: bool = False) -> None:
        """Stand before ``app``; when it is ``local``, answer to the names of this machine alone.

        Browsers trust a page from elsewhere with an app that has the page's own name.
        """
        self._app = app
        self._local = local
        self._bytes = 0
        self._work = _Room(MOST_UNDER_WAY)
        self._pages = _Room(1, MOST_WAITING_FOR_PAGES)
        self._streams: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})  # before it is accepted, this is a 403
            return
        started = finished = False

        async def watched_send(message: Message) -> None:
            nonlocal started, finished
            started, finished = True, _ends(message)
            if message["type"] == "http.response.start":
                nosniff = (b"x-content-type-options", b"nosniff")
                message = {**message, "headers": [*message.get("headers", ()), nosniff]}
            await send(message)

        try:
            await self._pass_on(scope, receive, watched_send)
        except Refusal as refusal:
            headers = {503: {"Retry-After": "1"}, 411: {"Connection": "close"}}
            status = refusal.status
            answer = JSONResponse({"error": str(refusal)}, status, headers.get(status))
            await answer(scope, receive, watched_send)
        except Exception as error:
            # Without this every malformed request would leave a traceback in the log.
            (frame,) = traceback.extract_tb(error.__traceback__, limit=-1)
            place = f"{Path(frame.filename).name}:{frame.lineno}"
            line = f"{scope['method']} failed: {type(error).__name__} at {place}"
            print(line, file=sys.stderr, flush=True)
            if not started:
                await JSONResponse({"error": UNUSABLE}, 500)(scope, receive, watched_send)
            elif not finished:
                with suppress(Exception):  # the answer may have been promised longer
                    await send({"type": "http.response.body"})

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path = Headers(scope=scope), scope["path"]
        if self._local and not LOCAL.fullmatch(headers.get("host", "")):
            raise Refusal(421, "Ask for localhost, or start the app with GRADIO_SERVER_NAME.")
        # A megabyte in pieces of a byte each would take the server a dozen seconds to put together.
        if "transfer-encoding" in headers:
            raise Refusal(411, "Send the request whole, with a Content-Length.")
        post = POSTS.fullmatch(path) if scope["method"] == "POST" else None
        if post:
            await self._post(post, headers, scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            raise Refusal(405, "This app is asked with GET, and its endpoints with POST.")
        elif FILES.fullmatch(path):
            await self._app(scope, receive, send)
        elif PAGES.fullmatch(path):
            # Of the whole app, Gradio would tell everybody the address that the first one asked
            # at; of its one page, it tells each their own.
            query = b"page=" if "/info" in path else b""
            await self._pages(self._app, {**scope, "query_string": query}, receive, send)
        elif STREAMS.fullmatch(path):
            await self._stream(scope, receive, send)
        else:
            raise Refusal(404, "This app keeps no files and fetches no addresses.")

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope["client"][0] if scope.get("client") else ""
        if self._streams[client] >= MOST_STREAMS or self._streams.total() >= MOST_STREAMS_OF_ALL:
            raise Refusal(503, BUSY)
        self._streams[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._streams[client] -= 1
            self._streams += Counter()  # forgets who has none

    async def _post(
        self, post: re.Match[str], headers: Headers, scope: Scope, receive: Receive, send: Send
    ) -> None:
        # A page from elsewhere can have a browser send other kinds without asking first.
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal(415, "Send JSON, with Content-Type: application/json.")
        most = SMALL_BODY if post["nothing"] else LARGEST_BODY
        length = headers.get("content-length", "")
        announced = int(length) if length.isdecimal() else 0
        _bound(announced, most)
        body, replayed = bytearray(), False

        async def replay() -> Message:
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": bytes(body)}

        try:
            if await self._read(receive, body, announced, most):
                _check(post, body)
                await self._work(self._app, scope, replay, send)
        finally:
            self._bytes -= len(body)

    async def _read(self, receive: Receive, body: bytearray, announced: int, most: int) -> bool:
        """Read a body, in time and within bounds; return whether it came whole."""
        patience = PATIENCE if announced > DRAWING else PATIENCE_WITH_DRAWINGS
        try:
            async with asyncio.timeout(patience):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    chunk = message.get("body", b"")
                    size = max(announced, len(body) + len(chunk))
                    _bound(size, most)
                    left = sum(bytes_ for small, bytes_ in LEFT_FOR.items() if size > small)
                    if self._bytes + len(chunk) > MOST_BYTES - left:
                        raise Refusal(503, BUSY)
                    body += chunk
                    self._bytes += len(chunk)
                    if not message.get("more_body"):
                        return True
        except TimeoutError:
            raise Refusal(408, f"The request took over {patience:.0f} s to arrive.") from None


class _Room:
    """Passes on so many requests at once, and has so many more wait for their turn."""

    def __init__(self, places: int, waiting: int = 0) -> None:
        self._places, self._left = asyncio.Semaphore(places), places + waiting

    async def __call__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._left:
            raise Refusal(503, BUSY)
        with ExitStack() as place:

            async def leaving_send(message: Message) -> None:
                if _ends(message):  # it has been made: that it is read may take for ever
                    place.close()
                await send(message)

            self._left -= 1
            place.callback(self._leave)
            await self._places.acquire()
            place.callback(self._places.release)
            await app(scope, receive, leaving_send)

    def _leave(self) -> None:
        self._left += 1


async def refuse_unfit(request: Request, error: Exception) -> Response:
    """Answer what does not fit an endpoint; FastAPI would repeat all of it."""
    return JSONResponse({"error": UNUSABLE}, 422)


def is_local() -> bool:
    """Tell whether nobody but who sits at this machine is served, as it is by itself.

    A server name that is this machine's own is what a proxy asks for.
    """
    is_shared = os.environ.get("GRADIO_SHARE", "").lower() == "true"  # as Gradio reads it
    return not is_shared and not any(os.environ.get(name) for name in SERVING_OTHERS)


def _ends(message: Message) -> bool:
    """Tell whether this is the last message of an answer."""
    return message["type"] == "http.response.body" and not message.get("more_body")


def _bound(size: int, most: int) -> None:
    if size > most:
        raise Refusal(413, f"The request has over {most:,} bytes. Send a smaller image.")


def _check(post: re.Match[str], body: bytearray) -> None:
    """Refuse what is no JSON object, or holds what Gradio would keep, open or stumble over."""
    most_values = MOST_VALUES_FOR_A_TOOL if post["params"] else MOST_VALUES
    bounds = ((VALUE_MARKS, most_values), (LIST_MARKS, MOST_LISTS), (QUOTE_MARKS, MOST_QUOTES))
    for marks, most in bounds:
        if len(body) - len(body.translate(None, marks)) > most:
            raise Refusal(400, f"The request has over {most:,} values. Send a PNG in base64.")
    try:
        asked = json.loads(body.decode(), object_hook=_no_file, parse_constant=_no_number)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise Refusal(400, "The request must be a JSON object.")
    for name, value in asked.items():
        if name != post.lastgroup and not _is_short(value) or not _is_short(name):
            message = f"must be a number, or text of 1 to {LONGEST_TEXT} characters."
            raise Refusal(400, f"{name[:LONGEST_TEXT]} {message}")
    if post["data"] == "component_server":
        _bound(0 if asked.get("fn_name") in READERS else len(body), SMALL_BODY)
    elif post["params"]:
        call = asked.get("params")
        is_call = isinstance(call, dict) and "arguments" in call and _is_short(call.get("name"))
        _bound(0 if is_call else len(body), SMALL_BODY)
    elif post["image"] and asked.keys() != {"image"}:
        raise Refusal(400, "Send image, and nothing beside it.")
    elif post["data"] and not (isinstance(asked.get("data"), list) and len(asked["data"]) == 1):
        raise Refusal(400, "data must be a list that holds one image.")


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= LONGEST_TEXT
    return value is None or (isinstance(value, int | float) and abs(value) < 2**53)


def _no_file(asked: dict[str, Any]) -> dict[str, Any]:
    """Refuse an object that names a file or an address, which Gradio would fetch."""
    if "path" in asked or "url" in asked:
        raise Refusal(400, "This app opens no files. Send the image itself, in base64.")
    return asked


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
