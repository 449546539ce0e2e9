"""Single bits flipped in database, log and backup: every wrong row is found, none is used.

Truth is kept outside: what was committed. A flip does no harm where all facts read as they were;
it is noticed where the store refuses, or `verify` names a problem. Where the end of the log does
not come any more (SQLite ends it at the first frame that is not sound), the facts are a beginning
of the truth: the central system's own mark finds that, and it is counted.
"""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np

from edge.clock import SystemClock
from edge.drills.books import ToldFact, facts_of
from edge.drills.writer import Writer
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store import backup
from edge.store.errors import StoreError
from edge.store.reader import JournalReader
from edge.store.store import Store
from edge.sync.session.alarms import ACK_FOREIGN
from edge.sync.session.delivery import Delivery
from edge.sync.session.phases import Alarm
from edge.sync.session.settings import DeliverySettings
from tests.faults.lines.beside import beside
from tests.faults.lines.line import IN_MEMORY, Bench, Found, Line

FACTS = 120
PAGE_BYTES = 10_000_000

Read = Callable[[Path], tuple[Sequence[ToldFact], bool]]
"""What is read from a store, and whether it was told that something is wrong with it."""


class Target(NamedTuple):
    """What bits are flipped in.

    Attributes:
        name: for the table.
        files: of an intact store, the one to be harmed first.
    """

    name: str
    files: tuple[Path, ...]


def by_the_product(path: Path) -> tuple[Sequence[ToldFact], bool]:
    """As the daemon reads it: opened, its state loaded, its facts fetched for sending."""
    try:
        store = Store.open(path, SystemClock(), lambda: "flip")
    except StoreError:
        return (), True
    try:
        store.load(FloorState(Floor({})))
        with closing(JournalReader(path)) as reader:
            facts = reader.facts_after(0, 10 * FACTS, PAGE_BYTES)
        noticed = not store.verify().good
        return [ToldFact(f.seq, f.id, getattr(f.event, "epc", "")) for f in facts], noticed
    except StoreError:
        return (), True
    finally:
        store.close()


def by_trust(path: Path) -> tuple[Sequence[ToldFact], bool]:
    """As somebody reads it who believes SQLite: the planted mistake."""
    try:
        return facts_of(path), False
    except (StoreError, sqlite3.Error, TypeError):
        return (), True


def targets(folder: Path) -> tuple[list[Target], list[ToldFact]]:
    """An intact store as database, as database with its log, and as backup; and the truth."""
    live = folder / "live"
    live.mkdir(parents=True)
    writer = Writer(live / "edge.db")
    writer.store.commit([], writer.state, {})
    for _ in range(FACTS // 4):
        writer.commit(4)
    logged = folder / "logged"
    shutil.copytree(live, logged, ignore=shutil.ignore_patterns("*shm", "*lock*"))
    (folder / "backup").mkdir()
    backup.create(live / "edge.db", folder / "backup" / "edge.db")
    writer.store.close()
    rested = folder / "rested"
    shutil.copytree(live, rested, ignore=shutil.ignore_patterns("*shm", "*lock*"))
    made = [
        Target("database", (rested / "edge.db",)),
        Target("log", (logged / "edge.db-wal", logged / "edge.db")),
        Target("backup", (folder / "backup" / "edge.db",)),
    ]
    return made, facts_of(rested / "edge.db")


def flip(folder: Path, target: Target, generator: np.random.Generator) -> Path:
    """A copy with one bit flipped; gives its database."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in target.files:
        shutil.copyfile(file, folder / file.name)
    harmed = folder / target.files[0].name
    content = bytearray(harmed.read_bytes())
    bit = int(generator.integers(8 * len(content)))
    content[bit // 8] ^= 1 << bit % 8
    harmed.write_bytes(content)
    return folder / "edge.db"


def outcome(path: Path, truth: Sequence[ToldFact], read: Read, *, is_log: bool) -> str:
    """What became of one flip; only a log may lose its end, and then the central system knows."""
    facts, noticed = read(path)
    known = set(truth)
    if any(fact not in known for fact in facts):
        return "wrong_and_used"
    if noticed:
        return "noticed"
    if list(facts) == list(truth):
        return "harmless"
    is_beginning = list(facts) == list(truth[: len(facts)])
    if is_log and is_beginning and central_notices(len(truth), len(facts)):
        return "tail_cut_off"
    return "missing_and_unnoticed"


def central_notices(upto: int, last: int) -> bool:
    """Whether the link raises the alarm when the central system has stored more than we have."""
    delivery = Delivery(DeliverySettings(), None, "e", 0, last)  # type: ignore[arg-type] # encodes nothing
    return any(
        isinstance(one, Alarm) and one.code == ACK_FOREIGN
        for one in delivery.acknowledged("e", upto, 0)
    )


def flip_bits(bench: Bench, read: Read = by_the_product) -> Found:
    """Flip so many bits, shared out among the targets."""
    generator = np.random.default_rng(bench.seed)
    made, truth = targets(bench.folder / "intact")
    counts: Counter[str] = Counter()
    for number in range(bench.tries):
        target = made[number % len(made)]
        path = flip(bench.folder / "flipped", target, generator)
        counts[outcome(path, truth, read, is_log=target.name == "log")] += 1
    amiss = {name: counts[name] for name in ("wrong_and_used", "missing_and_unnoticed")}
    figures = {name: counts[name] for name in ("noticed", "harmless", "tail_cut_off")}
    return Found(bench.tries, amiss, figures, {})


LINES = (
    Line(
        "flips",
        "one bit flipped in database, log or backup",
        "every wrong row found, none used",
        10_000,
        beside(2, flip_bits),
        IN_MEMORY,
    ),
)
