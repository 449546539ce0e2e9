"""Totes of one's own choice and check digits of a place, on the picker's page."""

import re

import pytest
from playwright.sync_api import Page, expect

from edge.model.ids import Badge, LocationId, ToteId
from edge.model.prompts import Prompt, PromptKind
from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_goods import CUP
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
    house.floor.pick.tote_is_wanted(PICKER)
    expect(page.locator("#place")).to_have_text("Place 2 on the cart")
    expect(page.locator("#order")).to_contain_text("SO-1042")
    shoot(page, "pick-bind")
    page.set_viewport_size({"width": STATION["width"], "height": STATION["height"]})
    shoot(page, "pick-bind-1280x800")

    scan(page, "TOTE-3")
    expect(page.locator(".note")).to_contain_text("TOTE-3 is for order SO-1043")

    scan(page, "TOTE-9")
    expect(page.locator("#place")).to_have_text("A-01-3")


BETWEEN, TOTES = LocationId("B-02-1"), (ToteId("TOTE-7"), ToteId("TOTE-8"))
ASKED = {
    PromptKind.PASS: ("Hand the totes over at", "将周转箱交接到", BETWEEN),
    PromptKind.TAKE: ("Take the totes up at", "到此处取周转箱", BETWEEN),
    PromptKind.PUT_AWAY: ("Put away", "上架", CUP.gtin),
    PromptKind.FETCH: ("Take out of reserve", "从备货位取出", CUP.gtin),
    PromptKind.REFILL: ("Fill up", "补货到此", CUP.gtin),
}


def test_totes_change_hands_and_pieces_are_fetched_put_away_and_filled_up_by_one_scan_each(
    page: Page, house: House, shoot: Shoot
) -> None:
    for kind, (english, chinese, code) in ASKED.items():
        asked = Prompt(
            Badge(PICKER), f"{kind}/1", kind, location=BETWEEN, sku=CUP.sku, name=CUP.name,
            quantity=1, totes=TOTES, stop=1, stops=1,
        )  # fmt: skip
        house.floor.pick.picker_is_asked(asked)
        expect(page.locator("#place")).to_have_text(BETWEEN)
        expect(page.locator(".where")).to_contain_text(english)
        judge(page)
        shoot(page, f"pick-{kind}-en-GB")
        page.set_viewport_size({"width": STATION["width"], "height": STATION["height"]})
        expect(page.locator("#scan")).to_be_in_viewport(ratio=1)
        shoot(page, f"pick-{kind}-1280x800")
        page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
        expect(page.locator("#scan")).to_be_in_viewport(ratio=1)
        page.get_by_role("button", name="中文").click()
        expect(page.locator(".where")).to_contain_text(chinese)
        shoot(page, f"pick-{kind}-zh-CN")
        page.get_by_role("button", name="English").click()

        scan(page, "nonsense")
        expect(page.locator(".note-wrong")).to_be_visible()
        scan(page, code)

        expect(page.locator("#place")).to_have_text("A-01-3")
        expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))
        expect(page.locator(".sign")).to_be_hidden()


def test_check_digits_are_typed_on_the_page_s_own_keys(
    page: Page, house: House, shoot: Shoot
) -> None:
    house.floor.pick.place_bears_digits(PICKER)
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
