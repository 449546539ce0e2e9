"""The map may ask how each antenna does."""

from collections.abc import Callable

import httpx

from edge.web.people import Role
from tests.web.toy_house import House

ClientOf = Callable[[Role | None], httpx.Client]


def test_the_sheet_of_the_radio_is_told_as_it_is(client_of: ClientOf, house: House) -> None:
    client = client_of(Role.SUPERVISOR)
    assert client.get("/api/radio").json() == {"antennas": []}
    shown = {"reader": "north", "port": 1, "location": "A-01-3", "state": "good"}

    house.given.board.show("radio", {"antennas": [shown]})

    assert client.get("/api/radio").json() == {"antennas": [shown]}
