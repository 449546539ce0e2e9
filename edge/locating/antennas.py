"""How each antenna does: what it reads, what it usually reads, and what that says of it.

| fault             | begins                                           | ends                     |
|-------------------|--------------------------------------------------|--------------------------|
| silent            | nothing for longer than its rhythm allows and    | it hears for 10 s        |
|                   | 30 s more, while its reader answers, others hear |                          |
| rate low          | below 0.4 of its usual rate for two minutes      | above 0.7 for one minute |
| level jumped      | 8 dB from its usual level for two minutes        | within 4 dB for a minute |
| reference missing | its reference tag unread for one minute          | heard again for 5 s      |

Places through which goods only pass (cart, station, portal) are silent by nature: there only a
reference tag can tell. What a shelf reads depends on what lies in it, so the usual rate is
expected in proportion to the items that are there; what heard tags all over the floor while that
was surveyed is expected to hear. Of a reader that is down nothing is said: that
alone is told. A silent antenna is told as silent and not as slow, too. What `coverage` knows of
readers and of each antenna's rhythm is used here, not learnt again.

Each read costs two sums by antenna for a whole turn; the rest is done once a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from edge.locating import kernel
from edge.locating.columns import FloorColumns
from edge.locating.compiled_coverage import Counting
from edge.locating.coverage import Coverage
from edge.locating.lasting import Flags, Lasting
from edge.locating.references import ReferenceTags
from edge.locating.settings import RadioSettings
from edge.locating.slots import Floats, Ports
from edge.locating.usual import WINDOW_MS, Figures, Usual
from edge.model.ids import DeviceName, LocationId

_LOOK_MS = 1_000
_SILENT_MS, _HEARS_MS = 30_000, 10_000
_ODD_MS, _EVEN_MS = 120_000, 60_000
_FOUND_MS = 5_000
_FOLLOW = 0.3
"""Share by which the newest window counts in the present figures: some 30 s of memory."""
_LEAST_READS_PER_S = 0.2
"""An antenna that usually reads less than this is not judged by its rate."""
_RIGHT_SHARE = 0.7
_HOUR_US = 3_600_000_000


class AntennaFault(StrEnum):
    """What can be wrong with an antenna, as the radio itself tells."""

    SILENT = "antenna_silent"
    RATE_LOW = "antenna_rate_low"
    RSSI_JUMPED = "antenna_rssi_jumped"
    REFERENCE_MISSING = "reference_tag_missing"


@dataclass(frozen=True, slots=True)
class AntennaReport:
    """How one antenna does.

    Attributes:
        reader, port, location: which one.
        up: whether its reader answers.
        learning: its usual rate is not known yet.
        reads_per_s: of late, some half a minute.
        usual_reads_per_s: for what lies there at this hour; None until known.
        rssi_dbm: mean level of late, of the reference tag where it has one; None without reads.
        usual_rssi_dbm: None until known.
        heard_us: gateway microseconds of its last reads; of the start where there were none.
        faults: what is wrong, with gateway microseconds since when.
    """

    reader: DeviceName
    port: int
    location: LocationId
    up: bool
    learning: bool
    reads_per_s: float
    usual_reads_per_s: float | None
    rssi_dbm: float | None
    usual_rssi_dbm: float | None
    heard_us: int
    faults: Mapping[AntennaFault, int]


class AntennaHealth:
    """Judges all antennas of one floor; times in table milliseconds."""

    def __init__(
        self,
        columns: FloorColumns,
        coverage: Coverage,
        references: ReferenceTags,
        settings: RadioSettings,
    ) -> None:
        count = len(columns.antennas)
        self._columns = columns
        self._coverage = coverage
        self._references = references
        self._settings = settings
        self._rests = ~columns.near[:-1]
        self._place = columns.place_of[:-1].astype(np.int64)
        self._usual = Usual(count)
        self._counts = np.zeros(count, np.int64)
        self._levels = np.zeros(count)
        self._counting = (
            Counting(kernel.KERNEL, self._counts, self._levels) if kernel.KERNEL else None
        )
        self._listened = np.zeros(count, np.bool_)
        self._reads_per_s = np.full(count, np.nan)
        self._expected = np.zeros(count)
        self._rssi_dbm = np.full(count, np.nan)
        self._up = np.zeros(count, np.bool_)
        self._up_since_ms = np.zeros(count, np.int64)
        self._look_ms = self._window_ms = 0
        self._judged = {
            AntennaFault.SILENT: Lasting(count, _SILENT_MS, _HEARS_MS),
            AntennaFault.RATE_LOW: Lasting(count, _ODD_MS, _EVEN_MS),
            AntennaFault.RSSI_JUMPED: Lasting(count, _ODD_MS, _EVEN_MS),
            AntennaFault.REFERENCE_MISSING: Lasting(count, 0, _FOUND_MS),
        }

    def heard(self, antenna: Ports, rssi_dbm: Floats) -> NDArray[np.int64]:
        """Count the reads of a turn; gives how many each antenna delivered."""
        if self._counting is not None:
            return self._counting.count(antenna, rssi_dbm)
        counts = np.bincount(antenna, minlength=len(self._counts))
        self._counts += counts
        self._levels += np.bincount(antenna, weights=rssi_dbm, minlength=len(self._counts))
        return counts

    def shift_times(self, by_ms: int) -> None:
        """Move the zero of all times forward."""
        self._look_ms -= by_ms
        self._window_ms -= by_ms
        self._up_since_ms -= by_ms
        for one in self._judged.values():
            one.shift_times(by_ms)

    def look(self, now_ms: int, now_us: int) -> None:
        """Judge, if a second has passed; `now_us` is the same time in gateway microseconds."""
        if now_ms - self._look_ms < _LOOK_MS:
            return
        self._look_ms = now_ms
        self._follow_readers(now_ms)
        if now_ms - self._window_ms >= WINDOW_MS:
            self._end_window(now_ms, now_us // _HOUR_US % 24)
        self._judge(now_ms)

    def _follow_readers(self, now_ms: int) -> None:
        up = self._coverage.antenna_up
        came = up & ~self._up
        self._up_since_ms[came] = now_ms
        self._listened &= up
        self._listened[came] = False
        if (gone := self._up & ~up).any():
            self._reads_per_s[gone] = np.nan
            self._rssi_dbm[gone] = np.nan
            for one in self._judged.values():
                one.forget(gone)
        self._up = up.copy()

    def _end_window(self, now_ms: int, hour: int) -> None:
        """Learn from the reads of the last window and begin the next."""
        span_s = (now_ms - self._window_ms) / 1e3
        if self._window_ms:
            self._take_window(span_s, hour)
        self._counts[:] = 0
        self._levels[:] = 0.0
        self._listened[:] = self._up
        self._window_ms = now_ms

    def _take_window(self, span_s: float, hour: int) -> None:
        rate = self._counts / span_s
        level = np.full(len(rate), np.nan)
        np.divide(self._levels, self._counts, out=level, where=self._counts > 0)
        level = np.where(self._references.has, self._references.look().rssi_dbm, level)
        level[~self._listened] = np.nan
        self._reads_per_s = _followed(self._reads_per_s, np.where(self._listened, rate, np.nan))
        self._rssi_dbm = _followed(self._rssi_dbm, level)
        faulty = np.logical_or.reduce([one.on | one.turning for one in self._judged.values()])
        items = self._coverage.items[self._place].astype(np.float64)
        self._usual.learn(hour, rate, items, faulty=faulty, known=self._listened)
        self._usual.learn_level(level, faulty)
        self._expected = self._usual.reads_per_s(hour) * _fullness(items, self._usual.items)

    def _judge(self, now_ms: int) -> None:
        up, hears = self._up, self._coverage.hearing
        silent = up & ~hears & self._rests & self._others_hear(hears) & self._is_expected()
        self._judged[AntennaFault.SILENT].judge(silent, hears, now_ms)
        self._coverage.deaf[:-1] = self._judged[AntennaFault.SILENT].on
        mute = self._judged[AntennaFault.SILENT].on | ~hears
        judged = up & self._rests & self._usual.rate_known & ~mute
        judged &= self._expected >= _LEAST_READS_PER_S
        share = self._settings.rate_low_share
        self._judged[AntennaFault.RATE_LOW].judge(
            judged & (self._reads_per_s < share * self._expected),
            up & (self._reads_per_s > max(share, _RIGHT_SHARE) * self._expected),
            now_ms,
        )
        self._judged[AntennaFault.RATE_LOW].forget(self._judged[AntennaFault.SILENT].on)
        self._judge_level(mute, now_ms)
        self._judge_reference(now_ms)

    def _judge_level(self, mute: Flags, now_ms: int) -> None:
        apart_db = np.abs(self._rssi_dbm - self._usual.rssi_dbm)
        judged = self._up & self._usual.level_known & (self._rests | self._references.has) & ~mute
        jump_db = self._settings.rssi_jump_db
        self._judged[AntennaFault.RSSI_JUMPED].judge(
            judged & (apart_db >= jump_db), self._up & (apart_db < jump_db / 2), now_ms
        )

    def _judge_reference(self, now_ms: int) -> None:
        if not self._references.epcs:
            return
        seen_ms = np.maximum(self._references.look().seen_ms, self._up_since_ms)
        limit_ms = self._settings.reference_missing_s * 1e3
        missing = self._references.has & self._up & (now_ms - seen_ms > limit_ms)
        self._judged[AntennaFault.REFERENCE_MISSING].judge(missing, ~missing, now_ms)

    def _others_hear(self, hears: Flags) -> Flags:
        """By antenna, whether another of its reader hears; of the floor where it has no other."""
        reader = self._columns.reader_of
        count = len(self._columns.readers)
        own = np.bincount(reader[hears], minlength=count)[reader] - hears
        alone = np.bincount(reader, minlength=count)[reader] == 1
        found: Flags = np.where(alone, hears.sum() - hears, own) > 0
        return found

    def _is_expected(self) -> Flags:
        """By antenna, whether something is to be heard: by habit, by what was told or surveyed."""
        at_place = self._coverage.items[self._place]
        antennas_at = np.bincount(self._place, minlength=len(self._columns.places))[self._place]
        expected: Flags = (self._usual.rate_known & (self._expected >= _LEAST_READS_PER_S)) | (
            (at_place > 0) & (antennas_at == 1)
        )
        expected |= self._coverage.heard_surveying
        return expected

    def report(self, us_of_zero: int) -> tuple[AntennaReport, ...]:
        """How each antenna does, in the floor file's order.

        Args:
            us_of_zero: gateway microseconds of table millisecond 0.
        """
        usual, up = self._usual, self._up.tolist()
        rates, usual_rates = _told(self._reads_per_s), _told(self._expected, usual.rate_known)
        levels, usual_levels = _told(self._rssi_dbm), _told(usual.rssi_dbm, usual.level_known)
        is_known, heard_ms = usual.rate_known.tolist(), self._coverage.heard_ms.tolist()
        faults: list[dict[AntennaFault, int]] = [{} for _ in up]
        for fault, judged in self._judged.items():
            for number in judged.on.nonzero()[0].tolist():
                faults[number][fault] = us_of_zero + int(judged.since_ms[number]) * 1000
        return tuple(
            AntennaReport(
                reader=one.reader,
                port=one.port,
                location=one.location,
                up=up[number],
                learning=not is_known[number],
                reads_per_s=rates[number] or 0.0,
                usual_reads_per_s=usual_rates[number],
                rssi_dbm=levels[number],
                usual_rssi_dbm=usual_levels[number],
                heard_us=us_of_zero + heard_ms[number] * 1000,
                faults=faults[number],
            )
            for number, one in enumerate(self._columns.antennas)
        )

    def to_plain(self) -> list[dict[str, object]]:
        """What was learnt, as plain JSON values, to be taken up after a restart."""
        return [
            {
                "reader": one.reader,
                "port": one.port,
                "location": one.location,
                **self._usual.to_plain(number),
            }
            for number, one in enumerate(self._columns.antennas)
        ]

    def take_up(self, learnt: list[Mapping[str, object]]) -> None:
        """Go on from what was learnt before; an antenna that hangs elsewhere now begins anew.

        Raises:
            ValueError: these are no such values.
        """
        numbers = {
            (one.reader, one.port, one.location): number
            for number, one in enumerate(self._columns.antennas)
        }
        for one in learnt:
            key = (one.get("reader"), one.get("port"), one.get("location"))
            number = numbers.get(key)  # type: ignore[arg-type] # any key may be asked for
            if number is not None:
                self._usual.take_up(number, one)


def _followed(figure: Figures, newest: Figures) -> Figures:
    """A figure drawn towards its newest value; what was not known begins with it."""
    moved = figure + _FOLLOW * (newest - figure)
    return np.where(np.isnan(figure), newest, np.where(np.isnan(newest), figure, moved))


def _fullness(items: Figures, usual_items: Figures) -> Figures:
    """How much of what usually lies there lies there now, at most all of it."""
    full = np.ones(len(items))
    np.divide(items, usual_items, out=full, where=usual_items >= 1.0)
    return np.minimum(full, 1.0)


def _told(values: Figures, known: Flags | None = None) -> list[float | None]:
    """Figures for people, by antenna; None where there is none, or where it is not known yet."""
    has = ~np.isnan(values) if known is None else known & ~np.isnan(values)
    return [
        round(value, 2) if is_told else None
        for value, is_told in zip(values.tolist(), has.tolist(), strict=True)
    ]
