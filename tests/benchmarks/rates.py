"""Which lever gives how many items a minute: the product's own rules, simulated people.

    python -m tests.benchmarks.rates [--seed N] [--hours H]

A hall of ten aisles and two blocks; orders whose articles are asked for as warehouses know it (a
fifth of them makes three fifths of the demand). The rules allocate, batch, route, prompt and judge
each scan exactly as the daemon does, on a state in memory; only people's times are assumed, and
they stand here by name. Time is counted, not waited for. Prints the tables of `docs/rates.md`.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
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
from edge.model.posted import CodeScanned, StationScanned, WorkWanted
from edge.model.prompts import Answer, Prompt, PromptKind
from edge.model.state import FloorState
from edge.rules import guiding, planning, replanning, snapshots, walling
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


@dataclass(frozen=True, slots=True)
class Rate:
    """What came of a case.

    Attributes:
        picker, zone: pieces a minute.
        metres_a_line: walked.
        lines_an_hour: of one picker.
        idle: share of the time in which a picker waits for another zone.
    """

    picker: float
    zone: float
    metres_a_line: float
    lines_an_hour: float
    idle: float


def rate_of(case: Case, seed: int, hours: float) -> Rate:
    """Some hours of work; the totes stand at the wall and are taken away at once."""
    zone = Zone(case, np.random.default_rng(seed))
    floor = zone.state.floor
    ways = Ways(frozenset(floor.aisle_x_m), floor.cross_y_m)
    base = walkways_of(floor).start
    crew = [Person(badge_of(n), base) for n in range(case.pickers)]
    idle_s = 0.0
    for person in crew:
        zone.take(WorkWanted(RequestId(zone.name()), person.badge, True, None, START_US))
    due = [(0.0, index) for index in range(len(crew))]
    heapify(due)
    ends_s = 3600 * hours
    while due[0][0] < ends_s:
        zone.seconds, index = heappop(due)
        person = crew[index]
        prompt = guiding.prompt(zone.state, person.badge)
        if prompt.kind is PromptKind.WAIT:
            zone.plan()
            prompt = guiding.prompt(zone.state, person.badge)
        if prompt.kind is PromptKind.WAIT:
            if not case.zones:
                raise AssertionError("a picker waits though orders do")
            idle_s += IDLE_S
            heappush(due, (zone.seconds + IDLE_S, index))
            continue
        heappush(due, (zone.seconds + work_s(zone, ways, person, prompt), index))
        forget_packed(zone.state)
    pieces = sum(person.pieces for person in crew)
    lines = pieces / case.units_a_line
    minutes = 60 * hours
    return Rate(
        pieces / minutes / len(crew),
        pieces / minutes,
        sum(person.metres for person in crew) / max(1.0, lines),
        lines / hours / len(crew),
        idle_s / ends_s / len(crew),
    )


def forget_packed(state: FloorState) -> None:
    """Totes that stand at the wall or pack station are somebody else's, and leave this count."""
    for tote in [one for one in state.totes.values() if one.station is not None]:
        if state.orders[tote.order_id].state is OrderState.PICKED:
            del state.totes[tote.tote_id]


def wall_rate(orders_a_cart: int, seed: int, *, by_radio: bool) -> float:
    """Pieces a minute of one person at a put wall, with the wall's own rules and real totes."""
    zone = Zone(Case(orders_a_cart=orders_a_cart), np.random.default_rng(seed))
    floor = zone.state.floor
    ways = Ways(frozenset(floor.aisle_x_m), floor.cross_y_m)
    person = Person(Badge("1001"), walkways_of(floor).start)
    zone.take(WorkWanted(RequestId("work"), person.badge, True, None, START_US))
    zone.plan()
    while not any(one.station == WALL for one in zone.state.totes.values()):
        prompt = guiding.prompt(zone.state, person.badge)
        zone.seconds += work_s(zone, ways, person, prompt)
    totes = [one for one in zone.state.totes.values() if one.station == WALL]
    pieces = [sku for tote in totes for sku, _ in tote.picked]
    seconds = 0.0
    for sku in zone.chance.permutation(len(pieces)):
        answer = at_wall(zone, zone.gtin(str(pieces[int(sku)])))
        at_wall(zone, str(answer.data["slot"]))
        seconds += PUT_SCAN_S + PUT_S + (0.0 if by_radio else SLOT_SCAN_S)
    if any(walling.unsorted_at(zone.state, tote.order_id) for tote in totes):
        raise AssertionError("a piece lies in no slot")
    return 60 * len(pieces) / seconds


def at_wall(zone: Zone, code: str) -> Answer:
    """One scan at the wall; it must be taken."""
    posted = StationScanned(RequestId(zone.name()), WALL, Badge("2001"), code, zone.now_us)
    answer = zone.take(posted)
    if not answer.accepted:
        raise AssertionError(f"refused: {answer}")
    return answer


def table(
    title: str, columns: Sequence[str], cases: Sequence[tuple[str, Case]], args: argparse.Namespace
) -> None:
    """Print one table as Markdown."""
    say(f"\n{title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for name, case in cases:
        rate = rate_of(case, args.seed, args.hours)
        say(
            f"| {name} | {rate.metres_a_line:.1f} | {rate.lines_an_hour:.0f} "
            f"| {rate.picker:.1f} | {rate.zone:.1f} |"
        )


def strategies(args: argparse.Namespace) -> None:
    """Who picks what of an order, in the whole hall."""
    say("\nStrategies (ten aisles, four pickers, 12 orders a cart, radio)\n")
    say("| pieces a line, strategy | m a line | lines an hour | picker | four | waits |")
    say("|---|---|---|---|---|---|")
    ways = (
        (Strategy.DISCRETE, 0),
        (Strategy.BATCH, 0),
        (Strategy.PICK_AND_PASS, 2),
        (Strategy.ZONE, 2),
        (Strategy.ZONE, 4),
    )
    for units in (1, 3):
        for strategy, zones in ways:
            orders = 1 if strategy is Strategy.DISCRETE else 12
            case = Case(orders, units, confirm="radio", strategy=strategy, zones=zones)
            rate = rate_of(case, args.seed, args.hours)
            name = f"{units}, {strategy}" + (f", {zones} zones" if zones else "")
            say(
                f"| {name} | {rate.metres_a_line:.1f} | {rate.lines_an_hour:.0f} "
                f"| {rate.picker:.1f} | {rate.zone:.1f} | {100 * rate.idle:.0f} % |"
            )


def say(text: str) -> None:
    """A table is what it is for."""
    print(text, flush=True)  # noqa: T201


COLUMNS = ("m a line", "lines an hour", "items a minute, picker", "items a minute, zone of four")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="which lever gives how many items a minute")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hours", type=float, default=1.0)
    args = parser.parse_args()
    carts = [(str(n), Case(orders_a_cart=n)) for n in (1, 4, 8, 12, 30)]
    table(
        "Orders on a cart (one scan a piece, one piece a line)", ("orders", *COLUMNS), carts, args
    )
    confirms = [(how, Case(orders_a_cart=12, confirm=how)) for how in ("three", "scan", "radio")]
    table("Confirmation (12 orders a cart)", ("confirmed by", *COLUMNS), confirms, args)
    units = [
        (f"{n}, {how}", Case(orders_a_cart=12, units_a_line=n, confirm=how))
        for n in (1, 2, 3, 6)
        for how in ("scan", "radio")
    ]
    table("Pieces of a line (12 orders a cart)", ("pieces", *COLUMNS), units, args)
    radio = Case(orders_a_cart=12, confirm="radio")
    zones = [(str(n), replace(radio, aisles=n)) for n in (10, 5, 2, 1)]
    table("Aisles of a zone (12 orders a cart, radio)", ("aisles", *COLUMNS), zones, args)
    both = [
        ("30 orders, radio, 1 piece", Case(30, confirm="radio")),
        ("30 orders, radio, 3 pieces", Case(30, 3, confirm="radio")),
        ("30 orders, radio, 3 pieces, 2 aisles", Case(30, 3, confirm="radio", aisles=2)),
    ]
    table("Together", ("how", *COLUMNS), both, args)
    strategies(args)
    say("\nPut wall, one person\n\n| slot told by | items a minute, station |\n|---|---|")
    for name, by_radio in (("its label", False), ("its antenna", True)):
        say(f"| {name} | {wall_rate(30, args.seed, by_radio=by_radio):.1f} |")


if __name__ == "__main__":
    main()
