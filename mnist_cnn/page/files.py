"""What the page loads besides Gradio's own: scripts, one style, texts, icon; named by content.

Under a name that holds the digest of all of them, so that a browser keeps them for good and
never mixes those of two versions.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn import MODEL_PATH
from mnist_cnn.page.texts import read_texts

HERE = Path(__file__).resolve().parent
FOLDERS = (HERE, HERE.parent / "browser")
KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
# Those that a first visit runs: fetched beside Gradio's own and not one after the other.
FIRST = (
    "page/sketchpad.js",
    "page/answer.js",
    "page/correct.js",
    "page/examples.js",
    "page/inside.js",
    "page/weights.js",
    "browser/bring.js",
)
# What a link to the page shows in a chat.
PREVIEW = MODEL_PATH.parent / "screenshot.png"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Files:
    """Contents by name, as ``page/sketchpad.js``."""

    contents: dict[str, bytes]

    @cached_property
    def digest(self) -> str:
        """What tells them from those of another version."""
        digest = hashlib.sha256()
        for name, content in sorted(self.contents.items()):
            digest.update(f"{name} {len(content)} ".encode() + content)
        return digest.hexdigest()[:16]

    @property
    def folder(self) -> str:
        """Where they are served, relative to the page."""
        return f"files/{self.digest}"

    def route(self) -> Route:
        """Serve them; an older page is given those of today, to be asked for again."""
        digest = self.digest

        def serve(request: Request) -> Response:
            name = request.path_params["name"]
            if name not in self.contents:
                return Response("There is no such file.", 404)
            current = request.path_params["digest"] == digest
            headers = {"Cache-Control": FOR_EVER if current else "no-store"}
            return Response(self.contents[name], 200, headers, KINDS[Path(name).suffix])

        return Route("/files/{digest}/{name:path}", serve)


def read_files() -> Files:
    """Read all scripts, and put together the style and the texts."""
    scripts = {
        f"{folder.name}/{path.name}": path.read_bytes()
        for folder in FOLDERS
        for path in sorted(folder.glob("*.js"))
    }
    texts = json.dumps(read_texts(), ensure_ascii=False)
    language = f"window.TEXTS = {texts};\n".encode() + scripts["page/language.js"]
    pictures = {"page/icon.svg": HERE / "icon.svg", "page/preview.png": PREVIEW}
    return Files(
        scripts
        | {"page/language.js": language, "page/style.css": style().encode()}
        | {name: path.read_bytes() for name, path in pictures.items() if path.is_file()}
    )


def style() -> str:
    """Put the page's style together: each component's applies within the component alone."""
    # The class twice: Gradio's own for buttons weigh as much as two.
    parts = [(HERE / "page.css").read_text("utf-8")]
    for path in sorted(HERE.glob("*.css")):
        if path.stem != "page":
            component = f".{path.stem}-component" * 2
            parts.append(f"{component} {{\n{path.read_text('utf-8')}\n}}")
    return "\n".join(parts)
