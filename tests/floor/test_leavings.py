"""A departure that never was: withdrawn by a fact that names it, in the read tables, in EPCIS."""

import json
from dataclasses import replace
from pathlib import Path

from drivers.reads import ReadBatch
from edge.clock import PlayedClock
from edge.model.events import Fact, ItemArrived, ItemDeparted, ItemWithdrawn
from edge.model.ids import DeviceName, Epc
from edge.model.inputs import DeviceChanged
from edge.model.places import Antenna
from edge.store.queries import Queries
from edge.store.reader import JournalReader
from edge.sync.epcis.events import EpcisWriter
from edge.sync.epcis.names import EpcisNames
from edge.sync.epcis.withdrawing import is_withdrawn, withdraws
from tests.floor.failing_gateway import Gateway
from tests.rules.small_floor import BIN_1, FLOOR

NEIGHBOUR, PIECE = "3034" + "0" * 20, Epc("3034" + "f" * 20)
NAMES = EpcisNames("https://example.org", lambda _: None, lambda _: None)


class Shelf:
    """Two pieces on a shelf, and what the gateway commits of them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "gateway.sqlite"
        self.clock = PlayedClock()
        antennas = (Antenna(DeviceName("north"), 1, BIN_1),)
        self.gateway = Gateway(self.path, self.clock, replace(FLOOR, antennas=antennas))
        self.facts: list[Fact] = []

    def live(self, seconds: int, *epcs: str) -> None:
        for _ in range(seconds):
            self.clock.advance_us(1_000_000)
            now_us = self.clock.now_us()
            many = len(epcs)
            self.gateway.inbox.put_reads(
                ReadBatch.of(
                    "north", now_us, epcs, [1] * many, [-55.0] * many, seen_us=[now_us] * many
                )
            )
            self.facts += self.gateway.loop.turn(0)

    def told_of_piece(self) -> list[Fact]:
        kinds = ItemArrived | ItemDeparted | ItemWithdrawn
        return [
            one for one in self.facts if isinstance(one.event, kinds) and one.event.epc == PIECE
        ]

    def epcis_of(self, fact: Fact) -> dict[str, object]:
        journal = JournalReader(self.path)
        kind = withdraws(fact.event) or ""
        writer = EpcisWriter(
            NAMES,
            lambda one: journal.newest_before(
                one.seq, kind, lambda other: is_withdrawn(other, one.event), 1000
            ),
        )
        written = writer(fact)
        journal.close()
        assert written is not None
        told: dict[str, object] = json.loads(written)
        return told


def test_a_departure_that_never_was_is_withdrawn_by_its_number(tmp_path: Path) -> None:
    # given a piece that was told to be gone, while somebody stood before it
    shelf = Shelf(tmp_path)
    shelf.live(90, NEIGHBOUR, PIECE)
    shelf.live(40, NEIGHBOUR)
    # when it is heard again as before
    shelf.live(6, NEIGHBOUR, PIECE)
    # then a fact takes the departure back
    arrived, departed, withdrawn = shelf.told_of_piece()
    assert isinstance(arrived.event, ItemArrived)
    assert isinstance(departed.event, ItemDeparted)
    assert isinstance(withdrawn.event, ItemWithdrawn)
    assert (withdrawn.event.fact_id, withdrawn.event.why) == (departed.id, "seen_again")
    # and pages and read tables have it where it was, since it came
    queries = Queries(shelf.path)
    item = queries.item(PIECE)
    assert item is not None
    assert item.location == BIN_1
    assert item.since_us == withdrawn.event.since_us <= arrived.occurred_us
    assert [one.id for one in queries.history(PIECE, 1)] == [withdrawn.id]
    queries.close()
    # and EPCIS has the departure once more, under its own number, declared never to have been
    found = shelf.epcis_of(withdrawn)
    declaration = found.pop("errorDeclaration")
    assert found == shelf.epcis_of(departed)
    assert found["eventID"] == f"urn:uuid:{departed.id}"
    assert isinstance(declaration, dict)
    assert declaration["reason"] == "did_not_occur"


def test_a_reader_found_dead_takes_back_what_departed_meanwhile(tmp_path: Path) -> None:
    # given a piece that is told to be gone while its reader is silent, which nobody knows yet
    shelf = Shelf(tmp_path)
    shelf.live(90, NEIGHBOUR, PIECE)
    shelf.live(17, NEIGHBOUR)
    silent_since_us = shelf.clock.now_us()
    shelf.live(5)
    departed = shelf.told_of_piece()[-1]
    assert isinstance(departed.event, ItemDeparted)
    # when the reader turns out to be dead
    at_us = shelf.clock.now_us()
    lost = DeviceChanged(
        DeviceName("north"),
        alive=False,
        reason="silent",
        silent_since_us=silent_since_us,
        at_us=at_us,
    )
    shelf.gateway.inbox.put_change(lost)
    shelf.live(1)
    # then nothing has departed
    withdrawn = shelf.told_of_piece()[-1].event
    assert isinstance(withdrawn, ItemWithdrawn)
    assert (withdrawn.fact_id, withdrawn.why) == (departed.id, "reader_silent")


def test_what_was_told_before_a_restart_is_not_taken_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.live(90, NEIGHBOUR, PIECE)
    shelf.live(40, NEIGHBOUR)
    shelf.gateway.store.close()
    again = Gateway(shelf.path, shelf.clock, shelf.gateway.parts.floor)
    shelf.gateway, before = again, len(shelf.told_of_piece())

    shelf.live(6, NEIGHBOUR, PIECE)

    (arrived,) = shelf.told_of_piece()[before:]
    assert isinstance(arrived.event, ItemArrived)
