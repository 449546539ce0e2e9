"""The exercises' writer with mistakes planted in it, which the books must notice.

With `--bug early` facts are told before the commit, with `--bug unsynced` the disk is not waited
for, with `--bug twice` a fact is committed a second time after it was told, with `--bug believing`
facts are told although the disk refused them.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from edge.drills.writer import Writer, arguments, epc_of, tell, work
from edge.model.events import Fact
from edge.store.errors import StoreError

EARLY_FACTS = 1_000
"""A large turn takes long enough to be hit by a kill between telling and committing."""


class EarlyWriter(Writer):
    @override
    def turn(self, count: int) -> None:
        first = self.store.last_seq + 1
        for number in range(first, first + EARLY_FACTS):
            tell(f"{number} - {epc_of(number)}")
        self.commit(EARLY_FACTS)


class UnsyncedWriter(Writer):
    @override
    def read_back(self) -> None:
        super().read_back()
        self.store._connection.execute("PRAGMA synchronous=OFF")


class TwiceWriter(Writer):
    @override
    def tell_all(self, facts: Sequence[Fact]) -> None:
        super().tell_all(facts)
        self.store.commit([(facts[0].event, 0)], self.state, {})


class BelievingWriter(Writer):
    @override
    def turn(self, count: int) -> None:
        first = self.store.last_seq + 1
        try:
            super().turn(count)
        except StoreError:
            for number in range(first, first + count):
                tell(f"{number} - {epc_of(number)}")
            raise


WRITERS = {
    "early": EarlyWriter,
    "unsynced": UnsyncedWriter,
    "twice": TwiceWriter,
    "believing": BelievingWriter,
}


def main() -> int:
    parser = arguments()
    parser.add_argument("--bug", choices=WRITERS, required=True)
    options = parser.parse_args()
    return work(WRITERS[options.bug](Path(options.path)), options.turns, options.refusals_max)


if __name__ == "__main__":
    sys.exit(main())
