"""A gateway reduced to its commits: started, killed and cut off by the fault tests.

Each committed fact is told on standard output as `SEQ ID EPC` once it may be believed. With
`--bug early` it is told before the commit, with `--bug unsynced` the disk is not waited for:
mistakes that the tests must notice. After a refused commit the state is read back, `refused KIND`
is told, and it goes on; after `--refusals-max` of them in a row it ends with code 3.
"""

import argparse
import os
import sys
from pathlib import Path

from edge.clock import SystemClock
from edge.model.applying import apply
from edge.model.events import Fact, ItemArrived
from edge.model.ids import Epc, LocationId, RequestId, Sku
from edge.model.places import Floor
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.store.errors import StoreError
from edge.store.store import Store

ANSWER = Answer(accepted=True, code="seen", text="Seen.")


def new_id() -> str:
    """Random; these tests need no order of time in ids."""
    return os.urandom(16).hex()


def tell(line: str) -> None:
    """One write, so that a kill leaves whole lines."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


class Writer:
    """Commits one small turn after another."""

    def __init__(self, path: Path, bug: str) -> None:
        self.bug = bug
        self.store = Store.open(path, SystemClock(), new_id)
        self.read_back()

    def read_back(self) -> None:
        """The state as the file has it."""
        self.state = FloorState(Floor({}))
        self.store.load(self.state)
        if self.bug == "unsynced":
            self.store._connection.execute("PRAGMA synchronous=OFF")

    def turn(self, count: int) -> None:
        """One commit of `count` facts; a large one takes long enough to be hit by a kill."""
        first = self.store.last_seq + 1
        events = [
            ItemArrived(Epc(f"30340000{number:016x}"), Sku("S-1"), LocationId("A-01"), 0.5)
            for number in range(first, first + count)
        ]
        for event in events:
            apply(self.state, event, first)
        if self.bug == "early":
            for offset, event in enumerate(events):
                tell(f"{first + offset} - {event.epc}")
        happenings = [(event, first) for event in events]
        facts = self.store.commit(happenings, self.state, {RequestId(f"r-{first}"): ANSWER})
        if self.bug != "early":
            self.tell_all(facts)

    def tell_all(self, facts: list[Fact]) -> None:
        """What may be believed now; a tenth of it is acknowledged, as the central system does."""
        for fact in facts:
            tell(f"{fact.seq} {fact.id} {fact.event.epc}")  # type: ignore[union-attr]
        self.store.acknowledge(self.store.epoch, facts[-1].seq - facts[-1].seq % 10)
        self.store.checkpoint()


def main() -> int:
    """Commit until killed, cut off, done, or refused too often."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--bug", choices=["none", "early", "unsynced"], default="none")
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--refusals-max", type=int, default=5)
    options = parser.parse_args()
    writer = Writer(options.path, options.bug)
    refusals = 0
    for turn in range(options.turns):
        try:
            if refusals:
                writer.read_back()
            writer.turn(1_000 if options.bug == "early" else 1 + turn % 7)
            refusals = 0
        except StoreError as error:
            tell(f"refused {type(error).__name__}")
            refusals += 1
            if refusals >= options.refusals_max:
                return 3
    writer.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
