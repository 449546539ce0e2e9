"""The loop answers after the commit, survives a restart and a fault in a rule."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.clock import PlayedClock
from edge.floor.housekeeping import QUIET_US
from edge.floor.loop import FloorLoop
from edge.floor.showing import WIDE_VIEW_US
from edge.gs1.epc import sgtin96_hex
from edge.model.events import Fact, PortalPassed
from edge.model.goods import Article
from edge.model.ids import DeviceName, Epc, LineId, OrderId, RequestId
from edge.model.inputs import (
    ArticlesListed,
    CentralAcknowledged,
    DeviceChanged,
    OrderSubmitted,
    PassageJudged,
)
from edge.model.orders import OrderLine
from edge.model.passages import Direction, Passage
from edge.model.places import Antenna
from edge.model.posted import PassageAnswered
from edge.model.state import FloorState
from edge.store.errors import StoreDamagedError
from tests.floor.failing_gateway import GATE, LEASE_S, Gateway, scan
from tests.rules.small_floor import DOCK, FLOOR, LI, SHIRT, SHIRT_GTIN, TERMS

TICK_US = 20_000


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    one = Gateway(tmp_path / "journal.sqlite", PlayedClock())
    yield one
    one.store.close()


def test_an_answer_is_given_after_its_facts_are_in_the_journal(gateway: Gateway) -> None:
    gateway.stock_and_walk()
    seen: list[int] = []
    before = gateway.store.last_seq

    gateway.inbox.put(scan("s1"), lambda _: seen.append(gateway.store.last_seq))
    gateway.loop.turn(0)

    assert seen == [before + 1]


def test_an_answer_comes_with_the_next_prompt_and_waits_for_no_picture(gateway: Gateway) -> None:
    gateway.stock_and_walk()
    gateway.clock.advance_us(WIDE_VIEW_US)
    shown: list[str] = []
    for topic in (f"prompt/{LI}", "orders", "floor"):
        gateway.board.watch(topic, shown.append)

    gateway.inbox.put(scan("s1"), lambda _: shown.append("answer"))
    gateway.loop.turn(0)

    assert shown == [f"prompt/{LI}", "answer", "orders", "floor"]


def test_the_same_request_twice_has_one_effect_and_one_answer(gateway: Gateway) -> None:
    gateway.stock_and_walk()

    first = gateway.ask(scan("s1"))
    again = gateway.ask(scan("s1"))

    assert first == again
    assert gateway.prompt()["picked"] == 1


def test_the_same_request_twice_in_one_turn_has_one_effect(gateway: Gateway) -> None:
    gateway.stock_and_walk()

    futures = [gateway.inbox.ask(scan("s1")) for _ in range(2)]
    gateway.loop.turn(0)

    assert futures[0].result(0) == futures[1].result(0)
    assert gateway.prompt()["picked"] == 1


def test_after_a_restart_the_prompt_is_the_one_that_was_there(gateway: Gateway) -> None:
    gateway.stock_and_walk()
    gateway.ask(scan("s1"))
    before = gateway.prompt()
    gateway.store.close()

    again = Gateway(gateway.path, gateway.clock)

    assert again.prompt() == before
    assert again.ask(scan("s1")).code == "picked"  # answered from the store, no second effect
    assert again.prompt() == before
    gateway.store = again.store


def test_an_expected_tag_at_the_cart_is_picked_without_a_scan(gateway: Gateway) -> None:
    gateway.stock_and_walk()
    tag = sgtin96_hex(SHIRT_GTIN, 7, 5)

    for _ in range(40):
        gateway.clock.advance_us(100_000)
        gateway.inbox.put_reads(
            ReadBatch.of("reader-1", gateway.clock.now_us(), [tag], [2], [-42.0])
        )
        gateway.loop.turn(0)

    assert gateway.prompt()["picked"] == 1


def test_an_acknowledgement_moves_the_cursor_and_a_foreign_epoch_does_not(
    gateway: Gateway,
) -> None:
    gateway.stock_and_walk()

    gateway.ask(CentralAcknowledged("another", 3, 0))
    assert gateway.store.acknowledged == 0
    gateway.ask(CentralAcknowledged(gateway.store.epoch, 3, 0))

    assert gateway.store.acknowledged == 3


def test_an_input_whose_rule_has_a_fault_costs_only_itself(gateway: Gateway) -> None:
    gateway.stock_and_walk()
    broken = replace(scan("s-broken"), code=None)  # type: ignore[arg-type] # nothing outside makes this

    bad = gateway.inbox.ask(broken)
    good = gateway.inbox.ask(scan("s-good"))
    gateway.loop.turn(0)

    assert bad.result(0).code == "rule_failed"
    assert good.result(0).code == "picked"
    assert gateway.failed
    assert [one.code for one in gateway.alerts.active()] == ["rule_failed"]
    assert gateway.prompt()["picked"] == 1


def test_what_a_device_said_while_the_disk_was_full_is_not_lost(gateway: Gateway) -> None:
    gateway.stock_and_walk()
    gateway.store.full = True
    lost = DeviceChanged(DeviceName("reader-1"), False, "pulled", 1, 1)

    gateway.inbox.put_change(lost)
    gateway.loop.turn(0)
    gateway.loop.turn(0)
    gateway.store.full = False
    gateway.loop.turn(0)

    assert gateway.prompt()["radio"] is False
    assert [one.code for one in gateway.alerts.active()] == ["device_lost"]


def test_a_full_disk_is_one_alert_until_something_is_kept_again(gateway: Gateway) -> None:
    # given a disk that is full, while some turns have nothing to keep
    gateway.stock_and_walk()
    heard: list[bool] = []
    gateway.alerts.listen(lambda _, alert: heard.append(alert is not None))
    for request in ("s1", "s2"):
        gateway.store.full = True
        assert gateway.ask(scan(request)).code == "store_failed"
        gateway.store.full = False
        for _ in range(3):
            gateway.loop.turn(0)
    assert heard == [True]

    # when there is room again
    assert gateway.ask(scan("s3")).code == "picked"

    # then it is over
    assert heard == [True, False]


def test_while_the_disk_stays_full_the_state_is_read_back_once_a_second_and_no_oftener(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.stock_and_walk()
    reads: list[int] = []
    load = gateway.store.load

    def counted(state: FloorState, present: None) -> None:
        reads.append(gateway.clock.monotonic_us())
        load(state, present)

    monkeypatch.setattr(gateway.store, "load", counted)
    # given a disk that is full for a minute, and somebody who scans all the time
    gateway.store.full = True
    for number in range(3_000):
        assert gateway.ask(scan(f"full{number}")).code == "store_failed"
        gateway.clock.advance_us(TICK_US)
    tries = len(reads)
    # when there is room again
    gateway.store.full = False
    answers = []
    while "picked" not in answers:
        answers.append(gateway.ask(scan(f"room{len(answers)}")).code)
        gateway.clock.advance_us(TICK_US)
    # then it was tried some seventy times, and is found within a second
    assert 60 <= tries <= 70
    assert len(answers) * TICK_US <= 1_000_000 + TICK_US


def test_where_nothing_is_to_be_kept_the_stores_trouble_is_over_after_a_while(
    gateway: Gateway,
) -> None:
    gateway.stock_and_walk()
    gateway.store.full = True
    gateway.ask(scan("s1"))
    gateway.store.full = False

    for _ in range(2):
        gateway.loop.turn(0)
    during = gateway.alerts.active()
    gateway.clock.advance_us(QUIET_US)
    gateway.loop.turn(0)

    assert [one.code for one in during] == ["store_failed"]
    assert gateway.alerts.active() == ()


def test_damage_that_a_turn_comes_upon_is_told_and_costs_no_answer(gateway: Gateway) -> None:
    """Whether the commit finds it or the reading back: the daemon must hear of it."""
    told: list[StoreDamagedError] = []
    gateway.loop = FloorLoop(replace(gateway.parts, damaged=told.append))
    gateway.loop.load()
    gateway.stock_and_walk()
    found = gateway.store.failure = StoreDamagedError("a page is not as it was written")
    gateway.store.full = True

    answer = gateway.ask(scan("s1"))
    again = gateway.ask(scan("s2"))

    assert (answer.code, again.code) == ("store_failed", "store_failed")
    assert told == [found, found]
    assert [one.code for one in gateway.alerts.active()] == ["store_failed"]


def test_a_store_that_cannot_be_asked_for_answers_refuses_and_the_loop_goes_on(
    gateway: Gateway,
) -> None:
    gateway.stock_and_walk()
    gateway.store.full = True

    answer = gateway.ask(scan("s1"))
    gateway.store.full = False

    assert answer.code == "store_failed"
    assert gateway.ask(scan("s1")).code == "picked"


def test_a_fault_in_what_follows_by_itself_costs_that_and_not_the_input(gateway: Gateway) -> None:
    broken = replace(TERMS, quantity_max=None)  # type: ignore[arg-type] # no file can say this
    gateway.loop = FloorLoop(replace(gateway.parts, terms=broken))
    gateway.loop.load()
    line = OrderLine(LineId("1"), SHIRT, 1)
    gateway.ask(OrderSubmitted(OrderId("O1"), 1, 0, None, "DHL", (line,), "released", 1))

    answer = gateway.ask(ArticlesListed((Article(SHIRT, SHIRT_GTIN, "Shirt"),), 2))

    assert answer.code == "listed"
    assert any("what follows failed" in one for one in gateway.failed)


def test_what_a_portal_is_not_sure_of_is_asked_until_somebody_answers(gateway: Gateway) -> None:
    """The question is on the board and an alert, and both survive a restart."""
    gateway.stock_and_walk()
    passage = Passage(
        epc=Epc(sgtin96_hex(SHIRT_GTIN, 7, 9)),
        portal=DOCK,
        direction=Direction.UNKNOWN,
        probability=0.6,
        likeliest=Direction.OUT,
        crossing=0.6,
        began_us=1,
        ended_us=2,
        reads=9,
    )

    gateway.ask(PassageJudged(passage, 2))
    asked = [one.code for one in gateway.alerts.active()]
    gateway.store.close()
    again = Gateway(gateway.path, gateway.clock)
    board = again.board.look("board")
    answer = again.ask(PassageAnswered(RequestId("a"), LI, passage.epc, "out", 3))

    assert asked == ["passage_unclear"]
    assert board is not None
    assert [one["name"] for one in board.value["questions"]] == [passage.epc]  # type: ignore[attr-defined]
    assert answer.code == "settled"
    assert again.alerts.active() == ()
    gateway.store = again.store


def test_work_of_a_handheld_that_is_not_heard_any_more_is_free_for_others(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path / "journal.sqlite", PlayedClock())
    gateway.stock_and_walk()
    gateway.clock.advance_us(2_000_000)
    gateway.loop.turn(0)  # from here on its silence is reckoned
    assert gateway.prompt()["kind"] == "pick"

    gateway.clock.advance_us(LEASE_S * 1_000_000)
    gateway.loop.turn(0)

    prompt = gateway.prompt()
    assert (prompt["kind"], prompt["notice"]) == ("wait", "not_at_work")
    assert gateway.ask(scan("late")).code == "handed_over"
    gateway.store.close()


def test_reads_of_a_tag_that_is_carried_through_a_gate_become_its_passage(tmp_path: Path) -> None:
    """From the reads of two antennas to the fact, by the loop alone."""
    sides = (Antenna(GATE, 1, DOCK, portal_side="in"), Antenna(GATE, 2, DOCK, portal_side="out"))
    floor = replace(FLOOR, antennas=(*FLOOR.antennas[:3], *sides))
    gateway = Gateway(tmp_path / "journal.sqlite", PlayedClock(), floor)
    epc = sgtin96_hex(SHIRT_GTIN, 7, 9)
    told: list[Fact] = []

    for step in range(160):
        gateway.clock.advance_us(100_000)
        place_m = step / 10.0 - 4.0
        for port, behind in ((1, place_m > 0.2), (2, place_m < -0.2)):
            level = -38.0 - 20.0 * np.log10((place_m**2 + 2.25) * (25.0 if behind else 1.0)) / 2.0
            if level > -58.0:
                now_us = gateway.clock.now_us()
                gateway.inbox.put_reads(ReadBatch.of(GATE, now_us, [epc], [port], [level]))
        told += gateway.loop.turn(0)

    passed = [one.event for one in told if isinstance(one.event, PortalPassed)]
    assert [(one.epc, one.portal, one.direction) for one in passed] == [(epc, DOCK, "out")]
    gateway.store.close()
