"""A gateway reduced to its commits, as a program of its own that may be killed and cut off.

It opens the store as the daemon does, says `ready SEQ`, then commits one small turn after another.
Each fact is told as `SEQ ID EPC` on standard output once it may be believed: after the commit. The
number in the tag's EPC is the fact's own, so that the books can see gaps, doubles and the order. A
refused commit is told as `refused KIND`; then the state is read back and it goes on, as the floor
loop does; after `--refusals-max` of them in a row it ends with code 3.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from edge.clock import SystemClock
from edge.drills.books import TAG_PREFIX
from edge.model.applying import apply
from edge.model.events import Fact, ItemArrived
from edge.model.ids import Epc, LocationId, RequestId, Sku
from edge.model.places import Floor
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.store.errors import StoreError
from edge.store.store import Store

ANSWER = Answer(accepted=True, code="seen", text="Seen.")
FACTS_PER_TURN_MAX = 7
GAVE_UP = 3


def epc_of(number: int) -> Epc:
    """The tag of fact `number`, apart from every real one."""
    return Epc(f"{TAG_PREFIX}{number:016x}")


def new_id() -> str:
    """Random: an exercise needs no order of time in its ids."""
    return os.urandom(16).hex()


def tell(line: str) -> None:
    """One write, so that a kill leaves whole lines."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


class Writer:
    """Commits one small turn after another.

    Args:
        path: of the store; made where there is none.
    """

    def __init__(self, path: Path) -> None:
        self.store = Store.open(path, SystemClock(), new_id)
        self.read_back()

    def read_back(self) -> None:
        """The state as the file has it."""
        self.state = FloorState(Floor({}))
        self.store.load(self.state)

    def turn(self, count: int) -> None:
        """One commit of `count` facts, told afterwards."""
        self.tell_all(self.commit(count))

    def commit(self, count: int) -> Sequence[Fact]:
        """One commit of `count` facts with the answer to a request."""
        first = self.store.last_seq + 1
        events = [
            ItemArrived(epc_of(number), Sku("DRILL"), LocationId("DRILL"), 0.5)
            for number in range(first, first + count)
        ]
        for event in events:
            apply(self.state, event, first)
        return self.store.commit(
            [(event, first) for event in events], self.state, {RequestId(f"r-{first}"): ANSWER}
        )

    def tell_all(self, facts: Sequence[Fact]) -> None:
        """What may be believed now; a tenth of it is acknowledged, as the central system does."""
        for fact in facts:
            if isinstance(fact.event, ItemArrived):
                tell(f"{fact.seq} {fact.id} {fact.event.epc}")
        self.store.acknowledge(self.store.epoch, facts[-1].seq - facts[-1].seq % 10)
        self.store.checkpoint()


def work(writer: Writer, turns: int, refusals_max: int) -> int:
    """Commit until killed, cut off, done or refused too often; gives the exit code."""
    tell(f"ready {writer.store.last_seq}")
    refusals = 0
    for turn in range(turns):
        try:
            if refusals:
                writer.read_back()
            writer.turn(1 + turn % FACTS_PER_TURN_MAX)
            refusals = 0
        except StoreError as error:
            tell(f"refused {type(error).__name__}")
            refusals += 1
            if refusals >= refusals_max:
                return GAVE_UP
    writer.store.close()
    return 0


def arguments() -> argparse.ArgumentParser:
    """The program's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--refusals-max", type=int, default=5)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """The program; `words` are its arguments, by default those of this process."""
    options = arguments().parse_args(words)
    return work(Writer(options.path), options.turns, options.refusals_max)


if __name__ == "__main__":
    sys.exit(main())
