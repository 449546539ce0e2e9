"""What a real broker cannot take lies aside, and is sent whole when a better one is there."""

import json
from collections.abc import Callable

import pytest

from edge.clock import SystemClock
from edge.floor.board import Board
from edge.floor.letters import Letters
from edge.model.events import CountWanted
from edge.model.ids import LocationId, RequestId, Sku
from edge.sync.mqtt.link import MqttLink
from tests.mosquitto import Broker
from tests.waiting import wait_until

from .conftest import Central, Floor, MemoryJournal, parts_for, settings_for

pytestmark = pytest.mark.story

LONG = "x" * 30_000
"""A reason that does not fit into the first broker's packets."""


def standing(board: Board) -> list[object]:
    """How each letter stands."""
    sheet = board.look("letters")
    rows = sheet.value["set_aside"] if sheet else []
    assert isinstance(rows, list)
    return [(row["seq"], row["type"], row["standing"]) for row in rows]


def link_to(broker: Broker, journal: MemoryJournal, letters: Letters) -> MqttLink:
    parts = parts_for(journal, Floor(journal), letters)
    link = MqttLink(settings_for(broker.port), parts)
    letters.attach(link.wake)
    return link


def data_of(central: Central, seq: int) -> list[object]:
    """The data of each message about one fact, in the order of their coming."""
    found: list[object] = []
    for message in central.messages:
        if "/event/" in message.topic:
            told = json.loads(message.payload)
            events = told if isinstance(told, list) else [told]
            found += [one["data"] for one in events if one["seq"] == seq]
    return found


def test_what_was_too_large_is_sent_whole_once_the_broker_takes_it(
    make_broker: Callable[..., Broker], journal: MemoryJournal
) -> None:
    board = Board()
    letters = Letters(board, SystemClock())
    for reason in ("empty", LONG, "empty"):
        journal.append(CountWanted(LocationId("A-1"), Sku("S"), reason))
    small, large = make_broker("max_packet_size 20000\n"), make_broker()

    central = Central(small.port)
    link = link_to(small, journal, letters)
    link.start()
    wait_until("all is acknowledged", lambda: link.status().unsent == 0 and central.upto == 3)
    assert standing(board) == [(2, "count.wanted", "set_aside")]
    letters.resend(RequestId("press-1"), 2)
    wait_until(
        "it lies aside again", lambda: standing(board) == [(2, "count.wanted", "set_aside")]
    )
    assert all("withheld" in str(data) for data in data_of(central, 2))
    link.stop()
    central.stop()

    central = Central(large.port)
    link = link_to(large, journal, letters)
    letters.resend(RequestId("press-2"), 2)  # before a connection is there
    link.start()
    wait_until("the broker has it", lambda: standing(board) == [(2, "count.wanted", "sent")])
    wait_until("the central system has it", lambda: data_of(central, 2))
    link.stop()
    central.stop()
    assert data_of(central, 2) == [{"location": "A-1", "sku": "S", "reason": LONG}]
