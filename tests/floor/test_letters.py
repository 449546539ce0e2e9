"""What was set aside stands in view, and one press has it sent once more."""

from edge.clock import PlayedClock
from edge.floor.alarming import Alarming
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.letters import REFUSED_MOST, SET_ASIDE_MOST, Letters
from edge.model.events import MessageSetAside
from edge.model.ids import RequestId
from edge.rules.terms import Terms

KEY = RequestId("press-1")


class Office:
    """Letters with a board, and a link that is woken."""

    def __init__(self) -> None:
        self.board, self.clock = Board(), PlayedClock()
        self.letters = Letters(self.board, self.clock)
        self.woken = 0
        self.letters.attach(self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def shown(self, part: str = "set_aside") -> list[dict[str, object]]:
        sheet = self.board.look("letters")
        rows = sheet.value[part] if sheet else []
        assert isinstance(rows, list)
        return rows


def test_a_letter_is_sent_once_for_each_press_and_is_shown_on_its_way() -> None:
    office = Office()
    office.letters.set_aside(7, "order.planned", "too large")
    began_us = office.clock.now_us()

    first = office.letters.resend(KEY, 7)
    again = office.letters.resend(KEY, 7)

    assert first is not None
    assert first.accepted
    assert again == first
    assert office.woken >= 1
    assert office.letters.wanted() == [7]
    assert office.letters.wanted() == []
    (row,) = office.shown()
    assert (row["seq"], row["type"], row["reason"]) == (7, "order.planned", "too large")
    assert (row["since_us"], row["standing"]) == (began_us, "sending")

    office.letters.sent(7)
    assert office.shown()[0]["standing"] == "sent"


def test_a_letter_that_is_refused_again_lies_aside_since_the_first_time() -> None:
    office = Office()
    office.letters.set_aside(7, "order.planned", "too large")
    began_us = office.clock.now_us()
    office.letters.resend(KEY, 7)
    office.clock.advance_us(60_000_000)
    office.letters.set_aside(7, "", "the journal did not give it")

    (row,) = office.shown()
    assert (row["standing"], row["since_us"]) == ("set_aside", began_us)
    assert (row["type"], row["reason"]) == ("order.planned", "the journal did not give it")
    assert office.letters.resend(RequestId("press-2"), 7) is not None
    assert office.letters.wanted()[-1] == 7


def test_a_key_that_was_used_for_another_letter_is_told_so() -> None:
    office = Office()
    for seq in (7, 8):
        office.letters.set_aside(seq, "order.planned", "too large")
    office.letters.resend(KEY, 7)

    other = office.letters.resend(KEY, 8)

    assert other is not None
    assert (other.accepted, other.code) == (False, "key_reused")
    assert office.letters.wanted() == [7]


def test_what_does_not_lie_aside_cannot_be_sent() -> None:
    office = Office()
    assert office.letters.resend(KEY, 7) is None
    assert office.letters.wanted() == []
    assert office.woken == 0


def test_only_the_newest_are_kept_in_view_and_what_was_sent_leaves_first() -> None:
    office = Office()
    for seq in range(1, SET_ASIDE_MOST + 1):
        office.letters.set_aside(seq, "order.planned", "too large")
    office.letters.sent(5)
    office.letters.set_aside(1_000, "order.planned", "too large")
    office.letters.set_aside(1_001, "order.planned", "too large")

    seqs = [row["seq"] for row in office.shown()]

    assert len(seqs) == SET_ASIDE_MOST
    assert seqs[0] == 1_001
    assert 5 not in seqs
    assert 1 not in seqs
    assert 2 in seqs


def test_messages_that_were_not_understood_are_shown_the_newest_first() -> None:
    office = Office()
    for number in range(REFUSED_MOST + 3):
        office.letters.refused(MessageSetAside(f"order/{number}", "not JSON", "{"), number)

    rows = office.shown("refused")

    assert len(rows) == REFUSED_MOST
    newest = {"topic": f"order/{REFUSED_MOST + 2}", "reason": "not JSON", "excerpt": "{"}
    assert rows[0] == {**newest, "at_us": REFUSED_MOST + 2}


def test_the_fact_that_a_message_was_refused_raises_the_alert_and_lies_with_the_letters() -> None:
    office, alerts = Office(), Alerts()

    Alarming(alerts, office.letters.refused, Terms()).note(
        MessageSetAside("order", "not JSON", "{"), 9
    )

    assert [one.code for one in alerts.active()] == ["message_refused"]
    assert office.shown("refused") == [
        {"topic": "order", "reason": "not JSON", "excerpt": "{", "at_us": 9}
    ]
