"""Names that are long, in letters of either kind: nothing leaves the screen."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from edge.model.ids import Badge, LocationId, Sku, ToteId
from edge.model.prompts import Prompt, PromptKind
from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, SignIn
from tests.browser.wedge import scan
from tests.web.toy_goods import CUP
from tests.web.toy_house import BADGES, House

pytestmark = pytest.mark.browser

LATIN = (
    "Desk lamp with an uncommonly long name that no handheld has room for, second edition, white"
)
HAN = "全棉磨毛四件套加厚保暖秋冬季床上用品双人被套床单款适用一点八米床北欧简约风格浅灰色" * 2
PROMPT = Prompt(
    Badge(BADGES[Role.PICKER]),
    "W-1/0",
    PromptKind.PICK,
    sku=Sku("LONG-1"),
    quantity=24,
    tote_id=ToteId("TOTE-7"),
    totes=(ToteId("TOTE-7"),),
    stop=1,
    stops=9,
    radio=True,
    slot=1,
)
OUTSIDE = """() => [...document.querySelectorAll("main *")]
  .filter((one) => one.getClientRects().length > 0)
  .filter((one) => {
    const box = one.getBoundingClientRect();
    const card = (one.closest("section") ?? document.body).getBoundingClientRect();
    return box.right > innerWidth + 0.5 || box.bottom > Math.min(innerHeight, card.bottom) + 0.5;
  })
  .map((one) => one.id || one.className || one.localName)"""
LINES = """() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector("#place"));
  return new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size;
}"""


def asked(page: Page, house: House, prompt: Prompt) -> None:
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_be_visible()
    house.floor.pick.picker_is_asked(prompt)
    expect(page.locator("#place")).to_have_text(str(prompt.location))
    expect(page.locator(".sign")).to_be_hidden()


@pytest.mark.parametrize(
    ("path", "screen"), [("/pick", HANDHELD), ("/cart", STATION)], ids=["pick", "cart"]
)
@pytest.mark.parametrize("name", [LATIN, HAN, "W" * 250], ids=["latin", "han", "widest"])
def test_the_field_for_scans_stays_on_the_screen_under_a_long_name(
    signed_in: SignIn, house: House, path: str, screen: dict[str, int], name: str
) -> None:
    # given
    page = signed_in(Role.PICKER, path, screen)
    asked(page, house, replace(PROMPT, location=LocationId("A-01-3"), name=name))
    assert page.evaluate(OUTSIDE) == []

    # when: the note of a wrong scan takes room as well
    scan(page, CUP.sku)
    expect(page.locator(".note")).to_be_visible()

    # then
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("place", ["货架-01-3", "甲区-01-02", "WM-012-MMW", "A-01-1"])
def test_a_places_name_stands_in_one_line(signed_in: SignIn, house: House, place: str) -> None:
    page = signed_in(Role.PICKER, "/pick")

    asked(page, house, replace(PROMPT, location=LocationId(place), name="Cup"))

    assert page.evaluate(LINES) == 1
    assert page.evaluate(OUTSIDE) == []
