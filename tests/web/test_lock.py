"""A page that nobody touches is locked; its person's PIN goes on with the work where it was."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from edge.clock import PlayedClock, SystemClock
from edge.web.dependencies import SessionTimes
from edge.web.people import Role
from tests.waiting import PATIENCE_S
from tests.web.toy_house import BADGES, PIN, House, serve

LOCK_S = 900
SECOND_US = 1_000_000


@dataclass(frozen=True)
class Handheld:
    """A picker's, and the time as the gateway has it."""

    client: httpx.Client
    clock: PlayedClock

    def waits(self, seconds: float) -> None:
        self.clock.advance_us(int(seconds * SECOND_US))

    def looks(self, **headers: str) -> int:
        return self.client.get("/api/work", headers=headers).status_code

    def resumes(self, pin: str = PIN) -> httpx.Response:
        return self.client.post("/api/session/resume", json={"pin": pin})


@pytest.fixture
def handheld(house: House) -> Iterator[Handheld]:
    """A picker at work, where a page is locked after a quarter of an hour."""
    clock = PlayedClock(SystemClock().now_us())
    times = SessionTimes(idle_s=3600, absolute_s=10 * 3600, lock_s=LOCK_S)
    server = serve(replace(house.given, clock=clock, session_times=times))
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE_S) as client:
        wish = {"badge": BADGES[Role.PICKER], "pin": PIN}
        assert client.post("/api/session", json=wish).is_success
        assert client.post(
            "/api/work",
            json={"ready": True, "cart": "CART-1"},
            headers={"Idempotency-Key": "ready"},
        ).is_success
        yield Handheld(client, clock)
    server.stop()


def test_the_pin_goes_on_where_it_was(handheld: Handheld) -> None:
    before = handheld.client.get("/api/session").json()
    handheld.waits(LOCK_S + 1)

    refused = handheld.client.get("/api/work")
    assert (refused.status_code, refused.json()["error"]) == (423, "idle")
    assert "Ana goes on with their PIN" in refused.json()["text"]
    assert handheld.client.get("/pick").headers["location"] == "/?next=pick"

    assert handheld.resumes().json() == before
    assert before["cart"] == "CART-1"
    assert handheld.looks() == 200


def test_that_a_page_looks_by_itself_keeps_nothing_open(handheld: Handheld) -> None:
    for _ in range(3):
        handheld.waits(LOCK_S / 3 - 1)
        assert handheld.looks() == 200
    handheld.waits(4)

    assert handheld.looks() == 423


def test_a_touch_or_a_post_is_an_act(handheld: Handheld) -> None:
    for _ in range(3):
        handheld.waits(LOCK_S - 1)
        assert handheld.looks(**{"X-Acted": "1"}) == 200
    handheld.waits(LOCK_S - 1)
    body = {"prompt_id": "gone", "code": "TEA-250"}
    headers = {"Idempotency-Key": "scan-late"}
    assert handheld.client.post("/api/scan", json=body, headers=headers).status_code == 200
    handheld.waits(LOCK_S - 1)

    assert handheld.looks() == 200


def test_wrong_pins_lock_the_badge_and_another_badge_signs_in_fresh(handheld: Handheld) -> None:
    handheld.waits(LOCK_S + 1)

    codes = [handheld.resumes("000000").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    assert handheld.resumes().status_code == 429

    other = {"badge": BADGES[Role.PACKER], "pin": PIN}
    assert handheld.client.delete("/api/session").status_code == 204
    assert handheld.client.post("/api/session", json=other).json()["at_work"] is False
    assert handheld.resumes("").status_code == 422


def test_a_session_that_is_over_is_not_resumed(handheld: Handheld) -> None:
    handheld.waits(3601)

    assert handheld.resumes().json()["error"] == "signed_out"
