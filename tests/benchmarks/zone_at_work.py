"""A zone at work: the product's rules on a state in memory, and a person who walks and scans.

Only people's times are assumed, and they stand here by name. Time is counted, not waited for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from edge.model.applying import apply
from edge.model.ids import Badge, LineId, LocationId, OrderId, RequestId, Sku
from edge.model.inputs import (
    ArticlesListed,
    Input,
    OrderSubmitted,
    PlanReady,
    StockListed,
    StockStatement,
)
from edge.model.orders import OrderLine, OrderState
from edge.model.places import Floor, Location, LocationKind
from edge.model.posted import CodeScanned
from edge.model.prompts import Answer, Prompt, PromptKind
from edge.model.state import FloorState
from edge.rules import guiding, planning, replanning, snapshots
from edge.rules.batching import Effort
from edge.rules.decide import decide, follow_up
from edge.rules.instances import Point
from edge.rules.ordering import Ways
from edge.rules.snapshots import walkways_of
from edge.rules.terms import Strategy, Terms
from edge.rules.walks import walkable
from tests.benchmarks.hall import STOCK, articles

WALKING_M_PER_S = 1.2
FIND_S = 1.5
"""To read the prompt and find the bin, for each line."""
GRASP_S = 1.5
"""To take a piece and lay it into its tote."""
SCAN_S = 3.0
"""To bring up the scanner, scan and hear the answer."""
PLACE_AND_TOTE_S = 4.0
"""Two more scans at each line, one of the place and one of the tote."""
SET_DOWN_S = 20.0
"""To set a cart down and take an empty one."""
EACH_TOTE_S = 3.0
HAND_OVER_S = 8.0
"""To set a cart down for the next zone and scan the place, or to take it up."""
IDLE_S = 5.0
"""How often a picker who waits looks again."""
PUT_SCAN_S, PUT_S, SLOT_SCAN_S = 1.0, 1.0, 1.0
"""At a put wall: a fixed scanner, one arm's reach, the label of the slot."""

AISLES, AISLE_M, BLOCK_M, BINS = 10, 4.0, 20.0, 40
ARTICLES = 400
WAITING_ORDERS = 80
STATION, WALL = LocationId("pack-1"), LocationId("wall-1")
SLOTS = 60
START_US = 1_700_000_000_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """One way to work.

    Attributes:
        orders_a_cart: totes.
        units_a_line: pieces of each line.
        lines_an_order: on average; each order has one line or more.
        confirm: "radio" by itself, "scan" by one scan a piece, "three" by two more scans a line.
        aisles: of one zone; ten is the whole hall. Orders are divided between zones beforehand.
        pickers: in the zone.
        strategy: who picks what of an order.
        zones: parts of equal size that the pickers are divided among; 0 for none.
    """

    orders_a_cart: int = 8
    units_a_line: int = 1
    lines_an_order: float = 2.0
    confirm: str = "scan"
    aisles: int = AISLES
    pickers: int = 4
    strategy: Strategy = Strategy.BATCH
    zones: int = 0


@dataclass(slots=True)
class Person:
    """A picker, where they stand, and what they have done."""

    badge: Badge
    at: Point
    pieces: int = 0
    metres: float = 0.0


def zone_name(number: int) -> LocationId:
    """What a part of the hall is called."""
    return LocationId(f"zone-{number}")


def zone_floor(aisles: int, zones: int = 0) -> Floor:
    """So many aisles of the hall, with a pack station and a put wall at the front.

    Each zone has its hand-over place at the front of its first aisle.
    """
    each = aisles // max(1, zones)
    places = [
        *(Location(zone_name(number), LocationKind.ZONE) for number in range(zones)),
        *(
            Location(
                LocationId(f"hand-over-{number}"),
                LocationKind.STAGING,
                zone_name(number),
                AISLE_M * each * number,
                0.0,
            )
            for number in range(zones)
        ),
        Location(STATION, LocationKind.STATION, None, 0.0, 0.0),
        Location(WALL, LocationKind.WALL, None, 0.0, 0.0),
        *(
            Location(LocationId(f"slot-{number:02}"), LocationKind.SLOT, WALL)
            for number in range(SLOTS)
        ),
        *(
            Location(
                LocationId(f"A{aisle:02}-{place:02}"),
                LocationKind.BIN,
                zone_name(aisle // each) if zones else None,
                AISLE_M * aisle,
                2 * BLOCK_M * (place + 0.5) / BINS,
            )
            for aisle in range(aisles)
            for place in range(BINS)
        ),
    ]
    x_m = tuple(AISLE_M * aisle for aisle in range(aisles))
    return Floor({one.id: one for one in places}, (), x_m, (0.0, BLOCK_M, 2 * BLOCK_M))


def badge_of(number: int) -> Badge:
    """Of a picker."""
    return Badge(str(1001 + number))


@dataclass(slots=True)
class Zone:
    """The rules at work on one zone."""

    case: Case
    chance: np.random.Generator
    state: FloorState = field(init=False)
    terms: Terms = field(init=False)
    seconds: float = 0.0
    _numbers: Iterator[int] = field(default_factory=count)
    _gtins: dict[str, str] = field(default_factory=dict)
    _demand: "np.ndarray[tuple[int], np.dtype[np.float64]]" = field(init=False)

    def __post_init__(self) -> None:
        case = self.case
        self.state = FloorState(zone_floor(case.aisles, case.zones))
        self.terms = Terms(
            orders_per_walk=case.orders_a_cart,
            pieces_per_walk=1000,
            strategy=case.strategy,
            zones={
                badge_of(number): zone_name(number % case.zones)
                for number in range(case.pickers if case.zones else 0)
            },
        )
        goods = articles(case.aisles * ARTICLES // AISLES)
        self._gtins = {one.sku: str(one.gtin) for one in goods}
        bins = self.state.floor.places_of(LocationKind.BIN)
        order = self.chance.permutation(len(goods))
        self.take(ArticlesListed(tuple(goods), START_US))
        self.take(
            StockListed(
                tuple(
                    StockStatement(goods[index].sku, bins[place], STOCK, 1)
                    for place, index in enumerate(order)
                ),
                START_US,
            )
        )
        popular = np.arange(len(goods)) < len(goods) // 5
        self._demand = np.where(popular, 0.6 / popular.sum(), 0.4 / (~popular).sum())

    @property
    def now_us(self) -> int:
        """The moment, as the rules are told it."""
        return START_US + round(self.seconds * 1e6)

    def name(self) -> str:
        """A new one."""
        return f"n{next(self._numbers)}"

    def take(self, input_: Input) -> Answer:
        """Decide one input, and let happen what it became and what follows."""
        decision = decide(self.state, self.terms, input_)
        events = list(decision.events)
        while events:
            for event in events:
                apply(self.state, event, self.now_us)
            events = follow_up(self.state, self.terms, self.now_us)
        return decision.answer

    def top_up(self) -> None:
        """So many orders always wait to be put together."""
        skus = list(self._gtins)
        while self.state.orders.count(OrderState.RELEASED) < WAITING_ORDERS:
            wanted = 1 + self.chance.poisson(self.case.lines_an_order - 1)
            chosen = self.chance.choice(len(skus), wanted, replace=False, p=self._demand)
            lines = tuple(
                OrderLine(LineId(str(line)), Sku(skus[index]), self.case.units_a_line)
                for line, index in enumerate(chosen)
            )
            self.take(
                OrderSubmitted(
                    OrderId(self.name()), 1, 0, None, "DHL", lines, "released", self.now_us
                )
            )

    def plan(self) -> None:
        """As the planner's thread does, with a seed."""
        self.top_up()
        snapshot = snapshots.snapshot(self.state, self.terms, self.now_us)
        if snapshot is not None:
            mended = replanning.changes(snapshot)
            rest = snapshots.without(snapshot, mended)
            walks = planning.plan(rest, self.name, self.chance, Effort(rounds=3))
            self.take(PlanReady(walks, self.now_us, mended))

    def gtin(self, sku: str) -> str:
        """What the label says."""
        return self._gtins[sku]


def work_s(zone: Zone, ways: Ways, person: Person, prompt: Prompt) -> float:
    """Seconds until the prompt is done; the person stands there and the rules know it."""
    place = zone.state.floor.locations[prompt.location or STATION]
    there = walkable(walkways_of(zone.state.floor), (place.x_m, place.y_m))
    metres = ways.length(person.at, there)
    person.at, person.metres = there, person.metres + metres
    walking_s = metres / WALKING_M_PER_S
    if prompt.kind is PromptKind.DROP:
        scan(zone, person, prompt, str(WALL if len(prompt.totes) > 1 else STATION))
        return walking_s + SET_DOWN_S + EACH_TOTE_S * len(prompt.totes)
    if prompt.kind in {PromptKind.PASS, PromptKind.TAKE}:
        scan(zone, person, prompt, str(prompt.location))
        return walking_s + HAND_OVER_S
    for _ in range(prompt.quantity):
        scan(zone, person, guiding.prompt(zone.state, person.badge), zone.gtin(str(prompt.sku)))
    person.pieces += prompt.quantity
    confirming_s = {
        "radio": 0.0,
        "scan": SCAN_S * prompt.quantity,
        "three": SCAN_S * prompt.quantity + PLACE_AND_TOTE_S,
    }
    handling_s = FIND_S + GRASP_S * prompt.quantity + confirming_s[zone.case.confirm]
    return walking_s + handling_s


def scan(zone: Zone, person: Person, prompt: Prompt, code: str) -> None:
    """The rules judge it; they must take it."""
    posted = CodeScanned(RequestId(zone.name()), person.badge, prompt.prompt_id, code, zone.now_us)
    answer = zone.take(posted)
    if not answer.accepted:
        raise AssertionError(f"refused: {answer}")
