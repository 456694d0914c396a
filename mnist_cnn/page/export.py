"""The page as a folder of files that any web server serves: ``python -m mnist_cnn.static OUT``.

The layout, the components and what they are given are the app's own, taken from its
``gr.Blocks``; what the browser cannot compute itself is computed here. All but ``index.html``,
the service worker and the ``README.md`` lie in folders named by what is in them.
"""

import argparse
import base64
import json
import re
import sys
import tempfile
from functools import partial
from html import escape
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import gradio as gr

from mnist_cnn import MODEL_PATH, ModelError
from mnist_cnn.data import N_CLASSES
from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.document import describe_page, without_script
from mnist_cnn.page.files import HERE, Files, read_files
from mnist_cnn.page.forms import describe_forms
from mnist_cnn.page.gallery import Exhibit, Gallery, GalleryError, judge_test_set
from mnist_cnn.page.icon import draw_icon
from mnist_cnn.page.layout import build_page
from mnist_cnn.page.testset import MOST_IN_CELL, N_MISTAKES, as_json
from mnist_cnn.page.texts import read_texts
from mnist_cnn.page.theme import PAPER, paper_theme
from mnist_cnn.recognize import Recognizer
from mnist_cnn.weights import WeightsFile

STATIC = HERE / "static"
# Tabs that need Python.
LEFT_OUT = ("photo", "program")
SCRIPTS_LEFT_OUT = ("page/photo.js", "page/stages.js", "page/program.js")
N_SHIPPED = 1000
# What a folder holds that this module wrote.
WRITTEN = {"README.md", "files", "index.html", "worker.js"}
MARKER = "// Written by python -m mnist_cnn.static."
# No other address is asked, and no text is run as a script. The shades of the confusion matrix
# are styles in the document.
POLICY = (
    "default-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'"
)
IMPORTED = re.compile(r'^import [^;]*?"(\.[^"]+)";$', re.MULTILINE)
ICONS = {"icon-192.png": (192, True), "icon-512.png": (512, True), "icon-full.png": (512, False)}


class ExportError(Exception):
    """Nothing was written; the message says why and what to do."""


def main(argv: list[str] | None = None) -> int:
    """Export the page; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m mnist_cnn.static", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder to write")
    parser.add_argument("--model", type=Path, default=MODEL_PATH, help="a .keras or .h5 file")
    args = parser.parse_args(argv)
    try:
        refuse_foreign(args.out)
        contents = export(args.model)
        replace_folder(args.out, contents)
    except (ExportError, GalleryError, ModelError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(map(len, contents.values())) / 1e6
    print(f"{args.out}: {len(contents)} files, {size:.2f} MB. Any web server can serve it.")
    return 0


def export(model: Path = MODEL_PATH) -> dict[str, bytes]:
    """Make all files of the page, for a model and the metrics beside it.

    Returns:
        Contents by path in the folder.

    Raises:
        ModelError: when the model cannot be used, or no browser can compute it.
        GalleryError: when there are no test images.
    """
    recognizer = Recognizer(model)
    weights = recognizer.loaded.weights
    if weights is None:
        raise ModelError(f"A browser cannot compute {model}. Make one with: python train.py")
    page = build_page(recognizer, model.resolve().parent)
    files = make_files(page, recognizer, weights)
    index = write_index(page, files)
    contents = {f"{files.folder}/{name}": content for name, content in files.contents.items()}
    contents |= {f"files/weights/{weights.digest}": weights.content, "index.html": index.encode()}
    worker = write_worker(contents, files.folder)
    return contents | {"worker.js": worker.encode(), "README.md": write_readme().encode()}


# ---- the folder


def refuse_foreign(out: Path) -> None:
    """Refuse to replace what is no folder that this module wrote.

    Raises:
        ExportError: when ``out`` exists and is anything else, but for an empty folder.
    """
    if not out.exists() and not out.is_symlink():
        return
    if out.is_dir() and not out.is_symlink():
        names = {path.name for path in out.iterdir()}
        worker = out / "worker.js"
        is_ours = worker.is_file() and worker.read_text("utf-8", "replace").startswith(MARKER)
        if not names or (names <= WRITTEN and is_ours):
            return
    raise ExportError(f"{out} is not a folder that this command wrote. Name another one.")


def replace_folder(out: Path, contents: dict[str, bytes]) -> None:
    """Write a folder whole or not at all, in the place of one that this module wrote."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".saving-") as place:
        made, old = Path(place) / "made", Path(place) / "old"
        for name, content in contents.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if out.exists():
            out.rename(old)
        try:
            made.rename(out)
        except OSError:
            if old.exists():
                old.rename(out)
            raise


# ---- the files


def make_files(page: gr.Blocks, recognizer: Recognizer, weights: WeightsFile) -> Files:
    """Put together the scripts, components, style, texts, data and icons of the page."""
    contents = read_files().contents
    kept = {name: content for name, content in contents.items() if name not in SCRIPTS_LEFT_OUT}
    kept.pop("page/preview.png", None)
    for name in ("start.js", "answers.js"):
        kept[f"page/static/{name}"] = (STATIC / name).read_bytes()
    for component in components(shown(page)):
        # The one thing that the app's pad asks of the server: which weights are in use.
        given = {"weights": weights.digest} if component.component == "sketchpad" else {}
        name = f"components/{component.component}.js"
        kept[name] = write_component(component, given, kept).encode()
    kept["page/language.js"] = write_language().encode()
    kept["page/style.css"] = write_style(kept).encode()
    kept |= {f"icons/{name}": draw_icon(*kind) for name, kind in ICONS.items()}
    kept["app.json"] = _json(describe_app())
    judged, images = describe_testset(Gallery(partial(judge_test_set, recognizer)))
    return Files(
        kept
        | {
            "data/testset.json": _json(judged),
            "data/testset.bin": images,
            "data/forms.json": _json(describe_forms()),
        }
    )


def write_component(
    component: FileComponent, given: dict[str, Any], files: dict[str, bytes]
) -> str:
    """Write a module of a component: ``template`` of ``props``, both beside its script ``run``.

    A template is what Gradio evaluates it as, a template literal in which the properties are
    names; as a module it needs no evaluation, which the page's policy forbids.
    """
    name = component.component
    props = {"value": component.value, **component.props, **given}
    script = f"page/{name}.js"
    lines = [f'import run from "../{script}";', "export { run };"] if script in files else []
    return "\n".join(
        [
            *lines,
            f"export const props = {json.dumps(props, ensure_ascii=False)};",
            f"export const template = ({{ {', '.join(props)} }}) => `{component.html_template}`;",
            "",
        ]
    )


def write_language() -> str:
    """Write the script that runs first: where the files are, the texts, language and theme.

    A text ``static.KEY`` takes the place of ``KEY``, where the page without a server says
    another thing.
    """
    texts = {
        language: {
            **said,
            **{k.removeprefix("static."): v for k, v in said.items() if k.startswith("static.")},
        }
        for language, said in read_texts().items()
    }
    return "\n".join(
        [
            'window.FILES = new URL("../", document.currentScript.src).href;',
            f"window.TEXTS = {json.dumps(texts, ensure_ascii=False)};",
            (HERE / "language.js").read_text("utf-8"),
            (STATIC / "dark.js").read_text("utf-8"),
        ]
    )


def write_style(files: dict[str, bytes]) -> str:
    """Write the theme's variables that are used, what else Gradio gives, and the page's style."""
    own = (STATIC / "static.css").read_text("utf-8") + files["page/style.css"].decode()
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", paper_theme()._get_theme_css())
    defined = [(head.strip(), re.findall(r"(--[\w-]+): ([^;]*);", body)) for head, body in rules]
    used, seen = set(re.findall(r"--[\w-]+", own)), 0
    while len(used) > seen:
        seen = len(used)
        values = (value for _, pairs in defined for name, value in pairs if name in used)
        used |= {name for value in values for name in re.findall(r"--[\w-]+", value)}
    theme = [
        f"{head} {{ {' '.join(f'{name}: {value};' for name, value in pairs if name in used)} }}"
        for head, pairs in defined
    ]
    return "\n".join([*theme, own])


def describe_testset(gallery: Gallery) -> tuple[dict[str, Any], bytes]:
    """Judge the test images.

    Returns:
        What ``answers.js`` reads, places standing for exhibits: a thousand random ones, then
        those that are shown besides; and the grey bytes of their images, 784 each.
    """
    samples = gallery.samples(N_SHIPPED, seed=0)
    exhibits: dict[int, Exhibit] = {exhibit.index: exhibit for exhibit in samples}
    digits = range(N_CLASSES)
    cells = [[gallery.cell(truth, d, MOST_IN_CELL) for d in digits] for truth in digits]
    mistakes = gallery.mistakes(N_MISTAKES)
    for shown in (mistakes, *(cell for row in cells for cell in row)):
        exhibits |= {exhibit.index: exhibit for exhibit in shown if exhibit.index not in exhibits}
    places = {index: place for place, index in enumerate(exhibits)}
    described = [as_json(exhibit) for exhibit in exhibits.values()]
    images = b"".join(base64.b64decode(exhibit.pop("image")) for exhibit in described)
    judged = {
        "matrix": gallery.confusion_matrix.tolist(),
        "samples": len(samples),
        "mistakes": [places[exhibit.index] for exhibit in mistakes],
        "cells": [[[places[exhibit.index] for exhibit in cell] for cell in row] for row in cells],
        "exhibits": described,
    }
    return judged, images


def describe_app() -> dict[str, Any]:
    """Describe the page to a device that it is to be installed on."""
    _, description = describe_page()
    return {
        "name": read_texts()["en"]["title"],
        "description": description,
        # From files/DIGEST/ to the page.
        "start_url": "../../",
        "scope": "../../",
        "display": "standalone",
        "background_color": PAPER[0],
        "theme_color": PAPER[0],
        "icons": [
            {
                "src": f"icons/{name}",
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": "any" if is_round else "maskable",
            }
            for name, (side, is_round) in ICONS.items()
        ],
    }


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


# ---- the document


def shown(block: Any) -> list[Any]:
    """Return what lies directly in a part of the page, without the tabs that are left out."""
    children = getattr(block, "children", [])
    return [child for child in children if getattr(child, "id", None) not in LEFT_OUT]


def components(blocks: list[Any]) -> list[FileComponent]:
    """Return all components in these parts of the page, in their order."""
    return [
        found
        for block in blocks
        for found in ([block] if isinstance(block, FileComponent) else components(shown(block)))
    ]


def write_index(page: gr.Blocks, files: Files) -> str:
    """Write the document: a place for each component, laid out as in the app."""
    folder, english = files.folder, read_texts()["en"]
    first = [f"components/{one.component}.js" for one in components(_seen_first(page))]
    start, tabs = "page/static/start.js", "page/tabs.js"
    title, description = english["title"], describe_page()[1]
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f'<meta name="description" content="{escape(description)}">',
        f'<meta name="theme-color" content="{PAPER[0]}" media="(prefers-color-scheme: light)">',
        f'<meta name="theme-color" content="{PAPER[-1]}" media="(prefers-color-scheme: dark)">',
        f'<link rel="stylesheet" href="{folder}/page/style.css">',
        # All waits for it, though it stands in the body: ahead of the modules.
        f'<link rel="preload" as="script" href="{folder}/page/language.js">',
        f'<link rel="icon" type="image/svg+xml" href="{folder}/page/icon.svg">',
        f'<link rel="apple-touch-icon" href="{folder}/icons/icon-full.png">',
        f'<link rel="manifest" href="{folder}/app.json">',
        *(
            f'<link rel="modulepreload" href="{folder}/{name}">'
            for name in imported([start, *first, tabs], files.contents)
        ),
    ]
    body = [
        f'<script src="{folder}/page/language.js"></script>',
        without_script(),
        '<div class="gradio-container"><main class="app"><div class="column">',
        *(_lay_out(block, english) for block in shown(page)),
        f"<footer>{escape(english['static.note'])}</footer>",
        "</div></main></div>",
        *(f'<script type="module" src="{folder}/{name}"></script>' for name in (start, tabs)),
    ]
    parts = ["<!doctype html>", '<html lang="en">', "<head>", *head, "</head>", "<body>", *body]
    return "\n".join([*parts, "</body>", "</html>", ""])


def _seen_first(page: gr.Blocks) -> list[Any]:
    """Return the parts of the page that a visit begins with: of tabs, the first."""
    return [shown(block)[0] if isinstance(block, gr.Tabs) else block for block in shown(page)]


def _lay_out(block: Any, english: dict[str, str]) -> str:
    """Write a part of the page as HTML."""
    if isinstance(block, FileComponent):
        classes = " ".join(block.elem_classes)
        name = block.component
        return f'<div id="{block.elem_id}" class="{classes}" data-component="{name}"></div>'
    inside = "\n".join(_lay_out(child, english) for child in shown(block))
    if isinstance(block, gr.Row):
        return f'<div class="row {" ".join(block.elem_classes)}">\n{inside}\n</div>'
    if isinstance(block, gr.Column):
        return f'<div class="column">\n{inside}\n</div>'
    if isinstance(block, gr.Tabs):
        return f"{_lay_out_tabs(shown(block))}\n{inside}"
    is_first = block is shown(block.parent)[0]
    return (
        f'<div id="panel-{block.id}" role="tabpanel" aria-labelledby="tab-{block.id}"'
        f"{'' if is_first else ' hidden'}>\n{inside}\n</div>"
    )


def _lay_out_tabs(tabs: list[gr.Tab]) -> str:
    buttons = "".join(
        f'<button type="button" role="tab" id="tab-{tab.id}" data-tab-id="{tab.id}" '
        f'aria-controls="panel-{tab.id}" aria-selected="{str(tab is tabs[0]).lower()}" '
        f'tabindex="{0 if tab is tabs[0] else -1}">{escape(tab.label)}</button>'
        for tab in tabs
    )
    return (
        '<div class="tab-wrapper"><div class="tab-container" role="tablist" '
        f'data-label="static.tabs">{buttons}</div></div>'
    )


def imported(names: list[str], files: dict[str, bytes]) -> list[str]:
    """Return scripts and all that they import, each followed by its own.

    They are fetched in this order, a few at a time: the pad's are here before those below it.
    """
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            paths = IMPORTED.findall(files[name].decode())
            waiting = [normpath(join(dirname(name), path)) for path in paths] + waiting
    return list(found)


def write_worker(contents: dict[str, bytes], folder: str) -> str:
    """Write the service worker, which keeps the page and these files of its version."""
    version = Files(contents).digest
    files = json.dumps([name for name in contents if name != "index.html"])
    head = f'{MARKER}\nconst VERSION = "{version}";\nconst FOLDER = "{folder}";\n'
    return f"{head}const FILES = {files};\n\n" + (STATIC / "worker.js").read_text("utf-8")


def write_readme() -> str:
    """Write the configuration of a static Space, out of that of the Space with Gradio."""
    readme = (MODEL_PATH.parent.parent / "README.md").read_text("utf-8")
    _, header, _ = readme.split("---\n", 2)
    of_gradio = re.compile(r"(sdk_version|python_version|app_file): |  - mcp-server$")
    lines = [line for line in header.splitlines() if not of_gradio.match(line)]
    static = ["sdk: static" if line.startswith("sdk: ") else line for line in lines]
    _, description = describe_page()
    return "\n".join(["---", *static, "---", "", description, ""])
