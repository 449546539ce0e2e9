"""Whoever sets up sees readers, backups and broker, tries a found reader and asks for backups."""

from collections.abc import Callable

import httpx

from edge.web.people import Role
from tests.web.toy_house import House

ClientOf = Callable[[Role | None], httpx.Client]
TRY = "/api/readers/found/192-0-2-9-5085/try"


def test_the_picture_has_readers_backups_and_the_broker(client_of: ClientOf) -> None:
    shown = client_of(Role.SUPERVISOR).get("/api/setup").json()

    assert [(one["name"], one["up"]) for one in shown["readers"]] == [
        ("north", True),
        ("south", False),
    ]
    assert shown["backups"]["newest"] is None
    assert shown["broker"]["certificates"][0]["status"] == "warning"


def test_a_found_reader_is_tried_before_it_is_decided_about(
    client_of: ClientOf, house: House
) -> None:
    told = client_of(Role.SUPERVISOR).post(TRY, headers={"Idempotency-Key": "try-1"}).json()

    assert (told["answers"], told["reads"]) == (True, 42)
    assert house.setting_up.tried == ["192-0-2-9-5085"]


def test_a_reader_that_was_never_found_is_not_tried(client_of: ClientOf, house: House) -> None:
    tried = len(house.setting_up.tried)

    answer = client_of(Role.SUPERVISOR).post(
        "/api/readers/found/10-0-0-1-5084/try", headers={"Idempotency-Key": "try-2"}
    )

    assert answer.status_code == 404
    assert len(house.setting_up.tried) == tried


def test_one_backup_at_a_time_and_the_same_wish_twice_is_one(
    client_of: ClientOf, house: House
) -> None:
    client = client_of(Role.ADMINISTRATOR)

    def ask(path: str, key: str) -> str:
        answer = client.post(f"/api/setup/{path}", headers={"Idempotency-Key": key}).json()
        assert answer["accepted"] is (answer["code"] == "begun")
        return str(answer["code"])

    assert ask("backups/verify", "none-yet") == "no_backup"
    answers = [ask("backups", "one"), ask("backups", "one"), ask("backups", "two")]
    assert answers == ["begun", "begun", "at_work"]
    house.setting_up.end()
    assert ask("backups/verify", "three") == "begun"
    house.setting_up.end()
    assert client.get("/api/setup").json()["backups"]["last"]["task"] == "verify"
