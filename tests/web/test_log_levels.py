"""The log's levels are for administrators and for this host's own commands."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from edge.cli.gate import Gate
from edge.web.host_token import host_service_token, host_token
from edge.web.people import Role
from tests.web.toy_house import House, serve

ClientOf = Callable[[Role | None], httpx.Client]
PATH = "/api/log-levels"


def test_an_administrator_gives_a_part_a_level_for_a_while(client_of: ClientOf) -> None:
    client = client_of(Role.ADMINISTRATOR)

    answer = client.post(
        PATH, json={"part": "radio", "level": "debug"}, headers={"Idempotency-Key": "one"}
    )

    assert answer.json()["parts"]["radio"]["level"] == "debug"
    assert client_of(Role.SUPERVISOR).get(PATH).status_code == 403


def test_this_hosts_own_command_does_and_is_told_what_is_wrong(house: House) -> None:
    key_path = house.given.session_key_path
    own = host_service_token(key_path)
    server = serve(replace(house.given, tokens=(*house.given.tokens, own)))
    try:
        gate = Gate(f"http://127.0.0.1:{server.port}", host_token(key_path))
        told = gate.post(PATH, {"part": "web", "level": "warning", "minutes": 0.5})
        assert "web" in str(told["parts"])
        with pytest.raises(ValueError, match="there is no part readers; there are alerts"):
            gate.post(PATH, {"part": "readers", "level": "debug", "minutes": 1})
        with pytest.raises(ValueError, match="answers 401"):
            Gate(gate.url, "guessed").post(PATH, {"part": "web", "level": "debug"})
    finally:
        server.stop()
