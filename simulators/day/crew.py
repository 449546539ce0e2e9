"""Everybody who works on a simulated day, and what they share."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from numpy.random import Generator

from simulators.carrier import Carrier
from simulators.catalogue import Catalogue
from simulators.day.air import Ether
from simulators.day.assortment import cases_of, master_places
from simulators.day.day_packer import DayPacker
from simulators.day.day_picker import DayPicker
from simulators.day.device import Airwaves
from simulators.day.dispatcher import Dispatcher
from simulators.day.driver import Driver
from simulators.day.flows import Flow
from simulators.day.gate import Gate
from simulators.day.labeller import Labeller
from simulators.day.leader import Leader
from simulators.day.list_maker import ListMaker
from simulators.day.people import Clerk, DayShift
from simulators.day.plan import OrderBook, Shares, Story
from simulators.day.scales import Scales
from simulators.day.scanner_line import ScannerLine
from simulators.day.site import LEADER, PACKERS, SORTER, Site, picker_badges
from simulators.day.sorter import Sorter
from simulators.day.true_time import TrueTime
from simulators.hall import BARE_STATION, CARTS
from simulators.people import Person
from simulators.stock_keeper import StockKeeper
from simulators.world import World

Job = tuple[str, Callable[[], Awaitable[None]]]


class Workplace(Protocol):
    """What a day has for those who work on it."""

    story: Story
    site: Site
    shares: Shares
    flows: frozenset[Flow]
    catalogue: Catalogue
    world: World
    book: OrderBook
    airwaves: Airwaves
    scanner: ScannerLine
    true_time: TrueTime
    shift: DayShift
    gate: Gate | None
    ether: Ether

    def chance(self, stream: int) -> Generator:
        """Chance for one purpose."""


def made_shift(day: Workplace) -> DayShift:
    """What all who work on a day share."""
    shares, flows = day.shares, day.flows
    return DayShift(
        day.world,
        day.catalogue,
        "",
        1.0,
        day.chance(35),
        day.true_time.now_us,
        wrong_piece_share=shares.wrong_pieces,
        double_scan_share=shares.double_scans,
        airwaves=day.airwaves,
        slip_share=shares.slips,
        coffee_share=shares.coffee,
        full_share=shares.full_totes,
        flows=flows,
        cases=cases_of(day.catalogue) if Flow.CASES in flows else {},
        digits={
            name: place.check_digits
            for name, place in day.site.floor.locations.items()
            if place.check_digits
        },
        scales=Scales(day.chance(46), shares.slips) if Flow.WEIGHING in flows else None,
        gate=day.gate,
        lined=day.ether.lined,
        carriers={one.body["order_id"]: one.body["carrier"] for one in day.book.orders},
    )


def jobs(day: Workplace) -> list[Job]:
    """Who works, by name, and how each begins."""
    shift, flows = day.shift, day.flows
    badges = picker_badges(day.story.pickers)
    by_hand = flows & {Flow.CASES, Flow.CHECK_DIGITS}  # where scans matter
    carts = [*(CARTS[:1] if by_hand else CARTS), *[None] * len(badges)]
    pickers = [
        DayPicker(shift, Person(badge, "", "picker"), cart)
        for badge, cart in zip(badges, carts, strict=False)
    ]
    packers = [Person(badge, "", "packer") for badge in PACKERS]
    leader = Person(LEADER, "", "supervisor")
    others: list[tuple[str, Any]] = [
        ("packer with radio", DayPacker(shift, packers[0], day.scanner.scan)),
        ("packer without", DayPacker(shift, packers[1], None, BARE_STATION)),
        ("carrier", _carrier(day, packers[1])),
        ("returns clerk", Clerk(shift, packers[0])),
        ("stock keeper", StockKeeper(shift, leader, reserved=_reserved(day))),
        ("leader", Leader(shift, leader, badges)),
    ]
    if Flow.WALL in flows:
        others.append(("sorter", Sorter(shift, Person(SORTER, "", "packer"))))
    if Flow.LABELS in flows:
        others.append(("labeller", Labeller(shift, leader)))
    if Flow.NUMBER_LIST in flows:
        others.append(("list maker", _list_maker(day)))
    if day.gate is not None:
        others.append(("driver", Driver(day.gate, day.catalogue, day.chance(48))))
    return [
        *((f"picker {one.person.badge}", one.work) for one in pickers),
        *((name, one.work) for name, one in others),
    ]


def _carrier(day: Workplace, person: Person) -> Carrier:
    """Somebody who sends off; where there are doors, pallets or a gate, who minds them."""
    minds = day.flows & {Flow.DOORS, Flow.PALLETS, Flow.GATE}
    return Dispatcher(day.shift, person) if minds else Carrier(day.shift, person)


def _list_maker(day: Workplace) -> ListMaker:
    folder = day.site.settings.gateway.data_dir / "lists"
    return ListMaker(day.catalogue, day.chance(50), day.true_time, folder, day.shift.lists)


def _reserved(day: Workplace) -> frozenset[tuple[str, str]]:
    """Articles and places that are filled up from places of reserve, by pickers."""
    rows = master_places(day.catalogue) if Flow.RESERVE in day.flows else []
    return frozenset((row["sku"], row["location"]) for row in rows)
