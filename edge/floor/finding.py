"""Finding: how near each tag is that somebody looks for, a few times a second.

A person looks for one tag at a time. The readers' threads hand every batch here; only while
somebody looks is it compared with the wanted tags, column by column. A beat of five a second takes
what was heard, antenna by antenna, makes the scale of `locating.finder` and shows the strongest on
the board (`find/{badge}`), from where the page's stream has it.

Near the tag the finder asks for less power. It gets it at antennas on carts only: one at a shelf
would miss everything else that lies there, and the shelf would seem to empty. Whatever was asked
for is taken back when the search ends: after a time, with the session, or when the person says so.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drivers.reads import SomeReads
from edge.clock import Clock
from edge.floor.board import Board, Shown
from edge.floor.watching import ReadWatch, WatchedRead
from edge.locating.finder import FinderSettings, Found, TagFinder
from edge.model.ids import Badge, DeviceName, Epc
from edge.model.places import Floor, LocationKind

BEAT_S = 0.2
SEARCHES_MAX = 16
SEARCH_S_MAX = 300
ANTENNAS_MAX = 64
"""Of one search; a tag is not heard by more at once."""
POWER_UNKNOWN_DBM = 30.0
ZOOM_STEPS_DB = (0.0, 5.0, 10.0, 15.0)

Port = tuple[str, int]
"""A reader's name and its antenna port, from 1."""
SetPower = Callable[[str, int, float | None], None]
"""Sets an antenna's power in dBm, None for the configured one; returns at once."""


class SearchesFullError(Exception):
    """So many people look for something that one more would slow the gateway down."""


@dataclass(slots=True)
class _Search:
    epc: Epc
    until_us: int
    alive: Callable[[], bool]
    watch: ReadWatch = field(default_factory=ReadWatch)
    finders: dict[Port, TagFinder] = field(default_factory=dict)
    lowered: dict[Port, float] = field(default_factory=dict)


class FinderDesk:
    """A thread of its own; asked by the web server, told of reads by the drivers.

    Args:
        floor: which antenna is on a cart.
        board: where it is shown.
        clock: the host's.
        power_of: the configured power of an antenna in dBm; None where the reader decides.
    """

    def __init__(
        self,
        floor: Floor,
        board: Board,
        clock: Clock,
        power_of: Callable[[str, int], float | None] = lambda _, __: None,
    ) -> None:
        self._floor = floor
        self._board = board
        self._clock = clock
        self._power_of = power_of
        self._set_power: SetPower | None = None
        self._searches: dict[Badge, _Search] = {}
        self._watches: tuple[ReadWatch, ...] = ()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="finder", daemon=True)

    def attach(self, set_power: SetPower) -> None:
        """The readers' wire, once there is one."""
        self._set_power = set_power

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """End every search and the thread."""
        with self._changed:
            self._stopping = True
            for badge in list(self._searches):
                self._end(badge)
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(3)

    def note(self, batches: Sequence[SomeReads]) -> None:
        """Readers' reads; from any thread."""
        for watch in self._watches:
            watch.note(batches)

    def begin(self, badge: Badge, epc: Epc, alive: Callable[[], bool]) -> None:
        """Look for a tag; what the person looked for before is given up.

        Args:
            badge: who looks.
            epc: lower-case hex.
            alive: whether the person's session still holds.

        Raises:
            SearchesFullError: too many people look for something.
        """
        until_us = self._clock.monotonic_us() + SEARCH_S_MAX * 1_000_000
        search = _Search(epc, until_us, alive)
        with self._changed:
            if badge not in self._searches and len(self._searches) >= SEARCHES_MAX:
                raise SearchesFullError(f"{SEARCHES_MAX} people look for something already")
            self._end(badge)
            search.watch.watch(epc)
            self._searches[badge] = search
            self._follow()
            self._show(badge, search, {})
            self._changed.notify()

    def end(self, badge: Badge) -> None:
        """The person looks no longer; without a search nothing happens."""
        with self._changed:
            self._end(badge)

    def beat(self) -> None:
        """Show what was heard since the last beat; end what is over."""
        with self._changed:
            now_us = self._clock.monotonic_us()
            for badge, search in list(self._searches.items()):
                if now_us >= search.until_us or not search.alive():
                    self._end(badge)
                else:
                    self._show(badge, search, self._heard(search))

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                self._changed.wait(BEAT_S if self._searches else None)
                self.beat()

    def _follow(self) -> None:
        self._watches = tuple(one.watch for one in self._searches.values())

    def _end(self, badge: Badge) -> None:
        search = self._searches.pop(badge, None)
        if search is None:
            return
        search.watch.end()
        self._follow()
        for reader, port in search.lowered:
            self._ask_power(reader, port, None)
        self._board.show(f"find/{badge}", not_looking())

    def _heard(self, search: _Search) -> dict[Port, Found]:
        """What each antenna that has heard the tag says now."""
        heard: dict[Port, list[WatchedRead]] = {}
        for read in search.watch.take():
            heard.setdefault((read.reader, read.port), []).append(read)
        for port in heard:
            if port not in search.finders and len(search.finders) < ANTENNAS_MAX:
                search.finders[port] = TagFinder(self._settings_of(port))
        now_us = self._clock.now_us()
        found: dict[Port, Found] = {}
        for port, finder in search.finders.items():
            reads = heard.get(port, ())
            finder.heard([one.at_us for one in reads], [one.rssi_dbm for one in reads])
            found[port] = finder.look(now_us)
            self._zoom(search, port, found[port].power_dbm)
        return found

    def _settings_of(self, port: Port) -> FinderSettings:
        full = self._power_of(*port)
        full = POWER_UNKNOWN_DBM if full is None else full
        steps = ZOOM_STEPS_DB if self._may_zoom(port) else ZOOM_STEPS_DB[:1]
        return FinderSettings(powers_dbm=tuple(full - one for one in steps))

    def _may_zoom(self, port: Port) -> bool:
        location = self._floor.location_of(DeviceName(port[0]), port[1])
        on_cart = location is not None and self._floor.kind_of(location) is LocationKind.CART
        return on_cart and self._set_power is not None

    def _zoom(self, search: _Search, port: Port, power_dbm: float) -> None:
        full = self._settings_of(port).powers_dbm[0]
        if power_dbm == search.lowered.get(port, full):
            return
        if power_dbm == full:
            del search.lowered[port]
            self._ask_power(*port, None)
        else:
            search.lowered[port] = power_dbm
            self._ask_power(*port, power_dbm)

    def _ask_power(self, reader: str, port: int, power_dbm: float | None) -> None:
        if self._set_power is not None:
            self._set_power(reader, port, power_dbm)

    def _show(self, badge: Badge, search: _Search, found: dict[Port, Found]) -> None:
        ranked = sorted(found.items(), key=lambda one: (-one[1].scale, one[0]))
        best = ranked[0][1] if ranked else None
        left_s = (search.until_us - self._clock.monotonic_us()) // 1_000_000
        self._board.show(
            f"find/{badge}",
            {
                "epc": search.epc,
                "scale": best.scale if best else 0,
                "reads_per_s": round(sum(one.reads_per_s for _, one in ranked), 1),
                "rssi_dbm": _rounded(best.rssi_dbm) if best else None,
                "left_minutes": -(-left_s // 60),
                "antennas": [self._antenna(port, one) for port, one in ranked if one.scale > 0],
            },
        )

    def _antenna(self, port: Port, found: Found) -> Shown:
        return {
            "reader": port[0],
            "port": port[1],
            "location": self._floor.location_of(DeviceName(port[0]), port[1]),
            "scale": found.scale,
            "reads_per_s": round(found.reads_per_s, 1),
            "rssi_dbm": _rounded(found.rssi_dbm),
            "power_dbm": found.power_dbm,
        }


def not_looking() -> Shown:
    """What is shown while a person looks for nothing."""
    return {
        "epc": None,
        "scale": 0,
        "reads_per_s": 0.0,
        "rssi_dbm": None,
        "left_minutes": 0,
        "antennas": [],
    }


def _rounded(level_dbm: float | None) -> float | None:
    return None if level_dbm is None else round(level_dbm, 1)
