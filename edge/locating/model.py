"""What the floor's antennas hear while nobody has calibrated them.

Without a calibration an antenna is taken to hear its own place loudest, and all antennas to be
equally sensitive. Tags are not: each has a usual level, which is learnt while it rests, and so has
each antenna that hears it there. A tag that stays is heard by all of them as usual. A tag that has
moved is heard as loudly as usual where it is now, and more quietly, nobody knows how much, where
it is not. Silence tells a little, and only of a tag that others hear often. A near-field antenna
claims by the level alone: what lies on it is loud, and what is loud there lies on it, however well
the room hears it, too.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.locating.choosing import either
from edge.locating.columns import FloorColumns
from edge.locating.epcs import Rows
from edge.locating.settings import LocatingSettings
from edge.locating.silences import forget_louder, hear_no_more
from edge.locating.slots import NO_ANTENNA, SLOTS, Floats, News, Ports, Slots
from edge.locating.treading import Trodden

REFERENCE_DBM = -60.0
"""Level of a tag at its own antenna's place while nothing better is known."""


_ANTENNAS = np.float32(4.0)
"""Antennas that share a tag's reads, as a rule: so much faster than the mean of all of its reads
does the mean of one antenna's follow at first."""


_UNHEARD_DB, _NAN, _NEVER = np.float32(-100.0), np.float32(np.nan), np.float32(-np.inf)
_SURPRISE_DB = np.float32(16.0)
"""Four times the noise of a read: so far from what was to be expected may an antenna by chance
hear a tag for the first time from a new place; what goes beyond is taken for usual at once."""
_READS_KNOWN = 40
"""From so many reads on, what antennas usually hear of a tag tells at which of them it lies."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the present evidence of m tags says.

    Attributes:
        log_likelihood: shape (5, m), nats, up to a constant for each tag: one for each slot, then
            "elsewhere".
        level_db: shape (4, m), mean level of each slot above its antenna's offset.
        trust: shape (4, m), 0 to 1, how far these means are backed by late reads.
        usual_db: shape (m,), the usual level that was assumed.
        near: shape (4, m), slots of near-field antennas; None where the floor has none.
        memory: shape (4, m), what each antenna usually hears of the tag while it stays.
        home: shape (4, m), slots of the place where the tag was; mostly the announced one.
        leaving: shape (m,), by how much likelier than usual each tag is to leave its place just
            now; None where that is not known.
        trodden: by the cells of each place; None where nobody learnt them.
    """

    log_likelihood: Floats
    level_db: Floats
    trust: Floats
    usual_db: Floats
    near: NDArray[np.bool_] | None
    memory: Floats
    home: NDArray[np.bool_]
    leaving: Floats | None = None
    trodden: Trodden | None = None

    def usual_after(self, at: Rows, rate: Floats) -> Floats:
        """The usual level, drawn towards what the most probable place hears now.

        Near-field antennas have levels of their own and teach nothing about the room's.

        Args:
            at: flat index of each tag's most probable slot.
            rate: how far each level may be drawn.
        """
        drawn = rate * self.trust.reshape(-1)[at]
        if self.near is not None:
            drawn *= ~self.near.reshape(-1)[at]
        drawn *= self.level_db.reshape(-1)[at] - self.usual_db
        usual: Floats = self.usual_db + drawn
        return usual


class HearingModel(Protocol):
    """How likely a tag is at the place of each of its slots, given what the slots heard."""

    def look(self, news: News, known: "Known", alive: NDArray[np.bool_]) -> Look:
        """What the present evidence of each tag says.

        Args:
            news: tags with their slots; empty slots may have any value.
            known: what was known of them before.
            alive: by antenna number, with one more entry: silence of a dead antenna says nothing.
        """
        ...

    def follow(self, news: News, look: Look, after: "After") -> Floats:
        """Learn from the same tags, now that their slots hold the belief after the look.

        Args:
            news: as in `look`.
            look: what it said.
            after: what came of it.

        Returns:
            The usual level of each tag from now on.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of m tags before a look.

    Attributes:
        usual_db: usual level of each tag at its place, NaN where not known.
        home: shape (4, m), slots of the tag's announced place.
        reads: reads since it was unplaced, up to 255.
        gap_s: mean gap between the reads of each tag.
        silent: shape (4, m), slots whose antenna long has not heard it, though it listens, of
            tags whose announced place has no other; None where there are none.
    """

    usual_db: Floats
    home: NDArray[np.bool_]
    reads: NDArray[np.uint8]
    gap_s: Floats
    silent: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class After:
    """What came of a look at m tags.

    Attributes:
        at: flat index of each tag's most probable slot.
        new_share: 0 to 1, how much of each tag's evidence was new.
        reads: reads since it was unplaced, up to 255.
        moved: whether it is announced somewhere else now.
    """

    at: Rows
    new_share: Floats
    reads: NDArray[np.uint8]
    moved: NDArray[np.bool_]


class OffsetModel:
    """Level above the antenna's own offset against the tag's usual one, and share of reads.

    Args:
        columns: the floor.
        settings: weights.
        offset_dbm: by antenna, the mean level that it hears; None where nothing was learnt.
    """

    def __init__(
        self,
        columns: FloorColumns,
        settings: LocatingSettings,
        offset_dbm: NDArray[np.float64] | None = None,
    ) -> None:
        offsets = np.full(len(columns.antennas), REFERENCE_DBM)
        if offset_dbm is not None:
            offsets = np.where(columns.near[:-1], offsets, offset_dbm)
        near_db = settings.near_dbm - REFERENCE_DBM
        self._offset = np.append(offsets, REFERENCE_DBM).astype(np.float32)
        self._near = columns.near
        self._any_near = bool(columns.near.any())
        self._near_db = np.float32(near_db)
        self._settings = settings
        self._per_db = np.float32(1.0 / settings.softness_db)

    @property
    def offset(self) -> Floats:
        """By antenna number, with one more entry for no antenna: the mean level that it hears."""
        return self._offset

    @property
    def near_db(self) -> float:
        """Level above the offset at which a near-field antenna tells nothing."""
        return float(self._near_db)

    def look(self, news: News, known: Known, alive: NDArray[np.bool_]) -> Look:
        """As `HearingModel` says."""
        settings, slots = self._settings, news.slots
        antenna = slots.antenna
        level = slots.level_sum / slots.weight
        level -= self._offset.take(antenna, mode="clip")
        heard = either(news.fresh, level, _UNHEARD_DB).max(axis=0)
        np.maximum(heard, np.float32(-20.0), out=heard)
        usual = either(np.isnan(known.usual_db), heard, known.usual_db)
        dead = None if alive.all() else ~alive.take(antenna, mode="clip")
        trust = _trust(slots.weight, dead)
        near = self._near.take(antenna, mode="clip") if self._any_near else None
        room_trust = trust * self._caution(known.reads)
        if near is not None:
            room_trust *= ~near
        memory, home = self._memory(slots, usual, known, near)
        there, away = self._moved(level, usual)
        new = np.isnan(slots.usual) & ~known.home
        stays = either(new, away, self._squared(level - memory, settings.rest_db)) * room_trust
        there = (there - away) * room_trust
        away *= room_trust
        gone = away.sum(axis=0)
        likelihood = np.empty((SLOTS + 1, level.shape[1]), np.float32)
        room = likelihood[:SLOTS]
        there += gone
        room[:] = either(home, stays.sum(axis=0), there)
        hear_no_more(room, there, home & ~known.home, known.silent, settings.silence_claim)
        if near is not None:
            self._add_near(room, level, trust, near, antenna)
        room += self._silence(slots.weight, trust, near)
        likelihood[SLOTS] = gone - np.float32(settings.elsewhere)
        return Look(likelihood, level, trust, usual, near, memory, home)

    def follow(self, news: News, look: Look, after: After) -> Floats:
        """As `HearingModel` says: what the antennas usually hear of a tag that stays.

        The first reads of a tag count in full, later ones the less the more there were.
        """
        slots = news.slots
        rate = _ANTENNAS / (after.reads.astype(np.float32) + _ANTENNAS)
        rate = np.maximum(rate, np.float32(self._settings.level_rate)) * after.new_share
        stays = (slots.belief * look.home).sum(axis=0) > 0.5  # noqa: PLR2004 - more likely than not
        off_db = look.level_db - look.memory
        far_db = off_db - np.clip(off_db, -_SURPRISE_DB, _SURPRISE_DB)
        memory = look.memory + rate * look.trust * off_db
        memory = either(np.isnan(slots.usual), look.memory + far_db, memory)
        slots.usual = either(news.fresh & stays, memory, slots.usual)
        moved = after.moved.nonzero()[0]
        put_right = look.home.reshape(-1)[after.at[moved]]
        slots.usual[:, moved[~put_right]] = np.nan
        forget_louder(slots.usual, moved[put_right], after.at, self._settings.louder_db)
        return look.usual_after(after.at, rate)

    def _caution(self, reads: NDArray[np.uint8]) -> Floats:
        """How far levels may be believed while the usual ones rest on few reads themselves."""
        known = reads.astype(np.float32) + np.float32(1.0)
        caution: Floats = known / (known + np.float32(self._settings.caution_reads))
        return caution

    def _memory(
        self, slots: Slots, usual: Floats, known: Known, near: NDArray[np.bool_] | None
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """What each antenna usually hears of the tag, and the slots of the place where that is so.

        Where the first is not known, it is what is to be expected.
        """
        expected = either(known.home, usual, usual - np.float32(self._settings.quieter_db))
        memory = either(np.isnan(slots.usual), expected, slots.usual)
        return memory, self._lies_at(slots.usual, known, near)

    def _lies_at(
        self, usual: Floats, known: Known, near: NDArray[np.bool_] | None
    ) -> NDArray[np.bool_]:
        """The slots for which it speaks that a tag is heard as usual: those of its own place.

        The first reads may have announced it at the wrong one. When it has been heard for long and
        another antenna is clearly the one that usually hears it loudest, it speaks for that. What
        an antenna heard that has long been silent counts for nothing.
        """
        loud = usual if known.silent is None else either(known.silent, _NEVER, usual)
        loud = loud if near is None else either(near, _NAN, loud)
        home = np.fmax.reduce(either(known.home, loud, _NAN), axis=0)
        most = np.fmax.reduce(loud, axis=0)
        wrong = (most > home + np.float32(self._settings.louder_db)) & (
            known.reads >= _READS_KNOWN
        )
        if not wrong.any():
            return known.home
        lies: NDArray[np.bool_] = (wrong & (loud == most)) | (known.home & ~wrong)
        return lies

    def _moved(self, level: Floats, usual: Floats) -> tuple[Floats, Floats]:
        """Log-likelihoods of each level of a tag that has moved: to that place, and not to it."""
        settings = self._settings
        there = self._squared(np.minimum(level - usual, 0.0), settings.rest_db)
        quiet = usual - np.float32(settings.quieter_db)
        away = self._squared(np.maximum(level - quiet, 0.0), settings.away_db)
        away -= np.float32(np.log(settings.away_db / settings.rest_db))
        return there, away

    @staticmethod
    def _squared(off_db: Floats, spread_db: float) -> Floats:
        """Log-likelihood of a deviation, in nats."""
        scaled: Floats = off_db * np.float32(1.0 / spread_db)
        scaled *= scaled
        scaled *= np.float32(-0.5)
        return scaled

    def _silence(self, weight: Floats, trust: Floats, near: NDArray[np.bool_] | None) -> Floats:
        """What the silence of an antenna tells while others hear the tag often."""
        room = weight.sum(axis=0) if near is None else (weight * ~near).sum(axis=0)
        often = np.clip((room - np.float32(1.0)) * np.float32(0.25), 0.0, 1.0)
        tells: Floats = (np.float32(1.0) - trust) * often
        tells *= np.float32(self._settings.silence_claim)
        return tells

    def _add_near(
        self,
        room: Floats,
        level: Floats,
        trust: Floats,
        near: NDArray[np.bool_],
        antenna: Ports,
    ) -> None:
        """Near-field antennas claim by the level alone, against the best that the room says."""
        settings = self._settings
        in_room = ~near & (antenna != NO_ANTENNA)
        best = either(in_room, room, _NEVER).max(axis=0)
        best = either(in_room.any(axis=0), best, np.float32(0.0))
        claim = (level - self._near_db) * self._per_db
        np.clip(claim, settings.claim_min, settings.near_claim_max, out=claim)
        claim *= trust
        claim += best
        room[:] = either(near, claim, room)


def _trust(weight: Floats, dead: NDArray[np.bool_] | None) -> Floats:
    """How far each slot's mean may be trusted: in full from one read of weight on.

    A dead antenna keeps its last word: what it heard may be so still.
    """
    trust = np.minimum(weight / (weight + np.float32(1.0)) * np.float32(2.0), np.float32(1.0))
    if dead is not None:
        trust[dead] = 1.0
    return trust
