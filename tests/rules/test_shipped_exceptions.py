"""The table of exceptions that comes with the program does what it says, at every step."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from edge.compose.terms import terms_of
from edge.model.events import (
    FetchShort,
    PieceLost,
    StopPostponed,
    StopRerouted,
    StopShort,
    ToteFilled,
    TroubleRecorded,
)
from edge.model.goods import Forward
from edge.model.ids import OrderId, RequestId
from edge.model.inputs import ForwardsListed
from edge.model.posted import (
    GradeDecided,
    ParcelDispatched,
    ReturnScanned,
    TroubleReported,
    WorkWanted,
)
from edge.model.prompts import PromptKind
from edge.model.returns import Grade
from edge.model.tasks import TaskKind
from edge.rules import guiding
from edge.rules.terms import Effect, Strategy
from edge.settings.exceptions_file import SHIPPED, load_troubles
from edge.settings.gateway import Settings
from tests.rules.deeds import at_station, close, scan
from tests.rules.small_floor import (
    ANNA,
    BIN_3,
    DOCK,
    FLOOR,
    LI,
    MUG,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
    stock_up,
)
from tests.rules.test_zones import BETWEEN, PASSING, TWO_ZONES

TERMS = terms_of(Settings(), load_troubles(SHIPPED))
O1 = OrderId("O1")
TASKS = {
    Effect.FREEZE: TaskKind.FREEZE,
    Effect.RETAG: TaskKind.RETAG,
    Effect.HOLD: TaskKind.HOLD,
    Effect.TELL: TaskKind.TELL,
}
WAYS = {
    Effect.SHORT: (StopShort, PieceLost, FetchShort),
    Effect.AVOID: (StopShort, StopRerouted),
    Effect.LATER: (StopPostponed,),
    Effect.FULL: (ToteFilled,),
}


EVERY_WAY = tuple(kind for kinds in WAYS.values() for kind in kinds)


def picking(**terms: object) -> SmallFloor:
    """One of three shirts is in the tote, a mug comes later."""
    floor = stock_up(SmallFloor(terms=replace(TERMS, **terms)))  # type: ignore[arg-type] # any of them
    floor.order("O1", (SHIRT, 3), (MUG, 1))
    floor.ready()
    floor.plan()
    while (
        prompt := guiding.prompt(floor.state, LI)
    ).kind is PromptKind.PICK and not prompt.picked:
        scan(floor, SHIRT_GTIN if prompt.sku == SHIRT else "09521234000020")
    return floor


def walked(goal: PromptKind) -> SmallFloor:
    floor = stock_up(SmallFloor(terms=TERMS))
    floor.order("O1", (SHIRT, 1))
    floor.ready()
    floor.plan()
    scan(floor, SHIRT_GTIN)
    if goal is PromptKind.DROP:
        return floor
    if goal is PromptKind.PUT_BACK:
        floor.order("O1", (SHIRT, 1), rev=2, wanted="cancelled")
        return floor
    scan(floor, STATION)
    if goal is PromptKind.PUT_AWAY:
        at_station(floor, "T0001")
        at_station(floor, SHIRT_GTIN)
        sscc = close(floor).data["sscc"]
        floor.take(ParcelDispatched(RequestId("d"), LI, sscc, DOCK, NOW_US))  # type: ignore[arg-type] # plain data
        back = floor.take(ReturnScanned(RequestId("r"), LI, SHIRT_GTIN, O1, "unwanted", NOW_US))
        piece_id = str(back.data["piece_id"])
        floor.take(GradeDecided(RequestId("g"), LI, piece_id, Grade.RESTOCK, NOW_US))
    return floor


def zoned(goal: PromptKind) -> SmallFloor:
    """Li's part of a walk is picked, and Anna works in the next zone."""
    floor = stock_up(
        SmallFloor(TWO_ZONES, replace(TERMS, strategy=Strategy.PICK_AND_PASS, zones=PASSING.zones))
    )
    floor.order("O1", (SHIRT, 8))
    floor.ready(ANNA)
    floor.ready(LI)
    floor.plan()
    while guiding.prompt(floor.state, LI).kind is PromptKind.PICK:
        scan(floor, SHIRT_GTIN)
    if goal is PromptKind.TAKE:
        scan(floor, BETWEEN)
        floor.terms = replace(floor.terms, zones={})
        floor.take(WorkWanted(RequestId("rest"), ANNA, False, None, NOW_US))
    return floor


def refilling(goal: PromptKind) -> SmallFloor:
    floor = stock_up(SmallFloor(FLOOR, TERMS))
    floor.take(ForwardsListed((Forward(BIN_3, SHIRT, 4, 5, 1),), NOW_US))
    floor.ready()
    while goal is PromptKind.REFILL and guiding.prompt(floor.state, LI).kind is PromptKind.FETCH:
        scan(floor, SHIRT_GTIN)
    return floor


STEPS: dict[PromptKind, Callable[[], SmallFloor]] = {
    PromptKind.BIND: lambda: picking(bind_totes=True),
    PromptKind.PICK: picking,
    PromptKind.PASS: lambda: zoned(PromptKind.PASS),
    PromptKind.TAKE: lambda: zoned(PromptKind.TAKE),
    PromptKind.DROP: lambda: walked(PromptKind.DROP),
    PromptKind.WAIT: lambda: walked(PromptKind.WAIT),
    PromptKind.PUT_BACK: lambda: walked(PromptKind.PUT_BACK),
    PromptKind.PUT_AWAY: lambda: walked(PromptKind.PUT_AWAY),
    PromptKind.FETCH: lambda: refilling(PromptKind.FETCH),
    PromptKind.REFILL: lambda: refilling(PromptKind.REFILL),
}
CASES = [
    (code, kind)
    for code, trouble in TERMS.troubles.items()
    for kind in PromptKind
    if kind in trouble.at
]


@pytest.mark.parametrize(("code", "kind"), CASES, ids=str)
def test_an_exception_does_what_the_table_says_at_each_step_that_offers_it(
    code: str, kind: PromptKind
) -> None:
    floor = STEPS[kind]()
    badge = ANNA if guiding.prompt(floor.state, LI).kind is not kind else LI
    prompt = guiding.prompt(floor.state, badge)
    assert prompt.kind is kind
    effects = TERMS.troubles[code].effects
    before, promised = len(floor.facts), floor.state.stock.of(SHIRT)

    answer = floor.take(TroubleReported(RequestId("t"), badge, prompt.prompt_id, code, NOW_US))

    facts = floor.facts[before:]
    assert answer.accepted
    assert isinstance(facts[0], TroubleRecorded)
    wanted = [kind for effect in effects for kind in WAYS.get(effect, ())]
    ways = [one for one in facts if isinstance(one, EVERY_WAY)]
    assert bool(ways) is bool(wanted)
    assert all(isinstance(one, (*wanted, StopRerouted)) for one in ways)
    short = next((one for one in ways if isinstance(one, StopShort)), None)
    assert short is None or short.stays is (Effect.AVOID in effects)
    assert {one.kind for one in floor.state.tasks.values()} == {
        TASKS[one] for one in effects if one in TASKS
    }
    assert (prompt.location in floor.state.frozen) is (Effect.FREEZE in effects)
    assert floor.state.is_held(O1) is (Effect.HOLD in effects)
    if effects & {Effect.SHORT, Effect.COUNT}:
        assert (prompt.location, prompt.sku) in floor.state.counts
    if Effect.AVOID in effects:
        assert sum(one.quantity for one in floor.state.stock.of(SHIRT)) == sum(
            one.quantity for one in promised
        )
