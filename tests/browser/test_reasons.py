"""The map tells how sure it is, an item tells why it is where it is, and where it has been."""

import re

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.web.toy_house import House

pytestmark = pytest.mark.browser

EPC = "30395dfa8000000000000001"


def open_item(page: Page) -> None:
    page.fill("#search", EPC)
    page.locator("#results button").first.click()
    expect(page.locator("#why")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_an_item_says_why_it_is_there(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    house.radio.put(EPC, "A-01-3")
    page = signed_in(Role.SUPERVISOR, "/floor", STATION, locale)
    open_item(page)

    panel = page.locator("#why")
    expect(panel.locator(".why-answer")).to_contain_text("A-01-3")
    expect(panel.locator(".why-percent")).to_have_text(re.compile(r"\d+ %"))
    expect(page.locator("#why-antennas li").first).to_contain_text(re.compile(r"^north.* 1"))
    expect(page.locator("#why-antennas li")).to_have_count(3)
    expect(panel).to_contain_text("dBm")
    still = {"en-GB": "It lies still", "zh-CN": "标签静止"}[locale]
    expect(page.locator("#why-motion")).to_contain_text(still)
    expect(page.locator("#history li")).to_have_count(1)
    expect(page.locator('[data-mark="A-01-3"]')).to_contain_text("%")
    shoot(page, f"floor-why-{locale}-1280x800")
    judge(page)
    page.set_viewport_size(HANDHELD)
    panel.evaluate("(one) => one.scrollIntoView()")  # it is drawn anew all the time
    shoot(page, f"floor-why-{locale}-360x640")
    judge(page)


def test_an_item_that_is_moved_says_so(signed_in: SignIn, house: House) -> None:
    page = signed_in(Role.SUPERVISOR, "/floor", STATION)
    house.radio.put(EPC, "A-01-3")
    open_item(page)
    expect(page.locator(".why-answer")).to_contain_text("A-01-3")

    house.radio.put(EPC, "C-03-2")

    expect(page.locator(".why-answer")).to_contain_text("C-03-2")
    expect(page.locator("#why-antennas li").first).to_contain_text("south, antenna 1")
    house.radio.put(EPC, "A-01-3")


def test_an_unsure_item_is_shown_with_its_alternatives(
    signed_in: SignIn, house: House, shoot: Shoot
) -> None:
    house.radio.put_at(EPC, 5.0, 6.2)  # as far from A-01-3 as from B-02-1
    page = signed_in(Role.SUPERVISOR, "/floor", STATION)
    open_item(page)

    expect(page.locator(".item-mark.maybe").first).to_be_visible()
    expect(page.locator("#why-alternatives li").first).to_contain_text("%")
    opacity = page.locator(".item-mark.maybe rect").first.get_attribute("fill-opacity")
    assert opacity is not None
    assert float(opacity) < 0.8
    shoot(page, "floor-alternatives-1280x800")
    house.radio.put(EPC, "A-01-3")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_map_shows_where_an_article_has_been(
    signed_in: SignIn, locale: str, shoot: Shoot
) -> None:
    page = signed_in(Role.SUPERVISOR, "/floor", STATION, locale)
    page.fill("#search", "tea")
    expect(page.locator("#results li")).to_have_count(2)
    expect(page.locator('[data-mark="A-01-3"]')).to_contain_text(re.compile("2 . 97 %"))

    page.locator(".heat-choice button").first.click()

    expect(page.locator("#map .heat")).to_have_count(3)
    expect(page.locator('[data-heat="A-01-3"]')).to_contain_text("5.6")
    expect(page.locator("#heat-summary")).to_be_visible()
    shoot(page, f"floor-heat-{locale}-1280x800")
    judge(page)
    page.locator(".heat-choice button").first.click()
    expect(page.locator("#map .heat")).to_have_count(0)
