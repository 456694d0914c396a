"""What stands between strangers and the app: bounds on what they send and on work under way.

Gradio reads a request whole, whatever its size, and offers routes that write files or fetch
addresses for whoever asks. The page needs neither, and this lets neither through.
"""

import asyncio
import json
import math
import re
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The largest honest request, a photo of 800 x 800 that is all noise, has 830,000. Gradio keeps
# the last thing that each session sent; so many times this many bytes must fit into memory.
LARGEST_BODY = 1_500_000
MOST_SESSIONS = 100
# Python makes up to 100 bytes of a value that takes three in JSON.
MOST_VALUES = 100_000
# All bodies that are being received or worked on; what one process of a small machine can hold.
MOST_BYTES = 64_000_000
# What is left for small bodies, as drawings are, when large ones take their time to arrive.
SMALL_BODY = 100_000
LEFT_FOR_SMALL = 16_000_000
# So many drawings are read in half a second, slower things wait in lines of their own.
MOST_UNDER_WAY = 100
# A body arrives within so many seconds.
PATIENCE = 20.0
LONGEST_NAME = 64
BUSY = "The server is busy. Try again in a second."

# Routes of Gradio that keep uploads, write files, fetch addresses or show its own workings.
CLOSED = re.compile(
    r"/(?:(?:upload|upload_progress|process_recording|deep_link|stream|file|monitoring|runs"
    r"|run-history|custom_component|vibe-\w+|undo-vibe-edit|vibe-starter-queries|dev|profiling)(?![\w-])"
    r"|file=|proxy=)"
)
# What stands before or after each value in JSON, and in no base64.
VALUE_MARKS = (b",", b":", b"[", b"{")
# Routes that call an endpoint by a list of what it takes.
CALL = re.compile(r"/(run|api|call|queue/join)(/(?!v2/)[^/]*)?/?$")


class Refusal(Exception):
    """A request is turned away, with an HTTP status and a message for whoever sent it."""

    def __init__(self, status: int, message: str) -> None:
        """Say why, and what to do."""
        super().__init__(message)
        self.status = status


class Guard:
    """ASGI middleware that answers what must not reach the app, and passes on the rest."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app
        self._bytes = 0
        self._under_way = 0
        self._failures = Failures()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = finished = False

        async def watched_send(message: Message) -> None:
            nonlocal started, finished
            started, finished = True, _ends(message)
            await send(message)

        try:
            await self._pass_on(scope, receive, watched_send)
        except Refusal as refusal:
            await _refuse(refusal, scope, receive, send)
        except Exception as error:
            # Without this every malformed request would leave a traceback in the log.
            (frame,) = traceback.extract_tb(error.__traceback__, limit=-1)
            place = f"{Path(frame.filename).name}:{frame.lineno}"
            self._failures.tell(f"{scope['method']} failed: {type(error).__name__} at {place}")
            if not started:
                message = "This request could not be answered. Check what was sent."
                await _refuse(Refusal(500, message), scope, receive, send)
            elif not finished:
                with suppress(Exception):  # the answer may have been promised longer
                    await send({"type": "http.response.body"})

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if CLOSED.search(scope["path"]):
            raise Refusal(404, "This app keeps no files and fetches no addresses.")
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        try:
            if await self._read(scope, receive, body):
                if self._under_way >= MOST_UNDER_WAY:
                    raise Refusal(503, BUSY)
                _check(scope["path"], body)
                await self._work(scope, _replay(bytes(body), receive), send)
        finally:
            self._bytes -= len(body)

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> bool:
        """Read a body, in time and within bounds; return whether it came whole."""
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        _bound(int(announced) if announced.isdigit() else 0)
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    chunk = message.get("body", b"")
                    _bound(len(body) + len(chunk))
                    is_small = len(body) + len(chunk) <= SMALL_BODY
                    room = MOST_BYTES if is_small else MOST_BYTES - LEFT_FOR_SMALL
                    if self._bytes + len(chunk) > room:
                        raise Refusal(503, BUSY)
                    body += chunk
                    self._bytes += len(chunk)
                    if not message.get("more_body"):
                        return True
        except TimeoutError:
            raise Refusal(408, f"The request took over {PATIENCE:.0f} s to arrive.") from None

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on: it is under way until its answer is made, not until it is read."""
        under_way = True

        async def freeing_send(message: Message) -> None:
            nonlocal under_way
            if under_way and _ends(message):
                under_way = False
                self._under_way -= 1
            await send(message)

        self._under_way += 1
        try:
            await self._app(scope, receive, freeing_send)
        finally:
            self._under_way -= under_way


class Failures:
    """Tells of failures in the log, one line a second at most: strangers can cause any number."""

    def __init__(self) -> None:
        """Tell of the first one at once."""
        self._told = -math.inf
        self._untold = 0

    def tell(self, line: str) -> None:
        """Print a line, and how many went unprinted since the last one."""
        now = time.monotonic()
        if now - self._told < 1:
            self._untold += 1
            return
        more = f" ({self._untold} more before)" if self._untold else ""
        print(line + more, file=sys.stderr, flush=True)
        self._told, self._untold = now, 0


def _ends(message: Message) -> bool:
    """Tell whether this is the last message of an answer."""
    return message["type"] == "http.response.body" and not message.get("more_body")


def _bound(size: int) -> None:
    if size > LARGEST_BODY:
        raise Refusal(413, f"The request has over {LARGEST_BODY:,} bytes. Send a smaller image.")


def _check(path: str, body: bytearray) -> None:
    """Refuse what is no JSON object, or holds what Gradio would keep, open or stumble over."""
    if not body:
        return
    if sum(map(body.count, VALUE_MARKS)) > MOST_VALUES:
        raise Refusal(400, f"The request has over {MOST_VALUES:,} values. Send a PNG in base64.")
    try:
        asked = json.loads(body, object_hook=_no_file, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refusal(400, "The request must be a JSON object.") from None
    if not isinstance(asked, dict):
        raise Refusal(400, "The request must be a JSON object.")
    session = asked.get("session_hash")
    # Gradio keeps one for every session, as a key.
    if session is not None and not (isinstance(session, str) and 0 < len(session) <= LONGEST_NAME):
        raise Refusal(400, f"session_hash must be text of 1 to {LONGEST_NAME} characters.")
    data = asked.get("data")
    if CALL.search(path) and not (isinstance(data, list) and len(data) == 1):
        raise Refusal(400, "data must be a list that holds one image.")


def _no_file(asked: dict[str, Any]) -> dict[str, Any]:
    """Refuse an object that names a file or an address, which Gradio would fetch."""
    if "path" in asked or "url" in asked:
        raise Refusal(400, "This app opens no files. Send the image itself, in base64.")
    return asked


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the app a body that has been read already, and after it what the client does."""
    replayed = False

    async def replay() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"Retry-After": "1"} if refusal.status == 503 else None
    response = JSONResponse({"error": str(refusal)}, refusal.status, headers)
    await response(scope, receive, send)
