import re

import pytest
from playwright.sync_api import Page, expect

from edge.model.posted import CountTold
from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_after_sales import CUP_TAG, TEA_BIN
from tests.web.toy_goods import CUP, TEA
from tests.web.toy_house import House

pytestmark = pytest.mark.browser

LOCALES = pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Ana, who counts with a handheld and has scanned a place."""
    page = signed_in(Role.PICKER, "/counts", HANDHELD)
    expect(page.locator(".empty")).to_be_visible()
    scan(page, TEA_BIN)
    expect(page.locator("#place")).to_have_text(TEA_BIN)
    expect(page.locator(".sign")).to_be_hidden()
    return page


def row(page: Page, sku: str) -> str:
    return page.locator(f'#rows [data-sku="{sku}"] .figure').inner_text()


def books(house: House) -> int:
    return house.floor.after_sales.state.stock[TEA.sku, TEA_BIN].quantity


def test_pieces_are_scanned_one_by_one_and_the_books_are_not_shown(page: Page) -> None:
    assert row(page, TEA.sku) == "count"
    assert "6" not in page.locator("main").inner_text()

    scan(page, TEA.gtin)
    expect(page.locator(f'[data-sku="{TEA.sku}"] .figure')).to_have_text("1")
    scan(page, CUP_TAG)
    expect(page.locator(f'[data-sku="{CUP.sku}"] .figure')).to_have_text("1")
    expect(page.locator(".sign")).to_be_hidden()  # and the scanner's bounce is over
    scan(page, CUP_TAG)
    expect(page.locator(".sign")).to_have_class(re.compile("sign-duplicate"))

    assert (row(page, TEA.sku), row(page, CUP.sku)) == ("1", "1")


def test_a_number_is_typed_on_a_pad_that_no_scan_can_fill(page: Page, house: House) -> None:
    page.locator(f'[data-sku="{TEA.sku}"] .figure').click()
    scan(page, CUP.gtin)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(f'[data-sku="{CUP.sku}"] .figure')).to_have_text("1")
    expect(page.locator(".sign")).to_be_hidden()
    page.locator(f'[data-sku="{CUP.sku}"] [data-step="-1"]').click()

    page.locator(f'[data-sku="{TEA.sku}"] .figure').click()
    page.get_by_role("dialog").get_by_role("button", name="4", exact=True).click()
    page.locator("#pad-done").click()
    page.locator("#save").click()

    expect(page.locator(".variance")).to_contain_text("Books 6, found 4")
    expect(page.locator(".variance button")).to_have_count(0)  # a picker does not decide
    assert books(house) == 6


def test_a_tally_is_there_after_a_reload_and_is_posted_once_without_network(
    page: Page, house: House
) -> None:
    scan(page, TEA.gtin)
    expect(page.locator(f'[data-sku="{TEA.sku}"] .figure')).to_have_text("1")
    page.reload()
    expect(page.locator(f'[data-sku="{TEA.sku}"] .figure')).to_have_text("1")

    page.context.set_offline(True)
    page.locator("#save").click()
    expect(page.locator(".pill")).to_contain_text("1 not sent")
    page.context.set_offline(False)

    expect(page.locator(".variance")).to_contain_text("found 1")
    told = [one for one in house.floor.effects.posts if isinstance(one, CountTold)]
    assert [(one.location, one.quantity) for one in told] == [(TEA_BIN, 1)]


def test_a_piece_before_any_place_is_refused(signed_in: SignIn) -> None:
    page = signed_in(Role.PICKER, "/counts", HANDHELD)
    expect(page.locator(".empty")).to_be_visible()

    scan(page, TEA.gtin)

    expect(page.locator(".note")).to_contain_text("Scan a place first")


@LOCALES
def test_a_supervisor_asks_the_radio_and_changes_the_books(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    page = signed_in(Role.SUPERVISOR, "/counts", HANDHELD, locale)
    expect(page.locator(".empty")).to_be_visible()
    judge(page)
    shoot(page, f"counts-start-{locale}-360x640")
    scan(page, TEA_BIN)
    expect(page.locator("#sweep")).to_be_visible()
    expect(page.locator(".sign")).to_be_hidden()
    judge(page)
    shoot(page, f"counts-place-{locale}-360x640")
    page.locator(f'[data-sku="{TEA.sku}"] .figure').click()
    shoot(page, f"counts-pad-{locale}-360x640")
    judge(page)
    page.locator("dialog[open] .wide").click()

    page.locator("#sweep").click()

    card = page.locator(".variance")
    expect(card).to_contain_text("0")
    expect(page.locator(".sign")).to_be_hidden()
    judge(page)
    page.set_viewport_size({"width": STATION["width"], "height": STATION["height"]})
    shoot(page, f"counts-variance-{locale}-1280x800")
    card.locator(".main").click()
    expect(card).to_have_count(0)
    assert books(house) == 0
