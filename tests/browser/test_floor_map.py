"""Which bin is which: on a station's screen, by mouse, by keys and for a screen reader."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import HANDHELD, Shoot, SignIn, before_map, in_both_languages

pytestmark = pytest.mark.browser


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    return before_map(signed_in)


def test_every_bin_says_its_name_at_a_station_and_every_aisle_its_own(page: Page) -> None:
    expect(page.locator("#map .box-bin .tiny")).to_have_count(0)
    named = page.locator("#map .box-bin").evaluate_all(
        """(bins) => bins.map((one) => [one.dataset.place, [...one.querySelectorAll(".box-name")]
             .map((line) => line.textContent).join("-")])"""
    )
    assert len(named) == 48
    assert all(place == name for place, name in named)
    assert page.locator("#map .aisle-name").all_text_contents() == ["A", "B", "C"]


def test_no_name_sticks_out_of_its_box(page: Page) -> None:
    outside = page.locator("#map .box-bin").evaluate_all(
        """(bins) => bins.filter((one) => {
             const box = one.querySelector("rect").getBoundingClientRect();
             return [...one.querySelectorAll("text")].some((text) => {
               const name = text.getBoundingClientRect();
               return name.left < box.left - 1 || name.right > box.right + 1;
             });
           }).map((one) => one.dataset.place)"""
    )
    assert outside == []


def test_who_points_at_a_place_reads_its_name_and_pieces_also_where_letters_are_tiny(
    page: Page, shoot: Shoot
) -> None:
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    expect(page.locator('#map [data-place="A-01-3"] .tiny')).not_to_have_count(0)
    page.locator('[data-place="A-01-3"]').hover()

    told = page.locator("#map .pointed")
    expect(told).to_have_text("A-01-3 · 8 pieces")
    height = told.locator("text").evaluate("(one) => one.getBoundingClientRect().height")
    assert height >= 12
    shoot(page, "floor-pointed-360x640")


def test_the_map_is_one_stop_of_the_tab_key_and_arrows_lead_from_place_to_place(
    page: Page,
) -> None:
    places = page.locator("#map [data-place]")
    stops = places.evaluate_all("(all) => all.filter((one) => one.tabIndex === 0).length")
    assert stops == 1
    page.locator('[data-place="B-02-1"]').focus()

    page.keyboard.press("ArrowLeft")
    expect(page.locator('[data-place="B-02-2"]')).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator('[data-place="B-02-4"]')).to_be_focused()
    expect(page.locator("#map .pointed")).to_contain_text("B-02-4")
    page.keyboard.press("Enter")

    expect(page.locator("#place-name")).to_have_text("B-02-4")
    expect(page.locator('[data-place="B-02-4"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-place="B-02-4"]')).to_have_attribute(
        "aria-label", re.compile("^B-02-4, bin; ")
    )


def test_an_order_that_is_searched_for_tells_what_happened_to_it(page: Page) -> None:
    page.fill("#search", "SO-1042")

    expect(page.locator("#history")).to_contain_text("Order received")


@in_both_languages("The first 100 that were found; there are more.", "已显示前 100 个结果")
def test_of_more_items_than_a_list_holds_the_first_are_shown_and_that_there_are_more(
    signed_in: SignIn, shoot: Shoot, locale: str, words: str
) -> None:
    page = before_map(signed_in, locale)
    search = page.get_by_role("searchbox")

    search.fill("soap")

    expect(page.get_by_text(words)).to_be_visible()
    expect(page.locator("#results li")).to_have_count(100)
    shoot(page, f"floor-more-{locale}-1280x800")
    search.fill("C-04")
    expect(page.get_by_text(words)).to_have_count(0)
    expect(page.locator("#results li")).to_have_count(100)
