"""One look at tags, compiled: what `Looking` does with an `OffsetModel`, a tag at a time."""

import ctypes

import numpy as np
from numpy.typing import NDArray

from edge.locating.compiled_records import slots_at
from edge.locating.kernel import POINTER, Kernel, address
from edge.locating.looking import Looking, Outcome, Present
from edge.locating.model import Known, OffsetModel
from edge.locating.settings import LocatingSettings
from edge.locating.slots import SLOTS, News
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
    *(
        "rows",
        "fresh",
        "since_s",
        "reads",
        "place",
        "announced",
        "usual_db",
        "reads_before",
        "silent",
    ),
    *("placed_s", "nearness", "out_of_reach", "held"),
)


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
    _fields_ = (
        ("heads", POINTER),
        ("capacity", ctypes.c_uint64),
        *((name, POINTER) for name in ("level_db", "usual_before", "best", "findings", "agrees")),
    )


class CompiledLook:
    """Looks as a `Looking` does.

    Args:
        kernel: the functions.
        looking: whose settings and floor.
        model: its model.
    """

    def __init__(self, kernel: Kernel, looking: Looking, model: OffsetModel) -> None:
        columns = looking.columns
        self._look = kernel.look
        self._settles = looking.settings.settling_s > 0.0
        self._settings = _plain(looking.settings, model)
        self._settings.has_near = bool(columns.near.any())
        self._settings.is_shared = columns.shared
        self._columns = (model.offset, columns.near, columns.near_place)
        self._antennas, self._places = len(columns.near), len(columns.places)

    def look(self, table: TagTable, news: News, known: Known, present: Present) -> Outcome:
        """Look at tags; their slots, reads and usual levels follow.

        Raises:
            IndexError: a row or a place that cannot be.
        """
        tags = len(news.rows)
        shape = (SLOTS, tags)
        level_db, usual_db = np.empty((2, *shape), np.float32)
        best, findings = np.empty(tags, np.uint16), np.empty(tags, np.uint8)
        agrees = None if present.held is None else np.empty(tags, np.bool_)
        told = _Told(
            *(address(table.index.heads, np.void), len(table.index.heads)),
            *(address(level_db, np.float32), address(usual_db, np.float32)),
            *(address(best, np.uint16), address(findings, np.uint8)),
            None if agrees is None else address(agrees, np.bool_),
        )
        placed_s = present.placed_s() if self._settles else None
        plain = self._news(news, known, present, placed_s)
        floor, slots = self._floor(present.alive), slots_at(news.slots, shape)
        by = ctypes.byref
        if self._look(by(self._settings), by(floor), tags, by(plain), by(slots), by(told)) < 0:
            raise IndexError("a look at a row or a place that cannot be")
        return Outcome(findings, best, level_db, usual_db, agrees)

    def _floor(self, alive: NDArray[np.bool_]) -> _Floor:
        offset, near, near_place = self._columns
        if not len(offset) == len(near) == len(alive) == self._antennas:
            raise ValueError("columns of antennas differ in length")
        return _Floor(
            *(address(offset, np.float32), address(near, np.bool_), address(alive, np.bool_)),
            *(address(near_place, np.bool_), self._antennas, self._places),
        )

    @staticmethod
    def _news(
        news: News, known: Known, present: Present, placed_s: NDArray[np.float32] | None
    ) -> _News:
        one, four = (len(news.rows),), (SLOTS, len(news.rows))
        walk = present.walk
        return _News(
            _shaped(news.rows, np.int64, one),
            _shaped(news.fresh, np.bool_, four),
            _shaped(news.since_s, np.float32, one),
            _shaped(news.reads, np.int32, one),
            _shaped(present.places, np.uint16, four),
            _shaped(present.announced, np.uint16, one),
            _shaped(known.usual_db, np.float32, one),
            _shaped(known.reads, np.uint8, one),
            None if known.silent is None else _shaped(known.silent, np.bool_, four),
            None if placed_s is None else _shaped(placed_s, np.float32, one),
            None if walk is None else _shaped(walk.nearness, np.float32, (SLOTS + 1, one[0])),
            None if walk is None else _shaped(walk.out_of_reach, np.bool_, four),
            None if present.held is None else _shaped(present.held, np.float32, one),
        )


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
