"""One look at tags, compiled: what `Looking` does with an `OffsetModel`, a tag at a time."""

import ctypes
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.locating.announced import Announced
from edge.locating.compiled_bench import Bench, BenchMet, of_slots, where
from edge.locating.kernel import POINTER, Kernel, address
from edge.locating.looking import Looking, Outcome, Present
from edge.locating.meeting import Met
from edge.locating.model import OffsetModel
from edge.locating.presence import STATES, TELLINGS
from edge.locating.settings import LocatingSettings
from edge.locating.slots import SLOTS
from edge.locating.tags import TagTable

_FLOATS = (
    *("near_db", "per_db", "per_rest_db", "per_away_db", "log_away", "quieter_db", "louder_db"),
    *("caution_reads", "silence_claim", "elsewhere", "claim_min", "near_claim_max", "level_rate"),
    *("window_s", "near_window_s", "leave_per_s", "leave_s_max", "unplaced_leave_s"),
    *("settling_s", "settling_share", "clip", "arrive_at", "near_arrive_at", "move_at"),
)
_COUNTS = ("arrive_reads", "near_arrive_reads", "has_near", "is_shared")
_FLOOR = ("offset", "near", "alive", "near_place")
_NEWS = (
    *("rows", "fresh", "since_s", "reads", "place", "announced", "usual_db", "reads_before"),
    *("silent", "placed_s", "nearness", "out_of_reach", "held"),
)
_TELLINGS_AT, _STATES_AT = address(TELLINGS, np.uint8), address(STATES, np.uint8)


class Told(NamedTuple):
    """How sure beliefs are told, see `honesty`, and when the table's time began."""

    sureness: float
    zero_us: int


class _Settings(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_float) for name in _FLOATS),
        *((name, ctypes.c_int32) for name in _COUNTS),
    )


class _Floor(ctypes.Structure):
    _fields_ = (
        *((name, POINTER) for name in _FLOOR),
        ("antennas", ctypes.c_uint64),
        ("places", ctypes.c_uint64),
    )


class _News(ctypes.Structure):
    _fields_ = tuple((name, POINTER) for name in _NEWS)


class _Told(ctypes.Structure):
    _fields_ = tuple(
        (name, POINTER) for name in ("level_db", "usual_before", "best", "findings", "agrees")
    )


class CompiledLook:
    """Looks as a `Looking` does, at tags that lie on a bench.

    Args:
        kernel: the functions.
        looking: whose settings and floor.
        model: its model.
    """

    def __init__(self, kernel: Kernel, looking: Looking, model: OffsetModel) -> None:
        columns = looking.columns
        self._see, self._announce = kernel.see, kernel.announce
        self._settles = looking.settings.settling_s > 0.0
        self._settings = _plain(looking.settings, model)
        self._settings.has_near = bool(columns.near.any())
        self._settings.is_shared = columns.shared
        self._columns = (model.offset, columns.near, columns.near_place)
        antennas = len(columns.near)
        if len(model.offset) != antennas:
            raise ValueError("columns of antennas differ in length")
        self._floor = _Floor(
            *(address(model.offset, np.float32), address(columns.near, np.bool_), None),
            *(address(columns.near_place, np.bool_), antennas, len(columns.places)),
        )
        self._bench: Bench | None = None
        self._news, self._told = _News(), _Told()

    def look(self, table: TagTable, met: Met, present: Present) -> Outcome:
        """Look at tags; their slots, reads and usual levels follow, also in the table.

        Raises:
            IndexError: a row, a place or a state that cannot be.
        """
        records = table.compiled
        if records is None or not isinstance(met, BenchMet):
            raise TypeError("compiled code looks at what compiled code has met")
        bench, tags, by = met.bench, met.tags, ctypes.byref
        if bench is not self._bench:
            self._work_on(bench)
        if len(present.alive) != self._floor.antennas:
            raise ValueError("columns of antennas differ in length")
        self._floor.alive = address(present.alive, np.bool_)
        records.make_room(tags, bench.merged.rows, bench.merged.slots)
        placed_s = self._tell_rest(met, present)
        is_held = present.held is not None
        self._told.agrees = where(bench.agrees) if is_held else None
        changed = self._see(
            *(by(self._settings), by(self._floor), tags, by(self._news), by(bench.merged.slots)),
            *(by(self._told), records.at, bench.merged.rows, bench.met.kept.state, _TELLINGS_AT),
            bench.changed_at,
        )
        del placed_s
        if changed < 0:
            raise IndexError("a look at a row, a place or a state that cannot be")
        return Outcome(
            *(bench.changed[:changed], bench.findings[:tags], bench.best[:tags]),
            *(of_slots(bench.level_db, tags), of_slots(bench.usual_db, tags)),
            bench.agrees[:tags] if is_held else None,
        )

    def announce(
        self, table: TagTable, met: BenchMet, changed: int, items: NDArray[np.int64], told: Told
    ) -> Announced:
        """As `Teller.announce`, of the tags that the last look has found changed.

        Args:
            table: follows.
            met: as the look was given them.
            changed: how many of them.
            items: by place, how many are announced there; follows.
            told: how sure beliefs are, and when the table's time began.

        Raises:
            IndexError: a place or a state that cannot be.
        """
        records, bench, by = table.compiled, met.bench, ctypes.byref
        if records is None or bench is not self._bench or len(items) != self._floor.places:
            raise TypeError("compiled code announces what it has looked at")
        done = self._announce(
            *(records.at, by(bench.merged), by(bench.met), by(self._told), changed),
            *(bench.changed_at, _TELLINGS_AT, _STATES_AT, told.zero_us, told.sureness),
            *(address(items, np.int64), len(items), by(bench.announced)),
        )
        if done < 0:
            raise IndexError("a tag is announced at a place or in a state that cannot be")
        return bench.told_of(changed)

    def _tell_rest(self, met: BenchMet, present: Present) -> NDArray[np.float32] | None:
        """Say what is not always known; gives what must not go away meanwhile."""
        one, four = (met.tags,), (SLOTS, met.tags)
        news, walk = self._news, present.walk
        news.silent = met.bench.met.silent if met.bench.met.some_are_silent else None
        news.nearness = news.out_of_reach = news.placed_s = news.held = None
        if walk is not None:
            news.nearness = _shaped(walk.nearness, np.float32, (SLOTS + 1, met.tags))
            news.out_of_reach = _shaped(walk.out_of_reach, np.bool_, four)
        if present.held is not None:
            news.held = _shaped(present.held, np.float32, one)
        placed_s = present.placed_s() if self._settles else None
        if placed_s is not None:
            news.placed_s = _shaped(placed_s, np.float32, one)
        return placed_s

    def _work_on(self, bench: Bench) -> None:
        """Take another bench's columns."""
        self._bench = bench
        merged, known = bench.merged, bench.met
        self._news = _News(
            *(merged.rows, merged.fresh, merged.since_s, merged.reads, known.place),
            *(known.kept.place, known.kept.level_db, known.kept.reads),
        )
        levels = where(bench.level_db), where(bench.usual_db)
        self._told = _Told(*levels, where(bench.best), where(bench.findings))


def _shaped(column: NDArray[np.generic], kind: type[np.generic], shape: tuple[int, ...]) -> int:
    if column.shape != shape:
        raise ValueError("columns of tags differ in length")
    return address(column, kind)


def _plain(settings: LocatingSettings, model: OffsetModel) -> _Settings:
    """What model and filter make of the settings."""
    leave_per_s = -np.log(settings.stay_per_s)
    same = [name for name in (*_FLOATS, *_COUNTS) if hasattr(settings, name)]
    return _Settings(
        near_db=model.near_db,
        per_db=1.0 / settings.softness_db,
        per_rest_db=1.0 / settings.rest_db,
        per_away_db=1.0 / settings.away_db,
        log_away=np.log(settings.away_db / settings.rest_db),
        leave_per_s=leave_per_s,
        unplaced_leave_s=-np.log(settings.unplaced_stay) / leave_per_s,
        **{name: getattr(settings, name) for name in same},
    )
