"""A gateway that catches up over a real broker: what is asked for comes, and what happens now."""

import json

from edge.model.events import CountWanted
from edge.model.ids import LocationId, Sku
from edge.model.inputs import CentralAcknowledged
from tests.mosquitto import Broker
from tests.waiting import wait_until

from .conftest import Floor, MemoryJournal, settings_for
from .test_mqtt_link import linked, listening, work_happens


def acks(floor: Floor) -> list[CentralAcknowledged]:
    return [one for one in floor.taken if isinstance(one, CentralAcknowledged)]


def test_a_request_to_send_again_outlives_an_acknowledgement_that_came_before_it(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    """The floor commits an acknowledgement a little later: it is no answer to the request."""
    with listening(broker) as central, linked(settings_for(broker.port), journal, floor) as link:
        # given: everything is stored and acknowledged, and the floor has not committed that yet
        floor.is_holding = True
        work_happens(journal, 40)
        link.wake()
        wait_until("it is acknowledged", lambda: any(one.upto == 40 for one in acks(floor)))

        # when: the central system asks for what it had
        central.ask("resend", b'{"from": 11}')
        wait_until("the request is accepted", lambda: "answers" in central.kept)
        floor.is_holding = False
        floor.release()

        # then: it comes
        wait_until("thirty came again", lambda: central.doubles == 30)


def test_what_happens_while_a_backlog_drains_is_told_ahead_of_its_turn(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    # given: a backlog that the broker has and the central system does not acknowledge
    with listening(broker, acknowledges=False) as central:
        work_happens(journal, 2_000)
        with linked(settings_for(broker.port), journal, floor) as link:
            wait_until("it drains", lambda: central.events)

            # when: something happens
            fact = journal.append(CountWanted(LocationId("A-9"), Sku("S"), "empty"))
            link.wake()

            # then: it is told on the lane, for a minute, and the backlog goes on
            wait_until("it is told ahead", lambda: "live/count" in central.kept)
            (message,) = [one for one in central.messages if "/live/" in one.topic]
            assert json.loads(message.payload)["id"] == fact.id
            assert 0 < message.properties.MessageExpiryInterval <= 60
            assert len(central.events) < 2_001
            central.acknowledges = True
            central.acknowledge()
            wait_until("everything is there", lambda: journal.acknowledged() == 2_001)
    assert central.order_of_arrival == list(range(1, 2_002))
    assert central.events[2_001]["id"] == fact.id
