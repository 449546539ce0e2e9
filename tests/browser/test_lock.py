"""A handheld that was laid down is locked, and its person's PIN goes on with the same prompt."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import BrowserContext, expect

from edge.clock import PlayedClock, SystemClock
from edge.web.dependencies import SessionTimes
from edge.web.people import Role
from tests.browser.conftest import HANDHELD, Shoot
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_goods import TEA
from tests.web.toy_house import BADGES, PIN, House, serve

pytestmark = pytest.mark.browser
LOCK_S = 900
ONE_PICKED = {"en-GB": "1 of 2 picked", "zh-CN": "已拣 1 / 2"}


@dataclass(frozen=True)
class Place:
    """Pages whose time the test moves."""

    address: str
    clock: PlayedClock


@pytest.fixture
def place(house: House) -> Iterator[Place]:
    """The toy warehouse, where a page is locked after a quarter of an hour."""
    house.floor.forget()
    clock = PlayedClock(SystemClock().now_us())
    times = SessionTimes(lock_s=LOCK_S)
    server = serve(replace(house.given, clock=clock, session_times=times))
    yield Place(f"http://127.0.0.1:{server.port}", clock)
    server.stop()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_pin_goes_on_with_the_prompt_that_was_shown(
    context_of: Callable[..., BrowserContext], place: Place, locale: str, shoot: Shoot
) -> None:
    page = context_of(HANDHELD, locale).new_page()
    page.goto(f"{place.address}/?next=pick")
    page.fill("#badge", BADGES[Role.PICKER])
    page.fill("#pin", PIN)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator("#scan")).to_be_focused()

    place.clock.advance_us((LOCK_S + 1) * 1_000_000)
    scan(page, TEA.sku)  # it waits for the PIN
    expect(page.locator("#lock-pin")).to_be_focused()
    shoot(page, f"lock-{locale}-360x640")
    judge(page)
    page.fill("#lock-pin", "000000")
    page.keyboard.press("Enter")
    expect(page.locator("#lock .fault")).to_be_visible()
    page.fill("#lock-pin", PIN)
    page.keyboard.press("Enter")

    expect(page.locator("#lock")).to_have_count(0)
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator("#count")).to_have_text(ONE_PICKED[locale])
