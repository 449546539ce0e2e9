"""Whether silence means anything: which antennas listen, and since when each place is covered.

A place is covered while all its antennas' readers are up and at least one of these antennas hears
somebody, or nobody else is there to be heard. An antenna's own rhythm tells when its silence is
odd: it is mute after a multiple of its usual gap between reads.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.locating import kernel
from edge.locating.columns import FloorColumns
from edge.locating.compiled_coverage import CompiledCoverage
from edge.locating.settings import LocatingSettings
from edge.locating.slots import NO_ANTENNA, Floats, Ints, Slots
from edge.model.ids import DeviceName

_GAP_START_S = 1.0
_LEAST_SHARE = 1 / 3
"""Share of a tag's reads that an antenna has at whose place it lies, or more."""
_LONGEST_MS = np.float32(2e9)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """When and how often m tags were read.

    Attributes:
        at_ms: newest read of each.
        gap_s: mean gap between its reads.
        reads: its reads since it was unplaced, up to 255.
    """

    at_ms: Ints
    gap_s: Floats
    reads: NDArray[np.uint8]


class Coverage:
    """Follows readers, antennas and places; times in table milliseconds.

    Attributes:
        has_antennas: by place number.
        alive: by antenna number, with one more entry: false for those told to be down.
        deaf: as long as that: true for antennas that hear nothing though they should, see
            `antennas`.
        heard_surveying: by antenna number: it heard tags all over the floor while that was
            surveyed.
        items: by place number, how many items are announced there.
        covered: by place number; covered_since_ms: since when, where it is covered.
        dark: by place number: it has antennas, and the readers of all of them are down.
        antenna_up: by antenna number: its reader answers.
        heard_ms: by antenna number: when it last delivered reads, or began to listen.
        hearing: by antenna number: it is up and not silent for longer than its rhythm allows.
        compiled: what compiled code does of this; None without it.
    """

    def __init__(self, columns: FloorColumns, settings: LocatingSettings, now_ms: int) -> None:
        antennas, places = len(columns.antennas), len(columns.places)
        self._columns = columns
        self._silences = -float(np.log(settings.false_departure))
        self._missed_ms = np.float32(self._silences / _LEAST_SHARE * 1e3)
        self._silent_ms_min = np.float32(settings.silence_s_min * 1e3)
        self._hearing_ms = (settings.hearing_s_min * 1e3, settings.hearing_s_max * 1e3)
        self._reader_number = {name: number for number, name in enumerate(columns.readers)}
        self._reader_up = np.zeros(len(columns.readers), np.bool_)
        self._reader_told = np.zeros(len(columns.readers), np.bool_)
        self.heard_ms = np.full(antennas, now_ms, np.int64)
        self._gap_s = np.full(antennas, _GAP_START_S, np.float64)
        self._place = columns.place_of[:-1].astype(np.int64)
        self._antennas_at = np.bincount(self._place, minlength=places)
        self.has_antennas = self._antennas_at > 0
        self.alive = np.ones(antennas + 1, np.bool_)
        self.deaf = np.zeros(antennas + 1, np.bool_)
        self.heard_surveying = np.zeros(antennas, np.bool_)
        self.items = np.zeros(places, np.int64)
        self.covered = np.zeros(places, np.bool_)
        self.covered_since_ms = np.full(places, now_ms, np.int64)
        self.dark = np.zeros(places, np.bool_)
        self.antenna_up = np.zeros(antennas, np.bool_)
        self.hearing = np.zeros(antennas, np.bool_)
        self.compiled = self._compiled()

    def _compiled(self) -> CompiledCoverage | None:
        """What compiled code does; it knows where columns lie, so they are changed in place."""
        if kernel.KERNEL is None:
            return None
        columns: dict[str, NDArray[Any]] = {
            "place_of": self._columns.place_of,
            "reader_of": self._columns.reader_of,
            "reader_told": self._reader_told,
            "up": self.antenna_up,
            "hearing": self.hearing,
            "heard_ms": self.heard_ms,
            "gap_s": self._gap_s,
            "items": self.items,
            "antennas_at": self._antennas_at,
            "covered_since_ms": self.covered_since_ms,
            "covered": self.covered,
        }
        numbers = {
            "missed_ms": float(self._missed_ms),
            "silent_ms_least": float(self._silent_ms_min),
            "reads_least": self._silences / _LEAST_SHARE,
            "silences": self._silences,
            "hearing_ms_least": self._hearing_ms[0],
            "hearing_ms_most": self._hearing_ms[1],
        }
        return CompiledCoverage(kernel.KERNEL, columns, numbers)

    @property
    def listening(self) -> NDArray[np.bool_]:
        """Those alive that are not deaf: whose silence tells something."""
        return self.alive & ~self.deaf

    def reader_changed(self, reader: DeviceName, *, up: bool, at_ms: int) -> None:
        """A reader came or went; a name without antennas on the floor is none of our business."""
        number = self._reader_number.get(reader)
        if number is None:
            return
        came = up and not self._reader_up[number]
        self._reader_up[number] = up
        self._reader_told[number] = True
        own = self._columns.reader_of == number
        self.antenna_up[own] = up
        self.alive[:-1][own] = up
        if came:
            self.heard_ms[own] = np.maximum(self.heard_ms[own], at_ms)
            self.covered[self._place[own]] = False
        self.dark[:] = self.has_antennas & (self._sum(self.alive[:-1]) == 0)

    def heard(self, counts: NDArray[np.int64], now_ms: int) -> None:
        """So many reads came from each antenna; a reader never told of is up."""
        if self.compiled is not None and self.compiled.heard(counts, now_ms):
            return
        which = np.flatnonzero(counts)
        if self.compiled is None:
            gap = (now_ms - self.heard_ms[which]) * 1e-3
            usual = self._gap_s[which]
            gap = np.minimum(gap, 4.0 * usual + 1.0)
            self._gap_s[which] += np.where(gap > usual, 0.3, 0.01) * (gap - usual)
            self.heard_ms[which] = now_ms
        readers = self._columns.reader_of[which]
        for number in set(readers[~self._reader_told[readers]].tolist()):
            self.reader_changed(self._columns.readers[number], up=True, at_ms=now_ms)
            self._reader_told[number] = False

    def shift_times(self, by_ms: int) -> None:
        """Move the zero of all times forward."""
        self.heard_ms -= by_ms
        self.covered_since_ms -= by_ms

    def look(self, now_ms: int) -> None:
        """Bring `covered` and `covered_since_ms` up to now."""
        if self.compiled is not None:
            self.compiled.look(now_ms)
            return
        low, high = self._hearing_ms
        patience_ms = np.minimum(np.maximum(self._silences * self._gap_s * 1e3, low), high)
        self.hearing = self.antenna_up & (now_ms - self.heard_ms <= patience_ms)
        all_up = self.has_antennas & (self._sum(self.antenna_up) == self._antennas_at)
        covered = all_up & ((self._sum(self.hearing) > 0) | (self.items <= 1))
        began = covered & ~self.covered
        self.covered_since_ms[began] = now_ms
        self.covered[:] = covered

    def silent(
        self, slots: Slots, home: NDArray[np.bool_], news: Heard
    ) -> NDArray[np.bool_] | None:
        """Slots whose antenna hears a tag no more, though it listens; of tags whose place is so.

        It has missed so many reads of the tag that chance is ruled out as for a departure, while
        its place was covered and it heard others, or nobody else was there to be heard.

        Args:
            slots: of m tags.
            home: shape (4, m), slots of the tag's announced place.
            news: when and how often they were read.

        Returns:
            Shape (4, m); None where there are none.
        """
        long_ms = np.maximum(news.gap_s * self._missed_ms, self._silent_ms_min)
        np.minimum(long_ms, _LONGEST_MS, out=long_ms)  # `np.clip` takes half as long again
        own_ms = (slots.seen_ms * home).max(axis=0)
        tag = (news.at_ms - own_ms > long_ms).nonzero()[0]
        tag = tag[(news.reads[tag] >= self._silences / _LEAST_SHARE) & (own_ms[tag] > 0)]
        if not len(tag):
            return None
        antenna = slots.antenna[:, tag]
        place = self._place.take(antenna, mode="clip")
        at_ms, seen_ms = news.at_ms[tag], slots.seen_ms[:, tag]
        until_ms = np.where(
            self.items[place] <= 1,
            at_ms,
            np.minimum(at_ms, self.heard_ms.take(antenna, mode="clip")),
        )
        since_ms = np.maximum(seen_ms, self.covered_since_ms[place])
        no_more = self.covered[place] & (until_ms - since_ms > long_ms[tag])
        no_more &= antenna != NO_ANTENNA
        no_more &= (no_more | ~home[:, tag]).all(axis=0)
        if not no_more.any():
            return None
        silent = np.zeros(home.shape, np.bool_)
        silent[:, tag] = no_more
        return silent

    def blamed(self, place: int) -> DeviceName:
        """The reader because of which a place is not covered: one that is down, else its first."""
        own = np.flatnonzero(self._place == place)
        down = own[~self.antenna_up[own]]
        antenna = int(down[0] if len(down) else own[0])
        return self._columns.antennas[antenna].reader

    def _sum(self, flags: NDArray[np.bool_]) -> NDArray[np.int64]:
        counts: NDArray[np.int64] = np.bincount(
            self._place[flags], minlength=len(self._antennas_at)
        )
        return counts


def silence_allowed_ms(
    gap_s: NDArray[np.float32], near: NDArray[np.bool_], settings: LocatingSettings
) -> Ints:
    """The silence after which a tag with this mean gap between reads is taken to be gone.

    A tag read at a rate r stays unread for t with probability exp(-r t); the answer is the t at
    which that falls below the wanted share of false departures, within the settings' bounds.
    """
    wanted = gap_s * np.float32(-np.log(settings.false_departure))
    least = np.where(near, settings.near_silence_s_min, settings.silence_s_min)
    most = np.where(near, settings.near_silence_s_max, settings.silence_s_max)
    bounded = np.clip(wanted, least, most)
    allowed: Ints = (bounded * 1e3).astype(np.int32)
    return allowed
