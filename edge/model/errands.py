"""Errands: pieces on their way to places of storage, and what is fetched for them before."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Badge, LocationId, Sku, ToteId
from edge.model.work import Unit


class ErrandKind(StrEnum):
    """Why pieces are brought to a place of storage."""

    PUT_BACK = "put_back"
    """Picked, and no longer wanted."""
    PUT_AWAY = "put_away"
    """Came back from a customer, and good enough to be sold again."""
    REPLENISH = "replenish"
    """Taken out of a place of reserve, for a place that pickers take from."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One piece on its way to a place of storage."""

    sku: Sku
    unit: Unit
    location: LocationId


@dataclass(frozen=True, slots=True)
class Refill:
    """What is to be fetched before it can be brought: stock of the source until then.

    Attributes:
        fetch: pieces still to be taken out of `source`, where they are promised.
    """

    sku: Sku
    source: LocationId
    target: LocationId
    fetch: int


@dataclass(frozen=True, slots=True)
class Errand:
    """Pieces that somebody has to bring to places of storage; what is put there leaves it.

    Attributes:
        errand_id: never used twice.
        pieces: the next one first; never empty, but where there is something to be fetched.
        tote_id: the tote that they lie in; None where they lie in quarantine or at `place`.
        place: the station or wall at which they lie, such as where their parcel was opened.
        to_take_out: those that lie in the tote of an order that goes on without them, or in its
            slot, until somebody at `place` has taken them out.
        confirmed_at: the place before which whoever has it has said to stand, last of all.
        wrong_places: how often they gave the check digits of another one since then.
        picker: who brings them; None while nobody does.
        done: pieces that were brought so far.
        fence, picker_before: as of a walk.
        refill: of a replenishment.
    """

    errand_id: str
    kind: ErrandKind
    pieces: tuple[Carried, ...]
    tote_id: ToteId | None = None
    picker: Badge | None = None
    done: int = 0
    fence: int = 0
    picker_before: Badge | None = None
    refill: Refill | None = None
    place: LocationId | None = None
    confirmed_at: LocationId | None = None
    wrong_places: int = 0
    to_take_out: tuple[Carried, ...] = ()

    @property
    def goal(self) -> LocationId:
        """Where to go with it now: to fetch something, or to the next piece's place."""
        if self.refill is not None and self.refill.fetch:
            return self.refill.source
        return self.pieces[0].location
