import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from edge.web.people import Role
from tests.browser.conftest import STATION, Shoot, SignIn
from tests.browser.wedge import hold_time, scan
from tests.web.toy_goods import CUP, LAMP, TEA
from tests.web.toy_house import House

pytestmark = pytest.mark.browser

EAN = TEA.gtin.lstrip("0")


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Ana, at the first stop with a cart."""
    page = signed_in(Role.PICKER, "/pick")
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator(".sign")).to_be_hidden()
    return page


def pill(page: Page) -> str:
    return page.locator(".pill").inner_text()


def test_the_cart_can_be_scanned_instead_of_tapped(signed_in: SignIn) -> None:
    page = signed_in(Role.PICKER, "/pick")
    expect(page.get_by_role("button", name="CART-2")).to_be_visible()

    scan(page, "CART-2")

    expect(page.locator("#place")).to_have_text("A-01-3")


def test_the_prompt_says_where_what_how_many_and_into_which_tote(page: Page, shoot: Shoot) -> None:
    expect(page.locator("#name")).to_have_text(TEA.name)
    expect(page.locator("#sku")).to_have_text(TEA.sku)
    expect(page.locator("#quantity")).to_have_text("2")
    expect(page.locator("#count")).to_have_text("0 of 2 picked")
    expect(page.locator("#tote")).to_have_text("TOTE-7")
    expect(page.locator("#slot")).to_have_text("Place 1 on the cart")
    expect(page.locator(".stop")).to_have_text("Stop 1 of 3")
    expect(page.locator("#scan")).to_be_focused()
    assert page.locator("#scan").get_attribute("inputmode") == "none"
    shoot(page, "pick-360x640")
    page.set_viewport_size({"width": STATION["width"], "height": STATION["height"]})
    shoot(page, "pick-1280x800")


def test_everything_fits_on_a_handheld_without_scrolling(page: Page) -> None:
    scan(page, CUP.sku)  # the note of a wrong scan takes room as well
    expect(page.locator(".note")).to_be_visible()

    sizes = page.evaluate(
        "[document.documentElement.scrollHeight, innerHeight,"
        " document.documentElement.scrollWidth, innerWidth]"
    )

    assert sizes[0] <= sizes[1]
    assert sizes[2] <= sizes[3]


def test_a_right_scan_counts_and_is_told_over_the_whole_screen(page: Page, shoot: Shoot) -> None:
    scan(page, EAN)

    sign = page.locator(".sign")
    expect(sign).to_have_class(re.compile("sign-right"))
    expect(sign).to_contain_text("Picked")
    box = sign.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (360, 640)
    shoot(page, "pick-right")
    expect(page.locator("#count")).to_have_text("1 of 2 picked")
    expect(page.locator("#quantity")).to_have_text("1")
    expect(sign).to_be_hidden()


def test_a_sign_never_holds_up_the_next_scan(page: Page, house: House) -> None:
    hold_time(page)
    scan(page, EAN)
    expect(page.locator(".sign")).to_be_visible()
    page.clock.run_for(320)  # past the bounce of the trigger, within the sign
    expect(page.locator(".sign")).to_be_visible()
    scan(page, EAN)

    expect(page.locator("#place")).to_have_text("B-02-1")
    assert house.floor.effects.picked == 2


def test_a_wrong_scan_is_refused_and_the_prompt_stays(page: Page, shoot: Shoot) -> None:
    scan(page, CUP.gtin)

    sign = page.locator(".sign")
    expect(sign).to_have_class(re.compile("sign-wrong"))
    expect(sign).to_contain_text("Wrong item")
    expect(sign).to_contain_text(CUP.name)
    shoot(page, "pick-wrong")
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator("#count")).to_have_text("0 of 2 picked")
    expect(sign).to_be_hidden()
    expect(page.locator(".note")).to_contain_text(CUP.name)  # stays to be read


def test_the_trigger_that_bounces_counts_once(page: Page, house: House) -> None:
    hold_time(page)
    scan(page, EAN)
    page.clock.run_for(290)
    scan(page, EAN)
    expect(page.locator("#count")).to_have_text("1 of 2 picked")

    page.clock.run_for(310)
    scan(page, EAN)  # nobody takes the next piece so fast that it counts as bouncing

    expect(page.locator("#place")).to_have_text("B-02-1")
    assert house.floor.effects.picked == 2


def test_two_scans_glued_together_are_refused_and_not_sent(page: Page, house: House) -> None:
    posts = len(house.floor.effects.posts)

    scan(page, EAN + EAN)

    expect(page.locator(".sign")).to_contain_text("Two scans in one")
    assert len(house.floor.effects.posts) == posts


@pytest.mark.parametrize("end", ["Enter", "Tab", ""])
def test_a_scan_ends_with_enter_tab_or_a_pause(page: Page, end: str) -> None:
    scan(page, EAN, end)

    expect(page.locator("#count")).to_have_text("1 of 2 picked")
    expect(page.locator("#scan")).to_be_focused()
    expect(page.locator("#scan")).to_have_value("")


def test_a_slow_handheld_does_not_cut_a_code_in_two(page: Page) -> None:
    hold_time(page)
    scan(page, EAN)  # from now on this scanner is known to send Enter
    expect(page.locator("#count")).to_have_text("1 of 2 picked")

    page.keyboard.type(EAN[:5])
    page.clock.run_for(450)
    scan(page, EAN[5:])

    expect(page.locator("#place")).to_have_text("B-02-1")


def test_what_is_typed_by_hand_ends_with_enter_only(page: Page, house: House) -> None:
    hold_time(page)
    for key in "TEA-250":
        page.keyboard.type(key)
        page.clock.run_for(80)
    page.clock.run_for(5_000)
    assert page.locator("#scan").input_value() == "TEA-250"
    assert house.floor.effects.picked == 0

    page.keyboard.press("Enter")

    expect(page.locator("#count")).to_have_text("1 of 2 picked")


def test_a_forgotten_character_does_not_spoil_the_scan(page: Page) -> None:
    hold_time(page)
    page.keyboard.type("x")
    page.clock.run_for(1000)

    scan(page, EAN)

    expect(page.locator("#count")).to_have_text("1 of 2 picked")


def test_an_input_method_may_compose_first(page: Page, house: House) -> None:
    session = page.context.new_cdp_session(page)
    session.send(
        "Input.imeSetComposition", {"text": "TEA-250", "selectionStart": 7, "selectionEnd": 7}
    )
    page.wait_for_timeout(300)
    assert house.floor.effects.picked == 0

    session.send("Input.insertText", {"text": "TEA-250"})

    expect(page.locator("#count")).to_have_text("1 of 2 picked")


def test_a_scanner_that_holds_alt_is_understood(page: Page) -> None:
    page.evaluate(
        """() => {
          const field = document.getElementById("scan");
          for (const key of "TEA-250") {
            field.dispatchEvent(new KeyboardEvent("keydown", {key, altKey: true, bubbles: true}));
            field.value += key;
            field.dispatchEvent(new InputEvent("input", {bubbles: true}));
          }
          field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
        }"""
    )

    expect(page.locator("#count")).to_have_text("1 of 2 picked")


def test_the_group_separator_of_gs1_codes_arrives(page: Page, house: House) -> None:
    page.keyboard.type(f"01{TEA.gtin}10LOT", delay=5)
    page.keyboard.press("Control+]")
    page.keyboard.type("21SERIAL", delay=5)
    page.keyboard.press("Enter")

    expect(page.locator(".note")).to_contain_text("Unknown code")
    assert house.floor.effects.posts[-1].code == f"01{TEA.gtin}10LOT\x1d21SERIAL"  # type: ignore[union-attr]


def test_the_antenna_confirms_and_the_page_tells_it(page: Page, house: House) -> None:
    house.floor.pick.radio_sees_a_piece("p1")

    expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))
    expect(page.locator(".sign")).to_contain_text("Confirmed by radio")
    expect(page.locator("#count")).to_have_text("1 of 2 picked")


def test_the_language_changes_amid_the_work_and_nothing_is_lost(page: Page, shoot: Shoot) -> None:
    scan(page, EAN)
    expect(page.locator("#count")).to_have_text("1 of 2 picked")
    page.keyboard.type("half", delay=80)

    page.get_by_role("button", name="中文").click()

    expect(page.locator("#count")).to_have_text("已拣 1 / 2")
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator("#scan")).to_have_value("half")
    expect(page.locator("#scan")).to_be_focused()
    expect(page.locator(".sign")).to_be_hidden()
    shoot(page, "pick-360x640-zh")
    page.reload()
    expect(page.locator("#count")).to_have_text("已拣 1 / 2")  # remembered


def test_a_reload_shows_the_same_prompt(page: Page) -> None:
    scan(page, EAN)
    expect(page.locator("#count")).to_have_text("1 of 2 picked")

    page.reload()

    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator("#count")).to_have_text("1 of 2 picked")


def test_scans_without_network_wait_and_count_exactly_once(
    page: Page, house: House, shoot: Shoot
) -> None:
    page.context.set_offline(True)
    scan(page, EAN)

    expect(page.locator(".sign")).to_contain_text("Kept")
    expect(page.locator(".pill")).to_contain_text("Offline · 1 not sent")
    shoot(page, "pick-offline")
    page.wait_for_timeout(350)
    scan(page, EAN)
    expect(page.locator(".pill")).to_contain_text("2 not sent")
    assert house.floor.effects.picked == 0
    expect(page.locator("#count")).to_have_text("0 of 2 picked")  # never "done" when unsent

    page.context.set_offline(False)

    expect(page.locator("#place")).to_have_text("B-02-1")
    expect(page.locator(".pill")).to_have_text("Connected")
    assert house.floor.effects.picked == 2


def test_a_lost_answer_does_not_double_the_scan(page: Page, house: House) -> None:
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        route.fetch()
        if lost:
            route.continue_()
        else:
            lost.append(route.request.headers["idempotency-key"])
            route.abort()

    page.route("**/api/scan", lose_the_first_answer)
    scan(page, EAN)

    expect(page.locator("#count")).to_have_text("1 of 2 picked")
    expect(page.locator(".pill")).to_have_text("Connected")
    assert len(lost) == 1
    assert house.floor.effects.picked == 1


def test_what_waits_survives_a_reload(page: Page, house: House) -> None:
    page.route("**/api/scan", lambda route: route.abort())
    scan(page, EAN)
    expect(page.locator(".pill")).to_contain_text("1 not sent")
    page.reload()
    expect(page.locator(".pill")).to_contain_text("1 not sent")

    page.unroute("**/api/scan")

    expect(page.locator("#count")).to_have_text("1 of 2 picked")
    assert house.floor.effects.picked == 1


def test_late_scans_that_are_not_taken_must_be_seen(page: Page) -> None:
    page.context.set_offline(True)
    scan(page, LAMP.gtin)
    expect(page.locator(".pill")).to_contain_text("1 not sent")
    page.context.set_offline(False)

    dialog = page.get_by_role("dialog", name="These scans were not taken")
    expect(dialog).to_contain_text(LAMP.gtin)
    expect(dialog).to_contain_text("Wrong item")

    dialog.get_by_role("button", name="Understood").click()

    expect(dialog).to_be_hidden()
    expect(page.locator("#scan")).to_be_focused()


def test_a_problem_is_reported_with_large_buttons(page: Page, shoot: Shoot) -> None:
    page.get_by_role("button", name="Problem").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Not enough here")
    shoot(page, "pick-problem")
    for button in dialog.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 56

    dialog.get_by_role("button", name="Not enough here").click()

    expect(page.locator(".sign")).to_contain_text("Counted as missing")
    expect(page.locator("#place")).to_have_text("B-02-1")
    expect(page.locator("#scan")).to_be_focused()

    page.get_by_role("button", name="Problem").click()
    expect(dialog.locator("kbd")).to_have_text("FEW")
    scan(page, "少")  # a card with the short code, in the other language

    expect(dialog).to_be_hidden()
    expect(page.locator(".sign")).to_contain_text("Counted as missing")
    expect(page.locator("#place")).not_to_have_text("B-02-1")


def test_a_scan_closes_the_problem_dialog_and_counts(page: Page, house: House) -> None:
    page.get_by_role("button", name="Problem").click()
    expect(page.get_by_role("dialog")).to_be_visible()

    scan(page, EAN)

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#count")).to_have_text("1 of 2 picked")
    assert house.floor.effects.picked == 1


def test_a_whole_walk_from_cart_to_station(page: Page, shoot: Shoot) -> None:
    for ware, place in ((TEA, "A-01-3"), (TEA, "A-01-3"), (CUP, "B-02-1"), (LAMP, "C-03-2")):
        expect(page.locator("#place")).to_have_text(place)
        scan(page, ware.gtin)
        expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))
        page.wait_for_timeout(350)
    expect(page.locator("#place")).to_have_text("PACK-1")
    expect(page.locator(".totes")).to_contain_text("TOTE-7")
    expect(page.locator(".sign")).to_be_hidden()
    shoot(page, "pick-drop-360x640")

    scan(page, "PACK-2")
    expect(page.locator(".sign")).to_contain_text("Wrong place")
    scan(page, "PACK-1")

    expect(page.get_by_role("heading", name="Work is coming")).to_be_visible()
    shoot(page, "pick-wait-360x640")


def test_another_picker_on_the_same_device_does_not_send_ones_scans(
    context_of: Callable[..., BrowserContext], house: House
) -> None:
    house.floor.forget()
    page = context_of({"width": 360, "height": 640}).new_page()
    page.goto("/")
    page.evaluate(
        """() => localStorage.setItem("we1.outbox/p9/00000000000000001",
          JSON.stringify({order: 1, key: "k9", path: "/api/scan", body: {}, made: 0}))"""
    )
    page.fill("#badge", "p1")
    page.fill("#pin", "4711")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pick")

    expect(page.locator(".pill")).to_have_text("Connected")
    kept = page.evaluate("Object.keys(localStorage).filter((name) => name.includes('outbox'))")
    assert kept == ["we1.outbox/p9/00000000000000001"]
