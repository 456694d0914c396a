"""The page's document: Gradio's, with a head of our own in it, made once for each address."""

import json
import re
from html import escape

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_cnn.page.files import FIRST, Files
from mnist_cnn.page.packed import fetch
from mnist_cnn.page.texts import read_texts

# What Gradio makes the page's address of; each address has a document of its own.
ADDRESS = (b"host", b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server")
MOST_KEPT = 8
PREVIEW_SIZE = (1280, 800)


class Document:
    """ASGI middleware that answers for the page itself, and passes on all else."""

    def __init__(self, app: ASGIApp, files: Files) -> None:
        """Stand before Gradio's app; ``files`` are those that the page loads."""
        self._app = app
        self._files = files
        self._kept: dict[tuple[object, ...], str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the document, or let the app answer."""
        if (
            scope["type"] != "http"
            or scope["path"] != "/"
            or scope["method"] not in ("GET", "HEAD")
        ):
            await self._app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name in ADDRESS]
        address = (scope["scheme"], scope.get("root_path"), *sorted(headers))
        if address not in self._kept:
            plain = {**scope, "method": "GET", "query_string": b"", "headers": headers}
            made = await fetch(self._app, plain, receive)
            if made.status_code != 200:
                await made(scope, receive, send)
                return
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[address] = complete(bytes(made.body).decode(), self._files)
        # A new version names other files: the document is asked for anew, they are not.
        response = HTMLResponse(self._kept[address], headers={"Cache-Control": "no-cache"})
        await response(scope, receive, send)


def complete(document: str, files: Files) -> str:
    """Replace what Gradio's document says of itself by what is true of this page."""
    found = re.search(r'const root = ("[^"]*");', document)
    root = json.loads(found[1]) if found else ""
    bare = re.sub(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*', "", document)
    headed = bare.replace("</head>", f"{_head(files, root)}</head>", 1)
    return re.sub(r"(<body[^>]*>)", rf"\1{without_script()}", headed, count=1)


def _head(files: Files, root: str) -> str:
    title, description = describe_page()
    about = {
        "og:title": title,
        "og:description": description,
        "og:type": "website",
        "og:url": f"{root}/",
        "og:image": f"{root}/{files.folder}/page/preview.png",
        "og:image:width": str(PREVIEW_SIZE[0]),
        "og:image:height": str(PREVIEW_SIZE[1]),
    }
    folder = files.folder
    lines = [
        f"<title>{escape(read_texts()['en']['title'])}</title>",
        f'<meta name="description" content="{escape(description)}">',
        *(f'<meta property="{name}" content="{escape(text)}">' for name, text in about.items()),
        '<meta name="twitter:card" content="summary_large_image">',
        f'<link rel="icon" type="image/svg+xml" href="{folder}/page/icon.svg">',
        f'<link rel="stylesheet" href="{folder}/page/style.css">',
        f'<script>window.FILES = new URL("{folder}/", document.baseURI).href;</script>',
        f'<script src="{folder}/page/language.js"></script>',
        *(f'<link rel="modulepreload" href="{folder}/{name}">' for name in FIRST),
        f'<script type="module" src="{folder}/page/tabs.js"></script>',
    ]
    return "\n".join(lines) + "\n"


def describe_page() -> tuple[str, str]:
    """Return the page's title and description for those who link to it, in all languages."""
    texts = read_texts().values()
    title, description = ([text[key] for text in texts] for key in ("title", "lead"))
    return " · ".join(title), " ".join(description)


def without_script() -> str:
    """Write what is shown where JavaScript is switched off."""
    texts = read_texts()
    said = (f'<p lang="{name}">{escape(text["noscript"])}</p>' for name, text in texts.items())
    return f'<noscript><div style="padding: 24px">{"".join(said)}</div></noscript>'
