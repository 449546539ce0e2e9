"""Found readers are shown to leaders, who approve or ignore them."""

from collections.abc import Callable

import httpx
import pytest

from edge.model.posted import FoundReaderDecided
from edge.web.people import Role
from tests.web.toy_house import House

ClientOf = Callable[[Role | None], httpx.Client]
FOUND = "/api/readers/found"
ONE = f"{FOUND}/192-0-2-9-5085"


def test_what_was_found_goes_to_the_loop_with_the_name_that_was_given(
    client_of: ClientOf, house: House
) -> None:
    client = client_of(Role.SUPERVISOR)
    (shown,) = client.get(FOUND).json()["readers"]
    assert shown["state"] == "waiting"

    answer = client.post(
        f"{ONE}/approve",
        json={"name": "dock", "antennas": [1, 2]},
        headers={"Idempotency-Key": "approve-1"},
    )

    assert answer.json()["accepted"] is True
    posted = house.floor.effects.posts[-1]
    assert isinstance(posted, FoundReaderDecided)
    assert (posted.name, posted.antennas, posted.found_id) == ("dock", (1, 2), "192-0-2-9-5085")
    assert (posted.host, posted.port, posted.tls) == ("192.0.2.9", 5085, True)
    assert posted.certificate_sha256 == 64 * "a"


def test_an_ignored_reader_has_no_name(client_of: ClientOf, house: House) -> None:
    client = client_of(Role.ADMINISTRATOR)

    answer = client.post(f"{ONE}/ignore", headers={"Idempotency-Key": "ignore-1"})

    assert answer.json()["code"] == "ignored"
    posted = house.floor.effects.posts[-1]
    assert isinstance(posted, FoundReaderDecided)
    assert posted.name is None


def test_a_reader_that_was_never_found_cannot_be_approved(client_of: ClientOf) -> None:
    answer = client_of(Role.SUPERVISOR).post(
        f"{FOUND}/10-0-0-1-5084/approve",
        json={"name": "dock"},
        headers={"Idempotency-Key": "approve-2"},
    )

    assert answer.status_code == 404
    assert "10-0-0-1-5084" in answer.text


@pytest.mark.parametrize(
    "body", [{}, {"name": "With Space"}, {"name": "dock", "antennas": [0]}, {"name": "a", "x": 1}]
)
def test_a_name_that_no_device_can_have_is_refused(
    client_of: ClientOf, body: dict[str, object]
) -> None:
    answer = client_of(Role.SUPERVISOR).post(
        f"{ONE}/approve", json=body, headers={"Idempotency-Key": "bad"}
    )

    assert answer.status_code in {400, 422}
