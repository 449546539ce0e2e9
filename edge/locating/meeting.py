"""Tags that were read, with what is known of them before they are looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.locating.columns import FloorColumns
from edge.locating.coverage import Coverage, Heard
from edge.locating.model import Known
from edge.locating.restlessness import Unrest, unrest_of
from edge.locating.slots import Floats, Kept, News, Ports, Reads, Slots
from edge.locating.tags import NO_PLACE, TagTable


class Met(Protocol):
    """m tags that were read."""

    @property
    def news(self) -> News:
        """Their slots, with the reads merged."""
        ...

    @property
    def kept(self) -> Kept:
        """What the table knew of them before."""
        ...

    @property
    def gap_s(self) -> Floats:
        """Mean gap between the reads of each, these included."""
        ...

    @property
    def places(self) -> Ports:
        """The place of each slot, shape (4, m)."""
        ...

    @property
    def silent(self) -> NDArray[np.bool_] | None:
        """As `Known` has it."""
        ...

    @property
    def unrest(self) -> Unrest:
        """How their levels wander."""
        ...


def known_of(met: Met) -> Known:
    """The same as a model takes it."""
    kept = met.kept
    home = home_of(met.places, kept.place)
    return Known(kept.level_db, home, kept.reads, met.gap_s, met.silent)


def home_of(places: Ports, announced: Ports) -> NDArray[np.bool_]:
    """The slots of each tag's announced place."""
    home: NDArray[np.bool_] = (places == announced) & (announced != NO_PLACE)
    return home


@dataclass(frozen=True, slots=True, eq=False)
class PlainMet:
    """`Met` in columns of its own."""

    news: News
    kept: Kept
    gap_s: Floats
    places: Ports
    silent: NDArray[np.bool_] | None
    unrest: Unrest


class Meeting:
    """Merges reads and finds what is known of their tags."""

    def __init__(self, table: TagTable, columns: FloorColumns, coverage: Coverage) -> None:
        self._table = table
        self._columns = columns
        self._coverage = coverage

    def meet(self, reads: Reads, admit: Callable[[Slots], None]) -> Met:
        """The tags that were read; `admit` may give places that heard nothing a slot of them."""
        news = self._table.merge(reads)
        kept = self._table.kept(news.rows)
        gap_s = self._table.learn_gaps(news, kept)
        admit(news.slots)
        return self.met_of(news, kept, gap_s)

    def met_of(self, news: News, kept: Kept, gap_s: Floats) -> PlainMet:
        """Tags that have merged reads, by their mean gaps."""
        places = self._columns.place_of.take(news.slots.antenna, mode="clip")
        heard = Heard(news.at_ms, gap_s, kept.reads)
        silent = self._coverage.silent(news.slots, home_of(places, kept.place), heard)
        return PlainMet(news, kept, gap_s, places, silent, unrest_of(news, kept.reads, gap_s))
