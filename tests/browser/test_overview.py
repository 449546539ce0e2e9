import re

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn, before_map
from tests.browser.test_everybody import judge
from tests.web.toy_house import House

pytestmark = pytest.mark.browser


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    return before_map(signed_in)


def test_the_map_shows_places_to_scale_with_antennas_and_pickers(page: Page, shoot: Shoot) -> None:
    expect(page.locator("#map [data-place]")).to_have_count(53)  # all but the two carts
    expect(page.locator("#map .antenna")).to_have_count(3)
    expect(page.locator("#map .picker-mark")).to_have_count(1)
    bin_box = page.locator('[data-place="A-01-1"] rect').first.bounding_box()
    station_box = page.locator('[data-place="PACK-1"] rect').first.bounding_box()
    assert bin_box is not None
    assert station_box is not None
    assert station_box["width"] / bin_box["width"] == pytest.approx(3, rel=0.1)
    assert station_box["y"] < bin_box["y"]  # y grows upwards on a plan
    shoot(page, "floor-1280x800")
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    shoot(page, "floor-360x640")


def test_the_map_fits_the_screen_of_a_station(page: Page) -> None:
    box = page.locator("#map").bounding_box()

    assert box is not None
    assert box["y"] + box["height"] <= STATION["height"]


def test_a_place_that_nobody_hears_is_marked_with_since_when(
    page: Page, house: House, shoot: Shoot
) -> None:
    house.floor.reader_is_lost("B-02-1")

    expect(page.locator('[data-place="B-02-1"]')).to_have_class(re.compile("stale"))
    expect(page.locator(".antenna.dead")).to_have_count(1)
    expect(page.locator(".stale-list")).to_contain_text(re.compile(r"since \d\d:\d\d"))
    expect(page.locator(".stale-list")).to_contain_text("north")
    shoot(page, "floor-stale-1280x800")


def test_a_place_tells_its_stock_by_mouse_and_by_keyboard(page: Page) -> None:
    page.locator('[data-place="A-01-3"]').click()
    expect(page.locator("#place-name")).to_have_text("A-01-3")
    expect(page.locator(".details")).to_contain_text("TEA-250")
    expect(page.locator(".details")).to_contain_text("Tagged items: 7")

    page.locator('[data-place="C-03-2"]').focus()
    page.keyboard.press("Enter")

    expect(page.locator("#place-name")).to_have_text("C-03-2")


def test_an_item_is_found_with_its_place_its_certainty_and_its_history(
    page: Page, shoot: Shoot
) -> None:
    page.fill("#search", "tea")
    expect(page.locator("#results li")).to_have_count(2)
    expect(page.locator("#results")).to_contain_text("A-01-3, 97 % sure")
    expect(page.locator('[data-place="A-01-3"]')).to_have_class(re.compile("marked"))

    page.locator("#results button").first.click()

    expect(page.locator("#history")).to_contain_text("Arrived · at A-01-3 · 97 %")
    shoot(page, "floor-item-1280x800")
    page.get_by_role("button", name="Back to the list").click()
    expect(page.locator("#results li")).to_have_count(2)


def test_held_orders_come_first_with_their_reason_and_are_released(
    page: Page, shoot: Shoot
) -> None:
    page.goto("/orders")
    held = page.locator('[data-order="SO-1042"]')
    expect(held).to_contain_text("Not enough stock")
    expect(held).to_contain_text("LAMP-E27: 3 wanted, 1 free.")
    shoot(page, "orders-1280x800")

    held.get_by_role("button", name="Release").click()

    expect(page.locator(".sign")).to_contain_text("Released")
    expect(page.get_by_role("heading", name="Waiting for a decision: 0")).to_be_visible()
    expect(page.get_by_role("row", name="SO-1042")).to_contain_text("released")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_held_order_is_changed_line_by_line_and_reviewed_anew(
    signed_in: SignIn, locale: str, shoot: Shoot
) -> None:
    page = signed_in(Role.SUPERVISOR, "/orders", STATION, locale)
    held = page.locator('[data-order="SO-1042"]')
    lacking = {"en-GB": "3 wanted, 1 free", "zh-CN": "需要 3 件"}[locale]
    expect(held.locator(".doubts p")).to_contain_text(lacking)
    held.locator(".decide button").nth(1).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("#change-address")).to_have_value(
        "Ada Lovelace\n12 Analytical Way\nLondon"
    )
    judge(page)
    shoot(page, f"order-change-{locale}-1280x800")

    dialog.locator("input[type=number]").first.fill("1")
    with page.expect_request("**/api/orders/SO-1042/change") as asked:
        dialog.locator("#save-change").click()

    assert asked.value.post_data_json == {"lines": [{"line_id": "1", "quantity": 1}]}
    expect(held).to_have_count(0)

    page.get_by_role("row", name="SO-1043").get_by_role("button").click()
    dialog.locator("#add-line").click()
    judge(page)
    shoot(page, f"order-change-line-{locale}-1280x800")
    dialog.locator(".change-sku").fill("MUG-RED")
    dialog.locator(".change-more input[type=number]").fill("2")
    dialog.locator("#change-due").fill("2026-01-05T18:30")
    with page.expect_request("**/api/orders/SO-1043/change") as asked:
        dialog.locator("#save-change").click()

    half_past_six = page.evaluate("new Date('2026-01-05T18:30').getTime() * 1000")
    assert asked.value.post_data_json == {
        "added": [{"sku": "MUG-RED", "quantity": 2}],
        "due_us": half_past_six,
    }
    on_a_walk = page.get_by_role("row", name="SO-1044").get_by_role("button")
    expect(on_a_walk).to_have_count(0)


def test_refusing_an_order_takes_a_second_yes(page: Page) -> None:
    page.goto("/orders")
    page.locator('[data-order="SO-1042"]').get_by_role("button", name="Refuse").click()

    page.get_by_role("dialog").get_by_role("button", name="Refuse").click()

    expect(page.locator(".sign")).to_contain_text("Refused")
    expect(page.locator('[data-order="SO-1042"]')).to_have_count(0)
    expect(page.get_by_role("row", name="SO-1042")).to_have_count(0)


def test_the_map_leaves_tiny_names_out_and_comes_nearer_until_they_can_be_read(
    signed_in: SignIn, shoot: Shoot
) -> None:
    page = signed_in(Role.SUPERVISOR, "/floor", HANDHELD)
    expect(page.locator("#map [data-place]")).not_to_have_count(0)
    tiny = page.locator('#map [data-place="A-01-3"] .tiny')
    expect(tiny).not_to_have_count(0)
    expect(page.get_by_role("button", name="Farther")).to_be_disabled()

    page.get_by_role("button", name="Nearer").click()
    page.get_by_role("button", name="Nearer").click()

    expect(tiny).to_have_count(0)
    expect(page.get_by_role("button", name="Nearer")).to_be_disabled()
    judge(page)
    shoot(page, "floor-nearer-360x640")
    page.get_by_role("button", name="Farther").click()
    page.get_by_role("button", name="Farther").click()
    expect(tiny).not_to_have_count(0)


def test_the_board_tells_rates_backlog_and_alerts(page: Page, shoot: Shoot) -> None:
    page.goto("/board")

    expect(page.locator(".figures")).to_contain_text("27.4")
    expect(page.locator(".figures")).to_contain_text("1 / 2")
    expect(page.locator(".figures")).to_contain_text("99.96 %")  # one of 3,000 is not 99.97
    expect(page.get_by_role("row", name="zone-a")).to_contain_text("18.2")
    expect(page.get_by_role("row", name="PACK-1")).to_contain_text("31.4")
    expect(page.get_by_text("south does not answer. What it covers")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_text(re.compile("south 无响应"))).to_be_visible()
    expect(page.get_by_text(re.compile("工牌 p1 多次登录失败.*10.0.0.9"))).to_be_visible()
    page.get_by_role("button", name="English").click()
    shoot(page, "board-1280x800")
    for width in (360, 900, 1280, 1920):  # "100.00 %" is the longest, and stays in its tile
        page.set_viewport_size({"width": width, "height": 800})
        values = page.locator(".value")
        values.evaluate_all("all => all.forEach((one) => (one.textContent = '100.00\u00a0%'))")
        assert values.evaluate_all("all => all.every((one) => one.scrollWidth <= one.clientWidth)")


def test_the_menu_leads_to_the_pages_of_the_role_and_out(page: Page, shoot: Shoot) -> None:
    page.get_by_role("link", name="Menu").click()
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(12)
    shoot(page, "home-1280x800")

    page.get_by_role("button", name="Sign out").click()

    expect(page.locator("#badge")).to_be_visible()
    page.goto("/floor")
    expect(page).to_have_url(re.compile(r"/\?next=floor$"))


def test_the_board_tells_what_leaves_when_and_why_orders_are_walked_together(
    signed_in: SignIn, shoot: Shoot
) -> None:
    board = signed_in(Role.SUPERVISOR, "/board", STATION)

    expect(board.locator("body")).to_contain_text("Begin now: picked by")
    expect(board.locator("body")).to_contain_text("Too late: picked only by")
    expect(board.locator("body")).to_contain_text("DHL, UPS")
    expect(board.locator("body")).to_contain_text("8 orders together, 142 m: 388 m less")
    shoot(board, "board-waves-1280x800")
    board.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    shoot(board, "board-waves-360x640")
