import pytest
from playwright.sync_api import Page, expect
from edge.web.people import Role

pytestmark = pytest.mark.browser


def scan(page: Page, code: str) -> None:
    page.keyboard.type(code, delay=5)
    page.keyboard.press("Enter")


def test_smoke(signed_in, house):
    page = signed_in(Role.PICKER, "/pick")
    page.on("console", lambda m: print("CONSOLE", m.text))
    page.on("pageerror", lambda m: print("ERROR", m))
    page.screenshot(path="build/screenshots/pick-start.png")
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    page.wait_for_timeout(900)
    page.screenshot(path="build/screenshots/pick-360x640.png")
    scan(page, "4006381333931")
    page.wait_for_timeout(200)
    page.screenshot(path="build/screenshots/pick-right.png")
    expect(page.locator("#count")).to_have_text("1 of 2 picked")
    scan(page, "5901234123457")
    page.wait_for_timeout(200)
    page.screenshot(path="build/screenshots/pick-wrong.png")
    page.wait_for_timeout(1200)
    page.screenshot(path="build/screenshots/pick-note.png")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.screenshot(path="build/screenshots/pick-1280x800.png")
