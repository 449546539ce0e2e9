"""What a person scans at a place teaches the locator; what the radio alone counted does not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.reads import ReadBatch
from edge.clock import PlayedClock
from edge.floor.proving import proofs, proven
from edge.gs1.items import epc_of
from edge.locating.proofs import Proof
from edge.model.counts import CountMethod
from edge.model.errands import Carried, ErrandKind
from edge.model.events import CountMade, Event, PieceConfirmed, PiecePicked, PiecePut, StockPlaced
from edge.model.goods import Article
from edge.model.ids import DeviceName, Epc, LineId, OrderId, RequestId, ToteId
from edge.model.inputs import ArticlesListed
from edge.model.places import Antenna
from edge.model.posted import CountScanned, StockPutAway
from edge.model.work import Unit
from tests.floor.failing_gateway import Gateway
from tests.rules.small_floor import (
    BIN_1,
    BIN_2,
    BIN_3,
    FLOOR,
    LI,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    stocked,
)

EPC = Epc("30340000000000000000000a")
SERIAL_7 = epc_of(SHIRT_GTIN, "7")
READER = "reader-1"
BY_BOTH, BY_RADIO, BY_CODE = Unit(EPC, True), Unit(EPC, False), Unit(None, True)


@pytest.mark.parametrize(
    ("unit", "proved"), [(BY_BOTH, True), (BY_RADIO, False), (BY_CODE, False)]
)
def test_a_piece_proves_its_place_where_its_tag_is_known_and_a_person_scanned_it(
    unit: Unit, *, proved: bool
) -> None:
    floor = stocked()
    floor.order("O1", (SHIRT, 1))
    floor.ready()
    floor.plan()
    (walk,) = floor.state.walks.values()
    stop = walk.stops[0]
    order, line, tote = OrderId("O1"), LineId("1"), ToteId("T0001")
    events: list[Event] = [
        PiecePicked(walk.walk_id, 0, LI, order, line, SHIRT, stop.location, tote, unit),
        PieceConfirmed(walk.walk_id, 0, tote, SHIRT, BY_CODE, unit),
        PiecePut("E1", ErrandKind.PUT_BACK, Carried(SHIRT, unit, BIN_2), LI),
    ]
    lay_there = Proof(EPC, stop.location, lies_there_now=False)
    lies_there = Proof(EPC, BIN_2, lies_there_now=True)
    expected = [lay_there, lay_there, lies_there] if proved else []

    assert list(proofs(floor.state, events)) == expected


def test_every_tag_that_is_put_away_is_proved_to_lie_there() -> None:
    other = Epc("30340000000000000000000b")
    placed = StockPlaced(SHIRT, BIN_1, 2, (EPC, other), LI)
    assert list(proofs(stocked().state, [placed])) == [
        Proof(EPC, BIN_1, lies_there_now=True),
        Proof(other, BIN_1, lies_there_now=True),
    ]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """With an antenna at a second place of storage."""
    antennas = (*FLOOR.antennas, Antenna(DeviceName(READER), 5, BIN_3))
    one = Gateway(tmp_path / "journal.sqlite", PlayedClock(), replace(FLOOR, antennas=antennas))
    yield one
    one.store.close()


def heard_in_the_zone_beside(gateway: Gateway, epc: Epc) -> None:
    for _ in range(40):
        gateway.clock.advance_us(100_000)
        heard = ReadBatch.of(READER, gateway.clock.now_us(), [epc] * 2, [1, 5], [-55.0, -64.0])
        gateway.inbox.put_reads(heard)
        gateway.loop.turn(0)


def test_what_a_person_puts_away_is_located_where_it_was_put(gateway: Gateway) -> None:
    """The radio hears it louder in the zone beside; it is believed there until the scan."""
    locator = gateway.parts.locator
    heard_in_the_zone_beside(gateway, EPC)
    before = locator.where(EPC)
    now_us = gateway.clock.now_us()
    gateway.ask(ArticlesListed((Article(SHIRT, SHIRT_GTIN, "Shirt"),), now_us))

    put = gateway.ask(StockPutAway(RequestId("p1"), LI, BIN_3, SHIRT, 1, (EPC,), now_us))
    after = locator.where(EPC)

    assert put.accepted
    assert before is not None
    assert after is not None
    assert (before.location, after.location) == ("zone-a", BIN_3)


def test_a_piece_scanned_in_a_place_that_is_counted_is_located_there(gateway: Gateway) -> None:
    """The radio hears it louder in the zone beside; whoever counts has it in hand."""
    locator = gateway.parts.locator
    heard_in_the_zone_beside(gateway, SERIAL_7)
    now_us = gateway.clock.now_us()
    gateway.ask(ArticlesListed((Article(SHIRT, SHIRT_GTIN, "Shirt"),), now_us))
    before = locator.where(SERIAL_7)

    gateway.ask(CountScanned(RequestId("c1"), LI, SERIAL_7, now_us))
    unplaced = locator.where(SERIAL_7)
    gateway.ask(CountScanned(RequestId("c2"), LI, SERIAL_7, now_us, STATION))
    at_the_station = locator.where(SERIAL_7)
    answer = gateway.ask(CountScanned(RequestId("c3"), LI, SERIAL_7, now_us, BIN_3))

    assert answer.code == "count_piece"
    assert before is not None
    assert before.location == "zone-a"
    assert before == unplaced == at_the_station
    after = locator.where(SERIAL_7)
    assert after is not None
    assert after.location == BIN_3


def test_a_count_by_radio_proves_nothing_to_the_radio(gateway: Gateway) -> None:
    counted = CountMade(BIN_3, SHIRT, 1, 0, CountMethod.RADIO, LI)

    assert list(proven(gateway.loop.state, [(counted, 0)], [])) == []
