"""One look at tags that were read: what is believed of each now, and what that means."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.columns import FloorColumns
from edge.locating.epcs import Rows
from edge.locating.filter import PlaceFilter
from edge.locating.meeting import Met, known_of
from edge.locating.model import After, HearingModel, Known, Look
from edge.locating.presence import TELLINGS, Finding
from edge.locating.settings import LocatingSettings
from edge.locating.slots import SLOTS, Floats, Ints, News, Ports, best_slots
from edge.locating.tags import NO_PLACE, TagTable
from edge.locating.walking import Walk

_NEVER = np.float32(-np.inf)
_ELSEWHERE, _CONFIRMED = np.uint8(Finding.ELSEWHERE), np.uint8(Finding.CONFIRMED)


@dataclass(frozen=True, slots=True, eq=False)
class Present:
    """How it stands around m tags that are looked at.

    Attributes:
        alive: by antenna number, see `HearingModel.look`.
        walk: None where the floor's geometry tells nothing.
        placed_s: time since each announced place changed; asked for only where it counts.
        held: how far levels that speak against the announced place are to be left out, see
            `motion.Motions`; None where nobody tells phases.
    """

    alive: NDArray[np.bool_]
    walk: Walk | None
    placed_s: Callable[[], Floats]
    held: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a look came to; what is believed now stands in the slots.

    Attributes:
        changed: tags of which something is to be told; the others' findings change nothing.
        findings: what it means for each tag.
        best: the most probable place of each.
        level_db: shape (4, m), of each slot above its antenna's offset.
        usual_db: shape (4, m), what was usual before the look; NaN where not known.
        agrees: whether what was heard spoke for the place where the tag lies; None where nobody
            tells phases.
    """

    changed: Rows
    findings: NDArray[np.uint8]
    best: Ports
    level_db: Floats
    usual_db: Floats
    agrees: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Looking:
    """A model, a filter and settings that were chosen together."""

    columns: FloorColumns
    model: HearingModel
    filter: PlaceFilter
    settings: LocatingSettings

    def look(self, table: TagTable, met: Met, present: Present) -> Outcome:
        """Look at tags; their slots, reads and usual levels follow, also in the table."""
        news, kept, places, known = met.news, met.kept, met.places, known_of(met)
        slots, announced, usual_db = news.slots, kept.place, news.slots.usual
        look = self.model.look(news, known, present.alive)
        new_share = self.filter.new_share(news.since_s, news.fresh, look.near)
        unplaced = announced == NO_PLACE
        likelihood, leaving, agrees = look.log_likelihood, look.leaving, None
        if present.held is not None:
            held = present.held * ~free(look, known, news)
            agrees = excuse(likelihood, places, known.home, held)
            leaving = np.float32(1.0) - held if leaving is None else leaving - leaving * held
        leave_s = self.filter.leave_s(news, new_share, unplaced, leaving)
        leave_s = self.filter.settled(leave_s, known.home, present.placed_s)
        self.filter.update(slots.belief, places, likelihood, leave_s, new_share, present.walk)
        slot, probability = best_slots(slots.belief)
        at = slot * len(slot) + np.arange(len(slot))
        best = places.reshape(-1)[at]
        counted = np.minimum(known.reads + news.reads, 255)
        table.reads[news.rows] = counted
        findings = self._found(announced, best, probability, counted)
        after = After(at, new_share, known.reads, findings == Finding.ELSEWHERE)
        table.level_db[news.rows] = self.model.follow(news, look, after)
        table.put(news.rows, slots)
        changed = TELLINGS[kept.state, findings].nonzero()[0]
        return Outcome(changed, findings, best, look.level_db, usual_db, agrees)

    def _found(
        self, announced: Ports, best: Ports, probability: Floats, counted: Ints
    ) -> NDArray[np.uint8]:
        """What the belief means for each tag, which has been read so often."""
        settings = self.settings
        placed = announced != NO_PLACE
        near = self.columns.near_place.take(best, mode="clip")
        here = (probability >= settings.arrive_at) & (counted >= settings.arrive_reads) & ~near
        if self.columns.near_place.any():
            close = (probability >= settings.near_arrive_at) & near
            here |= close & (counted >= settings.near_arrive_reads)
        sure = (here & ~placed) | ((probability >= settings.move_at) & placed)
        sure &= best != NO_PLACE
        confirmed = placed & (best == announced)
        sure &= ~confirmed
        findings: NDArray[np.uint8] = _ELSEWHERE * sure + _CONFIRMED * confirmed
        return findings


def free(look: Look, known: Known, news: News) -> NDArray[np.bool_]:
    """Tags that phases do not hold: announced wrongly, or heard by a near-field antenna."""
    some: NDArray[np.bool_] = (look.home != known.home).any(axis=0)
    if look.near is not None:
        some |= (look.near & news.fresh).any(axis=0)
    return some


def excuse(
    log_likelihood: Floats, places: Ports, home: NDArray[np.bool_], held: Floats
) -> NDArray[np.bool_]:
    """Leave out what speaks against places where tags are held; returns where nothing did.

    Args:
        log_likelihood: shape (5, m), changed in place.
        places: shape (4, m), `NO_PLACE` for an empty slot.
        home: shape (4, m), slots of the place where each tag lies.
        held: shape (m,), how far it is held there.
    """
    room = log_likelihood[:SLOTS]
    candidates = np.where(places == NO_PLACE, _NEVER, room)
    most = np.maximum(candidates.max(axis=0), log_likelihood[SLOTS])
    agrees: NDArray[np.bool_] = (home & (room == most)).any(axis=0)
    room += np.where(home & (room > _NEVER), held * (most - room), np.float32(0.0))
    return agrees
