"""One life of the gateway's process: the product's own parts on one loop, from start to kill.

What is threads in the daemon is calls here: the floor loop turns when something is in its inbox
and once a second besides, the planner answers a moment after it was asked. Everything else is
what `compose` wires: store, rules, locating, pages, decoders, delivery.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from typing_extensions import override

from drivers.driver import DeviceEvent
from drivers.reads import SomeReads
from edge.clock import PlayedClock
from edge.compose.core import STORE_FILE, Core
from edge.compose.deciding import floor_loop
from edge.compose.devices import floor_listener
from edge.compose.tag_port import TagPort
from edge.daemon.supervisor import guard
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board
from edge.floor.handhelds import Handhelds
from edge.floor.inbox import Inbox, Settle
from edge.floor.letters import Letters
from edge.floor.locating_desk import LocatingDesk
from edge.floor.planner import SEARCH_S, Planner
from edge.locating.locator import Locator
from edge.model.events import Fact
from edge.model.ids import IdMaker, uuid7
from edge.model.inputs import Input
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.rules.snapshots import Snapshot
from edge.settings.exceptions_file import load_troubles
from edge.store.store import Store
from simulators.day.disk import Disk, KilledError
from simulators.day.link import PlayedLink
from simulators.day.network import Network
from simulators.day.site import Site

TURN_S = 0.005
"""From an input's arrival to the turn that takes it."""
IDLE_S = 1.0
_SEARCH_LOOKS = 40
"""So often a search for short walks may look at its clock before its time is over."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who outside the process hears what happens in it.

    Attributes:
        turned: after each turn: what it committed, and the state behind it.
        told: an input's answer, after the commit.
        alerted: an alert begins, or ends with None.
        died: the process ended by itself, between two writes.
    """

    turned: Callable[[list[Fact], FloorState], None]
    told: Callable[[Input, Answer], None]
    alerted: Callable[[str, Alert | None], None]
    died: Callable[[], None]


class _KickingInbox(Inbox):
    """An inbox that asks for a turn whenever something came in."""

    def __init__(self, clock: PlayedClock, kick: Callable[[], None], reads_max: int) -> None:
        super().__init__(clock, reads_max=reads_max)
        self._kick = kick

    @override
    def put(
        self, input_: Input, settle: Settle | None = None, *, wait_ms: int | None = None
    ) -> None:
        super().put(input_, settle, wait_ms=0)
        self._kick()

    @override
    def put_change(self, input_: Input) -> None:
        super().put_change(input_)
        self._kick()

    @override
    def put_event(self, event: DeviceEvent) -> None:
        super().put_event(event)
        self._kick()

    @override
    def put_reads(self, *batches: SomeReads) -> None:
        super().put_reads(*batches)
        self._kick()


class _CountingClock(PlayedClock):
    """Time that passes by being looked at: a search ends after so many looks, on any machine."""

    def __init__(self, clock: PlayedClock) -> None:
        super().__init__()
        self._day = clock

    @override
    def now_us(self) -> int:
        return self._day.now_us()

    @override
    def monotonic_us(self) -> int:
        self.advance_us(int(SEARCH_S * 1e6) // _SEARCH_LOOKS)
        return super().monotonic_us()


class _PlayedPlanner(Planner):
    """Works a plan out at once; its answer comes back when a thread's would."""

    @override
    def offer(self, snapshot: Snapshot) -> None:
        self._busy = True
        asyncio.get_running_loop().call_later(SEARCH_S, self._answer, snapshot)

    def _answer(self, snapshot: Snapshot) -> None:
        self._guard(lambda: self._plan(snapshot), "planning failed")
        self._busy = False


class OpenDesk(LocatingDesk):
    """Answers between two turns as well, to those who watch a day that is held."""

    _locator: Locator | None = None

    @override
    def turn(self, locator: Locator, batches: tuple[SomeReads, ...], now_us: int) -> None:
        self._locator = locator
        super().turn(locator, batches, now_us)

    def answer(self, now_us: int) -> None:
        """Answer some of those that wait."""
        if self._locator is not None:
            self.enquiries.answer(self._locator, now_us)


def id_maker(clock: PlayedClock, chance: Generator) -> IdMaker:
    """Makes the same ids in each run of a day."""
    return lambda: uuid7(clock.now_us(), int.from_bytes(chance.bytes(10)))


class Gateway:
    """A running process, gone for good after `kill` or `stop`.

    Args:
        site: where it stands.
        clock: the day's.
        seed: settles ids and the planner's search in this life.
        disk: the journal's.
        network: the brokers.
        ears: who hears of it.

    Raises:
        StoreError: the journal cannot be opened.
        KilledError: the process ended while it opened it.
    """

    def __init__(  # what a process finds when it starts
        self,
        site: Site,
        clock: PlayedClock,
        seed: list[int],
        disk: Disk,
        network: Network,
        ears: Ears,
    ) -> None:
        self.gone = asyncio.Event()
        self.held = False
        self._clock = clock
        self._disk = disk
        self._ears = ears
        self._due = False
        self._turned_s = asyncio.get_running_loop().time()
        chance = np.random.default_rng(seed)
        self.core = self._made_core(site, chance)
        core = self.core
        core.alerts.listen(ears.alerted)
        self.store = Store.open(core.store_path, clock, core.make_id, disk.open)
        try:
            self._wire(network, chance)
        except BaseException:
            self.store._lock.release()  # noqa: SLF001 - as the kernel does it for a process that ended
            raise

    def _wire(self, network: Network, chance: Generator) -> None:
        core, clock = self.core, self._clock
        self.listener = floor_listener(core)
        self.link = PlayedLink(core, self.store, chance, network)
        planner = _PlayedPlanner(core.inbox, _CountingClock(clock), core.make_id, chance, guard)
        self.tag_port = TagPort(core.inbox, clock)
        self.floor = floor_loop(
            core, self.store, planner, self.link, self.tag_port, self._ears.told
        )
        self.floor.load()
        self._tasks = [
            asyncio.create_task(self.link.run()),
            asyncio.create_task(self._idle()),
        ]

    def _made_core(self, site: Site, chance: Generator) -> Core:
        alerts, board = Alerts(), Board()
        self.desk = OpenDesk(site.floor, alerts)
        gateway = site.settings.gateway
        gateway.data_dir.mkdir(parents=True, exist_ok=True)
        return Core(
            settings=site.settings,
            floor=site.floor,
            troubles=load_troubles(gateway.exceptions_file),
            clock=self._clock,
            make_id=id_maker(self._clock, chance),
            inbox=_KickingInbox(self._clock, self.kick, site.settings.timing.reads_max),
            board=board,
            alerts=alerts,
            desk=self.desk,
            store_path=gateway.data_dir / STORE_FILE,
            letters=Letters(board, self._clock),
            handhelds=Handhelds(alerts, site.settings.work.lease_s),
        )

    def go_on(self) -> None:
        """Held no longer."""
        self.held = False
        self.kick()

    def kick(self) -> None:
        """Something came in: turn in a moment."""
        if not self._due and not self.gone.is_set():
            self._due = True
            asyncio.get_running_loop().call_later(TURN_S, self._turn)

    def _turn(self) -> None:
        self._due = False
        if self.gone.is_set() or self.held:
            return
        self._turned_s = asyncio.get_running_loop().time()
        try:
            facts = self.floor.turn(0)
        except KilledError:
            self.kill()
            self._ears.died()
            return
        self._ears.turned(facts, self.floor.state)

    async def _idle(self) -> None:
        """A turn where there was none for a while: time passes without an input, too."""
        loop = asyncio.get_running_loop()
        while True:
            wait_s = self._turned_s + IDLE_S - loop.time()
            if wait_s <= 0:
                self.kick()
                wait_s = IDLE_S
            await asyncio.sleep(wait_s)

    def kill(self) -> None:
        """End at once, as SIGKILL does: nothing is written, nobody is told."""
        if not self._ends():
            return
        self._disk.cut()
        self.store._lock.release()  # noqa: SLF001 - as the kernel does it for a process that ended
        self.link.journal.close()

    def stop(self) -> None:
        """End as SIGTERM does: take what waits, write what is left, close.

        Raises:
            StoreError: the cursor could not be written.
        """
        self._turn()
        if not self._ends():
            return
        try:
            self.store.close()
        finally:
            self._disk.cut()
            self.link.journal.close()

    def _ends(self) -> bool:
        """Nothing goes on from here; False where it had ended before."""
        if self.gone.is_set():
            return False
        self.gone.set()
        for task in self._tasks:
            task.cancel()
        self.link.vanish()
        return True
