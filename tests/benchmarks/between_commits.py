"""Between two commits of a busy floor: the log's copying, and the facts' way to the link.

Forty facts a commit, as at 200,000 reads a second. Figures are CPU time of one thread, so that
other work on the machine hardly counts; a slow disk comes on top of a checkpoint.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

from edge.clock import SystemClock
from edge.compose.core import new_id_maker
from edge.model.applying import apply
from edge.model.events import Event, ItemArrived
from edge.model.ids import Epc, LocationId, Sku
from edge.model.places import Floor, Location, LocationKind
from edge.model.state import FloorState
from edge.store import store as keeping
from edge.store.reader import JournalReader
from edge.store.store import CHECKPOINT_ROWS_MAX, Store
from tests.benchmarks.figures import Effort, Figure

FACTS_A_COMMIT = 40
ROWS_A_FACT = 2
ONE_AT_ONCE, FROM_FILE = f"{CHECKPOINT_ROWS_MAX:,} rows at once", "read from the file, checked"
BIN = LocationId("A-01")


def between_commits(effort: Effort) -> list[Figure]:
    """The longest checkpoint, and what the link needs to have the facts of a commit."""
    commits = effort.of(CHECKPOINT_ROWS_MAX // ROWS_A_FACT // FACTS_A_COMMIT) + 20
    small = max(_checkpoints_ms(commits))
    two_thirds = commits * FACTS_A_COMMIT * ROWS_A_FACT * 2 // 3
    with patch.object(keeping, "CHECKPOINT_ROWS_BUSY", two_thirds):
        large = max(_checkpoints_ms(commits))
    told = _onward_ms(effort.of(500), in_memory=True), _onward_ms(effort.of(500), in_memory=False)
    return [
        Figure.less("checkpoint_longest", "ms of CPU", ONE_AT_ONCE, (small, large)),
        Figure.less("facts_to_link_40", "ms of CPU a commit", FROM_FILE, told),
    ]


def _checkpoints_ms(commits: int) -> list[float]:
    """CPU of what follows each commit."""
    with _site() as (_, store, commit):
        store.checkpoint()
        found = []
        for number in range(commits):
            commit(number)
            began_s = time.thread_time()
            store.checkpoint()
            found.append(1000 * (time.thread_time() - began_s))
        return found


def _onward_ms(commits: int, *, in_memory: bool) -> float:
    """CPU of the link's questions after a commit: is there more, what, and is there more."""
    with _site() as (path, store, commit):
        with closing(JournalReader(path, store.recent if in_memory else None)) as journal:
            found = []
            for number in range(commits):
                before = store.last_seq
                commit(number)
                began_s = time.thread_time()
                journal.last_seq()
                facts = journal.facts_after(before, 200, 131_072)
                journal.last_seq()
                found.append(1000 * (time.thread_time() - began_s))
                assert len(facts) == FACTS_A_COMMIT
        return median(found)


@contextmanager
def _site() -> Iterator[tuple[Path, Store, Callable[[int], None]]]:
    """Path of a store, the store, and who commits facts with a running number."""
    state = FloorState(Floor({BIN: Location(BIN, LocationKind.BIN)}))
    with tempfile.TemporaryDirectory(prefix="bench-", dir="build") as name:
        path = Path(name) / "journal.sqlite"
        with closing(Store.open(path, SystemClock(), new_id_maker())) as store:
            store.load(state)

            def commit(number: int) -> None:
                first = number * FACTS_A_COMMIT
                events: list[Event] = [
                    ItemArrived(Epc(f"3034{one:020x}"), Sku("S-1"), BIN, 0.9)
                    for one in range(first, first + FACTS_A_COMMIT)
                ]
                for event in events:
                    apply(state, event, 0)
                store.commit([(event, 0) for event in events], state, {})

            yield path, store, commit
