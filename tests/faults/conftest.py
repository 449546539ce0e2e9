"""The oracle of the fault tests, and children and disks that are taken down afterwards.

The books of the exercises are held against the file with plain SQL; the product's own `verify` and
`rebuild_and_compare` are asked besides.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.clock import SystemClock
from edge.drills.books import ToldFact, judge
from edge.drills.child import WRITER, WritingChild, whole_start
from edge.drills.disks import PowerDisk, power_disk
from edge.drills.errors import DrillError
from edge.model.places import Floor
from edge.store.rebuilding import rebuild_and_compare
from edge.store.store import Store

FAULTY_WRITER = (str(Path(__file__).with_name("committing_child.py")),)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of the facts that were told to be safe, and what else is not as it must be."""

    kept: int
    lost: tuple[ToldFact, ...]
    broken: tuple[str, ...]


class Oracle:
    """Judges a store after a fault by what was told before it."""

    def judge(self, path: Path, told: list[ToldFact]) -> Judgement:
        """Open the store as a restart does, then compare."""
        store = Store.open(path, SystemClock(), lambda: os.urandom(16).hex())
        broken = [*store.verify().problems]
        store.close()
        broken += rebuild_and_compare(path, Floor({}))
        verdict = judge(path, told)
        for what in ("doubled", "reordered", "gaps"):
            if count := getattr(verdict, what):
                broken.append(f"{what}: {count}")
        return Judgement(verdict.kept, verdict.lost, tuple(broken))


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def start() -> Iterator[Callable[..., WritingChild]]:
    children: list[WritingChild] = []

    def start_one(path: Path, *options: str, before: tuple[str, ...] = ()) -> WritingChild:
        program = FAULTY_WRITER if "--bug" in options else WRITER
        children.append(WritingChild(path, SystemClock(), options, whole_start(program, before)))
        return children[-1]

    yield start_one
    for child in children:
        if child.process.poll() is None:
            child.kill()


@pytest.fixture
def new_disk(tmp_path: Path) -> Iterator[Callable[[], PowerDisk]]:
    with ExitStack() as disks:

        def make() -> PowerDisk:
            folder = tmp_path / f"power-{len(list(tmp_path.iterdir()))}"
            try:
                return disks.enter_context(power_disk(folder))
            except DrillError as error:
                pytest.skip(str(error))

        yield make
