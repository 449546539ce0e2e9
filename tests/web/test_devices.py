"""A handheld is enrolled with a one-time code, known by its token, and forgotten again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from edge.clock import PlayedClock
from edge.web.devices import CODE_MINUTES, DEVICES_MAX, Devices
from edge.web.people import Role
from edge.web.sessions import load_key
from tests.waiting import PATIENCE_S
from tests.web.toy_house import BADGES, PIN, House, serve

ClientOf = Callable[[Role | None], httpx.Client]
KEY = {"Idempotency-Key": "enrol-1"}


def invited(client: httpx.Client, name: str = "handheld 7") -> dict[str, object]:
    answer = client.post(
        "/api/setup/devices", json={"name": name}, headers={"Idempotency-Key": "invite"}
    )
    shown: dict[str, object] = answer.json()
    return shown


def code_of(shown: dict[str, object]) -> str:
    return parse_qs(urlsplit(str(shown["address"])).fragment)["enrol"][0]


def enrol(client: httpx.Client, code: str) -> httpx.Response:
    return client.post("/api/session/device", json={"code": code}, headers=KEY)


def test_a_code_enrols_one_handheld_once(client_of: ClientOf) -> None:
    administrator, handheld = client_of(Role.ADMINISTRATOR), client_of(None)
    shown = invited(administrator)
    rows = shown["rows"]
    assert isinstance(rows, list)
    assert all(len(row) == len(rows) and set(row) <= {"0", "1"} for row in rows)

    answer = enrol(handheld, code_of(shown))

    assert answer.json()["name"] == "handheld 7"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert enrol(client_of(None), code_of(shown)).status_code == 401
    assert handheld.get("/api/session").status_code == 401  # it says which device, not who
    names = [one["name"] for one in administrator.get("/api/setup/devices").json()["devices"]]
    assert "handheld 7" in names


@pytest.fixture
def closed_house(house: House) -> Iterator[str]:
    """The same house, where people sign in on enrolled devices only."""
    server = serve(replace(house.given, enrolled_devices_only=True))
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def test_where_only_enrolled_devices_count_others_are_told_so(
    closed_house: str, client_of: ClientOf
) -> None:
    wish = {"badge": BADGES[Role.ADMINISTRATOR], "pin": PIN}
    device, administrator = client_of(Role.ADMINISTRATOR), None
    with httpx.Client(base_url=closed_house, timeout=PATIENCE_S) as stranger:
        refused = stranger.post("/api/session", json=wish)
        assert (refused.status_code, refused.json()["error"]) == (403, "device_unknown")

        device.base_url = httpx.URL(
            closed_house
        )  # still signed in: a session outlives the setting
        assert enrol(stranger, code_of(invited(device, "gate"))).is_success
        assert stranger.post("/api/session", json=wish).is_success
        administrator = stranger
        (row,) = [
            one
            for one in administrator.get("/api/setup/devices").json()["devices"]
            if one["name"] == "gate"
        ]
        forgotten = administrator.post(
            "/api/setup/devices/forget", json={"id": row["id"]}, headers={"Idempotency-Key": "f"}
        )
        assert forgotten.json()["code"] == "device_forgotten"
        assert stranger.post("/api/session", json=wish).status_code == 403


def test_a_code_runs_out_and_a_device_survives_a_restart(tmp_path: Path) -> None:
    clock, key = PlayedClock(1_800_000_000_000_000), load_key(tmp_path / "session.key")
    devices = Devices(tmp_path / "devices.json", key, clock)
    late = devices.invite("late", "a1")
    clock.advance_us(CODE_MINUTES * 60_000_000)
    assert devices.enrol(late) is None

    enrolled = devices.enrol(devices.invite("gate", "a1"))
    assert enrolled is not None
    device, token = enrolled

    again = Devices(tmp_path / "devices.json", key, clock)
    assert again.of(token) == device
    assert again.of(token[:-2] + "xx") is None
    assert again.of("x" * 10_000) is None
    assert (tmp_path / "devices.json").stat().st_mode & 0o777 == 0o600
    assert len(again.all()) < DEVICES_MAX


def test_wrong_codes_are_counted_and_lock_the_address(house: House) -> None:
    server = serve(house.given)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE_S) as client:
        codes = [enrol(client, "no such code").status_code for _ in range(6)]
    server.stop()

    assert codes == [401] * 5 + [429]
