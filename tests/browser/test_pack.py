import re

import pytest
from playwright.sync_api import Locator, Page, expect

from edge.model.ids import Badge, RequestId
from edge.model.posted import ParcelWanted
from edge.model.prompts import Answer
from edge.model.weights import WeightReason
from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_goods import CUP, LAMP, ORDER, SOAP, SSCC, TEA, TOTE, label_data
from tests.web.toy_goods import STATION as STATION_NAME
from tests.web.toy_house import BADGES, PIN, House

pytestmark = pytest.mark.browser


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Bo, at the first pack station with the tote of an order."""
    page = signed_in(Role.PACKER, "/pack", STATION)
    page.get_by_role("button", name="PACK-1").click()
    expect(page.get_by_role("heading", name="Scan a tote")).to_be_visible()
    scan(page, TOTE)
    expect(page.locator("#tote")).to_have_text(TOTE)
    expect(page.locator(".sign")).to_be_hidden()
    return page


def verdict(page: Page, name: str) -> None:
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", name)


def check(page: Page, *codes: str) -> None:
    for code in codes:
        scan(page, code)
        expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))
        page.wait_for_timeout(350)


def test_a_parcel_whose_order_was_cancelled_is_named_and_opened_by_a_scan(
    signed_in: SignIn, house: House, shoot: Shoot
) -> None:
    page = signed_in(Role.PACKER, "/pack", STATION)
    page.get_by_role("button", name="PACK-1").click()
    expect(page.locator(".empty")).to_be_visible()
    house.floor.pack.parcel_is_recalled()
    expect(page.locator("#recalled")).to_contain_text(SSCC)
    expect(page.locator("#recalled")).to_contain_text("SO-1039")
    judge(page)
    shoot(page, "pack-recalled-1280x800")
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    page.get_by_role("button", name="中文").click()
    expect(page.locator("#recalled")).to_contain_text("待拆开的包裹")
    judge(page)
    shoot(page, "pack-recalled-zh-360x640")

    scan(page, SSCC)

    expect(page.locator("#recalled")).to_have_count(0)
    expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))


def test_what_is_missing_is_told_line_by_line(page: Page, shoot: Shoot) -> None:
    check(page, TEA.gtin)

    verdict(page, "missing")
    expect(page.locator("#verdict")).to_contain_text("3 missing")
    expect(page.locator(f'[data-sku="{TEA.sku}"]')).to_contain_text("1 / 2")
    expect(page.locator(f'[data-sku="{TEA.sku}"]')).to_contain_text("1 missing")
    expect(page.locator(".sign")).to_be_hidden()
    shoot(page, "pack-missing-1280x800")
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    shoot(page, "pack-missing-360x640")


def test_when_all_is_there_and_it_is_quiet_the_parcel_is_closed_and_its_label_told(
    page: Page, house: House, shoot: Shoot
) -> None:
    check(page, TEA.gtin, TEA.gtin, CUP.gtin, LAMP.gtin)
    house.floor.pack.station_listens("listening")
    verdict(page, "listening")
    expect(page.locator("#verdict")).to_contain_text("4 of 4 checked")
    expect(page.locator("#close")).to_be_disabled()
    expect(page.locator(".sign")).to_be_hidden()
    shoot(page, "pack-listening-1280x800")
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    page.get_by_role("button", name="中文").click()
    shoot(page, "pack-listening-zh-360x640")
    page.get_by_role("button", name="EN").click()
    page.set_viewport_size({"width": 1280, "height": 800})
    house.floor.pack.station_listens("match")
    verdict(page, "match")
    expect(page.locator("#verdict")).to_contain_text("All right")
    expect(page.locator(".sign")).to_be_hidden()
    shoot(page, "pack-match-1280x800")

    page.get_by_role("button", name="Close parcel").click()

    expect(page.locator(".label-picture")).to_contain_text("(00) 0 3453120 000000001 8")
    expect(page.locator("#label")).to_contain_text("SO-1042")
    expect(page.locator("#label")).to_contain_text("DHL")
    expect(page.locator(".label-picture rect")).to_have_count(1 + (156 - 13) // 11 * 3 + 4)
    expect(page.locator(".sign")).to_be_hidden()
    shoot(page, "pack-label-1280x800")


def test_a_stranger_is_named_with_its_owner_and_closing_asks_whether_it_is_outside(
    page: Page, house: House, shoot: Shoot
) -> None:
    house.floor.pack.stranger_at_station("30395dfa8000000000000099")

    verdict(page, "extra")
    expect(page.locator("#verdict")).to_contain_text(SOAP.name)
    expect(page.locator("#verdict")).to_contain_text("Belongs to order SO-1043")
    expect(page.locator(".sign")).to_be_hidden()
    shoot(page, "pack-extra-1280x800")
    page.get_by_role("button", name="Close parcel").click()
    expect(page.get_by_role("dialog")).to_contain_text("Is it outside the box?")
    page.get_by_role("button", name="Go on").click()

    house.floor.pack.stranger_is_taken_away()

    verdict(page, "missing")


def test_what_a_smaller_order_wants_no_more_is_told_at_once_and_taken_out_by_a_scan(
    page: Page, house: House, shoot: Shoot
) -> None:
    house.floor.pack.order_is_made_smaller(TEA.sku, TEA.name)

    expect(page.locator(".sign")).to_contain_text("No longer wanted")
    verdict(page, "take_out")
    expect(page.locator("#take-out")).to_contain_text(f"1 \N{MULTIPLICATION SIGN} {TEA.name}")
    expect(page.locator("#take-out")).to_contain_text(TOTE)
    expect(page.locator(".sign")).to_be_hidden()
    judge(page)
    shoot(page, "pack-take-out-1280x800")
    page.get_by_role("button", name="Close parcel").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 no longer wanted")
    page.get_by_role("button", name="Go on").click()
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    judge(page)
    shoot(page, "pack-take-out-360x640")

    scan(page, TEA.gtin)

    expect(page.locator(".sign")).to_contain_text("Lay it aside")
    expect(page.locator("#take-out")).to_have_count(0)


def test_a_piece_of_another_order_is_refused(page: Page) -> None:
    scan(page, SOAP.gtin)

    expect(page.locator(".sign")).to_have_class(re.compile("sign-wrong"))
    expect(page.locator(".sign")).to_contain_text("SO-1043")
    expect(page.locator("#verdict")).to_contain_text("0 of 4 checked")


def test_closing_with_pieces_missing_takes_a_second_yes(page: Page, shoot: Shoot) -> None:
    check(page, TEA.gtin)
    page.get_by_role("button", name="Close parcel").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(LAMP.name)
    shoot(page, "pack-partial-1280x800")
    dialog.get_by_role("button", name="Go on checking").click()
    verdict(page, "missing")

    page.get_by_role("button", name="Close parcel").click()
    dialog.get_by_role("button", name="Close without them").click()

    expect(page.locator("#label")).to_contain_text("Closed with pieces missing")


def test_the_station_is_remembered_and_can_be_changed(page: Page) -> None:
    page.reload()
    expect(page.locator("#tote")).to_have_text(TOTE)

    page.get_by_role("button", name="Other station").click()
    page.get_by_role("button", name="PACK-2").click()

    expect(page.get_by_role("heading", name="Scan a tote")).to_be_visible()
    expect(page.locator(".station-head")).to_contain_text("PACK-2")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_label_that_cannot_come_out_waits_and_is_printed_again_on_request(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    page = signed_in(Role.PACKER, "/pack", HANDHELD, locale)
    page.get_by_role("button", name="PACK-1").click()
    expect(page.locator(".empty")).to_be_visible()
    scan(page, TOTE)
    expect(page.locator("#tote")).to_have_text(TOTE)
    expect(page.locator(".sign")).to_be_hidden()
    page.locator("#close").click()
    page.locator("#close-anyway").click()
    expect(page.locator("#label-state")).to_have_attribute("data-state", "sent")

    house.floor.printer_has_no_paper()

    expect(page.locator("#label-state")).to_contain_text(
        "It has no labels left" if locale == "en-GB" else "标签纸用完"
    )
    page.reload()
    expect(page.locator("#label-state")).to_have_attribute("data-state", "waiting")
    judge(page)
    shoot(page, f"pack-label-waiting-{locale}-360x640")
    page.locator("#ask-label").click()
    scan(page, ORDER)
    expect(page.locator("#label-state")).to_have_attribute("data-state", "sent")
    house.floor.label_is_printed()
    expect(page.locator("#label-state")).to_have_attribute("data-state", "printed")
    assert len(house.floor.effects.labels) == 2
    assert house.floor.alerts.active() == ()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_packing_slip_names_what_is_missing(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    page = signed_in(Role.PACKER, "/slip?station=PACK-1", HANDHELD, locale)
    expect(page.locator(".calm")).to_be_visible()
    wanted = ParcelWanted(
        RequestId(f"slip-{locale}"),
        STATION_NAME,
        Badge("k1"),
        partial=True,
        at_us=house.given.clock.now_us(),
    )
    house.floor.labels.answered(
        wanted, Answer(accepted=True, code="closed", text="", data=label_data(complete=False))
    )

    page.reload()

    expect(page.locator(".slip-short")).to_contain_text(LAMP.name)
    expect(page.locator(".slip dl")).to_contain_text("12 Analytical Way")
    expect(page.locator(".slip .fault")).to_be_visible()
    judge(page)
    shoot(page, f"slip-{locale}-360x640")
    page.emulate_media(media="print")
    expect(page.locator("#frame")).to_be_hidden()
    expect(page.locator("#print")).to_be_hidden()


@pytest.mark.parametrize("path", ["/slip", "/slip?station=DOCK-9"])
def test_a_slip_of_no_station_says_how_to_come_to_one(signed_in: SignIn, path: str) -> None:
    page = signed_in(Role.PACKER, path, HANDHELD)

    expect(page.locator(".calm h2")).to_have_text("Which pack station?")
    expect(page.locator(".calm a")).to_have_attribute("href", "/pack")


def weigh_off(page: Page, house: House) -> Locator:
    """The parcel is in carton M, and a quarter of a kilogram too heavy."""
    house.floor.pack.expected_g = 1480
    check(page, TEA.gtin, TEA.gtin, CUP.gtin, LAMP.gtin)
    page.get_by_role("button", name="Close parcel").click()
    page.locator("#weight").fill("M")
    page.keyboard.press("Enter")
    page.keyboard.type("1.730")
    page.keyboard.press("Enter")
    expect(page.locator(".sign")).to_contain_text("The weight is not right")
    expect(page.locator(".sign")).to_be_hidden()
    return page.locator("#weigh")


def test_a_parcel_is_weighed_in_its_carton_and_one_that_is_off_is_looked_into(
    page: Page, house: House, shoot: Shoot
) -> None:
    house.floor.pack.expected_g = 1480
    check(page, TEA.gtin, TEA.gtin, CUP.gtin, LAMP.gtin)
    page.get_by_role("button", name="Close parcel").click()
    dialog = page.locator("#weigh")
    expect(dialog).to_contain_text("Put the parcel on the scale")
    page.locator("#weight").fill("1,73")
    page.keyboard.press("Enter")
    expect(dialog.locator(".fault")).to_contain_text("Which carton?")
    page.locator("#weight").fill("M")
    page.keyboard.press("Enter")
    expect(dialog.locator("[aria-pressed=true]")).to_have_text("✓ M")
    judge(page)
    shoot(page, "pack-weigh-1280x800")

    page.keyboard.type("1.730")
    page.keyboard.press("Enter")

    expect(page.locator(".sign")).to_be_hidden()
    expect(dialog).to_contain_text("0.250 kg too heavy")
    expect(dialog).to_contain_text("should weigh 1.480 kg")
    judge(page)
    shoot(page, "pack-weight-off-1280x800")
    page.locator("#check-again").click()
    verdict(page, "match")


def test_what_is_checked_and_not_in_the_box_comes_to_light_when_all_is_checked_anew(
    page: Page, house: House
) -> None:
    dialog = weigh_off(page, house)

    dialog.locator("#check-anew").click()

    verdict(page, "missing")
    expect(dialog).to_be_hidden()
    check(page, TEA.gtin, TEA.gtin, CUP.gtin, LAMP.gtin)
    verdict(page, "match")


def test_a_supervisor_accepts_a_weight_with_badge_pin_and_reason_and_nobody_else_does(
    page: Page, house: House, shoot: Shoot
) -> None:
    dialog = weigh_off(page, house)
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    shoot(page, "pack-weight-off-360x640")
    page.locator("#accept").click()
    dialog.get_by_label("The weight of an article is told wrong").check()
    page.locator("#accept-badge").fill(BADGES[Role.PACKER])
    page.locator("#accept-pin").fill(PIN)
    page.locator("#accepted").click()
    expect(dialog.locator(".fault")).to_contain_text("Only a supervisor")
    page.locator("#accept-badge").fill(BADGES[Role.SUPERVISOR])
    page.locator("#accept-pin").fill(PIN)
    judge(page)
    shoot(page, "pack-weight-accept-360x640")

    page.locator("#accepted").click()

    expect(page.locator(".label-picture")).to_contain_text("1.730 kg")
    weighing = house.floor.pack.accepted
    assert weighing is not None
    assert weighing.accepted is not None
    assert weighing.accepted.by == BADGES[Role.SUPERVISOR]
    assert weighing.accepted.reason is WeightReason.ARTICLE_WEIGHT


def test_the_scale_speaks_chinese_and_a_parcel_that_is_right_closes_at_once(
    page: Page, house: House, shoot: Shoot
) -> None:
    house.floor.pack.expected_g = 1480
    check(page, TEA.gtin, TEA.gtin, CUP.gtin, LAMP.gtin)
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    page.get_by_role("button", name="中文").click()
    page.get_by_role("button", name="封箱").click()
    expect(page.locator("#weigh")).to_contain_text("请将包裹放到秤上")
    shoot(page, "pack-weigh-zh-360x640")
    page.get_by_role("button", name="L", exact=True).click()
    page.locator("#weight").fill("1.1")
    page.locator("#weighed").click()
    expect(page.locator("#weigh")).to_contain_text("偏轻 0.380 kg")
    expect(page.locator(".sign")).to_be_hidden()
    judge(page)
    shoot(page, "pack-weight-off-zh-360x640")

    page.locator("#weigh-again").click()
    page.locator("#weight").fill("1.485")
    page.locator("#weighed").click()

    expect(page.locator(".label-picture")).to_contain_text("1.485 kg")
