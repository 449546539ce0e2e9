"""What a picker's handheld shows now, and what the gateway answers to what a person did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edge.model.ids import Badge, LocationId, OrderId, Sku, ToteId, WalkId


class PromptKind(StrEnum):
    """The one thing that is wanted next."""

    WAIT = "wait"
    BIND = "bind"
    PICK = "pick"
    PASS = "pass"  # noqa: S105 - a word, no password
    TAKE = "take"
    DROP = "drop"
    PUT_BACK = "put_back"
    PUT_AWAY = "put_away"
    FETCH = "fetch"
    """Take pieces out of a place of reserve."""
    REFILL = "refill"
    """Put them into the place that pickers take from."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One instruction for one picker; a pure function of the state, so it survives any restart.

    Attributes:
        prompt_id: changes when the instruction does; a client sends it back with what was done, so
            that an answer to an instruction that is over is recognised.
        location: where to go; None while waiting.
        quantity: pieces still wanted here, or to be put here; 0 while waiting or dropping.
        picked: pieces already in the tote for this stop, or put to their places.
        tote_id: where to put them; the totes to drop are in `totes`. While a tote is to be bound,
            the label that was planned for it: any free tote will do.
        slot: the tote's place on the cart, from 1; 0 where there is none.
        stop, stops: number of this stop from 1, and how many the walk has.
        radio: whether the cart's antenna confirms picks by itself.
        notice: a code of something to know, such as `foreign_item`; empty for none.
        notice_location: the place that the notice is about.
        notice_item: the piece that the notice is about: the name of its article, else its tag.
        instead_of: the name of the article that was ordered, where another one is picked for it.
        check: the column of the place's check digits that confirm it now; empty for none.
        check_wanted: whether no piece counts before the place is confirmed.
    """

    badge: Badge
    prompt_id: str
    kind: PromptKind
    walk_id: WalkId | None = None
    location: LocationId | None = None
    sku: Sku | None = None
    name: str = ""
    quantity: int = 0
    picked: int = 0
    tote_id: ToteId | None = None
    order_id: OrderId | None = None
    totes: tuple[ToteId, ...] = ()
    stop: int = 0
    stops: int = 0
    radio: bool = False
    notice: str = ""
    notice_location: LocationId | None = None
    notice_item: str = ""
    slot: int = 0
    instead_of: str = ""
    check: str = ""
    check_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one input, told to its sender after the commit.

    Attributes:
        accepted: whether it had its effect (also true for a repetition that had it before).
        code: a stable word that pages translate, such as `picked`, `wrong_item`, `done_already`.
        text: the same as one English sentence.
        data: plain JSON values that belong to it.
    """

    accepted: bool
    code: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)
