"""A page that is drawn anew all the time: what is pressed is heard, and the focus stays."""

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import STATION, SignIn
from tests.web.toy_house import House

pytestmark = pytest.mark.browser


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Chen, the supervisor, before the orders."""
    page = signed_in(Role.SUPERVISOR, "/orders", STATION)
    expect(page.locator('[data-order="SO-1042"]')).to_be_visible()
    return page


def test_a_button_that_is_pressed_while_something_happens_is_heard(
    page: Page, signed_in: SignIn, house: House
) -> None:
    colleague = signed_in(Role.SUPERVISOR, "/orders", STATION)
    release = page.get_by_role("button", name="Release")
    release.hover()
    page.mouse.down()
    house.floor.after_sales.place_is_blocked(house.given.clock.now_us())
    expect(colleague.locator(".task")).to_be_visible()  # so it has come to the pages

    page.mouse.up()

    expect(page.locator(".sign")).to_contain_text("Released")
    expect(page.locator(".task")).to_be_visible()


def test_who_has_come_to_a_button_by_keys_stays_on_it_while_something_happens(
    page: Page, house: House
) -> None:
    page.get_by_role("button", name="Refuse").focus()

    house.floor.after_sales.place_is_blocked(house.given.clock.now_us())
    expect(page.locator(".task")).to_be_visible()

    expect(page.get_by_role("button", name="Refuse")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("SO-1042")
