"""In the box or beside it: what the antennas of pack stations say of each tag, compared.

A tag in the box on the table is loud there and faint at the next table; one in a tote beside is
fainter here, and one in the neighbour's box is louder there. So two differences count: the level
here against the level that tells nothing, and against the loudest other station. The
smaller one decides. Its error has a part that stays (how the tag lies, what lies on it) and a part
that averages over rounds; the verdict is the probability that the difference is truly above 0.

A verdict is told after `quiet_rounds` rounds in which no tag was new at the station, so that a box
that is still being filled is not judged; it is told again only when it changes, or when a box is
opened. What has not been heard since then, though the box had its time, was carried away with the
tote or parcel before it: it lies beside, however loud it was. The packer's own verdict waits for
the same quiet (`locating.quiet`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch, SomeReads, by_reader
from edge.locating.epcs import EpcIndex, Rows, grown, keys_of
from edge.locating.intake import LEVEL_LEAST_DBM, LEVEL_MOST_DBM
from edge.locating.quiet import QuietWatch
from edge.model.boxes import BoxPlace, BoxQuiet, BoxVerdict
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.inputs import DeviceChanged, Input
from edge.model.places import Floor, LocationKind
from edge.model.work import PackSession

Floats = NDArray[np.float64]
_NONE = -1
_PLACES = (BoxPlace.BESIDE, BoxPlace.UNSURE, BoxPlace.INSIDE)
_UNTOLD = -1
_HEARD = 0.01
"""Reads, weighed by their age, from which a tag counts as heard at a station."""
_FORGET_MS = 60_000
_LOUD_SHARE = 0.8
TAGS_MAX = 20_000
"""At the bound new tags are not judged: the packer is asked about them, as without antennas."""


@dataclass(frozen=True, slots=True)
class BoxSettings:
    """How stations judge.

    Attributes:
        round_ms: of one read round.
        quiet_rounds: without a new tag, before anything is told.
        memory_rounds: how many rounds back the levels count.
        near_dbm: level at which a station's antenna tells nothing; above it the tag lies there.
        box_db: what lies in the box is no more than this fainter than what is loud at the station:
            where all is faint, `near_dbm` gives way, and what lies beside is asked about.
        silent_dbm: level counted for a station that does not hear the tag.
        settled_db, fleeting_db: standard deviation of what stays and of what averages out.
        sure_at: probability from which inside is told, and from whose opposite beside is.
        outwait_ms: so long a packer waits for quiet at most. It is some five times the usual wait:
            a tote that is poured in piece by piece has its time, and where tags pass all day
            nobody stands there longer than a scan of its pieces would take.
    """

    round_ms: int = 500
    quiet_rounds: int = 3
    memory_rounds: float = 8.0
    near_dbm: float = -56.0
    box_db: float = 10.0
    silent_dbm: float = -75.0
    settled_db: float = 4.0
    fleeting_db: float = 4.0
    sure_at: float = 0.9
    outwait_ms: int = 8_000

    @property
    def quiet_ms(self) -> int:
        """How long nothing new may be heard before anything is told."""
        return self.quiet_rounds * self.round_ms


DEFAULTS = BoxSettings()


class _Looked(NamedTuple):
    """The tags heard at a station, how probably each lies in its box, and its verdict."""

    rows: Rows
    chance: Floats
    place: Rows


_NOBODY = _Looked(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))


class BoxWatch:
    """Judges the tags at all pack stations of a floor.

    Args:
        floor: places and antennas.
        settings: how to judge.
    """

    def __init__(self, floor: Floor, settings: BoxSettings = DEFAULTS) -> None:
        covered = {antenna.location for antenna in floor.antennas}
        self._stations = [one for one in floor.places_of(LocationKind.STATION) if one in covered]
        self._settings = settings
        self._ports = _ports_of(floor, self._stations)
        self._index = EpcIndex(64)
        n = len(self._stations)
        self._level: Floats = np.zeros((64, n))
        self._weight: Floats = np.zeros((64, n))
        self._rounds = np.zeros((64, n), np.int64)
        self._told = np.full((64, n), _UNTOLD, np.int64)
        self._seen_ms = np.zeros((64, n), np.int64)
        self._round_ms = self._set_us = 0
        self._new_ms = np.zeros(n, np.int64)
        self._fresh = np.zeros((64, n), np.bool_)
        self._in_box = np.zeros((64, n), np.bool_)
        self._heard_ms = np.zeros(n, np.int64)
        self._lone_ms = np.zeros(n, np.int64)
        self._deaf = set(self._ports)
        self._up_ms = 0
        self._opened: dict[LocationId, int] = {}
        self._opened_ms = np.zeros(n, np.int64)
        self._quiet = QuietWatch(settings.quiet_ms, settings.outwait_ms)

    def clock_was_set(self, by_us: int) -> None:
        """The gateway's clock was set by so much: no time has passed, and none goes by again."""
        self._set_us += by_us

    def _tell_devices(self, inputs: Iterable[Input], now_ms: int) -> None:
        """Readers come and go: where nobody hears, it is not quiet."""
        for change in inputs:
            if not isinstance(change, DeviceChanged) or change.device not in self._ports:
                continue
            if change.alive:
                self._deaf.discard(change.device)
                self._up_ms = now_ms
            else:
                self._deaf.add(change.device)

    def observe(self, *batches: SomeReads) -> None:
        """Take readers' reads; those of other antennas are left alone."""
        if not self._ports:
            return
        for batch in by_reader(batches):
            ports = self._ports.get(DeviceName(batch.reader))
            if ports is not None:
                self._take(batch, ports)

    def _take(self, batch: ReadBatch, ports: NDArray[np.int64]) -> None:
        station = ports.take(batch.antenna, mode="clip")
        good = np.flatnonzero(
            (station != _NONE) & (batch.epc_bits > 0) & np.isfinite(batch.rssi_dbm)
        )
        if not len(good) or len(self._index) + len(good) > TAGS_MAX:
            return
        epc, bits = np.ascontiguousarray(batch.epc[good]), batch.epc_bits[good]
        rows = self._index.find_or_add(epc, keys_of(epc, bits), bits)
        self._make_room()
        at = (rows, station[good])
        level_dbm = np.clip(batch.rssi_dbm[good], LEVEL_LEAST_DBM, LEVEL_MOST_DBM)
        np.add.at(self._level, at, level_dbm)
        np.add.at(self._weight, at, 1.0)
        seen_ms = (batch.seen_us[good] - self._set_us) // 1000
        np.maximum.at(self._seen_ms, at, seen_ms)
        is_new = self._rounds[at] == 0
        np.maximum.at(self._new_ms, station[good][is_new], seen_ms[is_new])
        self._fresh[at] = True

    def turn(
        self,
        now_us: int,
        packs: Mapping[LocationId, PackSession],
        inputs: Iterable[Input] = (),
    ) -> list[BoxVerdict | BoxQuiet]:
        """Verdicts that are new or have changed, and around which open checks it is quiet now.

        Tags are looked at once a round, and checks in each turn: somebody waits.

        Args:
            now_us: gateway UTC microseconds.
            packs: the open checks.
            inputs: what else came in; of a reader that came or went.
        """
        now_ms = (now_us - self._set_us) // 1000
        self._tell_devices(inputs, now_ms)
        mine = {one: pack for one, pack in packs.items() if one in self._stations}
        self._tell_again(mine, now_ms)
        judged = self._round(now_ms)
        quiet = self._quiet.turn(now_ms, mine, lambda one: self._heard_at(one, now_ms))
        for one in quiet:  # what lies beside is told first: after the quiet the rest counts
            if one.quiet:
                number = self._stations.index(one.station)
                judged += self._verdicts(number, self._looked_at(number, now_ms))
        return [*judged, *quiet]

    def _round(self, now_ms: int) -> list[BoxVerdict]:
        if now_ms - self._round_ms < self._settings.round_ms or not self._stations:
            return []
        self._round_ms = now_ms
        self._rounds += self._fresh
        self._fresh[:] = False
        told = list(self._judged(now_ms))
        fade = np.exp(-1.0 / self._settings.memory_rounds)
        self._level *= fade
        self._weight *= fade
        self._forget(now_ms)
        return told

    def _heard_at(self, station: LocationId, now_ms: int) -> int:
        """When something new was heard in a station's box.

        Now, where its reader is not up yet, or what has come in this round is not looked at yet.
        """
        number = self._stations.index(station)
        if self._is_deaf(number):
            return now_ms
        if np.any(self._fresh[:, number] & (self._rounds[:, number] == 0)):
            return now_ms
        return max(int(self._heard_ms[number]), int(self._lone_ms[number]), self._up_ms)

    def _is_deaf(self, number: int) -> bool:
        return any(number in self._ports[reader] for reader in self._deaf)

    def _had_time(self, number: int, now_ms: int) -> bool:
        """Whether what lies in a station's box would have been heard since it was opened."""
        since_ms = max(int(self._opened_ms[number]), self._up_ms)
        return not self._is_deaf(number) and now_ms - since_ms >= self._settings.quiet_ms

    def _tell_again(self, packs: Mapping[LocationId, PackSession], now_ms: int) -> None:
        """Where a box was opened, what is known of the tags around it is told anew."""
        opened = {station: pack.opened_us for station, pack in packs.items()}
        for station, opened_us in opened.items():
            if self._opened.get(station) != opened_us:
                number = self._stations.index(station)
                self._told[:, number] = _UNTOLD
                self._opened_ms[number] = now_ms
        self._opened = opened

    def _judged(self, now_ms: int) -> Iterable[BoxVerdict]:
        for number in range(len(self._stations)):
            looked = self._looked_at(number, now_ms)
            self._note_new(looked.rows[looked.place > 0], number)
            if now_ms - self._new_ms[number] >= self._settings.quiet_ms:
                yield from self._verdicts(number, looked)

    def _looked_at(self, number: int, now_ms: int) -> _Looked:
        """The tags heard at a station."""
        rows = np.flatnonzero((self._rounds[:, number] > 0) & (self._weight[:, number] > _HEARD))
        if not len(rows):
            return _NOBODY
        chance = self._inside(rows, number)
        if self._had_time(number, now_ms):
            chance[self._seen_ms[rows, number] < self._opened_ms[number]] = 0.0
        place = 1 + (chance >= self._settings.sure_at).astype(np.int64)
        place -= chance <= 1.0 - self._settings.sure_at
        return _Looked(rows, chance, place)

    def _verdicts(self, number: int, looked: _Looked) -> Iterable[BoxVerdict]:
        """The verdicts of a station that are new or have changed."""
        rows, chance, place = looked
        changed = np.flatnonzero(place != self._told[rows, number])
        self._told[rows[changed], number] = place[changed]
        for at in changed.tolist():
            row = int(rows[at])
            yield BoxVerdict(
                station=self._stations[number],
                epc=Epc(self._index.epc_of(row)),
                place=_PLACES[int(place[at])],
                probability=float(chance[at]),
                rounds=int(self._rounds[row, number]),
            )

    def _note_new(self, rows: Rows, number: int) -> None:
        """What may lie in a box for the first time, and what has been heard there but once."""
        seen_ms, new = self._seen_ms[rows, number], ~self._in_box[rows, number]
        self._in_box[rows, number] = True
        self._heard_ms[number] = seen_ms[new].max(initial=self._heard_ms[number])
        lone_ms = seen_ms[self._rounds[rows, number] == 1]
        self._lone_ms[number] = lone_ms.max(initial=-self._settings.quiet_ms)
        self._lone_ms[number] += self._settings.quiet_ms  # it has once more the time to come again

    def _inside(self, rows: Rows, number: int) -> Floats:
        """Probability that each tag lies in the box of a station."""
        settings = self._settings
        weight = self._weight[rows]
        mean = np.full(weight.shape, settings.silent_dbm)
        np.divide(self._level[rows], weight, out=mean, where=weight > _HEARD)
        here = mean[:, number].copy()
        mean[:, number] = settings.silent_dbm
        others = mean.max(axis=1)
        mine = here[here >= others]
        loud = float(np.quantile(mine, _LOUD_SHARE)) if len(mine) else settings.silent_dbm
        near = min(settings.near_dbm, loud - settings.box_db)
        margin = np.minimum(here - near, here - others)
        n = np.minimum(self._rounds[rows, number], settings.memory_rounds)
        spread = np.sqrt(settings.settled_db**2 + settings.fleeting_db**2 / n)
        return np.asarray(1.0 / (1.0 + np.exp(-1.702 * margin / spread)))

    def _forget(self, now_ms: int) -> None:
        known = np.flatnonzero(self._index.bits[: len(self._seen_ms)] > 0)
        old = known[now_ms - self._seen_ms[known].max(axis=1, initial=0) > _FORGET_MS]
        if len(old):
            self._index.remove(old)
            for column in (self._level, self._weight, self._rounds, self._seen_ms):
                column[old] = 0
            self._told[old] = _UNTOLD
            self._in_box[old] = False

    def _make_room(self) -> None:
        needed, held = self._index.rows, len(self._seen_ms)
        if needed <= held:
            return
        size = grown(held, needed)
        for name in ("_level", "_weight", "_rounds", "_told", "_seen_ms", "_fresh", "_in_box"):
            old = getattr(self, name)
            new = np.full((size, *old.shape[1:]), _UNTOLD if name == "_told" else 0, old.dtype)
            new[:held] = old
            setattr(self, name, new)


def _ports_of(floor: Floor, stations: list[LocationId]) -> dict[DeviceName, NDArray[np.int64]]:
    """Station number by port of each reader; `_NONE` for other ports."""
    found: dict[DeviceName, NDArray[np.int64]] = {}
    mine = [one for one in floor.antennas if one.location in stations]
    for reader in dict.fromkeys(one.reader for one in mine):
        own = {one.port: stations.index(one.location) for one in mine if one.reader == reader}
        found[reader] = np.full(max(own) + 2, _NONE, np.int64)
        for port, number in own.items():
            found[reader][port] = number
    return found
