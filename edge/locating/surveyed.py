"""The model of a surveyed floor: what all antennas heard together, against what each place taught.

A tag's own level is learnt while it is followed, so that a quiet tag is not taken for a far one;
each antenna's gain is followed over all tags. A tag that is heard as it was heard just now has
hardly moved and tells little new; one whose levels change is likely to have left. Near-field
antennas are not surveyed: one claims its tag by the level alone, against the best that the room
can say.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.locating.columns import FloorColumns
from edge.locating.gains import Gains
from edge.locating.model import REFERENCE_DBM, After, Known, Look
from edge.locating.settings import LocatingSettings
from edge.locating.slots import NO_ANTENNA, SLOTS, Floats, News, Slots, admit, best_slots
from edge.locating.survey import (
    CONSTANT,
    EXPECTED,
    HEARD_WEIGHT,
    LEVEL_BOUNDS_DB,
    PER_DB,
    PER_DB2,
    PER_ROOT,
    SILENCE,
    TERMS,
    Hidden,
    Survey,
    silence_tells,
)
from edge.locating.treading import FreshLevels, Treading, Trodden, told_by_a_read
from edge.model.ids import LocationId
from edge.model.places import Floor

_ELSEWHERE_MOST = 2.0
_CHANGE_BACKED = np.float32(1.5)
"""Where late reads back a change of levels less than this, it counts for less, and so does it
where nothing changed."""
_CHANGE_NATS_MOST = 2.5
_NEWS_LEAST, _NEWS_PER_DB, _NEWS_MOST = np.float32(0.3), np.float32(0.15), np.float32(2.0)
"""What a look counts where nothing changed, and with each dB of change."""
_BESIDE_CELLS = np.float32(0.3)
"""What is left of what fading evidence says where fresh reads are weighed by cells, too."""
_COUNT_LEAST, _SHARE_LEAST = np.float32(1e-6), np.float32(1e-3)
_ROOT_ALL_OVER = 1.0
"""Root of decayed reads, in half a second, of a tag wherever it is."""
_DEAF_MOST = 4
"""Each costs as much as a look; where more are deaf at once the alerts say it all."""
_NEVER, _UNKNOWN = np.float32(-np.inf), np.float32(np.nan)
_ANTENNAS_MIN = 2
"""One alone cannot tell a deaf antenna from a quiet tag."""


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """What the slots of m tags heard; each column has shape (4, m).

    Attributes:
        antenna: number; the number of antennas stands for none.
        level: above the antenna's offset and the tag's own level, dB.
        weight: decayed reads, 0 where nothing was heard lately or nothing was surveyed.
        root: its square root.
        some: whether the weight is more than 0.
        change_db: by tag, how far levels are from what was heard lately.
        backed: by tag, 0 to 1, how far late reads could show that nothing changed.
    """

    antenna: NDArray[np.int64]
    level: Floats
    weight: Floats
    root: Floats
    some: NDArray[np.bool_]
    change_db: Floats
    backed: Floats


class _Together:
    """The survey's hidden layer, for antennas by number."""

    def __init__(self, hidden: Hidden, column: list[int]) -> None:
        inputs = np.pad(np.array(hidden.inputs)[column], ((0, 1), (0, 0), (0, 0)))
        outputs = np.pad(np.array(hidden.outputs).T, ((0, 0), (0, 1)))
        self._shape = inputs.shape[:2]
        self._inputs: Floats = inputs.reshape(-1, len(hidden.bias)).astype(np.float32)
        self._bias: Floats = np.array(hidden.bias, np.float32)
        self._outputs: Floats = outputs.astype(np.float32)

    def says(self, antenna: NDArray[np.int64], columns: Floats, row: NDArray[np.int64]) -> Floats:
        """What is said for places, nats.

        Args:
            antenna: shape (4, m), numbers; the number of antennas stands for none.
            columns: shape (4, m, INPUTS), what each slot heard.
            row: shape (4, m), rows of the survey; one more stands for none.
        """
        tag = np.arange(antenna.shape[1])
        dense = np.zeros((len(tag), *self._shape), np.float32)
        dense[tag, antenna] = columns
        units = dense.reshape(len(tag), -1) @ self._inputs
        units += self._bias
        np.tanh(units, out=units)
        said: Floats = (units @ self._outputs)[tag, row]
        return said


class SurveyedModel:
    """Scores the place of each slot by the survey.

    Args:
        columns: the floor.
        settings: weights.
        offset_dbm: by antenna, the mean level over all places.
        survey: what was learnt on this floor.
    """

    def __init__(
        self,
        columns: FloorColumns,
        settings: LocatingSettings,
        offset_dbm: NDArray[np.float64],
        survey: Survey,
    ) -> None:
        column = [survey.antennas.index(f"{one.reader}/{one.port}") for one in columns.antennas]
        row_of = {place: row for row, place in enumerate(survey.places)}
        rows = [row_of.get(one.location, len(row_of)) for one in columns.antennas]
        terms = np.array(survey.terms)[:, column]
        self._none = len(column)
        self._row_of_place = row_of
        self._row_of = np.array([*rows, len(row_of)])
        self._terms = np.pad(terms, ((0, 1), (0, 1), (0, 0))).astype(np.float32)
        self._pairs = self._terms.reshape(-1, TERMS)
        self._bias = np.append(survey.bias, 0.0).astype(np.float32)
        self._offset = np.append(offset_dbm, REFERENCE_DBM).astype(np.float32)
        self._near = columns.near
        self._settings = settings
        self._together = None if survey.hidden is None else _Together(survey.hidden, column)
        self._treading = None
        if survey.terrain is not None:
            self._treading = Treading(survey.terrain, column, settings.window_s)
        self._leave_per_s = np.float32(-np.log(settings.stay_per_s))
        self._leave_s_max = np.float32(settings.leave_s_max)
        self._gains = Gains(terms[..., EXPECTED], np.array(survey.root_reads)[column])

    @property
    def nbytes(self) -> int:
        """Bytes held for tags."""
        return 0 if self._treading is None else self._treading.nbytes

    def look(self, news: News, known: Known, alive: NDArray[np.bool_]) -> Look:
        """As `HearingModel` says; what speaks for places that nobody hears is for "elsewhere"."""
        look = self._look(news, known, alive)
        deaf = self._row_of[self._deaf(alive)]
        if len(deaf):
            self._not_ruled_out(look, self._heard(news.slots, known.usual_db), deaf, alive)
        return look

    def admit(self, slots: Slots, alive: NDArray[np.bool_]) -> None:
        """Make the places that nobody hears at present candidates, in place.

        Args:
            slots: of tags that were read.
            alive: as in `look`.
        """
        for antenna in self._deaf(alive).tolist():
            admit(slots, antenna, REFERENCE_DBM)

    def _deaf(self, alive: NDArray[np.bool_]) -> NDArray[np.int64]:
        """One antenna of each surveyed place whose antennas are all deaf or down, if few are."""
        own = self._row_of[:-1]
        listened = np.bincount(own[alive[:-1]], minlength=len(self._row_of_place) + 1) > 0
        listened[-1] = True
        deaf: NDArray[np.int64] = (~listened[own] & ~self._near[:-1]).nonzero()[0]
        _, first = np.unique(own[deaf], return_index=True)
        one_each = deaf[first]
        return one_each if len(one_each) <= _DEAF_MOST else one_each[:0]

    def _look(self, news: News, known: Known, alive: NDArray[np.bool_]) -> Look:
        heard = self._heard(news.slots, known.usual_db)
        row = self._row_of.take(heard.antenna)
        pair = row[:, np.newaxis] * (self._none + 1) + heard.antenna
        terms = self._pairs.take(pair, axis=0).transpose(3, 0, 1, 2)
        level = np.clip(heard.level - self._gains.level_db.take(heard.antenna), *LEVEL_BOUNDS_DB)
        root = heard.root - self._gains.root.take(heard.antenna)
        room = self._room(heard, (terms, level, root), row, alive)
        above = ((level - terms[EXPECTED]) * heard.some).sum(axis=1)
        above /= np.maximum(heard.some.sum(axis=0), 1)
        if not self._settings.change_db:
            return self._looked(news, room, above, known)
        room *= np.minimum(_NEWS_LEAST + _NEWS_PER_DB * heard.change_db, _NEWS_MOST)
        changed = heard.change_db - np.float32(self._settings.change_db) * heard.backed
        leaving = np.exp(np.clip(changed, -_CHANGE_NATS_MOST, _CHANGE_NATS_MOST))
        trodden = self._trodden(news, row, known, alive, leaving)
        if trodden is not None:
            share = -np.expm1(news.since_s / np.float32(-self._settings.window_s))
            room = _BESIDE_CELLS * room + trodden.room / np.maximum(share, _SHARE_LEAST)
        return replace(self._looked(news, room, above, known), leaving=leaving, trodden=trodden)

    def _room(
        self,
        heard: _Heard,
        told: tuple[Floats, Floats, Floats],
        row: NDArray[np.int64],
        alive: NDArray[np.bool_],
    ) -> Floats:
        """What speaks for places, nats; the shape of `row`.

        Args:
            heard: by m tags.
            told: the table's terms for each place and slot, and what the slots heard, gains taken
                off: level and root of decayed reads.
            row: shape (k, m), the table's rows of the places.
            alive: antennas whose silence counts.
        """
        terms, level, root = told
        tells = silence_tells(heard.weight.sum(axis=0))
        claim = terms[PER_DB2] * level
        claim += terms[PER_DB]
        claim *= level
        claim += terms[CONSTANT]
        claim += (terms[PER_ROOT] * root - terms[SILENCE]) * tells
        claim *= heard.some
        room: Floats = claim.sum(axis=1) + self._silent(alive).take(row) * tells
        if self._together is not None:
            columns = np.stack([np.ones_like(level), level, level * level, root * tells], axis=-1)
            columns *= heard.some[..., np.newaxis]
            antenna = np.where(heard.some, heard.antenna, self._none)
            room += self._together.says(antenna, columns, row) * tells
        return room

    def _not_ruled_out(
        self, look: Look, heard: _Heard, deaf: NDArray[np.int64], alive: NDArray[np.bool_]
    ) -> None:
        """Let what speaks for places whose antennas are all deaf speak for "elsewhere", in place.

        Its silence rules nothing out. Places that have a slot, by `admit` or by earlier reads,
        speak for themselves.
        """
        own = self._row_of.take(heard.antenna)
        rows = np.repeat(deaf[:, np.newaxis], own.shape[1], axis=1)
        level = np.clip(heard.level - self._gains.level_db.take(heard.antenna), *LEVEL_BOUNDS_DB)
        root = heard.root - self._gains.root.take(heard.antenna)

        def said(row: NDArray[np.int64]) -> Floats:
            pair = row[:, np.newaxis] * (self._none + 1) + heard.antenna
            terms = self._pairs.take(pair, axis=0).transpose(3, 0, 1, 2)
            return self._room(heard, (terms, level, root), row, alive)

        has_slot = (rows[:, np.newaxis] == own).any(axis=1)
        ahead = np.where(has_slot, _NEVER, said(rows)).max(axis=0)
        unknown = own == len(self._row_of_place)
        ahead -= np.where(unknown, _NEVER, said(own)).max(axis=0)
        if self._settings.change_db:
            ahead *= np.minimum(_NEWS_LEAST + _NEWS_PER_DB * heard.change_db, _NEWS_MOST)
        likelihood = look.log_likelihood
        best = np.where(unknown, _NEVER, likelihood[:SLOTS]).max(axis=0)
        best += np.minimum(ahead, 0.0)  # nobody heard it there: no likelier than the best heard
        np.fmax(likelihood[SLOTS], best, out=likelihood[SLOTS])

    def follow(self, news: News, look: Look, after: After) -> Floats:
        """As `HearingModel` says: the antennas' gains, and the tag's own level."""
        heard = self._heard(news.slots, look.usual_db)
        span_s = after.new_share * np.float32(self._settings.window_s)
        spans = np.broadcast_to(span_s, heard.some.shape)
        antenna = np.where(heard.some, heard.antenna, self._none)
        self._gains.hear(antenna, spans, heard.level, heard.root)
        self._gains.believe(self._row_of.take(heard.antenna), news.slots.belief * spans)
        self._gains.settle(int(news.at_ms.max()))
        self._remember(news, after.new_share)
        if look.trodden is not None and self._treading is not None:
            self._treading.keep(news, look.trodden)
        rate = after.new_share * np.float32(self._settings.level_rate)
        return look.usual_after(after.at, rate)

    def prove(self, slots: Slots, place: LocationId) -> None:
        """Learn the antennas' gains from a tag that has surely lain at this place.

        Args:
            slots: of the one tag; what is usual in them is what was heard while it lay there.
            place: its place; one that was not surveyed teaches nothing.
        """
        row = self._row_of_place.get(place)
        antenna, usual_db = slots.antenna[:, 0], slots.usual[:, 0]
        some = (antenna != NO_ANTENNA) & np.isfinite(usual_db)
        some &= ~self._near.take(antenna, mode="clip")
        if row is None or some.sum() < _ANTENNAS_MIN:
            return
        antennas = antenna[some].astype(np.int64)
        off_db = usual_db[some].astype(np.float64) - self._terms[row, antennas, EXPECTED]
        own_db = (off_db - self._gains.level_db[antennas]).mean()
        self._gains.prove(antennas, off_db - own_db)

    def refer(self, off_db: NDArray[np.float64]) -> None:
        """By antenna, how its reference tag's level departs from the first; NaN for none."""
        self._gains.refer(off_db)

    def _remember(self, news: News, new_share: Floats) -> None:
        """What each antenna usually hears of the tag, wherever it is carried."""
        slots = news.slots
        level = slots.level_sum / slots.weight
        level -= self._offset.take(slots.antenna, mode="clip")
        usual = np.where(np.isnan(slots.usual), level, slots.usual)
        rate = new_share * news.fresh * np.float32(self._settings.memory_rate)
        usual += rate * (level - usual)
        slots.usual[:] = np.where(slots.seen_ms > 0, usual, _UNKNOWN)

    def _trodden(
        self,
        news: News,
        row: NDArray[np.int64],
        known: Known,
        alive: NDArray[np.bool_],
        leaving: Floats,
    ) -> Trodden | None:
        """What the reads since the last look say, by the cells of each place."""
        if self._treading is None:
            return None
        antenna = np.minimum(news.slots.antenna, self._none)
        fresh = self._treading.fresh(news)
        level = fresh.level_sum / (fresh.count + _COUNT_LEAST)
        level -= self._offset.take(antenna) + self._gains.level_db.take(antenna)
        level -= np.nan_to_num(known.usual_db)
        count: Floats = fresh.count * ~self._near.take(antenna)
        stays = np.exp(np.minimum(news.since_s, self._leave_s_max) * leaving * -self._leave_per_s)
        comes = (1.0 - stays) / (SLOTS + 1)
        arriving = comes / (news.slots.belief * stays + comes)
        np.clip(level, *LEVEL_BOUNDS_DB, out=level)
        heard = FreshLevels(count, level, told_by_a_read(known.gap_s))
        return self._treading.look(news, row, heard, alive, arriving)

    def _heard(self, slots: Slots, usual_db: Floats) -> _Heard:
        antenna = np.minimum(slots.antenna, self._none).astype(np.int64)
        level = slots.level_sum / slots.weight
        level -= self._offset.take(antenna)
        some = (slots.weight > HEARD_WEIGHT) & ~self._near.take(antenna)
        weight = slots.weight * some
        change_db, backed = _change_db(level - slots.usual, weight)
        level -= np.nan_to_num(usual_db)
        return _Heard(antenna, level, weight, np.sqrt(weight), some, change_db, backed)

    def _silent(self, alive: NDArray[np.bool_]) -> Floats:
        """By place: what is said of a tag that no antenna of those alive hears."""
        silence: Floats = self._terms[..., SILENCE] @ alive.astype(np.float32)
        silence += self._bias
        return silence

    def _looked(self, news: News, room: Floats, above: Floats, known: Known) -> Look:
        """With near-field antennas beside the room, and "elsewhere" for what fits nowhere."""
        settings, slots = self._settings, news.slots
        near = self._near.take(slots.antenna, mode="clip")
        in_room = (slots.antenna != NO_ANTENNA) & ~near
        best, most = best_slots(np.where(in_room, room, np.float32(-np.inf)))
        np.copyto(most, 0.0, where=~in_room.any(axis=0))
        per_db = np.float32(1.0 / settings.softness_db)
        closeness = (slots.level_sum / slots.weight - np.float32(settings.near_dbm)) * per_db
        np.clip(closeness, settings.claim_min, settings.near_claim_max, out=closeness)
        quiet = -above.reshape(-1)[best * len(most) + np.arange(len(most))]
        elsewhere = (quiet - np.float32(settings.unknown_db)) * per_db
        elsewhere[np.isnan(known.usual_db)] = -settings.clip
        likelihood = np.empty((SLOTS + 1, len(most)), np.float32)
        likelihood[:SLOTS] = np.where(near, most + closeness, room)
        likelihood[SLOTS] = most + np.clip(elsewhere, -settings.clip, _ELSEWHERE_MOST)
        usual = np.nan_to_num(known.usual_db)
        return Look(likelihood, usual + above, np.ones_like(room), usual, near, room, known.home)


def _change_db(off_db: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Root of the mean square of what each tag's levels are off what they were, and its backing.

    A mean of few reads is off by its noise alone, so it counts little: neither as a change nor,
    where hardly anything was heard, as proof that nothing changed.
    """
    backed = weight / (weight + np.float32(1.0))
    off_db = np.nan_to_num(off_db)
    total = backed.sum(axis=0)
    square = (off_db * off_db * backed).sum(axis=0) / np.maximum(total, _CHANGE_BACKED)
    return np.sqrt(square), np.sqrt(np.minimum(total / _CHANGE_BACKED, np.float32(1.0)))


def heard_all_over(survey: Survey | None, floor: Floor) -> NDArray[np.bool_]:
    """By antenna: it heard twice a second or more, on the mean, of a tag wherever that was."""
    if survey is None:
        return np.zeros(len(floor.antennas), np.bool_)
    root_of = dict(zip(survey.antennas, survey.root_reads, strict=True))
    return np.array(
        [root_of[f"{one.reader}/{one.port}"] >= _ROOT_ALL_OVER for one in floor.antennas], np.bool_
    )
