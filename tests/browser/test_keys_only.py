"""A whole walk without a finger on the screen: a keyboard, or a scanner that is one, does."""

import re

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, SignIn
from tests.browser.wedge import hold_time, scan
from tests.web.toy_goods import CUP, LAMP, TEA

pytestmark = pytest.mark.browser

RING = """() => {
  if (document.activeElement === document.body) return Infinity; // between the last and the first
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return outlineStyle === "solid" ? parseFloat(outlineWidth) : 0;
}"""
RING_PX_MIN = 2
TABS_MAX = 20


def go_to(page: Page, name: str) -> None:
    """With the key Tab to the element of this name, each on the way plainly having the focus."""
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        assert page.evaluate(RING) >= RING_PX_MIN, page.evaluate(
            "document.activeElement.outerHTML"
        )
        if page.evaluate("document.activeElement.textContent").strip() == name:
            return
    pytest.fail(f"{name} cannot be reached by keyboard")


def at_work(signed_in: SignIn) -> Page:
    page = signed_in(Role.PICKER, "/pick", HANDHELD)
    expect(page.get_by_role("button", name="CART-1")).to_be_visible()
    scan(page, "CART-1")
    expect(page.locator("#place")).to_have_text("A-01-3")
    return page


def test_a_walk_is_begun_picked_and_set_down_by_keyboard_alone(signed_in: SignIn) -> None:
    page = signed_in(Role.PICKER, "/pick", HANDHELD)
    expect(page.get_by_role("button", name="CART-1")).to_be_visible()
    go_to(page, "CART-1")
    page.keyboard.press("Enter")
    hold_time(page)
    for ware, place in ((TEA, "A-01-3"), (TEA, "A-01-3"), (CUP, "B-02-1")):
        expect(page.locator("#place")).to_have_text(place)
        scan(page, ware.gtin)
        expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))
        page.clock.run_for(1_000)
    expect(page.locator("#place")).to_have_text("C-03-2")

    go_to(page, "Problem")  # nothing there: told by keyboard, too
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    go_to(page, "Not enough hereFEW")  # and its short code
    page.keyboard.press("Enter")
    page.clock.run_for(2_000)
    expect(page.locator("#place")).to_have_text("PACK-1")
    scan(page, "PACK-1")

    expect(page.get_by_role("heading", name="Work is coming")).to_be_visible()


def test_escape_leaves_the_dialog_and_the_field_takes_the_next_scan(signed_in: SignIn) -> None:
    page = at_work(signed_in)
    expect(page.locator(".sign")).to_be_hidden()
    go_to(page, "Problem")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    scan(page, LAMP.gtin)
    expect(page.locator(".note")).to_contain_text("Wrong item")


def test_a_scan_finds_the_field_also_when_nothing_has_the_focus(signed_in: SignIn) -> None:
    page = at_work(signed_in)
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate("document.activeElement.tagName") == "BODY"

    scan(page, TEA.gtin)

    expect(page.locator("#count")).to_have_text("1 of 2 picked")


@pytest.mark.parametrize("separator", ["\x1d", "␝", "↔", "^]"])
def test_every_sign_for_the_group_separator_reaches_the_gateway_as_it_is(
    signed_in: SignIn, separator: str
) -> None:
    page = at_work(signed_in)
    code = f"01{TEA.gtin}10LOT{separator}21SERIAL"

    page.keyboard.insert_text(code)
    with page.expect_request("**/api/scan") as told:
        page.keyboard.press("Enter")

    assert told.value.post_data_json["code"] == code


def test_two_codes_glued_together_are_unknown_and_change_nothing(signed_in: SignIn) -> None:
    page = at_work(signed_in)

    scan(page, TEA.gtin + CUP.gtin)

    expect(page.locator(".note")).to_contain_text("Unknown code")
    expect(page.locator("#count")).to_have_text("0 of 2 picked")
