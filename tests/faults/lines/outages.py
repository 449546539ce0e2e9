"""A central system that is away: behind a broker with a short queue, and for 72 hours."""

import itertools
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

from edge.clock import PlayedClock
from edge.compose.core import new_id_maker
from edge.drills.writer import epc_of
from edge.model.applying import apply
from edge.model.events import CountWanted, Event, ItemArrived, ItemMoved
from edge.model.ids import LocationId, Sku
from edge.model.inputs import CentralAcknowledged, Input
from edge.model.places import Floor
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.store.reader import JournalReader
from edge.store.store import Store
from edge.sync.mqtt.link import MqttLink
from edge.sync.mqtt.settings import LinkParts, Settle
from tests.faults.lines.line import Bench, Found, Line
from tests.faults.lines.wires import judged, wait
from tests.mosquitto import Broker, mosquitto_program
from tests.sync.conftest import DONE, MemoryJournal, parts_for, settings_for
from tests.sync.conftest import Floor as FloorInMemory

CENTRAL = str(Path(sys.executable).with_name("warehouse-sim"))
QUEUE_MESSAGES = 100
"""Of the broker: it drops what is more, and says so to nobody."""
AWAY_S = 5.0
DRAIN_S_MAX = 2_400.0
ITEMS = 500
TURN_FACTS = 500
OUTAGE_US = 72 * 3_600 * 1_000_000
RESIDENT_MIB_MAX = 150
TIMES_LIVE_MIN = 10
PLACES = tuple(LocationId(f"A-{number}") for number in range(8))


@contextmanager
def central(port: int, books: Path) -> Iterator[None]:
    """A central system that only stores and acknowledges."""
    options = ("--broker", f"127.0.0.1:{port}", "--store", str(books), "--orders-per-minute", "0")
    process = subprocess.Popen([CENTRAL, "central", *options], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    """A broker that is not started yet, with a short queue for who is away."""
    folder.mkdir(parents=True)
    made = Broker(mosquitto_program(), folder, f"max_queued_messages {QUEUE_MESSAGES}\n")
    try:
        yield made
    finally:
        made.stop()


def short_queue(bench: Bench, away_s: float = AWAY_S, confirmed_by: str = "central") -> Found:
    """So many facts while the central system is away behind a broker that drops them."""
    journal = MemoryJournal()
    books = bench.folder / "central.sqlite"
    with broker(bench.folder / "broker") as one, ExitStack() as stack:
        one.start()
        with central(one.port, books):
            settings = settings_for(one.port, confirmed_by=confirmed_by)
            link = MqttLink(settings, parts_for(journal, FloorInMemory(journal)))
            link.start()
            stack.callback(link.stop)
            journal.append(CountWanted(PLACES[0], Sku("S"), "empty"))
            link.wake()
            wait(lambda: journal.acknowledged() == 1, "the central system has subscribed")
        for _ in range(bench.tries - 1):
            journal.append(CountWanted(PLACES[0], Sku("S"), "empty"))
        link.wake()
        threading.Event().wait(away_s)
        kept_back = journal.last_seq() - journal.acknowledged()
        with central(one.port, books):
            drain_s = wait(
                lambda: journal.acknowledged() == bench.tries, "everything is there", DRAIN_S_MAX
            )
    amiss = judged(books, journal) | {"not_kept_back": int(kept_back < bench.tries - 1)}
    return Found(bench.tries, amiss, {"facts_per_s": bench.tries / drain_s}, {})


class StoredFloor:
    """Takes the central system's acknowledgements into a real store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()

    def deliver(self, one: Input, settle: Settle) -> None:
        """As the floor loop does."""
        if isinstance(one, CentralAcknowledged):
            with self._lock:
                self._store.acknowledge(one.epoch, one.upto)
                self._store.checkpoint()
        settle(DONE)


def happenings(count: int) -> Iterator[list[Event]]:
    """Items that move about, a turn at a time."""
    numbers = itertools.count()
    for first in range(0, count, TURN_FACTS):
        turn: list[Event] = []
        for number in itertools.islice(numbers, min(TURN_FACTS, count - first)):
            epc, place = epc_of(number % ITEMS), PLACES[number // ITEMS % len(PLACES)]
            turn.append(
                ItemArrived(epc, Sku("S"), place, 0.9)
                if number < ITEMS
                else ItemMoved(
                    epc, Sku("S"), PLACES[(number // ITEMS - 1) % len(PLACES)], place, 0.9
                )
            )
        yield turn


def write_facts(store: Store, clock: PlayedClock, count: int) -> None:
    """Three days of facts."""
    state = FloorState(Floor({}))
    store.load(state)
    step_us = OUTAGE_US * TURN_FACTS // max(1, count)
    answers: dict[object, Answer] = {}
    for turn in happenings(count):
        at_us = clock.now_us()
        for event in turn:
            apply(state, event, at_us)
        store.commit([(event, at_us) for event in turn], state, answers)  # type: ignore[arg-type] # empty
        store.checkpoint()
        clock.advance_us(step_us)


def three_days(bench: Bench) -> Found:
    """An outage of 72 played hours with so many facts, then the drain, in one small process."""
    path, books = bench.folder / "edge.db", bench.folder / "central.sqlite"
    clock = PlayedClock()
    store = Store.open(path, clock, new_id_maker())
    began_s = time.monotonic()
    with broker(bench.folder / "broker") as one, closing(JournalReader(path)) as reader:
        write_facts(store, clock, bench.tries)
        wrote_s = time.monotonic() - began_s
        journal = JournalReader(path)
        link = MqttLink(settings_for(one.port, absent_after_s=30.0), _parts(store, journal))
        link.start()
        try:
            wait(lambda: link.status().last_error, "the link finds nobody")
            one.start()
            with central(one.port, books):
                drain_s = wait(
                    lambda: store.acknowledged == bench.tries, "it is drained", DRAIN_S_MAX
                )
        finally:
            link.stop()
        amiss = judged(books, reader)  # type: ignore[arg-type] # knows what is acknowledged, too
    store.close()
    shutil.rmtree(bench.folder / "broker")
    live_per_s = bench.tries / (OUTAGE_US / 1e6)
    figures = {
        "facts_written_per_s": bench.tries / wrote_s,
        "facts_drained_per_s": bench.tries / drain_s,
        "times_the_live_rate": bench.tries / drain_s / live_per_s,
    }
    amiss |= {"too_slow": int(figures["times_the_live_rate"] < TIMES_LIVE_MIN)}
    return Found(
        bench.tries, amiss, figures, {"resident_MiB_most": (_resident_mib(), RESIDENT_MIB_MAX)}
    )


def _parts(store: Store, journal: JournalReader) -> LinkParts:
    memory = MemoryJournal()
    parts = parts_for(memory, FloorInMemory(memory))
    return replace(parts, journal=journal, deliver=StoredFloor(store).deliver)


def _resident_mib() -> float:
    """The most that this process ever had in memory."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


LINES: Sequence[Line] = (
    Line(
        "queue",
        "consumer offline behind a broker whose queue holds 100 messages",
        "0 of 100,000 facts lost end to end",
        100_000,
        short_queue,
    ),
    Line(
        "outage",
        "72 h outage, played, then drained",
        "≤ 150 MiB, in order, ten times the live rate or more",
        10_000_000,
        three_days,
    ),
)
