"""What it costs the central system to take events: workers' batches into PostgreSQL, no broker.

    python -m tests.fleet.taking [--workers 1] [--events 20000] [--batch 50] [--spread 1]

Each worker is a process with gateways of its own, as a shared subscription spreads them; a
transaction takes a batch of each of `--spread` gateways. Prints one JSON object.
"""

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from resource import RUSAGE_SELF, getrusage

import psycopg

from simulators.central_address import open_books
from simulators.central_events import Delivered, events_of
from tests.simulators.postgres import cluster

_OTHERS = """SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()"""
DATA_BYTES = 600
"""Beside the envelope; a picked piece with its EPCIS event has about so much."""


def batch_of(gateway: str, first: int, count: int) -> list[Delivered]:
    """Events as they come over the wire, read as a worker reads them."""
    values = [
        {
            "gateway": gateway,
            "epoch": "e1",
            "seq": seq,
            "id": f"{gateway}-{seq}",
            "type": "pick.picked",
            "recorded_at": "2026-01-01T00:00:00.000000+00:00",
            "data": {"order_id": f"{gateway}-{seq // 4}", "text": "x" * DATA_BYTES},
        }
        for seq in range(first, first + count)
    ]
    return events_of(json.dumps(values).encode(), f"we1/site/{gateway}")


def take(address: str, worker: int, turns: int, batch: int, spread: int) -> float:
    """One worker's share; gives processor seconds."""
    books = open_books(address)
    before = getrusage(RUSAGE_SELF)
    for first in range(1, turns * batch + 1, batch):
        together: list[Delivered] = []
        for number in range(spread):
            together += batch_of(f"gate-{worker}-{number}", first, batch)
        books.take(together, first)
    used = getrusage(RUSAGE_SELF)
    books.close()
    return used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--spread", type=int, default=1)
    options = parser.parse_args()
    turns = max(1, options.events // (options.batch * options.spread))
    with cluster() as server, ProcessPoolExecutor(options.workers) as workers:
        address = server.database()
        open_books(address).close()
        began_s, server_s = time.monotonic(), server.cpu_s()
        parts = [
            workers.submit(take, address, number, turns, options.batch, options.spread)
            for number in range(options.workers)
        ]
        cpu_s = sum(part.result() for part in parts)
        spent_s = time.monotonic() - began_s
        with psycopg.connect(address, autocommit=True) as books:
            while books.execute(_OTHERS).fetchone() != (0,):
                time.sleep(0.05)
            time.sleep(1.0)  # a connection's processor time is known when its process is gone
            server_s = server.cpu_s() - server_s
            row = books.execute("SELECT pg_total_relation_size('events')").fetchone()
    events = turns * options.batch * options.spread * options.workers
    told = {
        "workers": options.workers,
        "batch": options.batch,
        "spread": options.spread,
        "events": events,
        "events_per_s": round(events / spent_s),
        "worker_cpu_us_per_event": round(1e6 * cpu_s / events, 1),
        "database_cpu_us_per_event": round(1e6 * server_s / events, 1),
        "bytes_per_event": round(row[0] / events) if row else 0,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
