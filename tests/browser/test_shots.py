import pytest
from edge.web.people import Role

pytestmark = pytest.mark.browser
H = {"width": 360, "height": 640}
W = {"width": 1280, "height": 800}


def watch(page):
    page.on("console", lambda m: print("CONSOLE", m.text))
    page.on("pageerror", lambda m: print("ERROR", m))


def scan(page, code):
    page.keyboard.type(code, delay=5)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_shots(signed_in, house, locale):
    page = signed_in(Role.PICKER, "/pick", H, locale)
    watch(page)
    l = locale[:2]
    page.wait_for_timeout(300)
    page.screenshot(path=f"build/screenshots/{l}-start.png")
    page.get_by_role("button", name="CART-1").click()
    page.wait_for_timeout(1000)
    page.screenshot(path=f"build/screenshots/{l}-pick-h.png")
    scan(page, "5901234123457")
    page.wait_for_timeout(1400)
    page.screenshot(path=f"build/screenshots/{l}-pick-note-h.png")
    page.set_viewport_size(W)
    page.screenshot(path=f"build/screenshots/{l}-pick-note-w.png")
    page = signed_in(Role.PACKER, "/pack", W, locale)
    watch(page)
    page.wait_for_timeout(300)
    page.screenshot(path=f"build/screenshots/{l}-pack-choose.png")
    page.get_by_role("button", name="PACK-1").click()
    page.wait_for_timeout(300)
    page.screenshot(path=f"build/screenshots/{l}-pack-empty.png")
    scan(page, "TOTE-7")
    page.wait_for_timeout(1000)
    scan(page, "TEA-250")
    page.wait_for_timeout(1000)
    page.screenshot(path=f"build/screenshots/{l}-pack-w.png")
    page.set_viewport_size(H)
    page.screenshot(path=f"build/screenshots/{l}-pack-h.png")
    house.floor.stranger_at_station("30395dfa8000000000000099")
    page.wait_for_timeout(1400)
    page.set_viewport_size(W)
    page.screenshot(path=f"build/screenshots/{l}-pack-extra.png")
    house.floor.stranger_is_taken_away()
    page.wait_for_timeout(200)
    page.click("#close")
    page.wait_for_timeout(200)
    page.screenshot(path=f"build/screenshots/{l}-pack-partial.png")
    page.click("#close-anyway")
    page.wait_for_timeout(1200)
    page.screenshot(path=f"build/screenshots/{l}-pack-label.png")
    house.floor.reader_is_lost("B-02-1")
    page = signed_in(Role.SUPERVISOR, "/floor", W, locale)
    watch(page)
    house.floor.reader_is_lost("B-02-1")
    page.wait_for_timeout(800)
    page.screenshot(path=f"build/screenshots/{l}-floor-w.png")
    page.fill("#search", "tea")
    page.wait_for_timeout(600)
    page.screenshot(path=f"build/screenshots/{l}-floor-search.png")
    page.locator("#results button").first.click()
    page.wait_for_timeout(300)
    page.set_viewport_size(H)
    page.screenshot(path=f"build/screenshots/{l}-floor-h.png", full_page=True)
    page.set_viewport_size(W)
    page.goto("/orders")
    page.wait_for_timeout(500)
    page.screenshot(path=f"build/screenshots/{l}-orders.png")
    page.goto("/board")
    page.wait_for_timeout(500)
    page.screenshot(path=f"build/screenshots/{l}-board.png")
    page.goto("/")
    page.wait_for_timeout(300)
    page.screenshot(path=f"build/screenshots/{l}-home.png")
