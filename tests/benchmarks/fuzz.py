"""Random requests against the real app for minutes: what they are answered, leak and leave.

Run by hand: ``python tests/benchmarks/fuzz.py [--minutes 10] [--seed 0]``. The test suite sends
3,000 of the same kind. Ends with status 1 at the first answer that is wrong, having printed the
request; a seven is drawn between them and must be read.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from browser import OUTPUT, running_app
from machine import machine, resident_megabytes
from strangers import RUN, SECRETS, as_bytes, component_ids, encoded, random_requests, seven

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


def main(argv: list[str] | None = None) -> None:
    """Send random requests from several clients and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    with running_app() as address, ThreadPoolExecutor(CLIENTS) as pool:
        server = int(Path("/proc/thread-self/children").read_text().split()[0])
        ids = list(component_ids(httpx.Client(base_url=address)).values())
        httpx.post(address + RUN, json={"data": [[[0]]]}, timeout=60)  # loads the network
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


if __name__ == "__main__":
    main()
