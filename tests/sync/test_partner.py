"""Two gateways over one zone: two events of one happening are found, in any order."""

import json

import pytest

from edge.model.events import Event, Fact, ItemArrived, ItemDeparted, ItemMoved
from edge.model.ids import Epc, LocationId
from edge.model.inputs import Input, PartnerAgreed
from edge.sync.mqtt.partner_link import PartnerLink
from edge.sync.mqtt.seen import Arrived
from edge.sync.session.partner import Agreed, Partner
from edge.sync.wire.outgoing import rfc_3339
from edge.sync.wire.partner import happenings
from tests.sync.conftest import Floor, MemoryJournal, parts_for, settings_for

HALL, SHELF, DOCK = LocationId("hall"), LocationId("shelf"), LocationId("dock")
TAG = Epc("30340242201d8840009efdf7")
NOON_US = 1_785_000_000_000_000
SECOND_US = 1_000_000
IN_HALL = ItemArrived(TAG, None, HALL, 0.9)
OUT_OF_HALL = ItemDeparted(TAG, None, HALL, NOON_US)


def fact(event: Event, at_s: float, name: str = "ours") -> Fact:
    at_us = NOON_US + int(at_s * SECOND_US)
    return Fact(1, name, "epoch", at_us, at_us, event)


def envelope(
    event: ItemArrived | ItemMoved | ItemDeparted, at_s: float, name: str
) -> dict[str, object]:
    places = ("location", "from_location", "to_location")
    return {
        "id": name,
        "type": event.type,
        "occurred_at": rfc_3339(NOON_US + int(at_s * SECOND_US)),
        "data": {"epc": event.epc}
        | {one: getattr(event, one) for one in places if hasattr(event, one)},
    }


class Beside:
    """The gateway that gives way, and what it found."""

    def __init__(self) -> None:
        self._partner = Partner(["hall", "shelf"], 60 * SECOND_US)
        self.agreed: list[tuple[str, str]] = []

    def tells(self, event: Event, at_s: float, name: str = "ours") -> None:
        self._note(self._partner.own([fact(event, at_s, name)]))

    def hears(
        self, event: ItemArrived | ItemMoved | ItemDeparted, at_s: float, name: str = "theirs"
    ) -> None:
        found, fault = happenings(json.dumps(envelope(event, at_s, name)).encode())
        assert not fault
        told = (self._partner.told(what, sign) for what, sign in found)
        self._note([one for one in told if one is not None])

    def _note(self, found: list[Agreed]) -> None:
        self.agreed += [(one.event_id, one.kept_id) for one in found]


@pytest.fixture
def beside() -> Beside:
    return Beside()


@pytest.mark.parametrize("ours_first", [True, False])
def test_two_arrivals_of_one_tag_are_one_whoever_is_heard_first(
    beside: Beside, *, ours_first: bool
) -> None:
    if ours_first:
        beside.tells(IN_HALL, 1.0)
    beside.hears(IN_HALL, 2.5)
    if not ours_first:
        beside.tells(IN_HALL, 1.0)

    assert beside.agreed == [("ours", "theirs")]


def test_what_lies_an_hour_apart_is_two_happenings(beside: Beside) -> None:
    beside.tells(IN_HALL, 0.0)
    beside.hears(IN_HALL, 3_600.0)

    assert beside.agreed == []


def test_what_is_sent_again_is_agreed_once(beside: Beside) -> None:
    for _ in range(3):
        beside.tells(IN_HALL, 0.0)
        beside.hears(IN_HALL, 1.0)

    assert beside.agreed == [("ours", "theirs")]


def test_an_arrival_here_and_a_move_there_are_one(beside: Beside) -> None:
    beside.tells(IN_HALL, 0.0, "came")
    beside.tells(OUT_OF_HALL, 40.0, "left")
    beside.hears(ItemMoved(TAG, None, DOCK, HALL, 0.9), 1.0, "moved in")
    beside.hears(ItemMoved(TAG, None, HALL, DOCK, 0.9), 20.0, "moved out")

    assert beside.agreed == [("came", "moved in"), ("left", "moved out")]


def test_a_tag_that_left_and_came_back_is_matched_each_time_with_what_is_nearest(
    beside: Beside,
) -> None:
    # given: a cut, in which we told everything
    for event, at_s, name in (
        (IN_HALL, 0.0, "came"),
        (OUT_OF_HALL, 30.0, "left"),
        (IN_HALL, 50.0, "back"),
    ):
        beside.tells(event, at_s, name)

    # when: the partner's words of that time come, and it has missed that the tag was away
    beside.hears(IN_HALL, 2.0, "first")
    beside.hears(IN_HALL, 51.0, "second")

    # then: what only one has seen stands alone
    assert beside.agreed == [("came", "first"), ("back", "second")]


def test_other_places_other_tags_and_other_facts_are_nobody_s_pair(beside: Beside) -> None:
    beside.tells(ItemArrived(TAG, None, DOCK, 0.9), 0.0)
    beside.hears(ItemArrived(TAG, None, DOCK, 0.9), 0.0, "at the dock")
    beside.tells(IN_HALL, 0.0, "in the hall")
    beside.hears(ItemArrived(TAG, None, SHELF, 0.9), 0.0, "in the shelf")
    beside.hears(ItemArrived(Epc("30" * 12), None, HALL, 0.9), 0.0, "another tag")

    assert beside.agreed == []


def test_one_bad_event_of_the_partner_is_told_and_spoils_no_other() -> None:
    good = envelope(IN_HALL, 0.0, "good")
    bad = envelope(IN_HALL, 0.0, "bad") | {"occurred_at": "yesterday"}
    other = {"id": "x", "type": "stock.stated", "data": {}}

    found, fault = happenings(json.dumps([bad, other, good, 7]).encode())

    assert [sign.event_id for _, sign in found] == ["good"]
    assert "occurred_at" in fault


@pytest.mark.parametrize(
    "payload", [b"", b"\xff", b"[[[[", b'{"type": "stock.arrived", "data": 1}']
)
def test_no_bytes_of_the_partner_do_harm(payload: bytes) -> None:
    found, fault = happenings(payload)

    assert found == []
    assert fault


def test_after_a_restart_the_journals_end_is_read_back_and_the_partner_asked_once() -> None:
    # given: a process that starts anew, whose arrival was acknowledged long ago
    journal = MemoryJournal()
    ours = journal.append(IN_HALL, NOON_US)
    taken: list[Input] = []
    settings = settings_for(1883, partner="gate-0", shared_places=("hall",))
    beside = PartnerLink(
        settings, parts_for(journal, Floor(journal)), lambda some, _: taken.extend(some)
    )

    # when: it hears how far the partner is, and then the partner's word for that arrival
    ack = Arrived(1, 1, "ack", b'{"epoch": "E", "upto": 900}', True, "", None)
    asked = [beside.to_ask(ack) for _ in range(2)]
    late = json.dumps(envelope(IN_HALL, 1.0, "theirs")).encode()
    beside.told(Arrived(2, 1, "event", late, False, "", None), lambda: None)

    # then
    assert [one and json.loads(one) for one in asked] == [{"epoch": "E", "from": 400}, None]
    (agreed,) = taken
    assert isinstance(agreed, PartnerAgreed)
    assert (agreed.event_id, agreed.partner, agreed.kept_id) == (ours.id, "gate-0", "theirs")
