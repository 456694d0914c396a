"""Files that are sent compressed, kept as they were sent: compressing one takes up to 30 ms."""

import asyncio

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_cnn.page.guard import FILES

# Gradio's middleware compresses these, and takes the first coding that a browser has.
ENDINGS, CODINGS = (".js", ".css", ".svg"), ("br", "gzip")
# All files that there are take less; where names may be written in any case, one has many.
MOST_BYTES = 32_000_000


class Packed:
    """ASGI middleware that has each file made and compressed once, and one at a time."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``, which compresses."""
        self._app = app
        self._making = asyncio.Lock()
        self._kept: dict[tuple[str, str], Response] = {}
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with what is kept, or let the app answer."""
        coding = _coding(scope) if scope["type"] == "http" else None
        if coding is None:
            await self._app(scope, receive, send)
            return
        key = scope["path"], coding
        response = self._kept.get(key)
        if response is None:
            async with self._making:
                response = self._kept.get(key) or await self._make(key, scope, receive)
        await response(scope, receive, send)

    async def _make(self, key: tuple[str, str], scope: Scope, receive: Receive) -> Response:
        # Whole, whatever part is asked for.
        plain = {**scope, "headers": [(b"accept-encoding", key[1].encode())]}
        response = await fetch(self._app, plain, receive)
        headers, size = response.headers, self._bytes + len(response.body)
        lasts = response.status_code == 200 and headers.get("cache-control") != "no-store"
        if lasts and "content-encoding" in headers and size <= MOST_BYTES:
            self._kept[key], self._bytes = response, size
        return response


def _coding(scope: Scope) -> str | None:
    """Return how a file is to be compressed, or None when it is none or is not to be."""
    path = scope["path"]
    if scope["method"] != "GET" or not path.endswith(ENDINGS) or not FILES.fullmatch(path):
        return None
    accepted = Headers(scope=scope).get("accept-encoding", "")
    return next((coding for coding in CODINGS if coding in accepted), None)


async def fetch(app: ASGIApp, scope: Scope, receive: Receive) -> Response:
    """Let an app answer; return the whole of it."""
    status, headers, body = 500, {}, bytearray()

    async def collect(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], dict(Headers(raw=message["headers"]))
        body.extend(message.get("body", b""))

    await app(scope, receive, collect)
    return Response(bytes(body), status, headers)
