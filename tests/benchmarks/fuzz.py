"""Strangers against the real app for minutes: what they are answered, leak, cost and leave.

Run by hand: ``python tests/benchmarks/fuzz.py [--minutes 10] [--seed 0]``. First come requests
made to cost more than they should, while somebody draws: each drawing is answered, within half
a second of its time in quiet, and memory stays within 200 MB. Then come random requests, of which
the test suite sends 3,000; a seven is drawn between them and must be read. Ends with status 1 at
the first answer that is wrong, having printed the request.
"""

import argparse
import json
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from browser import OUTPUT, running_app
from machine import machine, resident_megabytes
from strangers import (
    RUN,
    SECRETS,
    SERVER,
    as_bytes,
    burdened_images,
    component_ids,
    encoded,
    endless_images,
    jpeg_of_many_scans,
    random_requests,
    seven,
)

CLIENTS = 4
HONEST = {200, 202, 204, 307, 500, *range(400, 423)}


def ask(address: str, requests: Iterator[dict[str, object]], until: float) -> Counter[int]:
    """Send requests until the time is over; count the answers' statuses."""
    statuses: Counter[int] = Counter()
    good = {"data": [encoded(as_bytes(seven()))]}
    with httpx.Client(base_url=address, timeout=60) as client:
        for request in requests:
            if time.monotonic() > until:
                return statuses
            answer = client.request(**request)  # type: ignore[arg-type]
            statuses[answer.status_code] += 1
            leaked = [secret for secret in SECRETS if secret in answer.text]
            if answer.status_code not in HONEST or leaked:
                raise SystemExit(f"{answer.status_code} {leaked}: {answer.text[:500]}\n{request}")
            if statuses.total() % 500 == 0:
                read = client.post(RUN, json=good).json()["data"][0]["digit"]
                if read != 7:
                    raise SystemExit(f"a seven was read as {read}")
    return statuses


def large_script() -> str:
    """Return the path of Gradio's largest script but its plots."""
    assets = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    scripts = [script for script in assets.glob("*.js") if "Plot-" not in script.name]
    return f"/assets/{max(scripts, key=lambda script: script.stat().st_size).name}"


def costly_requests(ids: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    """Make requests that cost more than they should where nothing bounds them: name to some."""
    images = burdened_images() | endless_images() | {"scans": jpeg_of_many_scans(20)}
    sent = [encoded(image) for image in images.values()]
    sent += [encoded(image + bytes(900_000)) for image in burdened_images().values()]

    def post(url: str, **body: Any) -> dict[str, Any]:
        kind = {"Content-Type": "application/json"}
        return {
            "method": "POST",
            "url": url,
            "content": json.dumps(body, ensure_ascii=False).encode(),
            "headers": kind,
        }

    def read(name: str, function: str, image: Any) -> dict[str, Any]:
        question = {"component_id": ids[name], "fn_name": function, "session_hash": "stranger"}
        return post(SERVER, data=image, **question)

    rows = [[255 * (row % 7 == column % 5) for column in range(220)] for row in range(220)]
    texts = [["\u4e2d\u6587"] * 99_000]
    long = "9" * 1_000_000
    tool = {"name": "recognize", "arguments": {"image": [[0.5] * 99_000]}}
    call = post("/gradio_api/mcp/", jsonrpc="2.0", id=1, method="tools/call", params=tool)
    call["headers"] |= {"Accept": "application/json, text/event-stream"}
    return {
        "images as drawings": [read("sketchpad", "read", image) for image in sent],
        "images as photos": [read("photo", "read_photo", image) for image in sent],
        "images from programs": [post(RUN, data=[image]) for image in sent],
        "rows": [post(RUN, data=[rows], session_hash=f"rows {k}") for k in range(10)],
        "texts in rows": [post(RUN, data=texts, session_hash=f"texts {k}") for k in range(30)],
        **({"rows for a tool": [call] * 10} if find_spec("mcp") else {}),
        "misfits": [
            post(RUN, data=long),
            post(RUN, data=[""], fn_index=long),
            post(RUN, data=[""], event_data=[0] * 90_000),
            post(RUN, image=[long]),
            post("/gradio_api/cancel", session_hash=long),
            post("/gradio_api/reset", event_id=[long]),
            post("/gradio_api/queue/join", data=[long], fn_index=None),
            post("/gradio_api/call/v2/recognize", image=long),
            post(SERVER, data=[[]] * 40_000, fn_name="read", component_id=1, session_hash="a"),
        ],
        "scripts": [{"method": "GET", "url": large_script()}] * 2,
        "pages": [{"method": "GET", "url": url} for url in ("/", "/config", "/gradio_api/info")]
        * 8,
    }


def chat(address: str, said: list[bytes], seconds: float) -> None:
    """Say each thing on a connection of its own, stay for a while, and leave all open."""
    place = (urlsplit(address).hostname, urlsplit(address).port)
    lines = [socket.create_connection(place) for _ in said]
    for line, words in zip(lines, said, strict=True):
        with suppress(OSError):  # it may have been cut off
            line.sendall(words)
        time.sleep(0.002)  # so that drawings come and go in between
    time.sleep(seconds)
    for line in lines:
        line.close()


def head(method: str, path: str, *more: str) -> bytes:
    """Write what a request begins with."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *more, "", ""]).encode()


def slow_body(size: int) -> bytes:
    """Write a request but its last byte."""
    announced = ("Content-Type: application/json", f"Content-Length: {size}")
    return head("POST", RUN, *announced) + b"a" * (size - 1)


def cheap_talk() -> dict[str, tuple[list[bytes], float]]:
    """Return what costs little to say: name to what is said, and for how long one stays."""
    # As many as are taken at once, and smaller ones for the room that is left between them.
    slow = [
        slow_body(size)
        for size, n in ((98_000, 660), (8000, 20), (500, 200), (50, 20))
        for _ in range(n)
    ]
    return {
        "no HTTP": ([b"I am no HTTP\r\n\r\n", b""] * 250, 1),
        "many headers": ([head("GET", "/nothing", *["a:b"] * 12_000)] * 192, 1),
        "slow bodies": (slow, 8),
        "streams": ([head("GET", "/gradio_api/queue/data?session_hash=a")] * 500, 1),
    }


def send_at_once(address: str, requests: list[dict[str, Any]], people: int) -> None:
    """Have people send requests all at once, the same time and again; end if one fails."""
    limits = httpx.Limits(max_connections=people)
    with (
        httpx.Client(base_url=address, timeout=60, limits=limits) as client,
        ThreadPoolExecutor(people) as pool,
    ):
        turns = [
            (k + person) % len(requests) for person in range(people) for k in range(len(requests))
        ]
        sent = [pool.submit(client.request, **requests[turn]) for turn in turns]
        for answer in (future.result() for future in sent):
            if answer.status_code not in {*HONEST, 503}:
                raise SystemExit(f"{answer.status_code}: {answer.text[:500]}")


def slowest_drawing(address: str, doing: Callable[..., Any], *arguments: Any) -> tuple[float, int]:
    """Draw ten times a second while another process does something.

    Returns:
        The longest wait for an answer, and how many drawings were refused.
    """
    waits: list[float] = []
    refused = 0
    good = {"data": [encoded(as_bytes(seven()))]}
    with httpx.Client(base_url=address, timeout=60) as client, ProcessPoolExecutor(1) as others:
        doing_it = others.submit(doing, *arguments)
        while not doing_it.done() or len(waits) < 10:
            started = time.monotonic()
            answer = client.post(RUN, json=good)
            waits.append(time.monotonic() - started)
            if answer.status_code == 503:
                refused += 1
            elif answer.json()["data"][0]["digit"] != 7:
                raise SystemExit(f"a seven was answered: {answer.text[:500]}")
            time.sleep(max(0.0, 0.1 - waits[-1]))
        doing_it.result()
    return max(waits), refused


def check_costs(address: str, server: int, ids: dict[str, int]) -> bool:
    """Print what costly requests cost a drawing, and in memory; return whether it is little."""
    requests = costly_requests(ids)
    send_at_once(address, requests["images as drawings"], 1)
    (quiet, _), start = slowest_drawing(address, time.sleep, 3), resident_megabytes(server)
    print(f"slowest drawing in quiet: {quiet * 1000:.0f} ms, memory: {start:.0f} MB")
    people = {"images from programs": 8, "misfits": 30, "pages": 64, "scripts": 64}
    doings: dict[str, tuple[Any, ...]] = {
        name: (send_at_once, address, requests[name], people.get(name, 4)) for name in requests
    }
    doings |= {name: (chat, address, *talk) for name, talk in cheap_talk().items()}
    fine = True
    for name, doing in doings.items():
        wait, refused = slowest_drawing(address, *doing)
        grown = resident_megabytes(server) - start
        fine = fine and wait < quiet + 0.5 and grown < 200 and not refused
        print(
            f"{name:22s} slowest drawing {wait * 1000:5.0f} ms, {refused} refused, "
            f"memory {grown:+4.0f} MB",
            flush=True,
        )
    return fine


def main(argv: list[str] | None = None) -> None:
    """Send costly requests, then random ones from several clients, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    with running_app() as address, ThreadPoolExecutor(CLIENTS) as pool:
        server = int(Path("/proc/thread-self/children").read_text().split()[0])
        named = component_ids(httpx.Client(base_url=address))
        ids = list(named.values())
        good = {"data": [encoded(as_bytes(seven()))]}
        httpx.post(address + RUN, json=good, timeout=60)  # waits for the network
        fine = check_costs(address, server, named)
        ask(address, random_requests(1000, args.seed - 1, ids), time.monotonic() + 60)
        before, until = resident_megabytes(server), time.monotonic() + 60 * args.minutes
        seeds = range(args.seed, args.seed + CLIENTS)
        endless = [random_requests(10**9, seed, ids) for seed in seeds]
        counts = list(pool.map(lambda requests: ask(address, requests, until), endless))
        after = resident_megabytes(server)
    statuses = sorted(sum(counts, Counter()).items())
    log = (OUTPUT / "app.log").read_text().splitlines()
    print("status  answers")
    for status, count in statuses:
        print(f"{status:6d} {count:8,d}")
    print(f"memory: {before:.0f} MB after 1,000 requests, {after:.0f} MB at the end")
    print(f"log: {len(log)} lines, {sum('Traceback' in line for line in log)} tracebacks")
    print(machine())
    if not fine:
        raise SystemExit("Strangers cost too much: see above.")


if __name__ == "__main__":
    main()
