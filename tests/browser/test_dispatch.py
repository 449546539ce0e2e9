import pytest
from playwright.sync_api import expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.web.toy_after_sales import WAITING_SSCC

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("locale", "screen"), [("en-GB", HANDHELD), ("zh-CN", STATION)])
def test_a_manifest_with_a_parcel_at_the_wrong_door_is_closed_after_asking(
    signed_in: SignIn, locale: str, screen: dict[str, int], shoot: Shoot
) -> None:
    page = signed_in(Role.PACKER, "/dispatch", screen, locale)
    card = page.locator(".manifest")
    expect(card).to_contain_text("DHL")
    expect(card).to_contain_text(WAITING_SSCC)
    expect(card.locator(".wrong-door")).to_contain_text("DOCK-2")
    judge(page)
    shoot(page, f"dispatch-{locale}-{screen['width']}x{screen['height']}")

    card.locator(".main").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    judge(page)
    page.get_by_role("dialog").locator(".second").click()

    expect(card.locator(".loaded")).to_contain_text("0")
    expect(card.locator(".main")).to_be_disabled()
    expect(card).to_contain_text(WAITING_SSCC)
