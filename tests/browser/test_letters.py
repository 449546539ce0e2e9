"""What could not be delivered stands below the board, and is sent again by one press."""

import pytest
from playwright.sync_api import Page, expect

from edge.model.events import MessageSetAside
from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.web.toy_house import House

pytestmark = pytest.mark.browser

TARGET_PX_MIN = 56


@pytest.fixture
def page(signed_in: SignIn, house: House) -> Page:
    """Chen, the supervisor, before the board; one event lies aside, one message was refused."""
    letters = house.given.letters
    letters.set_aside(41, "order.planned", "30211 bytes, and the broker takes packets of 20000")
    letters.refused(
        MessageSetAside("order", "lines.0.quantity: give a whole number", '{"order_id":"<b>SO-7"'),
        1_767_607_200_000_000,
    )
    page = signed_in(Role.SUPERVISOR, "/board", STATION)
    expect(page.locator("[data-letter]")).to_have_count(1)
    return page


def test_one_press_sends_a_letter_again_and_the_page_says_how_it_stands(
    page: Page, house: House, shoot: Shoot
) -> None:
    letter, message = page.locator('[data-letter="41"]'), page.locator(".letters .message")
    expect(letter).to_contain_text("order.planned")
    expect(letter).to_contain_text("packets of 20000")
    expect(message).to_contain_text('{"order_id":"<b>SO-7"')
    button = letter.get_by_role("button", name="Send again")
    button.scroll_into_view_if_needed()
    shoot(page, "board-letters-1280x800")
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= TARGET_PX_MIN
    assert page.evaluate("document.documentElement.scrollWidth") <= HANDHELD["width"]
    shoot(page, "board-letters-360x640")

    button.click()

    expect(letter).to_contain_text("To be sent")
    expect(button).to_be_disabled()
    assert house.given.letters.wanted() == [41]
    house.given.letters.sent(41)
    expect(letter).to_contain_text("Taken by the broker")
    letter.get_by_role("button", name="Discard").click()
    expect(letter).to_have_count(0)
    page.get_by_role("button", name="Discard all").click()
    expect(page.locator(".letters")).to_be_hidden()


def test_the_letters_speak_chinese(signed_in: SignIn, house: House, shoot: Shoot) -> None:
    house.given.letters.set_aside(42, "order.planned", "30211 bytes")
    page = signed_in(Role.SUPERVISOR, "/board", HANDHELD, "zh-CN")

    button = page.locator('[data-letter="42"]').get_by_role("button", name="重新发送")
    button.scroll_into_view_if_needed()
    expect(page.locator(".letters")).to_contain_text("未带数据发送的事件")
    shoot(page, "board-letters-zh-360x640")
