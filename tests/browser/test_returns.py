import re

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_after_sales import CUP_TAG, SENT, SENT_SSCC, TEA_BIN
from tests.web.toy_goods import CUP, LAMP, TEA
from tests.web.toy_house import BADGES, House

pytestmark = pytest.mark.browser

LOCALES = pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Bo, at the returns station with a handheld."""
    page = signed_in(Role.PACKER, "/returns", HANDHELD)
    expect(page.get_by_role("heading", name="Scan what came back")).to_be_visible()
    return page


def sign(page: Page, kind: str) -> None:
    expect(page.locator(".sign")).to_have_class(re.compile(f"sign-{kind}"))
    expect(page.locator(".sign")).to_be_hidden()


def pieces(page: Page) -> int:
    return page.locator("#returned > li").count()


def test_one_scan_of_a_tag_s_label_takes_the_piece_back_and_a_reason_is_asked(page: Page) -> None:
    scan(page, CUP_TAG)

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Why did it come back?")
    expect(dialog).to_contain_text(SENT)
    dialog.get_by_role("button", name="Damaged").click()

    expect(page.locator("#returned > li")).to_have_count(1)
    expect(page.locator("#returned")).to_contain_text(CUP.name)
    expect(page.locator('#returned [data-grade="scrap"]')).to_contain_text("proposed")


def test_a_parcel_s_label_tells_the_order_for_the_pieces_that_follow(page: Page) -> None:
    scan(page, SENT_SSCC)
    expect(page.locator("#order")).to_have_text(SENT)
    sign(page, "right")

    scan(page, LAMP.gtin)

    expect(page.locator("#returned > li")).to_have_count(1)
    expect(page.locator("#returned")).to_contain_text("Does not work")
    sign(page, "right")
    scan(page, LAMP.gtin)
    expect(page.locator(".note")).to_contain_text("Was not shipped, or is back already")
    assert pieces(page) == 1


def test_a_piece_to_be_sold_again_is_handed_to_the_pickers(page: Page) -> None:
    scan(page, "RMA-17")
    sign(page, "right")
    scan(page, LAMP.gtin)
    sign(page, "right")

    page.locator('#returned [data-grade="quarantine"]').click()
    expect(page.locator('#returned [data-grade="quarantine"]')).to_be_disabled()
    page.locator('#returned [data-grade="restock"]').click()

    expect(page.locator("#to-put-away")).to_contain_text("1")
    expect(page.locator("#returned > li")).to_have_count(0)


def test_what_came_back_is_there_after_a_reload(page: Page) -> None:
    scan(page, SENT_SSCC)
    sign(page, "right")
    scan(page, LAMP.gtin)
    expect(page.locator("#returned > li")).to_have_count(1)

    page.reload()

    expect(page.locator("#returned")).to_contain_text(LAMP.name)


def test_a_scan_without_network_is_kept_and_taken_once(page: Page) -> None:
    scan(page, SENT_SSCC)
    sign(page, "right")
    page.context.set_offline(True)
    scan(page, LAMP.gtin)
    expect(page.locator(".pill")).to_contain_text("1 not sent")
    assert pieces(page) == 0

    page.context.set_offline(False)

    expect(page.locator("#returned > li")).to_have_count(1)
    expect(page.locator(".pill")).to_have_attribute("data-pending", "0")


@LOCALES
def test_the_returns_page_has_no_barrier(signed_in: SignIn, locale: str, shoot: Shoot) -> None:
    page = signed_in(Role.PACKER, "/returns", HANDHELD, locale)
    judge(page)
    scan(page, SENT_SSCC)
    expect(page.locator("#order")).to_have_text(SENT)
    expect(page.locator(".sign")).to_be_hidden()
    scan(page, LAMP.gtin)
    expect(page.locator("#returned > li")).to_have_count(1)
    expect(page.locator(".sign")).to_be_hidden()
    judge(page)
    shoot(page, f"returns-{locale}-360x640")
    scan(page, TEA.gtin)
    expect(page.get_by_role("dialog")).to_be_visible()
    judge(page)
    shoot(page, f"returns-reason-{locale}-360x640")


@LOCALES
def test_a_cancellation_in_mid_pick_turns_the_picker_back(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    page = signed_in(Role.PICKER, "/pick", HANDHELD, locale)
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    scan(page, TEA.gtin)
    expect(page.locator("#count")).to_contain_text("1")

    house.floor.pick.order_is_cancelled(BADGES[Role.PICKER])

    expect(page.locator(".prompt-put_back")).to_be_visible()
    expect(page.locator(".prompt-put_back #quantity")).to_have_text("1")
    expect(page.locator(".sign")).to_be_hidden()
    judge(page)
    shoot(page, f"pick-put-back-{locale}-360x640")
    scan(page, CUP.gtin)
    sign(page, "wrong")
    scan(page, TEA.gtin)
    expect(page.locator(".prompt-pick")).to_be_visible()


@LOCALES
def test_a_place_that_should_be_empty_is_asked_about_in_passing(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    page = signed_in(Role.PICKER, "/pick", HANDHELD, locale)
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator(".sign")).to_be_hidden()

    house.floor.pick.place_should_be_empty(BADGES[Role.PICKER])

    expect(page.locator(".note-info")).to_contain_text("A-01-3")
    judge(page)
    shoot(page, f"pick-zero-check-{locale}-360x640")


@LOCALES
def test_a_supervisor_decides_a_variance_on_the_orders_page(
    signed_in: SignIn,
    house: House,
    locale: str,
    shoot: Shoot,
) -> None:
    page = signed_in(Role.SUPERVISOR, "/orders", STATION, locale)
    counted = page.context.request.post(
        "/api/counts",
        data={"location": TEA_BIN, "sku": TEA.sku, "quantity": 4},
        headers={"Idempotency-Key": f"count-{locale}"},
    )
    assert counted.json()["code"] == "variance"

    card = page.locator(".variance")
    expect(card).to_contain_text("4")
    judge(page)
    shoot(page, f"orders-variance-{locale}-1280x800")
    card.locator(".main").click()

    expect(card).to_have_count(0)
    assert house.floor.after_sales.state.stock[TEA.sku, TEA_BIN].quantity == 4
