"""A warehouse small enough to hold in one's head, for the tests of the rules."""

from itertools import count

import numpy as np

from edge.model.applying import apply
from edge.model.boxes import BoxQuiet
from edge.model.events import Event
from edge.model.goods import Article, PresentItem
from edge.model.ids import (
    Badge,
    DeviceName,
    Epc,
    Gtin,
    LineId,
    LocationId,
    OrderId,
    RequestId,
    Sku,
)
from edge.model.inputs import (
    ArticlesListed,
    BoxJudged,
    Input,
    OrderSubmitted,
    PlanReady,
    StockListed,
    StockStatement,
)
from edge.model.orders import OrderLine
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.posted import WorkWanted
from edge.model.prompts import Answer, PromptKind
from edge.model.state import FloorState
from edge.rules import planning, snapshots
from edge.rules.batching import Effort
from edge.rules.decide import decide, follow_up
from edge.rules.replanning import changes
from edge.rules.terms import Effect, Terms, TroubleTerms

NOW_US = 1_700_000_000_000_000
SHIRT, MUG = Sku("SHIRT"), Sku("MUG")
SHIRT_GTIN, MUG_GTIN = Gtin("09521234000013"), Gtin("09521234000020")
BIN_1, BIN_2, BIN_3 = LocationId("A-1"), LocationId("A-2"), LocationId("B-1")
CART, STATION, DOCK = LocationId("cart-1"), LocationId("pack-1"), LocationId("dock-1")
QUARANTINE = LocationId("quarantine-1")
LI, ANNA, PACKER = Badge("1001"), Badge("1002"), Badge("2001")
TERMS = Terms(
    company_prefix="9521234",
    troubles={
        "empty": TroubleTerms(
            frozenset({PromptKind.PICK, PromptKind.PUT_BACK, PromptKind.PUT_AWAY}),
            frozenset({Effect.SHORT}),
        ),
        "tag_unreadable": TroubleTerms(effects=frozenset({Effect.RETAG})),
        "blocked": TroubleTerms(effects=frozenset({Effect.AVOID, Effect.FREEZE, Effect.TELL})),
        "later": TroubleTerms(effects=frozenset({Effect.LATER})),
        "tote_full": TroubleTerms(effects=frozenset({Effect.FULL})),
        "lot_refused": TroubleTerms(effects=frozenset({Effect.AVOID, Effect.HOLD})),
        "extra_found": TroubleTerms(effects=frozenset({Effect.COUNT, Effect.TELL})),
        "safety_stop": TroubleTerms(frozenset(PromptKind), frozenset({Effect.TELL})),
    },
)
FLOOR = Floor(
    locations={
        one.id: one
        for one in (
            Location(LocationId("zone-a"), LocationKind.ZONE),
            Location(BIN_1, LocationKind.BIN, LocationId("zone-a"), 1.0, 2.0),
            Location(BIN_2, LocationKind.BIN, LocationId("zone-a"), 1.0, 6.0),
            Location(BIN_3, LocationKind.BIN, None, 5.0, 4.0),
            Location(CART, LocationKind.CART),
            Location(STATION, LocationKind.STATION, None, 0.0, 0.0),
            Location(DOCK, LocationKind.PORTAL, None, 8.0, 0.0),
            Location(QUARANTINE, LocationKind.QUARANTINE),
        )
    },
    antennas=(
        Antenna(DeviceName("reader-1"), 1, LocationId("zone-a")),
        Antenna(DeviceName("reader-1"), 2, CART),
        Antenna(DeviceName("reader-1"), 3, STATION),
        Antenna(DeviceName("reader-1"), 4, DOCK),
    ),
    aisle_x_m=(1.0, 5.0),
    cross_y_m=(0.0, 10.0),
)


class SmallFloor:
    """The rules at work on a state, without loop, store or clock."""

    def __init__(self, floor: Floor = FLOOR, terms: Terms = TERMS) -> None:
        self.state = FloorState(floor)
        self.terms = terms
        self.facts: list[Event] = []
        self.stored_items: dict[Epc, PresentItem] = {}
        self.air_is_still = True
        """Pack stations hear at once all that there is to hear."""
        self._number = count(1)

    def take(self, input_: Input) -> Answer:
        """Decide one input, apply what it became and what follows; its answer."""
        decision = decide(self.state, self.terms, input_)
        for event in decision.events:
            self.apply(event)
        self._follow()
        self._store_items()
        return decision.answer

    def take_fact(self, event: Event) -> None:
        """Let one fact happen, and what follows by itself."""
        self.apply(event)
        self._follow()

    def _store_items(self) -> None:
        """As with each commit: from then on items are in the store, not in memory."""
        self.stored_items |= self.state.items
        self.state.items.clear()

    def _follow(self) -> None:
        while events := follow_up(self.state, self.terms, NOW_US):
            for event in events:
                self.apply(event)
        for pack in list(self.state.packs.values()) if self.air_is_still else ():
            if pack.listening_since_us:
                self.take(BoxJudged(BoxQuiet(pack.station, pack.listening_since_us, True), NOW_US))

    def apply(self, event: Event) -> None:
        """Let one fact happen."""
        self.apply_at(event, NOW_US)

    def apply_at(self, event: Event, at_us: int) -> None:
        """Let one fact happen at a time of its own."""
        apply(self.state, event, at_us)
        self.facts.append(event)

    def number(self) -> RequestId:
        """A new id."""
        return RequestId(f"id-{next(self._number)}")

    def plan(self) -> Answer | None:
        """Plan as the planner's thread would; None where there is nothing to plan."""
        snapshot = snapshots.snapshot(self.state, self.terms, NOW_US)
        if snapshot is None:
            return None
        mended = changes(snapshot)
        rest = snapshots.without(snapshot, mended)
        chance = np.random.default_rng(1)
        walks = planning.plan(rest, self.number, chance, Effort(rounds=20))
        return self.take(PlanReady(walks, NOW_US, mended))

    def order(
        self, order_id: str, *lines: tuple[Sku, int], rev: int = 1, **more: object
    ) -> Answer:
        """The central system states an order."""
        wanted = str(more.get("wanted", "released"))
        return self.take(
            OrderSubmitted(
                OrderId(order_id),
                rev,
                int(str(more.get("priority", 0))),
                None,
                "DHL",
                tuple(
                    OrderLine(
                        LineId(str(number)),
                        sku,
                        quantity,
                        substitution=bool(more.get("substitution")),
                    )
                    for number, (sku, quantity) in enumerate(lines, 1)
                ),
                wanted,
                NOW_US,
            )
        )

    def ready(self, badge: Badge = LI, cart: LocationId | None = None) -> Answer:
        """A picker comes to work."""
        return self.take(WorkWanted(self.number(), badge, True, cart, NOW_US))


def stocked() -> SmallFloor:
    """A floor with 5 shirts in A-1, 3 shirts in B-1 and 4 mugs in A-2."""
    return stock_up(SmallFloor())


def stock_up(floor: SmallFloor) -> SmallFloor:
    """Goods for an empty floor, as `stocked` has them."""
    floor.take(
        ArticlesListed(
            (Article(SHIRT, SHIRT_GTIN, "Shirt"), Article(MUG, MUG_GTIN, "Mug")), NOW_US
        )
    )
    floor.take(
        StockListed(
            (
                StockStatement(SHIRT, BIN_1, 5, 1),
                StockStatement(SHIRT, BIN_3, 3, 1),
                StockStatement(MUG, BIN_2, 4, 1),
            ),
            NOW_US,
        )
    )
    return floor
