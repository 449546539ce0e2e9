"""What a plain program does with the same readers: sllurp, a thread a reader, objects in a dict.

    python -m tests.benchmarks.plain_gateway TAGS_A_MESSAGE PORT...

Nothing is kept on disk and nothing is sent on. Prints a JSON line twice a second, with all reads
so far; when its input ends, one with the newcomers' serials and the UTC microseconds of their
second reads.
"""

import json
import sys
import threading
import time
from functools import partial
from typing import Any

import numpy as np
from sllurp.llrp import LLRPReaderClient, LLRPReaderConfig

from simulators.llrp import busy
from tests.benchmarks.following import Dictionary

TELL_S = 0.5
TOLD = (
    "EnableROSpecID",
    "EnableAntennaID",
    "EnablePeakRSSI",
    "EnableChannelIndex",
    "EnableFirstSeenTimestamp",
    "EnableLastSeenTimestamp",
    "EnableTagSeenCount",
)
NEWCOMER = busy.epcs(busy.NEWCOMER_ITEM, np.zeros(1, np.int64))[0].tobytes()[:8]


class PlainReader:
    """One reader with its own dictionary; used by its own thread."""

    def __init__(self) -> None:
        self.reads = 0
        self.arrived_us: dict[int, int] = {}
        self._state = Dictionary(decides=True)

    def heard(self, _client: object, tags: list[dict[str, Any]]) -> None:
        """Reads in sllurp's words."""
        rows = [
            (
                bytes.fromhex(tag["EPC-96"].decode()),
                tag["AntennaID"],
                float(tag["PeakRSSI"]),
                tag["LastSeenTimestampUTC"] / 1e6,
            )
            for tag in tags
        ]
        self._state.take(rows)
        self.reads += len(rows)
        for epc, _, _, _ in rows:
            if epc.startswith(NEWCOMER):
                self.arrived_us[int.from_bytes(epc[8:])] = time.time_ns() // 1000


def main() -> None:
    """Listen until the input ends."""
    every = int(sys.argv[1])
    content = dict.fromkeys(TOLD, True)
    settings = {"report_every_n_tags": every, "antennas": [1, 2, 3, 4]}
    readers = []
    for port in map(int, sys.argv[2:]):
        reader = PlainReader()
        config = LLRPReaderConfig({**settings, "tag_content_selector": content})
        client = LLRPReaderClient("127.0.0.1", port, config)
        client.add_tag_report_callback(reader.heard)
        client.connect()
        readers.append(reader)
    ended = threading.Event()
    threading.Thread(target=partial(_wait_for_end, ended), daemon=True).start()
    while not ended.wait(TELL_S):
        _say({"reads": sum(reader.reads for reader in readers)})
    arrived = {key: at for reader in readers for key, at in reader.arrived_us.items()}
    _say({"arrived_us": [list(arrived), list(arrived.values())]})


def _wait_for_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def _say(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
