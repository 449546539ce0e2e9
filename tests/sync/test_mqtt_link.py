"""The link to the central system with a real broker between."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.clock import Clock
from edge.model.events import CountWanted, PickerChanged, StockStated
from edge.model.ids import Badge, LocationId, Sku
from edge.model.inputs import MessageRefused, OrderSubmitted
from edge.model.prompts import Answer
from edge.sync.mqtt.link import MqttLink
from edge.sync.mqtt.settings import LinkSettings
from tests.mosquitto import Broker
from tests.waiting import wait_until

from .conftest import BASE, Central, Floor, HastyClock, MemoryJournal, parts_for, settings_for

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
def linked(
    settings: LinkSettings, journal: MemoryJournal, floor: Floor, clock: Clock | None = None
) -> Iterator[MqttLink]:
    link = MqttLink(settings, parts_for(journal, floor, clock=clock))
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
        wait_until("everything is acknowledged", lambda: journal.acknowledged() == 1000)

        assert central.order_of_arrival == list(range(1, 1001))
        assert central.doubles == 0
        wait_until("the link knows it", lambda: link.status().unsent == 0)


def test_each_fact_comes_on_the_topic_of_its_kind_with_its_keys(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor):
        wait_until("the gateway is there", lambda: "state" in central.kept)
        journal.append(CountWanted(LocationId("A-1"), Sku("S"), "empty"))
        wait_until("it is acknowledged", lambda: journal.acknowledged() == 1)

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
                wait_until("something has come", lambda: central.events)
                broker.kill()
                broker.start()
        wait_until("everything is acknowledged", lambda: journal.acknowledged() == 1000)

        assert central.order_of_arrival == list(range(1, 1001))
        assert link.status().connections >= 2


def test_without_a_broker_everything_waits_and_comes_when_one_is_there(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    broker.kill()
    with linked(settings_for(broker.port), journal, floor) as link:
        work_happens(journal, 30)
        link.wake()
        wait_until("the trouble is told", lambda: link.status().last_error)
        wait_until("the backlog is told", lambda: link.status().unsent == 30)
        assert "cannot be reached" in link.status().last_error
        broker.start()
        with listening(broker):
            wait_until("everything is acknowledged", lambda: journal.acknowledged() == 30)


def test_while_nobody_listens_the_broker_is_spared_and_a_person_is_told(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    settings = settings_for(broker.port, absent_after_s=1.5)
    with linked(settings, journal, floor) as link:
        work_happens(journal, 500)
        link.wake()
        wait_until("the absence is noticed", lambda: link.status().phase == "absent")
        assert link.status().unsent == 500
        with listening(broker) as central:
            wait_until("the alert is there", lambda: central.kept.get("alert/central-absent"))
            wait_until("everything is acknowledged", lambda: journal.acknowledged() == 500)
            wait_until("the alert is over", lambda: central.kept["alert/central-absent"] == b"")


def test_a_central_system_that_stores_nothing_keeps_the_journal_full(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    clock = HastyClock()
    with (
        listening(broker, acknowledges=False) as central,
        linked(settings_for(broker.port), journal, floor, clock) as link,
    ):
        work_happens(journal, 50)
        link.wake()
        wait_until("the broker has passed everything on", lambda: len(central.events) == 50)
        clock.skip(61)  # and nobody has acknowledged
        wait_until("the silence is noticed", lambda: link.status().phase == "absent")
        assert len(central.events) == 50
        assert link.status().unsent == 50

        central.acknowledge()
        wait_until("the acknowledgement is taken", lambda: journal.acknowledged() == 50)
        wait_until("delivery goes on", lambda: link.status().phase == "draining")


def test_where_the_broker_is_trusted_its_word_frees_the_journal(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    settings = settings_for(broker.port, confirmed_by="broker")
    with listening(broker, acknowledges=False), linked(settings, journal, floor) as link:
        work_happens(journal, 300)
        link.wake()
        wait_until("everything is confirmed", lambda: journal.acknowledged() == 300)


def test_an_order_is_acknowledged_to_the_broker_only_after_its_commit(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    floor.is_holding = True
    with listening(broker) as central:
        with linked(settings_for(broker.port), journal, floor):
            wait_until("the gateway is there", lambda: "state" in central.kept)
            central.send("order", order(1))
            wait_until("the order is on the floor", lambda: len(floor.taken) == 1)
        # the gateway went away before the commit: the broker gives the order again
        with linked(settings_for(broker.port), journal, floor):
            wait_until("the order came again", lambda: len(floor.taken) == 2)
            floor.release()
            central.send("order", order(2))
            wait_until("the next order came", lambda: len(floor.taken) == 3)
            floor.release()
        with linked(settings_for(broker.port), journal, floor):
            central.send("order", order(3))
            wait_until("only the third came", lambda: len(floor.taken) == 4)

    orders = [one.order_id for one in floor.taken if isinstance(one, OrderSubmitted)]
    assert orders == ["O-1", "O-1", "O-2", "O-3"]


def test_an_order_that_the_store_could_not_keep_is_offered_again(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    floor.is_holding = True
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        wait_until("the gateway is there", lambda: "state" in central.kept)
        central.send("order", order(1))
        wait_until("the order is on the floor", lambda: len(floor.taken) == 1)
        floor.release(Answer(accepted=False, code="store_failed", text="Nothing was kept."))
        wait_until("it is offered again", lambda: len(floor.taken) == 2)
        assert link.status().waiting_incoming == 1
        floor.release()
        wait_until("it is done", lambda: link.status().waiting_incoming == 0)


def test_a_full_floor_gets_its_orders_later_and_in_order(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    floor.is_full = True
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        wait_until("the gateway is there", lambda: "state" in central.kept)
        for number in range(50):
            central.send("order", order(number))
        wait_until("the broker holds the others", lambda: link.status().waiting_incoming >= 32)
        assert link.status().waiting_incoming == 32
        floor.is_full = False
        wait_until("all have come", lambda: len(floor.taken) == 50)

    assert [one.order_id for one in floor.taken if isinstance(one, OrderSubmitted)] == [
        f"O-{number}" for number in range(50)
    ]


def test_a_message_that_nobody_understands_is_refused_and_acknowledged(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor):
        wait_until("the gateway is there", lambda: "state" in central.kept)
        central.send("order", b"{nonsense")
        central.send("order", order(1))
        wait_until("both have come", lambda: len(floor.taken) == 2)

    refused = floor.taken[0]
    assert isinstance(refused, MessageRefused)
    assert "not JSON" in refused.reason


def test_state_is_told_at_birth_and_at_a_planned_end(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central:
        with linked(settings_for(broker.port), journal, floor) as link:
            link.set_state("ready")
            wait_until("it is ready", lambda: b'"ready"' in central.kept.get("state", b""))
            birth = json.loads(central.kept["state"])
        wait_until("it is offline", lambda: b'"offline"' in central.kept["state"])

    assert json.loads(central.kept["state"])["session"] == birth["session"]


def test_health_info_and_alerts_are_kept_for_whoever_asks(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with linked(settings_for(broker.port), journal, floor) as link:
        link.publish_health({"backlog": 3})
        link.publish_info({"version": "1"})
        link.alert("Disk full!", b'{"code":"disk"}')
        wait_until("the broker is there", lambda: link.status().connected)
        with listening(broker) as central:
            wait_until("all", lambda: {"health", "info", "alert/disk-full"} <= set(central.kept))
            assert json.loads(central.kept["info"])["delivery"] == {"confirmed_by": "central"}
            link.alert("Disk full!", None)
            wait_until("the alert is over", lambda: central.kept["alert/disk-full"] == b"")


def test_an_alert_of_an_earlier_life_is_taken_back(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central:
        central.send("alert/old", b'{"code":"old"}', retain=True)
        wait_until("it is kept", lambda: "alert/old" in central.kept)
        with linked(settings_for(broker.port), journal, floor):
            wait_until("it is taken back", lambda: central.kept["alert/old"] == b"")


def test_a_request_is_answered_where_it_asks_for_the_answer(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor):
        wait_until("the gateway is there", lambda: "state" in central.kept)
        central.ask("where", b'{"sku":"A"}')
        wait_until("the answer is there", lambda: central.kept.get("answers") == b'{"sku":"A"}')
        central.ask("dance", b"{}")
        wait_until("the refusal is there", lambda: b"error" in central.kept["answers"])

    answers = [one for one in central.messages if one.topic == f"{BASE}answers"]
    assert {one.properties.CorrelationData for one in answers} == {b"7"}


def test_the_central_system_may_ask_for_everything_again(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        work_happens(journal, 40)
        link.wake()
        wait_until("everything is acknowledged", lambda: journal.acknowledged() == 40)
        central.ask("resend", b'{"from": 11}')
        wait_until("thirty came again", lambda: central.doubles == 30)
        central.ask("resend", b'{"from": "x"}')
        wait_until("the refusal names the field", lambda: b"from" in central.kept["answers"])


def test_a_journal_that_cannot_be_read_for_a_while_delays_and_loses_nothing(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    journal.is_locked = True
    work_happens(journal, 20)
    with listening(broker), linked(settings_for(broker.port), journal, floor) as link:
        wait_until("it is told", lambda: "cannot be read" in link.status().last_error)
        journal.is_locked = False
        wait_until("the link is up", lambda: link.status().connected)
        journal.is_locked = True
        link.wake()
        journal.is_locked = False
        wait_until("everything is acknowledged", lambda: journal._acknowledged == 20)


def test_what_the_broker_forbids_is_told_and_kept(
    make_broker: Callable[..., Broker], journal: MemoryJournal, floor: Floor, tmp_path: Path
) -> None:
    rights = tmp_path / "rights"
    rights.write_text(f"topic read {BASE}#\ntopic write {BASE}state\ntopic write {BASE}alert/#\n")
    broker = make_broker(f"acl_file {rights}\n")
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        work_happens(journal, 3)
        link.wake()
        wait_until("the refusal is noticed", lambda: link.status().phase == "resting")
        wait_until("a person is told", lambda: central.kept.get("alert/broker-refuses"))
        assert link.status().unsent == 3


def test_a_link_stops_at_once_even_without_a_broker(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    broker.kill()
    link = MqttLink(settings_for(broker.port, reconnect_s_min=30.0), parts_for(journal, floor))
    link.start()
    wait_until("it has tried", lambda: link.status().last_error)
    link.stop()
    assert not link.status().running
    link.wake()
