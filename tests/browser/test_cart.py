"""The tablet on a cart: map and totes beside the prompt."""

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import STATION, SignIn
from tests.browser.wedge import scan
from tests.web.toy_goods import CUP, LAMP, TEA

pytestmark = pytest.mark.browser

HIDDEN_BY_FOOT = """() => {
  const foot = document.querySelector(".foot").getBoundingClientRect().top;
  return [...document.querySelectorAll(".prompt > section")]
    .filter((one) => one.getBoundingClientRect().bottom > foot + 0.5)
    .map((one) => one.className);
}"""


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Ana, who pushes a cart with a tablet."""
    page = signed_in(Role.PICKER, "/cart", STATION)
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator(".sign")).to_be_hidden()
    return page


def wanted(page: Page) -> list[str]:
    return page.locator('#totes [data-state="lit"]').evaluate_all(
        "(all) => all.map((one) => one.dataset.tote)"
    )


def test_the_map_marks_where_to_go_and_one_tote_is_lit(page: Page) -> None:
    expect(page.locator("#map .chosen")).to_have_attribute("data-place", "A-01-3")
    expect(page.locator("#totes li")).to_have_count(2)
    assert wanted(page) == ["TOTE-7"]
    expect(page.locator('[data-tote="TOTE-7"]')).to_contain_text("Put here")

    for _ in range(2):
        scan(page, TEA.gtin)
        expect(page.locator(".sign")).to_be_visible()
        expect(page.locator(".sign")).to_be_hidden()

    expect(page.locator("#map .chosen")).to_have_attribute("data-place", "B-02-1")


def test_at_the_end_the_totes_are_set_down(page: Page) -> None:
    for ware in (TEA, TEA, CUP, LAMP):
        scan(page, ware.gtin)
        expect(page.locator(".sign")).to_be_visible()
        expect(page.locator(".sign")).to_be_hidden()

    expect(page.locator("#place")).to_have_text("PACK-1")
    expect(page.locator("#map .chosen")).to_have_attribute("data-place", "PACK-1")
    assert wanted(page) == ["TOTE-7"]
    expect(page.locator("[data-tote]")).to_contain_text("Set down")


def test_nothing_of_the_prompt_lies_under_the_field_also_with_a_note(page: Page) -> None:
    assert page.evaluate(HIDDEN_BY_FOOT) == []

    scan(page, LAMP.gtin)
    expect(page.locator(".note")).to_be_visible()

    assert page.evaluate(HIDDEN_BY_FOOT) == []
