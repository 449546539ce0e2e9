"""Chromium before the product's own rules: what two pickers do is decided as the daemon does."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from edge.model.ids import Badge
from tests.browser.conftest import HANDHELD
from tests.rules.small_floor import SmallFloor, stocked
from tests.web.ruled_floor import RuledFloor, before
from tests.web.toy_house import PIN, House, serve

OpenPick = Callable[..., Page]


@pytest.fixture(scope="module")
def ruled(house: House) -> Iterator[RuledFloor]:
    """The rules at work, before any step."""
    floor = RuledFloor(house.given.clock, stocked())
    yield floor
    floor.stop()


@pytest.fixture(scope="module")
def address(ruled: RuledFloor, house: House) -> Iterator[str]:
    """Where the pages of these pickers are."""
    server = serve(before(ruled, house.given))
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def open_pick(ruled: RuledFloor, context_of: Callable[..., BrowserContext]) -> OpenPick:
    """Opens the picking page of somebody who has said that they are at work, amid this work."""

    def open_page(badge: Badge, floor: SmallFloor, locale: str = "en-GB") -> Page:
        context = context_of(HANDHELD, locale)
        work = {"ready": True, "cart": None}
        assert context.request.post("/api/session", data={"badge": badge, "pin": PIN}).ok
        key = {"Idempotency-Key": ruled.floor.number()}
        assert context.request.post("/api/work", data=work, headers=key).ok
        ruled.begin(floor)
        page = context.new_page()
        page.goto("/pick")
        return page

    return open_page
