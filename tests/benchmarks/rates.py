"""Which lever gives how many items a minute: the product's own rules, simulated people.

    python -m tests.benchmarks.rates [--seed N] [--hours H]

A hall of ten aisles and two blocks; orders whose articles are asked for as warehouses know it (a
fifth of them makes three fifths of the demand). The rules allocate, batch, route, prompt and judge
each scan exactly as the daemon does (`zone_at_work`). Prints the tables of `docs/rates.md`.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import numpy as np

from edge.model.ids import Badge, RequestId
from edge.model.orders import OrderState
from edge.model.posted import StationScanned, WorkWanted
from edge.model.prompts import Answer, PromptKind
from edge.model.state import FloorState
from edge.rules import guiding, walling
from edge.rules.ordering import Ways
from edge.rules.snapshots import walkways_of
from edge.rules.terms import Strategy
from tests.benchmarks.zone_at_work import (
    IDLE_S,
    PUT_S,
    PUT_SCAN_S,
    SLOT_SCAN_S,
    START_US,
    WALL,
    Case,
    Person,
    Zone,
    badge_of,
    work_s,
)


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
