"""Leaders see what could not be delivered, and have it sent once more."""

from collections.abc import Callable

import httpx

from edge.model.events import MessageSetAside
from edge.model.posted import PersonDid
from edge.web.people import Role
from tests.web.toy_house import House

ClientOf = Callable[[Role | None], httpx.Client]


def test_a_leader_sees_what_lies_aside_and_has_it_sent_once(
    client_of: ClientOf, house: House
) -> None:
    letters, client = house.given.letters, client_of(Role.SUPERVISOR)
    letters.set_aside(41, "order.planned", "the broker refuses it, reason 0x99")
    letters.refused(MessageSetAside("order", "not JSON", "{"), 1)

    seen = client.get("/api/letters").json()
    (row,) = (one for one in seen["set_aside"] if one["seq"] == 41)
    assert (row["type"], row["standing"]) == ("order.planned", "set_aside")
    assert row["reason"] == "the broker refuses it, reason 0x99"
    assert seen["refused"] == [
        {"topic": "order", "reason": "not JSON", "excerpt": "{", "at_us": 1}
    ]

    headers = {"Idempotency-Key": "again-41"}
    answers = [client.post("/api/letters/41/resend", headers=headers) for _ in range(2)]

    assert [one.json()["code"] for one in answers] == ["letter_sending", "letter_sending"]
    assert letters.wanted() == [41]
    acts = [one for one in house.floor.effects.posts if isinstance(one, PersonDid)]
    assert {(one.badge, one.action, one.subject) for one in acts} == {
        ("s1", "letter_resent", "41")
    }
    (row,) = (one for one in client.get("/api/letters").json()["set_aside"] if one["seq"] == 41)
    assert row["standing"] == "sending"


def test_a_press_without_a_key_or_for_another_letter_with_the_same_key_is_refused(
    client_of: ClientOf, house: House
) -> None:
    letters, client = house.given.letters, client_of(Role.ADMINISTRATOR)
    for seq in (51, 52):
        letters.set_aside(seq, "order.planned", "too large")
    headers = {"Idempotency-Key": "again-51"}

    assert client.post("/api/letters/51/resend").status_code == 400
    assert client.post("/api/letters/51/resend", headers=headers).status_code == 200
    reused = client.post("/api/letters/52/resend", headers=headers)

    assert (reused.status_code, reused.json()["error"]) == (409, "key_reused")
    assert letters.wanted() == [51]


def test_what_does_not_lie_aside_is_not_found_and_no_number_is_told_as_such(
    client_of: ClientOf, house: House
) -> None:
    client = client_of(Role.SUPERVISOR)
    statuses = {
        seq: client.post(
            f"/api/letters/{seq}/resend", headers={"Idempotency-Key": "x"}
        ).status_code
        for seq in ("999", "0", "-1", "all", str(2**70))
    }

    assert statuses.pop("999") == 404
    assert set(statuses.values()) == {422}
    assert house.given.letters.wanted() == []


def test_a_picker_sees_no_letters_and_sends_none(client_of: ClientOf) -> None:
    client = client_of(Role.PICKER)

    assert client.get("/api/letters").status_code == 403
    sent = client.post("/api/letters/41/resend", headers={"Idempotency-Key": "picker"})
    assert sent.status_code == 403


def test_what_nobody_needs_any_more_is_discarded_and_who_did_so_is_a_fact(
    client_of: ClientOf, house: House
) -> None:
    letters, client = house.given.letters, client_of(Role.SUPERVISOR)
    letters.set_aside(61, "order.planned", "too large")
    letters.refused(MessageSetAside("order", "not JSON", "{"), 1)

    headers = {"Idempotency-Key": "away-61"}
    answers = [client.post("/api/letters/61/discard", headers=headers) for _ in range(2)]
    all_of_them = {"Idempotency-Key": "all"}
    cleared = client.post("/api/letters/refused/discard", headers=all_of_them)
    letters.refused(MessageSetAside("order", "came meanwhile", "{"), 2)
    again = client.post("/api/letters/refused/discard", headers=all_of_them)

    assert [one.json()["code"] for one in answers] == ["letter_discarded"] * 2
    assert cleared.json()["code"] == "letters_discarded"
    assert again.json() == cleared.json(), "it counts those that were seen"
    seen = client.get("/api/letters").json()
    assert 61 not in {one["seq"] for one in seen["set_aside"]}
    assert [one["reason"] for one in seen["refused"]] == ["came meanwhile"]
    assert client.post("/api/letters/refused/discard").status_code == 400
    acts = [one for one in house.floor.effects.posts if isinstance(one, PersonDid)]
    assert {"letter_discarded", "letters_discarded"} <= {one.action for one in acts}
    assert sum(one.subject == "61" for one in acts) == 1, "pressed twice it is one act"
    gone = client.post("/api/letters/61/discard", headers={"Idempotency-Key": "away-61-again"})
    assert gone.status_code == 404
