import pytest
from playwright.sync_api import expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_after_sales import WAITING_SSCC
from tests.web.toy_house import House

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("locale", "screen"), [("en-GB", HANDHELD), ("zh-CN", STATION)])
def test_a_manifest_with_a_parcel_at_the_wrong_door_is_closed_after_asking(
    signed_in: SignIn, locale: str, screen: dict[str, int], shoot: Shoot
) -> None:
    page = signed_in(Role.PACKER, "/dispatch", screen, locale)
    card = page.locator(".manifest")
    expect(card).to_contain_text("DHL")
    expect(card).to_contain_text(WAITING_SSCC)
    expect(card.locator(".wrong-door")).to_contain_text("DOCK\u20112")  # kept on one line
    judge(page)
    shoot(page, f"dispatch-{locale}-{screen['width']}x{screen['height']}")

    card.locator(".main").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    judge(page)
    page.get_by_role("dialog").locator(".second").click()

    expect(card.locator(".loaded")).to_contain_text("0")
    expect(card.locator(".main")).to_be_disabled()
    expect(card).to_contain_text(WAITING_SSCC)


@pytest.mark.parametrize(("locale", "screen"), [("zh-CN", HANDHELD), ("en-GB", STATION)])
def test_a_parcel_is_scanned_onto_a_pallet_which_is_closed_with_a_label(
    signed_in: SignIn, locale: str, screen: dict[str, int], shoot: Shoot
) -> None:
    page = signed_in(Role.PACKER, "/dispatch", screen, locale)
    page.locator("#begin-pallet").click()
    pallet = page.locator(".pallet.chosen")
    expect(pallet).to_have_attribute("data-state", "open")
    expect(pallet.locator("[data-step=close]")).to_be_disabled()

    scan(page, WAITING_SSCC)

    expect(pallet).to_contain_text("SO-0991")
    expect(pallet.locator("[data-step=close]")).to_be_enabled()
    judge(page)
    shoot(page, f"pallet-{locale}-{screen['width']}x{screen['height']}")
    pallet.locator("[data-step=close]").click()

    closed = page.locator(".pallet[data-state=closed]")
    expect(closed.locator("[data-step=label]")).to_be_visible()
    expect(page.locator("#pallet-label")).to_be_visible()

    closed.locator("[data-step=break_up]").click()
    page.get_by_role("dialog").locator(".second").click()
    expect(page.locator(".pallet")).to_have_count(0)


def test_an_unknown_number_may_be_a_pallet_s_own_label(signed_in: SignIn) -> None:
    page = signed_in(Role.PACKER, "/dispatch", STATION, "en-GB")
    expect(page.locator("#begin-pallet")).to_be_enabled()
    expect(page.locator("#begin-as")).to_be_hidden()

    scan(page, "00106141412345678908")
    page.locator("#begin-as").click()

    expect(page.locator(".pallet.chosen")).to_contain_text("1 0614141 234567890 8")


def test_what_stands_at_a_wrong_door_is_seen_first(signed_in: SignIn, house: House) -> None:
    page = signed_in(Role.PACKER, "/dispatch", STATION)
    expect(page.locator(".manifest")).to_have_count(1)
    sheet = house.floor.board.look("dispatch")
    assert sheet is not None
    (alarming,) = sheet.value["manifests"]
    calm = {**alarming, "carrier": "GLS", "missing": [], "missing_count": 0, "loaded": 1, "due": 1}

    house.floor.board.show("dispatch", {**sheet.value, "manifests": [calm, alarming]})

    expect(page.locator(".manifest")).to_have_count(2)
    expect(page.locator(".manifest").first).to_contain_text("DHL")
