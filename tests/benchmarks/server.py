"""Many people drawing at once, over HTTP against the real app; and a handler that does nothing.

Run by hand: ``python tests/benchmarks/server.py [--seconds 8] [--drawings 20000]``. Everybody
draws on a connection of their own: as on the page, where the server is asked each time that the
pen rests, here once a second; or as where a page has no weights, ten updates a second at most,
one under way at a time. The same app serves, beside its own, an endpoint that returns at once,
as a Gradio event without a queue and as a server function.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]
from browser import drawings, painted
from machine import machine, resident_megabytes

import app
from mnist_cnn.page.component import FileComponent
from mnist_cnn.recognize import compute_in_one_thread

REST, PAUSE = 1.0, 0.1


class Load(NamedTuple):
    """What came of some seconds of drawing."""

    a_second: float
    median_ms: float
    p95_ms: float
    turned_away: int
    errors: int


def serve(ready: Any) -> None:
    """Serve the page, beside it what returns at once; tell the port and the components' ids."""

    def nothing(_: Any) -> None:
        return None

    compute_in_one_thread()
    page, recognizer = app.demo, app.recognizer
    with page:
        gr.api(nothing_event, api_name="nothing", queue=False)
        stub = FileComponent("stages", server_functions=[nothing], elem_id="stub")
    recognizer.loaded  # noqa: B018
    page.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    pad = next(c for c in page.blocks.values() if getattr(c, "elem_id", "") == "sketchpad")
    ready.send((page.server_port, pad._id, stub._id))
    page.block_thread()


def nothing_event(image: str) -> None:
    """Return at once."""


@cache
def growing_drawings() -> list[str]:
    """Return every drawing as it grows, point by point, as the pad sends it."""
    return [
        painted([*strokes[:k], stroke[:count]])
        for strokes in drawings().values()
        for k, stroke in enumerate(strokes)
        for count in range(2, len(stroke) + 1)
    ]


async def draw(
    port: int, path: str, bodies: list[bytes], until: float, pause: float, wait: float
) -> Any:
    """Draw as one person, after a wait; return the seconds each answer took, turned away, errors.

    Without that wait all would lift their pens in the same instant.
    """
    await asyncio.sleep(wait)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times: list[float] = []
    turned_away = errors = turn = 0
    while time.perf_counter() < until:
        body, turn = bodies[turn % len(bodies)], turn + 1
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        started = time.perf_counter()
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(answer.split(b"content-length: ")[1].split(b"\r\n")[0]))
        took = time.perf_counter() - started
        status = int(answer.split()[1])
        times += [took] if status == 200 else []
        turned_away += status == 503
        errors += status not in (200, 503)
        await asyncio.sleep(max(0, pause - took))
    writer.close()
    return times, turned_away, errors


async def load(
    port: int, path: str, ask: Callable[[str, int], Any], people: int, seconds: float, pause: float
) -> Load:
    """Have people draw for some seconds."""
    pictures = growing_drawings()
    until = time.perf_counter() + seconds
    tasks = []
    for person in range(people):
        mine = pictures[person * 7 % len(pictures) :][:40]
        bodies = [json.dumps(ask(picture, person)).encode() for picture in mine]
        tasks.append(draw(port, path, bodies, until, pause, pause * person / people))
    done = await asyncio.gather(*tasks)
    times = sorted(t for mine, _, _ in done for t in mine)
    at = lambda share: times[int(share * (len(times) - 1))] * 1000  # noqa: E731
    counts = [sum(d[k] for d in done) for k in (1, 2)]
    return Load(len(times) / seconds, at(0.5), at(0.95), *counts)


def main(argv: list[str] | None = None) -> None:
    """Load the server and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--drawings", type=int, default=20_000)
    args = parser.parse_args(argv)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port, pad, stub = here.recv()
    server_function = "/gradio_api/component_server"

    def call(component: int, name: str) -> Callable[[str, int], Any]:
        return lambda drawing, person: {
            "data": drawing,
            "component_id": component,
            "fn_name": name,
            "session_hash": f"person{person}",
        }

    contestants: dict[str, tuple[str, Callable[[str, int], Any]]] = {
        "a drawing is read": (server_function, call(pad, "read")),
        # With a session, as a browser: without one Gradio makes a new one for every call.
        "nothing, as an event": (
            "/gradio_api/run/nothing",
            lambda image, person: {"data": [image], "session_hash": f"person{person}"},
        ),
        "nothing, as a function": (server_function, call(stub, "nothing")),
    }
    print("people  pace                                 calls/s  median ms  p95 ms  503  errors")
    paces = {REST: "once a second", PAUSE: "10 a second", 0: "flat out"}
    crowds = ((50, REST), (100, REST), (1, PAUSE), (10, PAUSE), (50, PAUSE), (50, 0), (150, PAUSE))
    for people, pause in crowds:
        for name, (path, ask) in contestants.items():
            got = asyncio.run(load(port, path, ask, people, args.seconds, pause))
            print(
                f"{people:6d}  {paces[pause]:13s} {name:22s} {got.a_second:7.1f} "
                f"{got.median_ms:10.1f} {got.p95_ms:7.1f} {got.turned_away:4d} {got.errors:7d}",
                flush=True,
            )
    path, ask = contestants["a drawing is read"]
    done, marks = 0.0, {}
    for goal in (args.drawings // 10, args.drawings):
        while done < goal:
            done += asyncio.run(load(port, path, ask, 20, 2, 0)).a_second * 2
        marks[int(done)] = resident_megabytes(server.pid or 0)
    print("memory:", ", ".join(f"{mb:.0f} MB after {n:,} drawings" for n, mb in marks.items()))
    print(machine())
    server.kill()


if __name__ == "__main__":
    main()
