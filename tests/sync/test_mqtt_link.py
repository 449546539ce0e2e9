"""The link to the central system with a real broker between."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.model.events import CountWanted, PickerChanged, StockStated
from edge.model.ids import Badge, LocationId, Sku
from edge.model.inputs import MessageRefused, OrderSubmitted
from edge.model.prompts import Answer
from edge.sync.mqtt.link import MqttLink
from edge.sync.mqtt.settings import LinkSettings

from .conftest import (
    BASE,
    Broker,
    Central,
    Floor,
    MemoryJournal,
    parts_for,
    settings_for,
    wait_until,
)

pytestmark = pytest.mark.story


def order(number: int) -> bytes:
    lines = [{"line_id": "1", "sku": "A", "quantity": 2}]
    message = {"order_id": f"O-{number}", "rev": 1, "state": "released", "lines": lines}
    return json.dumps(message).encode()


def work_happens(journal: MemoryJournal, count: int) -> None:
    for number in range(count):
        match number % 7:
            case 0:
                journal.append(PickerChanged(Badge(f"P{number}"), ready=True, cart=None))
            case 1:
                journal.append(CountWanted(LocationId("A-1"), Sku("S"), "empty"))
            case _:
                journal.append(StockStated(Sku(f"S{number}"), LocationId("A-1"), number, 1))


@contextmanager
def linked(settings: LinkSettings, journal: MemoryJournal, floor: Floor) -> Iterator[MqttLink]:
    link = MqttLink(settings, parts_for(journal, floor))
    link.start()
    try:
        yield link
    finally:
        link.stop()
        assert not link.status().running


@contextmanager
def listening(broker: Broker, *, acknowledges: bool = True) -> Iterator[Central]:
    central = Central(broker.port, acknowledges=acknowledges)
    try:
        yield central
    finally:
        central.stop()


def test_a_thousand_facts_arrive_once_in_order_and_free_the_journal(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        work_happens(journal, 1000)
        link.wake()
        wait_until(lambda: journal.acknowledged() == 1000, "everything is acknowledged", 30)

        assert central.order_of_arrival == list(range(1, 1001))
        assert central.doubles == 0
        wait_until(lambda: link.status().unsent == 0, "the link knows it")


def test_each_fact_comes_on_the_topic_of_its_kind_with_its_keys(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor):
        wait_until(lambda: "state" in central.kept, "the gateway is there")
        journal.append(CountWanted(LocationId("A-1"), Sku("S"), "empty"))
        wait_until(lambda: journal.acknowledged() == 1, "it is acknowledged")

    message = next(one for one in central.messages if "/event/" in one.topic)
    keys = dict(message.properties.UserProperty)
    event = central.events[1]
    assert message.topic == f"{BASE}event/count"
    assert not message.retain
    assert event["type"] == keys["type"] == "count.wanted"
    assert (keys["seq"], keys["epoch"], keys["gateway"]) == ("1", "e1", "gate-1")
    assert event["data"] == {"location": "A-1", "sku": "S", "reason": "empty"}
    assert event["clock"] == {"synced": True, "offset_ms": 2}


def test_a_broker_that_dies_in_the_middle_loses_nothing(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        for burst in range(4):
            work_happens(journal, 250)
            link.wake()
            if burst < 3:
                wait_until(lambda: central.events, "something has come")
                broker.kill()
                broker.start()
        wait_until(lambda: journal.acknowledged() == 1000, "everything is acknowledged", 20)

        assert central.order_of_arrival == list(range(1, 1001))
        assert link.status().connections >= 2


def test_without_a_broker_everything_waits_and_comes_when_one_is_there(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    broker.kill()
    with linked(settings_for(broker.port), journal, floor) as link:
        work_happens(journal, 30)
        link.wake()
        wait_until(lambda: link.status().last_error, "the trouble is told")
        wait_until(lambda: link.status().unsent == 30, "the backlog is told")
        assert "cannot be reached" in link.status().last_error
        broker.start()
        with listening(broker):
            wait_until(lambda: journal.acknowledged() == 30, "everything is acknowledged")


def test_while_nobody_listens_the_broker_is_spared_and_a_person_is_told(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with linked(settings_for(broker.port), journal, floor) as link:
        work_happens(journal, 500)
        link.wake()
        wait_until(lambda: link.status().phase == "absent", "the absence is noticed")
        assert link.status().unsent == 500
        with listening(broker) as central:
            wait_until(lambda: central.kept.get("alert/central-absent"), "the alert is there")
            wait_until(lambda: journal.acknowledged() == 500, "everything is acknowledged")
            wait_until(lambda: central.kept["alert/central-absent"] == b"", "the alert is over")


def test_a_central_system_that_stores_nothing_keeps_the_journal_full(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with (
        listening(broker, acknowledges=False) as central,
        linked(settings_for(broker.port), journal, floor) as link,
    ):
        work_happens(journal, 50)
        link.wake()
        wait_until(lambda: link.status().phase == "absent", "the silence is noticed")
        assert len(central.events) == 50
        assert link.status().unsent == 50

        central.acknowledge()
        wait_until(lambda: journal.acknowledged() == 50, "the acknowledgement is taken")
        wait_until(lambda: link.status().phase == "draining", "delivery goes on")


def test_where_the_broker_is_trusted_its_word_frees_the_journal(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    settings = settings_for(broker.port, confirmed_by="broker")
    with listening(broker, acknowledges=False), linked(settings, journal, floor) as link:
        work_happens(journal, 300)
        link.wake()
        wait_until(lambda: journal.acknowledged() == 300, "everything is confirmed")


def test_an_order_is_acknowledged_to_the_broker_only_after_its_commit(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    floor.is_holding = True
    with listening(broker) as central:
        with linked(settings_for(broker.port), journal, floor):
            wait_until(lambda: "state" in central.kept, "the gateway is there")
            central.send("order", order(1))
            wait_until(lambda: len(floor.taken) == 1, "the order is on the floor")
        # the gateway went away before the commit: the broker gives the order again
        with linked(settings_for(broker.port), journal, floor):
            wait_until(lambda: len(floor.taken) == 2, "the order came again")
            floor.release()
            central.send("order", order(2))
            wait_until(lambda: len(floor.taken) == 3, "the next order came")
            floor.release()
        with linked(settings_for(broker.port), journal, floor):
            central.send("order", order(3))
            wait_until(lambda: len(floor.taken) == 4, "only the third came")

    orders = [one.order_id for one in floor.taken if isinstance(one, OrderSubmitted)]
    assert orders == ["O-1", "O-1", "O-2", "O-3"]


def test_an_order_that_the_store_could_not_keep_is_offered_again(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    floor.is_holding = True
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        wait_until(lambda: "state" in central.kept, "the gateway is there")
        central.send("order", order(1))
        wait_until(lambda: len(floor.taken) == 1, "the order is on the floor")
        floor.release(Answer(accepted=False, code="store_failed", text="Nothing was kept."))
        wait_until(lambda: len(floor.taken) == 2, "it is offered again")
        assert link.status().waiting_incoming == 1
        floor.release()
        wait_until(lambda: link.status().waiting_incoming == 0, "it is done")


def test_a_full_floor_gets_its_orders_later_and_in_order(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    floor.is_full = True
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        wait_until(lambda: "state" in central.kept, "the gateway is there")
        for number in range(50):
            central.send("order", order(number))
        wait_until(lambda: link.status().waiting_incoming >= 32, "the broker holds the others")
        assert link.status().waiting_incoming == 32
        floor.is_full = False
        wait_until(lambda: len(floor.taken) == 50, "all have come")

    assert [one.order_id for one in floor.taken if isinstance(one, OrderSubmitted)] == [
        f"O-{number}" for number in range(50)
    ]


def test_a_message_that_nobody_understands_is_refused_and_acknowledged(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor):
        wait_until(lambda: "state" in central.kept, "the gateway is there")
        central.send("order", b"{nonsense")
        central.send("order", order(1))
        wait_until(lambda: len(floor.taken) == 2, "both have come")

    refused = floor.taken[0]
    assert isinstance(refused, MessageRefused)
    assert "not JSON" in refused.reason


def test_state_is_told_at_birth_and_at_a_planned_end(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central:
        with linked(settings_for(broker.port), journal, floor) as link:
            link.set_state("ready")
            wait_until(lambda: b'"ready"' in central.kept.get("state", b""), "it is ready")
            birth = json.loads(central.kept["state"])
        wait_until(lambda: b'"offline"' in central.kept["state"], "it is offline")

    assert json.loads(central.kept["state"])["session"] == birth["session"]


def test_health_info_and_alerts_are_kept_for_whoever_asks(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with linked(settings_for(broker.port), journal, floor) as link:
        link.publish_health({"backlog": 3})
        link.publish_info({"version": "1"})
        link.alert("Disk full!", b'{"code":"disk"}')
        wait_until(lambda: link.status().connected, "the broker is there")
        with listening(broker) as central:
            wait_until(lambda: {"health", "info", "alert/disk-full"} <= set(central.kept), "all")
            assert json.loads(central.kept["info"])["delivery"] == {"confirmed_by": "central"}
            link.alert("Disk full!", None)
            wait_until(lambda: central.kept["alert/disk-full"] == b"", "the alert is over")


def test_an_alert_of_an_earlier_life_is_taken_back(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central:
        central.send("alert/old", b'{"code":"old"}', retain=True)
        wait_until(lambda: "alert/old" in central.kept, "it is kept")
        with linked(settings_for(broker.port), journal, floor):
            wait_until(lambda: central.kept["alert/old"] == b"", "it is taken back")


def test_a_request_is_answered_where_it_asks_for_the_answer(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor):
        wait_until(lambda: "state" in central.kept, "the gateway is there")
        central.ask("where", b'{"sku":"A"}')
        wait_until(lambda: central.kept.get("answers") == b'{"sku":"A"}', "the answer is there")
        central.ask("dance", b"{}")
        wait_until(lambda: b"error" in central.kept["answers"], "the refusal is there")

    answers = [one for one in central.messages if one.topic == f"{BASE}answers"]
    assert {one.properties.CorrelationData for one in answers} == {b"7"}


def test_the_central_system_may_ask_for_everything_again(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        work_happens(journal, 40)
        link.wake()
        wait_until(lambda: journal.acknowledged() == 40, "everything is acknowledged")
        central.ask("resend", b'{"from": 11}')
        wait_until(lambda: central.doubles == 30, "thirty came again")
        central.ask("resend", b'{"from": "x"}')
        wait_until(lambda: b"from" in central.kept["answers"], "the refusal names the field")


def test_a_journal_that_cannot_be_read_for_a_while_delays_and_loses_nothing(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    journal.is_locked = True
    work_happens(journal, 20)
    with listening(broker), linked(settings_for(broker.port), journal, floor) as link:
        wait_until(lambda: "cannot be read" in link.status().last_error, "it is told")
        journal.is_locked = False
        wait_until(lambda: link.status().connected, "the link is up")
        journal.is_locked = True
        link.wake()
        journal.is_locked = False
        wait_until(lambda: journal._acknowledged == 20, "everything is acknowledged")


def test_what_the_broker_forbids_is_told_and_kept(
    make_broker: Callable[..., Broker], journal: MemoryJournal, floor: Floor, tmp_path: Path
) -> None:
    rights = tmp_path / "rights"
    rights.write_text(f"topic read {BASE}#\ntopic write {BASE}state\ntopic write {BASE}alert/#\n")
    broker = make_broker(f"acl_file {rights}\n")
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        work_happens(journal, 3)
        link.wake()
        wait_until(lambda: link.status().phase == "resting", "the refusal is noticed")
        wait_until(lambda: central.kept.get("alert/broker-refuses"), "a person is told")
        assert link.status().unsent == 3


def test_a_link_stops_at_once_even_without_a_broker(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    broker.kill()
    link = MqttLink(settings_for(broker.port, reconnect_s_min=30.0), parts_for(journal, floor))
    link.start()
    wait_until(lambda: link.status().last_error, "it has tried")
    link.stop()
    assert not link.status().running
    link.wake()
