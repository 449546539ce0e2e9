"""A handheld reads the QR code of the set-up page, and is one of the gateway's from then on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge

pytestmark = pytest.mark.browser
MODULES = """() => document.querySelector("#qr path").getAttribute("d").match(/M/g).length"""


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_handheld_is_enrolled_by_its_qr_code(
    signed_in: SignIn, context_of: Callable[..., BrowserContext], locale: str, shoot: Shoot
) -> None:
    page = signed_in(Role.ADMINISTRATOR, "/setup", STATION, locale)
    page.fill("#device-name", "handheld 7")
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and "devices" in answer.url
    ) as asked:
        page.locator("#invite").click()
    shown = asked.value.json()
    expect(page.locator("#qr")).to_be_visible()
    assert page.evaluate(MODULES) == sum(row.count("1") for row in shown["rows"])
    page.locator("#devices-section").scroll_into_view_if_needed()
    shoot(page, f"setup-enrol-{locale}-1280x800")

    handheld = context_of(HANDHELD, locale).new_page()
    handheld.goto("/#" + shown["address"].partition("#")[2])
    expect(handheld.locator("#enrol")).to_be_visible()
    shoot(handheld, f"enrol-{locale}-360x640")
    handheld.locator("#enrol").click()
    expect(handheld.locator("#go-on")).to_be_visible()
    judge(handheld)
    handheld.locator("#go-on").click()
    expect(handheld.locator("#badge")).to_be_visible()
    assert "enrol" not in handheld.url

    row = page.locator("#devices li", has_text="handheld 7").first
    expect(row).to_be_visible()
    row.get_by_role("button").click()
    expect(row).to_have_count(0)
