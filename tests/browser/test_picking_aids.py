"""Totes of one's own choice and check digits of a place, on the picker's page."""

import re

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import STATION, Shoot, SignIn
from tests.browser.wedge import scan
from tests.web.toy_house import House

pytestmark = pytest.mark.browser
PICKER = "p1"


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Ana, at the first stop with a cart."""
    page = signed_in(Role.PICKER, "/pick")
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator(".sign")).to_be_hidden()
    return page


def test_an_empty_tote_is_scanned_for_its_place_and_one_that_has_an_order_is_refused(
    page: Page, house: House, shoot: Shoot
) -> None:
    house.floor.tote_is_wanted(PICKER)
    expect(page.locator("#place")).to_have_text("Place 2 on the cart")
    expect(page.locator("#order")).to_contain_text("SO-1042")
    shoot(page, "pick-bind")
    page.set_viewport_size({"width": STATION["width"], "height": STATION["height"]})
    shoot(page, "pick-bind-1280x800")

    scan(page, "TOTE-3")
    expect(page.locator(".note")).to_contain_text("TOTE-3 is for order SO-1043")

    scan(page, "TOTE-9")
    expect(page.locator("#place")).to_have_text("A-01-3")


def test_check_digits_are_typed_on_the_page_s_own_keys(
    page: Page, house: House, shoot: Shoot
) -> None:
    house.floor.place_bears_digits(PICKER)
    shoot(page, "pick-check")
    sizes = page.evaluate("[document.documentElement.scrollHeight, innerHeight]")
    assert sizes[0] <= sizes[1]

    type_digits(page, "93")
    expect(page.locator(".note")).to_contain_text("Wrong check digits")
    page.get_by_role("button", name="First: check digits B").click()
    keys = page.locator(".keypad button")
    assert all(
        box is not None and min(box["width"], box["height"]) >= 56
        for box in (keys.nth(number).bounding_box() for number in range(keys.count()))
    )
    shoot(page, "pick-check-keys")
    page.get_by_role("button", name="Back").click()

    type_digits(page, "47")
    expect(page.locator("#check")).to_have_count(0)
    expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))


def type_digits(page: Page, digits: str) -> None:
    page.get_by_role("button", name="First: check digits B").click()
    for digit in digits:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Done").click()
