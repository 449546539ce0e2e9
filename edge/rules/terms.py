"""What a site has agreed on: the few settings that rules depend on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from unicodedata import normalize

from edge.model.ids import Badge, LocationId, Sku
from edge.model.prompts import PromptKind

TOTE_LABEL_LENGTH_MAX = 64
"""A longer code is none of a tote's: a scanner may read 512 characters."""


class Effect(StrEnum):
    """What reporting a trouble does, besides that it is recorded."""

    SHORT = "short"
    """The remaining pieces are not there: other place in the walk, else given up; a count."""
    AVOID = "avoid"
    """They are there and cannot be taken: as `short`, and they stay in the books, uncounted."""
    LATER = "later"
    """The stop goes to the walk's end."""
    FULL = "full"
    """The order goes on in a further tote."""
    COUNT = "count"
    """The place is to be counted."""
    FREEZE = "freeze"
    """Nothing is promised from the place until a person has looked at it."""
    RETAG = "retag"
    """A piece's tag or label is to be made anew."""
    HOLD = "hold"
    """The order's parcel is not closed until a person has decided."""
    TELL = "tell"
    """A supervisor is told."""


class Strategy(StrEnum):
    """Who picks what of an order."""

    BATCH = "batch"
    """Orders are walked together, each in a tote of its own."""
    DISCRETE = "discrete"
    """One order a walk."""
    PICK_AND_PASS = "pick-and-pass"  # noqa: S105 - no password
    """As a batch, and a walk goes zone by zone."""
    ZONE = "zone"
    """Each zone picks its share of an order at once; the totes meet at the wall or for packing."""


class Weigh(StrEnum):
    """Which parcels are weighed before they are closed."""

    OFF = "off"
    KNOWN = "known"
    """Those of whose pieces every weight is told."""
    ALWAYS = "always"


class Rung(StrEnum):
    """One step of what is tried for missing pieces; what none finds is back-ordered."""

    FINDER = "finder"
    """The radio hears one near: look once more."""
    OTHER_PLACE = "other_place"
    """Another place has some free."""
    SURPLUS = "surplus"
    """Another picker brings some back: they are picked when they lie in their place."""
    SUBSTITUTE = "substitute"
    """Another article, where a rule of the site and the customer allow it."""


def folded(code: str) -> str:
    """A short code as it is compared: capitals and the width of its letters do not matter."""
    return normalize("NFKC", code).strip().casefold()


@dataclass(frozen=True, slots=True)
class TroubleTerms:
    """What a trouble is good for.

    Attributes:
        at: kinds of prompt at which it may be reported.
        effects: what it does; none where it is only recorded.
    """

    at: frozenset[PromptKind] = frozenset({PromptKind.PICK})
    effects: frozenset[Effect] = frozenset()


@dataclass(frozen=True, slots=True)
class HoldRule:
    """Orders that a person has to look at: those that fit every condition that is told.

    Attributes:
        name: of the rule.
        why: for the person, one sentence.
        skus: one of these articles is wanted; empty for any.
        carriers: one of these takes it; empty for any.
        ship_to: the address has one of these words in it, in capitals or not; empty for any.
        pieces_min: so many pieces or more in all.
        priority_min: this priority or more.
    """

    name: str
    why: str
    skus: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    ship_to: tuple[str, ...] = ()
    pieces_min: int | None = None
    priority_min: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewTerms:
    """What review asks of an order.

    Attributes:
        required: of `carrier`, `ship_to`, `due_at`: what an order has to bear.
        duplicate_us: an order for the same goods to the same address within so many microseconds
            is taken for the same one; 0 for never.
        holds: rules that hold an order.
    """

    required: tuple[str, ...] = ()
    duplicate_us: int = 0
    holds: tuple[HoldRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """A site's terms.

    Attributes:
        company_prefix: GS1 company prefix of parcels' SSCCs, 6 to 12 digits.
        sscc_extension: first digit of the SSCC, 0..9; differs between gateways of a site.
        serials_above: no parcel gets a running number up to here; 0 where the clock says enough.
        quantity_max: pieces of one line above which a person must look.
        orders_per_walk: totes on a cart.
        pieces_per_walk: pieces on a cart.
        volume_ml_per_walk, weight_g_per_walk: of a cart; 0 for no limit.
        apart: kinds of goods of which no two lie on one cart.
        rush_priority: orders of this priority or more are in a rush.
        sure_wait_s: so long an order in a rush waits for a count, 0 for as long as it takes.
        line_s: seconds that a picker takes for one line, walking included, for forecasts.
        ready_before_s: seconds before its cut-off at which an order is to be picked.
        troubles: what may be reported.
        short_codes: what is typed or scanned to report a trouble, folded, and which it is.
        devices: names of all configured devices.
        review: what review asks of an order besides goods.
        doors: which carriers load at a portal; one that is not named lets any parcel out.
        bind_totes: whether pickers take totes of their own choice and scan each for its order.
        tote_label: regular expression of what is printed on a tote.
        strategy: who picks what of an order.
        zone_strategies: of zones with a strategy of their own.
        zones: the zone that a picker works in, by badge; none for everywhere.
        ladder: what is tried, one after the other, where pieces are missing.
        substitutes: what may be picked instead of an article, the best first.
        ship_partial: whether an order goes without what is back-ordered, or waits for a person.
        weigh: which parcels are weighed.
        weight_tolerance_g, weight_tolerance_percent: how far a parcel may be off what it should
            weigh, grams and per cent of that; the larger one counts.
        cartons: what each kind of carton weighs, grams.
    """

    company_prefix: str = "4012345"
    sscc_extension: int = 3
    serials_above: int = 0
    quantity_max: int = 999
    orders_per_walk: int = 8
    pieces_per_walk: int = 40
    volume_ml_per_walk: int = 0
    weight_g_per_walk: int = 0
    apart: tuple[frozenset[str], ...] = ()
    rush_priority: int = 5
    sure_wait_s: float = 0.0
    line_s: float = 20.0
    ready_before_s: float = 1800.0
    troubles: Mapping[str, TroubleTerms] = field(default_factory=dict)
    short_codes: Mapping[str, str] = field(default_factory=dict)
    devices: frozenset[str] = frozenset()
    review: ReviewTerms = ReviewTerms()
    doors: Mapping[LocationId, tuple[str, ...]] = field(default_factory=dict)
    bind_totes: bool = False
    tote_label: str = "T[0-9]{4}"
    strategy: Strategy = Strategy.BATCH
    zone_strategies: Mapping[LocationId, Strategy] = field(default_factory=dict)
    zones: Mapping[Badge, LocationId] = field(default_factory=dict)
    ladder: tuple[Rung, ...] = tuple(Rung)
    substitutes: Mapping[Sku, tuple[Sku, ...]] = field(default_factory=dict)
    ship_partial: bool = True
    weigh: Weigh = Weigh.OFF
    weight_tolerance_g: int = 20
    weight_tolerance_percent: float = 2.0
    cartons: Mapping[str, int] = field(default_factory=dict)

    def is_tote_label(self, text: str) -> bool:
        """Whether this is printed on a tote."""
        fits = len(text) <= TOTE_LABEL_LENGTH_MAX
        return fits and re.fullmatch(self.tote_label, text) is not None

    @property
    def is_by_legs(self) -> bool:
        """Whether zones pick their shares of one order at the same time."""
        own = {Strategy.ZONE, Strategy.DISCRETE} & set(self.zone_strategies.values())
        return self.strategy is Strategy.ZONE or bool(own)

    def orders_on_cart(self, strategy: Strategy) -> int:
        """How many orders one walk may have."""
        return 1 if strategy is Strategy.DISCRETE else self.orders_per_walk
