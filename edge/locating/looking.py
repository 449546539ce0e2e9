"""One look at tags that were read: what is believed of each now, and what that means."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.columns import FloorColumns
from edge.locating.epcs import Rows
from edge.locating.filter import PlaceFilter
from edge.locating.meeting import Met, known_of
from edge.locating.model import After, HearingModel
from edge.locating.presence import TELLINGS, Finding
from edge.locating.settings import LocatingSettings
from edge.locating.slots import Floats, Ints, Ports, best_slots
from edge.locating.tags import NO_PLACE, TagTable
from edge.locating.walking import Walk

_ELSEWHERE, _CONFIRMED = np.uint8(Finding.ELSEWHERE), np.uint8(Finding.CONFIRMED)


@dataclass(frozen=True, slots=True, eq=False)
class Present:
    """How it stands around m tags that are looked at.

    Attributes:
        alive: by antenna number, see `HearingModel.look`.
        walk: None where the floor's geometry tells nothing.
        placed_s: time since each announced place changed; asked for only where it counts.
    """

    alive: NDArray[np.bool_]
    walk: Walk | None
    placed_s: Callable[[], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a look came to; what is believed now stands in the slots.

    Attributes:
        changed: tags of which something is to be told; the others' findings change nothing.
        findings: what it means for each tag.
        best: the most probable place of each.
        level_db: shape (4, m), of each slot above its antenna's offset.
        usual_db: shape (4, m), what was usual before the look; NaN where not known.
    """

    changed: Rows
    findings: NDArray[np.uint8]
    best: Ports
    level_db: Floats
    usual_db: Floats


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
        leave_s = self.filter.leave_s(news, new_share, unplaced, look.leaving)
        leave_s = self.filter.settled(leave_s, known.home, present.placed_s)
        likelihood = look.log_likelihood
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
        return Outcome(changed, findings, best, look.level_db, usual_db)

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
