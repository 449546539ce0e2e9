"""One simulated day: everything wired, played from opening to closing, and looked at."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from edge.clock import PlayedClock
from edge.compose.devices import module_settings, reader_settings, scanner_settings
from edge.store.errors import StoreError
from simulators.catalogue import Catalogue, make_catalogue
from simulators.central_events import Delivered
from simulators.day.air import Ether
from simulators.day.assortment import with_reserves
from simulators.day.central import Central
from simulators.day.crew import jobs, made_shift
from simulators.day.customers import Customers
from simulators.day.device import Airwaves
from simulators.day.disk import Disk, KilledError
from simulators.day.equipment import excused_alerts, made_modules, made_readers
from simulators.day.flows import Flow
from simulators.day.gate import Beams, Gate
from simulators.day.gateway import Ears, Gateway
from simulators.day.grounds import BARRIERS, GATE_READER, day_hall
from simulators.day.network import Network
from simulators.day.pages import Pages
from simulators.day.plan import Story, order_book, shares_of
from simulators.day.radio import RadioReader, ReaderLink
from simulators.day.scanner_line import ScannerLine
from simulators.day.site import BROKERS, Site
from simulators.day.tag_bench import TagBench
from simulators.day.timetable import Entry, Kind, timetable
from simulators.day.true_time import TrueTime
from simulators.day.watch import Watch
from simulators.hall import STATION_READER
from simulators.llrp.tag_memory import TagMemory
from simulators.people import at_work
from simulators.things import GONE, Departure, parcel_holder
from simulators.world import World

OPENING_US = 1_767_337_200_000_000
"""2 January 2026, 07:00 UTC."""
RESTART_S = 3.0
ARTICLES_MIN, ARTICLES_MAX = 24, 120
"""A small day has a small assortment: the books of each article cost the same on every day."""
LOOK_S = 5.0
_DEAD_BEAM_SHARE = 0.1
_VANISHED_SHARE = 0.06
"""Pieces that the books have and nobody will find, on such days."""


def catalogue_of(story: Story, flows: frozenset[Flow]) -> Catalogue:
    """What there is to sell, and the hall that it lies in."""
    articles = min(max(story.orders, ARTICLES_MIN), ARTICLES_MAX)
    catalogue = replace(make_catalogue(story.seed, articles), hall=day_hall(flows))
    return with_reserves(catalogue) if Flow.RESERVE in flows else catalogue


def opened(catalogue: Catalogue, flows: frozenset[Flow], chance: np.random.Generator) -> World:
    """The warehouse in the morning; where counts and substitutes matter, the books err."""
    world = World.opened(catalogue)
    if flows & {Flow.SUBSTITUTES, Flow.SWEEPS}:
        for epc in list(world.pieces):
            if chance.random() < _VANISHED_SHARE:
                del world.pieces[epc]
    return world


class Day:
    """A day under way.

    Args:
        story: what happens.
        site: where.
        watch: told of everything that happens; see `Watch`.
        entries: what goes wrong; None for what the story draws.
    """

    def __init__(
        self,
        story: Story,
        site: Site,
        watch: Watch,
        entries: list[Entry] | None = None,
    ) -> None:
        self.story = story
        self.site = site
        self.watch = watch
        self.shares = shares_of(story)
        self.clock = PlayedClock(OPENING_US)
        self.true_time = TrueTime(self.clock, OPENING_US)
        self.flows = site.way.flows
        self.catalogue = catalogue_of(story, self.flows)
        self.book = order_book(story, self.catalogue, self.flows)
        self.world = opened(self.catalogue, self.flows, self.chance(45))
        self.network = Network(BROKERS, self.chance(30))
        self.central = Central(
            self.network, self.catalogue, self.clock, site.base, self._heard, self.flows
        )
        self.disk = Disk()
        self.gateway: Gateway | None = None
        self.pages: Pages | None = None
        self.lives = 0
        self.written: list[str] = []
        drawn = timetable(story, self.book.last_s, self.flows)
        self.timetable = drawn if entries is None else entries
        self.fault_log = [str(entry) for entry in self.timetable]
        self.ether = Ether(
            self.world,
            story.seed,
            self.chance(34),
            self.shares.missed_tags,
            self.shares.strays_per_s,
        )
        self.gate = self._gate()
        self.readers = self._made_readers()
        self.scanner = ScannerLine(
            scanner_settings(site.settings)[0], self.clock, [story.seed, 31]
        )
        self.modules = made_modules(
            module_settings(site.settings), self.ether, self.timetable, self.true_time
        )
        self.airwaves = Airwaves(
            lambda: self.pages,
            watch.answered,
            self.chance(32).random,
            twice_share=self.shares.posts_twice,
        )
        self.shift = made_shift(self)
        self.customers = Customers(
            self.book, self.central, self.clock, OPENING_US, self.begin, self.shift.returned.append
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._life: list[asyncio.Task[None]] = []

    def _gate(self) -> Gate | None:
        if Flow.GATE not in self.flows:
            return None
        return Gate(self.story.seed, self.chance(47), self.true_time.now_us)

    def _made_readers(self) -> dict[str, RadioReader]:
        """Light barriers are on inputs of the gate's; now and then one of them is dead."""
        readers = made_readers(self.ether, self.gate, self.timetable, self.true_time)
        if self.gate is not None and BARRIERS[0] in self.catalogue.hall.barriers:
            chance = self.chance(49)
            works = tuple(float(chance.random()) > _DEAD_BEAM_SHARE for _ in BARRIERS)
            self.gate.beams = Beams(BARRIERS, readers[GATE_READER].put_input, works)
        return readers

    def chance(self, stream: int) -> np.random.Generator:
        """Chance for one purpose; other purposes do not disturb it."""
        return np.random.default_rng([self.story.seed, stream])

    @property
    def disk_is_bad(self) -> bool:
        """Whether writes fail today."""
        return any(one.kind in {Kind.DISK_FULL, Kind.DISK_ERROR} for one in self.timetable)

    @property
    def network_disturbs(self) -> bool:
        """Whether messages come out of order today."""
        return any(one.kind is Kind.SWAPPED for one in self.timetable)

    @property
    def now_s(self) -> float:
        """Seconds since opening."""
        return self.clock.monotonic_us() / 1e6

    @property
    def everything_works(self) -> bool:
        """Whether process, a broker and the central system are all there."""
        return (
            self.gateway is not None
            and not self.gateway.held
            and not self.central.away
            and all(one.up and not one.mute for one in self.network.brokers.values())
            and self.disk.refusal is None
            and self.disk.fails == 0
            and self.airwaves.up
        )

    def excused_alerts(self) -> set[str]:
        """What may still stand when the day is over."""
        return excused_alerts(self.timetable, self.now_s)

    def _heard(self, events: list[Delivered]) -> None:
        self.watch.central_stored(events)
        self.customers.heard(events)

    def user_memory(self, epc: str) -> bytes:
        """What stands in a tag's user memory, as its reader knows it."""
        return self.readers[STATION_READER].device.user_memory(bytes.fromhex(epc))

    def tag_of(self, tid: str) -> TagMemory | None:
        """A tag that was worked on, as it really is."""
        return self.readers[STATION_READER].device.tag_of(bytes.fromhex(tid))

    def inside(self, sscc: str, sku: str) -> int:
        """How many pieces of an article really lie in a parcel, or lay in it when it left."""
        gone = [one.pieces for one in self.world.ledger if one.sscc == sscc]
        lying = [one.sku for one in self.world.pieces_in(parcel_holder(sscc))]
        return [*lying, *(one for pieces in gone for _, one in pieces)].count(sku)

    def left_at_true_time(self) -> list[Departure]:
        """Parcels that left, with the time at which they really did."""
        return self.world.ledger

    async def run(self) -> None:
        """From opening to closing."""
        self.start_gateway()
        self.begin(self.central.run())
        self.begin(self.customers.order())
        for name, work in jobs(self):
            self.begin(at_work(self.shift, name, work, self.watch.refused))
        ends_s = self.book.last_s + self.story.closing_s
        while self.now_s < ends_s and not self._is_done() and not self.watch.has_seen_enough:
            await asyncio.sleep(LOOK_S)
            self.watch.looked()
        await self._close()

    # -- the gateway's process -----------------------------------------------------------------
    def start_gateway(self) -> None:
        """Start a process, if none runs; where that fails it is tried again."""
        if self.gateway is not None:
            return
        self.lives += 1
        ears = Ears(self.watch.turned, self.watch.told, self.watch.alerted, self._died)
        seed = [self.story.seed, 33, self.lives]
        try:
            gateway = Gateway(self.site, self.clock, seed, self.disk, self.network, ears)
        except (StoreError, KilledError) as error:
            self.disk.cut()
            self.watch.refused(f"start {self.lives}: {error!r}")
            self._later(RESTART_S, self.start_gateway)
            return
        self.gateway, self.pages = gateway, Pages(gateway.core, gateway.gone)
        self.watch.started(gateway)
        self.scanner.plug(gateway.listener)
        chance = np.random.default_rng(seed)
        links = {
            one.device: ReaderLink(
                one, self.readers[one.device], gateway.listener, self.clock, chance
            )
            for one in reader_settings(self.site.settings, self.site.floor.light_barriers)
        }
        gateway.tag_port.attach(TagBench(links, self.written))
        self._life = [asyncio.create_task(one.run()) for one in links.values()]
        self._life += [
            asyncio.create_task(one.serve(gateway.listener, self.clock)) for one in self.modules
        ]

    def kill_gateway(self, away_s: float = RESTART_S) -> None:
        """End the process at once; another one is started a little later."""
        if self.gateway is not None:
            self.gateway.kill()
            self._died(away_s)

    def restart_gateway(self) -> None:
        """End the process in order and start another one."""
        if self.gateway is None:
            return
        gateway = self.gateway
        try:
            gateway.stop()
        except (StoreError, KilledError) as error:
            self.watch.refused(f"stop: {error!r}")
        if self.gateway is gateway:
            self._died()

    def _died(self, away_s: float = RESTART_S) -> None:
        self.watch.died()
        self._let_go()
        self._later(away_s, self.start_gateway)

    def _let_go(self) -> None:
        self.gateway, self.pages = None, None
        self.scanner.unplug()
        for task in self._life:
            task.cancel()

    # -- the end -------------------------------------------------------------------------------
    def _is_done(self) -> bool:
        gateway = self.gateway
        return (
            self.now_s > self.book.last_s
            and self.central.store.order_count() == len(self.book.orders)
            and not self.central.open_orders()
            and not any(self.central.unanswered())
            and gateway is not None
            and not gateway.held
            and not _is_behind(gateway)
            and gateway.store.acknowledged == gateway.store.last_seq
            and not self.shift.returned
            and not gateway.floor.state.errands
            and all(one.holder == GONE for one in self.world.parcels.values())
        )

    async def _close(self) -> None:
        self.disk.mend()
        if self.gateway is not None:
            self.watch.closing(self.gateway)
        for task in (*self._tasks, *self._life):
            task.cancel()
        if self.gateway is not None:
            with suppress(StoreError):
                self.gateway.stop()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside the rest of the day."""
        task = asyncio.ensure_future(work)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.watch.failed(error)

    def _later(self, wait_s: float, work: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(wait_s, work)


def _is_behind(gateway: Gateway) -> bool:
    """Whether a commit failed and none went well since: memory is read back before the next."""
    return any(alert.id == "store-failed" for alert in gateway.core.alerts.active())
