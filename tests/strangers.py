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
FUNCTIONS = ("read", "read_photo", "overview", "samples", "cell", "figure", "__init__", "_id")


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


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """Write one chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def segment(marker: int, data: bytes = b"") -> bytes:
    """Write one segment of a JPEG."""
    return struct.pack(">HH", marker, len(data) + 2) + data


def png_with(*chunks: bytes) -> bytes:
    """Draw a 7 as a PNG that has more chunks after its header."""
    whole = as_bytes(seven())
    return whole[:33] + b"".join(chunks) + whole[33:]


def jpeg_with(*segments: bytes) -> bytes:
    """Draw a 7 as a JPEG that has more segments at its beginning."""
    whole = as_bytes(seven(), "JPEG")
    return whole[:2] + b"".join(segments) + whole[2:]


def tags_of_the_same_bytes(count: int, size: int) -> bytes:
    """Write a TIFF directory whose tags all point at the same bytes: EXIF, and MPF too."""
    entries = b"".join(struct.pack("<HHII", 0x9000 + k % 4096, 7, size, 8) for k in range(count))
    return b"II*\0" + struct.pack("<IH", 8, count) + entries + bytes(4)


def mpf_of_many_images(count: int) -> bytes:
    """Write the directory of a file of many images, which Pillow reads as TIFF too."""
    entries = struct.pack("<HHII", 0xB000, 7, 4, 0) + struct.pack("<HHII", 0xB001, 4, 1, count)
    tags = b"".join(struct.pack("<HHII", 0xC000 + k, 7, 20_000, 8) for k in range(count))
    return b"MPF\0II*\0" + struct.pack("<IH", 8, count + 2) + entries + tags + bytes(4)


def png_that_says(width: int, height: int) -> bytes:
    """Make a small PNG of a large image, all of one colour."""
    raw = zlib.compress(b"\0" + bytes((width + 7) // 8), 9)
    header = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), chunk(b"IDAT", raw), chunk(b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg_of_many_scans(count: int) -> bytes:
    """Make a progressive JPEG that has the decoder go over the whole image time and again."""
    whole = as_bytes(seven(side=1024), "JPEG", progressive=True)
    first = whole.index(b"\xff\xda")
    header = int.from_bytes(whole[first + 2 : first + 4], "big") + 2
    # A refinement of the coarsest coefficients in which nothing changes.
    scan = whole[first : first + header - 1] + b"\x01" + b"\0" * 4
    return whole[:-2] + scan * count + whole[-2:]


def burdened_images() -> dict[str, bytes]:
    """Return sevens in files that say too much of themselves: name to file."""
    exif = b"Exif\0\0" + tags_of_the_same_bytes(5000, 60_000)
    packed = zlib.compress(bytes(1_000_000), 9)
    return {
        "EXIF of 5,000 tags": jpeg_with(segment(0xFFE1, exif)),
        "EXIF of 20,000 tags": jpeg_with(*[segment(0xFFE1, exif)] * 4),
        "eXIf of 5,000 tags": png_with(chunk(b"eXIf", exif[6:])),
        "MPF": jpeg_with(segment(0xFFE2, mpf_of_many_images(2000))),
        "tiny EXIFs": jpeg_with(*[segment(0xFFE1, b"Exif\0\0")] * 150),
        "comments": jpeg_with(*[segment(0xFFFE)] * 150),
        "a profile as APP2": jpeg_with(*[segment(0xFFE2, b"ICC_PROFILE\0\1\1" + packed)] * 20),
        "iCCP": png_with(*[chunk(b"iCCP", b"a\0\0" + packed)] * 400),
        "zTXt": png_with(*[chunk(b"zTXt", b"a\0\0" + packed)] * 400),
        "iTXt": png_with(*[chunk(b"iTXt", b"a\0\1\0\0\0" + packed)] * 400),
        "empty chunks": png_with(*[chunk(b"aaAa")] * 900),
    }


def endless_images() -> dict[str, bytes]:
    """Return images in more parts than any has that came about honestly: name to file."""
    table = segment(0xFFDB, bytes([0, *range(1, 65)]) * 900)
    mpf = segment(0xFFE2, mpf_of_many_images(2000))
    scans = jpeg_of_many_scans(40_000)
    return {
        "80,000 empty chunks": png_with(*[chunk(b"aaAa")] * 80_000),
        "80,000 empty IDATs": png_with(*[chunk(b"IDAT")] * 80_000),
        "a long palette": png_with(chunk(b"PLTE", bytes(900_000))),
        "250,000 comments": jpeg_with(*[segment(0xFFFE)] * 250_000),
        "50,000 EXIFs": jpeg_with(*[segment(0xFFE1, b"Exif\0\0")] * 50_000),
        "a megabyte of padding": jpeg_with(b"\xff" * 1_000_000),
        "14,000 tables": jpeg_with(*[table] * 16),
        "JPEG of 40,000 scans": scans,
        "MPO of 40,000 scans": scans[:2] + mpf + scans[2:],
    }


def readable_images() -> dict[str, Any]:
    """Return sevens in every form that must be read: name to what is sent."""
    rotated = Image.Exif()
    rotated[0x0112] = 6  # turned by a quarter: viewers turn it back
    modes = {f"PNG {m}": as_bytes(seven(m)) for m in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")}
    files = modes | burdened_images()
    files |= {
        "JPEG CMYK": as_bytes(seven("CMYK"), "JPEG"),
        "JPEG rotated by EXIF": as_bytes(seven().rotate(90), "JPEG", exif=rotated),
        "animated PNG": as_bytes(seven(), save_all=True, append_images=[seven().rotate(90)]),
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
        "WebP": as_bytes(seven("RGB"), "WEBP"),
    }
    files |= endless_images()
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
