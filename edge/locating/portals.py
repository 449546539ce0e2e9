"""Portals: how each tag went through, from the reads of a portal's antennas.

A portal is watched where its antennas are on both sides (`portal_side` "in" and "out" in the floor
file); a portal with antennas on one side, or without sides, cannot tell a direction and stays with
presence. `StayTracker` cuts what is heard of a tag into stays, `features_of` describes a stay,
`PortalModel` scores the directions, barriers add their word, and the neighbouring portals theirs:
of two portals that hear a tag at the same time, it passes the louder one. What is then not sure
enough waits for the tag's next stay, and is judged by the sides before and after it
(`portal_tracks`); what stays unsure is told as `UNKNOWN`: a person must look.

A tag that rests by the portal is told once as `STANDING`; until it is away for ten minutes its
further rests are not told. It never fires, and it is not forgotten that it rests there: a stay of
such a tag needs more evidence to become a crossing (feature `rested`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.driver import DeviceEvent, EventKind
from drivers.reads import ReadBatch, SomeReads, by_reader
from edge.locating.epcs import keys_of
from edge.locating.portal_barriers import Barriers
from edge.locating.portal_features import BALANCE, SIDE_AT_END, features_of
from edge.locating.portal_model import (
    DIRECTIONS,
    IN_COLUMN,
    OUT_COLUMN,
    PASSED_COLUMN,
    STANDING_COLUMN,
    PortalModel,
    probabilities,
)
from edge.locating.portal_parameters import LEARNT
from edge.locating.portal_stays import (
    BIN_MS,
    INSIDE,
    OUTSIDE,
    PortalReads,
    Stays,
    StayTracker,
)
from edge.locating.portal_tracks import Judged, Tracks
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.passages import Direction, Passage
from edge.model.places import Antenna, Floor

_NO_SIDE = -1
_EVEN = 0.5
_SIDES = {"in": INSIDE, "out": OUTSIDE}
_LEVELS = {EventKind.INPUT_HIGH: "high", EventKind.INPUT_LOW: "low"}


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """How sure a portal must be.

    Attributes:
        answer_at: probability from which a crossing is told as one, and from which it is told that
            there was none; between them the tag's next stay is waited for, then a person asked.
        reads_least: a stay with fewer reads, of a tag that did not cross, is a stray and not told.
        neighbour_db: of two portals that hear a tag, the one that is this much fainter is not
            where it passes; within it, neither is sure.
    """

    answer_at: float = 0.88
    reads_least: int = 4
    neighbour_db: float = 3.0

    def __post_init__(self) -> None:
        if not _EVEN < self.answer_at < 1.0:
            raise ValueError("portals: answer_at is a probability above 0.5 and below 1")


DEFAULTS = PortalSettings()


class PortalWatch:
    """Watches all portals of a floor that have antennas on both sides.

    Args:
        floor: places and antennas.
        settings: how sure to be.
        model: the scorer.

    Attributes:
        portals: those that are watched.
    """

    def __init__(
        self, floor: Floor, settings: PortalSettings = DEFAULTS, model: PortalModel = LEARNT
    ) -> None:
        self.portals = floor.sided_portals
        self._settings = settings
        self._model = model
        self._watched = {portal: _Portal(portal, settings.answer_at) for portal in self.portals}
        self._ports: dict[DeviceName, list[_Ports]] = {}
        for portal in self.portals:
            for reader, ports in _ports_of(floor.antennas, portal).items():
                self._ports.setdefault(reader, []).append(_Ports(self._watched[portal], ports))
        self._barriers = {
            (one.device, one.input): one
            for one in floor.light_barriers
            if one.location in self._watched
        }
        self._now_ms = self._looked_ms = 0
        self._set_us = 0

    def clock_was_set(self, by_us: int) -> None:
        """The gateway's clock was set by so much: stays go on, dated as if it had not been."""
        self._set_us += by_us

    def observe(self, *batches: SomeReads) -> None:
        """Take readers' reads; those of other antennas are left alone."""
        if not self._ports:
            return
        for batch in by_reader(batches):
            for one in self._ports.get(DeviceName(batch.reader), ()):
                one.portal.take(batch, one.sides, self._set_us)

    def told(self, event: DeviceEvent) -> None:
        """A device says what happened to it; what came into a light barrier counts."""
        barrier = self._barriers.get((DeviceName(event.device), event.port))
        if barrier is not None and _LEVELS.get(event.kind) == barrier.broken_when:
            side = _SIDES[barrier.portal_side]
            self._watched[barrier.location].barriers.broken(
                side, (event.at_us - self._set_us) // 1000
            )

    def turn(self, now_us: int) -> list[Passage]:
        """What has ended since the last turn; looked at four times a second."""
        self._now_ms = max(self._now_ms, (now_us - self._set_us) // 1000)
        for portal in self._watched.values():
            portal.enter(self._now_ms)
        if self._now_ms - self._looked_ms < BIN_MS:
            return []
        self._looked_ms = self._now_ms
        return [passage for portal in self._watched.values() for passage in self._looked(portal)]

    def _looked(self, portal: "_Portal") -> Iterable[Passage]:
        """What a portal tells of stays that have ended, or have waited for long enough."""
        for one in portal.tracks.waited_out(self._now_ms):
            yield from self._told(portal, one)
        for stay in self._judged(portal):
            for one in portal.tracks.take(stay):
                yield from self._told(portal, one)

    def _judged(self, portal: "_Portal") -> list[Judged]:
        """The stays that have ended since the last look, each judged by itself."""
        stays = portal.tracker.ended(self._now_ms)
        if not len(stays):
            return []
        features = features_of(stays)
        portal.tracker.remember(stays, features[:, SIDE_AT_END])
        scores = self._model.scores(features)
        scores += portal.barriers.log_likelihoods(stays.began_ms, stays.ended_ms, self._now_ms)
        found = self._beside(portal, stays, probabilities(scores))
        reads = stays.count.sum(axis=(1, 2)).astype(np.int64)
        return [
            Judged(
                row=row,
                epc=portal.tracker.index.epc_of(row),
                found=found[at],
                balance=float(features[at, BALANCE]),
                balance_last=float(features[at, SIDE_AT_END]),
                reads=int(reads[at]),
                rested=int(stays.rested[at]),
                is_over=bool(stays.is_over[at]),
                began_ms=int(stays.began_ms[at]),
                ended_ms=int(stays.ended_ms[at]),
                judged_ms=self._now_ms,
            )
            for at, row in enumerate(stays.rows.tolist())
        ]

    def _beside(
        self, portal: "_Portal", stays: Stays, found: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Take from a portal what its neighbour hears louder."""
        others = [one for one in self._watched.values() if one is not portal]
        if not others:
            return found
        index = portal.tracker.index
        keys, bits = index.keys[stays.rows], index.bits[stays.rows]
        own = np.where(stays.count > 0, stays.level_dbm, -np.inf).max(axis=(1, 2))
        louder = np.max([one.tracker.peak_dbm(keys, bits) for one in others], axis=0) - own
        share = 1.0 / (1.0 + np.exp(np.clip(louder / self._settings.neighbour_db * 2.2, -40, 40)))
        share[~np.isfinite(louder)] = 1.0
        here: NDArray[np.float64] = found * share[:, None]
        here[:, PASSED_COLUMN] += 1.0 - share
        return here

    def _told(self, portal: "_Portal", one: Judged) -> Iterable[Passage]:
        direction = self._direction(one)
        if self._is_silent(direction, one.reads, one.rested):
            return
        likeliest = int(one.found.argmax())
        yield Passage(
            epc=Epc(one.epc),
            portal=portal.name,
            direction=direction,
            probability=float(one.found[likeliest]),
            likeliest=DIRECTIONS[likeliest],
            crossing=float(one.found[IN_COLUMN] + one.found[OUT_COLUMN]),
            began_us=one.began_ms * 1000 + self._set_us,
            ended_us=one.ended_ms * 1000 + self._set_us,
            reads=one.reads,
        )

    def _direction(self, one: Judged) -> Direction:
        at, likeliest = self._settings.answer_at, int(one.found.argmax())
        if likeliest in {IN_COLUMN, OUT_COLUMN}:
            return DIRECTIONS[likeliest] if one.found[likeliest] >= at else Direction.UNKNOWN
        crossing = float(one.found[IN_COLUMN] + one.found[OUT_COLUMN])
        return DIRECTIONS[likeliest] if crossing <= 1.0 - at else Direction.UNKNOWN

    def _is_silent(self, direction: Direction, reads: int, rested: int) -> bool:
        """Whether there is nothing to tell: a stray, or what rests here as told before."""
        if direction in {Direction.IN, Direction.OUT, Direction.UNKNOWN}:
            return False
        return reads < self._settings.reads_least or (
            direction is DIRECTIONS[STANDING_COLUMN] and rested > 0
        )


class _Portal:
    """One portal with what it has heard."""

    def __init__(self, name: LocationId, answer_at: float) -> None:
        self.name = name
        self.tracker = StayTracker()
        self.barriers = Barriers()
        self.tracks = Tracks(answer_at)
        self._waiting: list[PortalReads] = []

    def take(self, batch: ReadBatch, sides: NDArray[np.int64], set_us: int) -> None:
        """Keep a batch's reads of this portal's antennas for the next turn."""
        side = sides.take(batch.antenna, mode="clip")
        good = np.flatnonzero((side != _NO_SIDE) & (batch.epc_bits > 0))
        if not len(good):
            return
        epc, bits = np.ascontiguousarray(batch.epc[good]), batch.epc_bits[good]
        level = np.clip(np.nan_to_num(batch.rssi_dbm[good], nan=_UNTOLD_DBM), -120.0, 20.0)
        keys = keys_of(epc, bits)
        seen_ms = (batch.seen_us[good] - set_us) // 1000
        self._waiting.append(PortalReads(epc, keys, bits, side[good], level, seen_ms))

    def enter(self, now_ms: int) -> None:
        """Take what waits into the stays."""
        waiting, self._waiting = self._waiting, []
        for reads in waiting:
            self.tracker.add(reads, now_ms)


_UNTOLD_DBM = -60.0
"""A reader without levels still tells when and on which side: every read counts alike."""


@dataclass(frozen=True, slots=True, eq=False)
class _Ports:
    """The ports of one reader at one portal: side by port, with one more entry for the rest."""

    portal: _Portal
    sides: NDArray[np.int64]


def _ports_of(
    antennas: Iterable[Antenna], portal: LocationId
) -> dict[DeviceName, NDArray[np.int64]]:
    mine = [one for one in antennas if one.location == portal and one.portal_side in _SIDES]
    found: dict[DeviceName, NDArray[np.int64]] = {}
    for reader in dict.fromkeys(one.reader for one in mine):
        own = {one.port: _SIDES[str(one.portal_side)] for one in mine if one.reader == reader}
        found[reader] = np.full(max(own) + 2, _NO_SIDE, np.int64)
        for port, side in own.items():
            found[reader][port] = side
    return found
