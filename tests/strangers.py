"""What strangers may send: damaged and hostile images, and requests made at random."""

import base64
import io
import json
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
from browser import ROOT
from PIL import Image, ImageDraw

RUN = "/gradio_api/run/recognize"
SERVER = "/gradio_api/component_server"
ROUTES = (RUN, SERVER, "/gradio_api/call/recognize", "/gradio_api/queue/join", "/gradio_api/api/0")
ROUTES += ("/gradio_api/call/v2/recognize", "/gradio_api/cancel", "/gradio_api/reset", "/login")
ROUTES += ("/gradio_api/upload", "/gradio_api/run/%2e%2e", "/gradio_api/mcp", "/", "/config")
FUNCTIONS = ("read", "look", "overview", "samples", "cell", "figure", "__init__", "_id", "value")


# What no answer may hold: files of the machine, and how the server is built.
SECRETS = ("root:", "Traceback", "site-packages", str(ROOT))


def component_ids(client: httpx.Client) -> dict[str, int]:
    """Ask an app for the numbers of its components that have a name."""
    components = client.get("/config").json()["components"]
    return {c["props"]["elem_id"]: c["id"] for c in components if c["props"].get("elem_id")}


def seven(mode: str = "L", side: int = 200) -> Image.Image:
    """Draw a 7, black on white."""
    image = Image.new("L", (side, side), 255)
    corners = [(0.25 * side, 0.2 * side), (0.75 * side, 0.2 * side), (0.45 * side, 0.85 * side)]
    ImageDraw.Draw(image).line(corners, fill=0, width=side // 14, joint="curve")
    if mode == "I;16":
        return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    return image.convert("RGB").quantize(4) if mode == "P" else image.convert(mode)


def as_bytes(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Write an image file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def encoded(content: bytes) -> str:
    """Write bytes as the page and programs send them."""
    return base64.b64encode(content).decode()


def png_that_says(width: int, height: int) -> bytes:
    """Make a small PNG of a large image, all of one colour."""
    raw = zlib.compress(b"\0" + bytes((width + 7) // 8), 9)
    header = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", raw), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def jpeg_of_many_scans(count: int) -> bytes:
    """Make a progressive JPEG that has the decoder go over the whole image time and again."""
    whole = as_bytes(seven(side=1024), "JPEG", progressive=True)
    first = whole.index(b"\xff\xda")
    header = int.from_bytes(whole[first + 2 : first + 4], "big") + 2
    # A refinement of the coarsest coefficients in which nothing changes.
    scan = whole[first : first + header - 1] + b"\x01" + b"\0" * 4
    return whole[:-2] + scan * count + whole[-2:]


def with_exif_of_a_gigabyte() -> bytes:
    """Make a PNG whose EXIF has 2,000 entries, all of them the same half a megabyte."""
    entry = struct.pack("<HHII", 0x0112, 3, 1, 6)
    entries = b"".join(struct.pack("<HHII", 0x9000 + k, 7, 500_000, 8) for k in range(2000))
    head = b"II*\0" + struct.pack("<IH", 8, 2001)
    exif = head + entry + entries + bytes(500_000)
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif
    whole = as_bytes(seven())
    return whole[:33] + chunk + struct.pack(">I", zlib.crc32(b"eXIf" + exif)) + whole[33:]


def readable_images() -> dict[str, Any]:
    """Return sevens in every form that must be read: name to what is sent."""
    rotated = Image.Exif()
    rotated[0x0112] = 6  # turned by a quarter: viewers turn it back
    modes = {f"PNG {m}": as_bytes(seven(m)) for m in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")}
    files = modes | {
        "JPEG CMYK": as_bytes(seven("CMYK"), "JPEG"),
        "JPEG rotated by EXIF": as_bytes(seven().rotate(90), "JPEG", exif=rotated),
        "WebP": as_bytes(seven("RGB"), "WEBP"),
        "animated PNG": as_bytes(seven(), save_all=True, append_images=[seven().rotate(90)]),
        "EXIF of a gigabyte": with_exif_of_a_gigabyte(),
        "1024 x 1024": as_bytes(seven(side=1024)),
    }
    rows = [list(seven().crop((0, row, 200, row + 1)).tobytes()) for row in range(200)]
    return {name: encoded(file) for name, file in files.items()} | {"rows": rows}


def unreadable_images() -> dict[str, Any]:
    """Return what must be refused: name to what is sent."""
    whole = as_bytes(seven())
    noise = bytearray(whole)
    for place in range(60, len(noise), 7):
        noise[place] ^= 0x55
    files = {
        "12000 x 12000": png_that_says(12_000, 12_000),
        "20000 x 20000": png_that_says(20_000, 20_000),
        "0 x 0": png_that_says(0, 0),
        "truncated": whole[: len(whole) // 2],
        "damaged": bytes(noise),
        "empty": b"",
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        "text named PNG": b"I am a text",
        "animated GIF": as_bytes(seven("P"), "GIF", save_all=True, append_images=[seven("P")]),
        "TIFF": as_bytes(seven(), "TIFF"),
        "PDF": as_bytes(seven(), "PDF"),
        "JPEG of 40,000 scans": jpeg_of_many_scans(40_000),
    }
    return {name: encoded(file) for name, file in files.items()} | {
        "nothing": None,
        "no base64": "§§§",
        "a path": "/etc/passwd",
        "an address": "http://127.0.0.1/",
        "a number": 7,
        "an object": {"image": "x"},
        "an empty list": [],
        "empty rows": [[], []],
        "uneven rows": [[1, 2], [3]],
        "fractions": [[0.5]],
        "1100 columns": [[0] * 1100],
    }


def random_requests(count: int, seed: int, component_ids: list[int]) -> Iterator[dict[str, Any]]:
    """Make requests at random: keyword arguments for ``httpx.Client.request``."""
    rng = random.Random(seed)
    good = json.dumps({"data": [encoded(as_bytes(seven()))]}).encode()
    for _ in range(count):
        method = rng.choice(["POST"] * 8 + ["GET", "PUT", "DELETE"])
        request: dict[str, Any] = {"method": method, "url": rng.choice(ROUTES)}
        body = _random_body(rng, component_ids)
        kind = rng.random()
        if kind < 0.1:
            body = good[: rng.randrange(len(good))]
        elif kind < 0.2:
            body = rng.randbytes(rng.randrange(300))
        if method != "GET":
            request["content"] = body
            request["headers"] = {"content-type": rng.choice(["application/json"] * 9 + ["a/b"])}
        yield request


def _random_body(rng: random.Random, component_ids: list[int]) -> bytes:
    body = {
        "data": _random_value(rng, 0),
        "component_id": rng.choice([*component_ids, _random_value(rng, 2)]),
        "fn_name": rng.choice([*FUNCTIONS, _random_value(rng, 2)]),
        "session_hash": rng.choice(["a", "b", None, _random_value(rng, 2)]),
        "fn_index": rng.choice([0, 0, 1, -1, None, _random_value(rng, 2)]),
        "event_data": _random_value(rng, 2),
        "trigger_id": rng.choice([None, 1, _random_value(rng, 2)]),
    }
    kept = {key: value for key, value in body.items() if rng.random() < 0.8}
    if rng.random() < 0.5:
        kept["data"] = [kept.get("data")]
    return json.dumps(kept).encode()


def _random_value(rng: random.Random, depth: int) -> Any:
    if depth < 3 and rng.random() < 0.4:
        values = [_random_value(rng, depth + 1) for _ in range(rng.randrange(4))]
        if rng.random() < 0.7:
            return values
        return {rng.choice(["path", "url", "meta", "image", "a", ""]): value for value in values}
    atoms = [None, True, 0, -1, 255, 10**30, 0.5, float("nan"), float("inf"), "", "x", "§" * 40]
    atoms += ["/etc/passwd", "../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1/", "\0"]
    atoms += ["data:image/png;base64,", "A" * rng.randrange(2000), encoded(as_bytes(seven()))]
    return rng.choice(atoms)
