"""What a search on the map finds: tagged items, stock without tags, orders; how it is marked."""

from copy import deepcopy

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import STATION, Shoot, SignIn
from tests.web.toy_goods import CUP, TEA
from tests.web.toy_house import House

pytestmark = pytest.mark.browser

ON_EACH_OTHER = """(all) => {
  const boxes = all.map((one) => one.querySelector("rect") ?? one).map((one) => one.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => meet(a, b))).length;
}"""  # noqa: E501 - a script


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Chen, the supervisor, before the map."""
    page = signed_in(Role.SUPERVISOR, "/floor", STATION)
    expect(page.locator("#map [data-place]")).not_to_have_count(0)
    return page


@pytest.mark.parametrize("text", [CUP.sku, CUP.sku.lower(), "porcelain", "B-02-1"])
def test_an_article_that_bears_no_tags_is_found_where_the_books_have_it(
    page: Page, text: str
) -> None:
    page.fill("#search", text)

    row = page.locator("#stock-found li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(CUP.name)
    expect(row).to_contain_text("B-02-1")
    expect(page.locator('[data-place="B-02-1"].marked')).to_have_count(1)
    row.get_by_role("button").click()
    expect(page.locator("#place-name")).to_have_text("B-02-1")


def test_of_an_article_of_which_some_bear_tags_both_are_found(page: Page) -> None:
    page.fill("#search", TEA.sku)

    expect(page.locator("#stock-found li")).to_have_count(1)
    expect(page.locator("#results li")).to_have_count(2)


def test_an_order_that_is_called_like_a_place_is_found_beside_what_lies_there(page: Page) -> None:
    page.fill("#search", "C-04-3")

    expect(page.locator("#history")).to_contain_text("Order received")
    expect(page.locator("#results li")).to_have_count(50)


def test_marks_of_neighbouring_places_do_not_lie_on_each_other(page: Page, shoot: Shoot) -> None:
    page.fill("#search", "soap")
    expect(page.locator("[data-mark]")).to_have_count(2)

    assert page.locator("[data-mark]").evaluate_all(ON_EACH_OTHER) == 0
    marks = page.locator("[data-mark]").evaluate_all(
        "(all) => all.map((one) => [one.querySelector('text').textContent, one.ariaLabel])"
    )
    assert {words for words, _ in marks} >= {"50\u00d7"}  # small; how sure is told by the name
    assert all("97 %" in name for _, name in marks)
    shoot(page, "floor-marks-1280x800")


def test_the_name_of_a_zone_or_wall_is_not_hidden_by_what_lies_in_it(
    page: Page, house: House
) -> None:
    # given: a zone whose first bin stands in its corner, and a wall that its slots fill
    sheet = house.floor.board.look("floor")
    assert sheet is not None
    told = deepcopy(sheet.value)
    blank = {**told["locations"][0], "stock": [], "items": 0, "kind": "zone", "parent": None}
    place = {"x_m": 15.5, "y_m": 7.0, "width_m": 3.0, "depth_m": 4.0}
    corners = [(14.5, 8.5), (16.5, 8.5), (14.5, 5.5), (16.5, 5.5)]
    bins = [
        {**blank, "id": f"Z-{at}", "kind": "bin", "parent": "Zone-Z", "x_m": x, "y_m": y}
        | {"width_m": 0.9, "depth_m": 0.9}
        for at, (x, y) in enumerate(corners)
    ]
    told["locations"] += [{**blank, "id": "Zone-Z", **place}, *bins]

    # when
    house.floor.board.show("floor", told)
    expect(page.locator('[data-place="Zone-Z"]')).to_have_count(1)

    # then
    zone = page.locator('[data-place="Zone-Z"] .outer, [data-place^="Z-"] rect')
    expect(zone).to_have_count(5)
    names = page.locator('[data-place="Zone-Z"] .outer').bounding_box()
    assert names is not None
    for at in range(4):
        box = page.locator(f'[data-place="Z-{at}"] rect').bounding_box()
        assert box is not None
        is_apart = (
            names["x"] >= box["x"] + box["width"]
            or box["x"] >= names["x"] + names["width"]
            or names["y"] >= box["y"] + box["height"]
            or box["y"] >= names["y"] + names["height"]
        )
        assert is_apart
