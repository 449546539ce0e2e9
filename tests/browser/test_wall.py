import re

import pytest
from playwright.sync_api import Locator, Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_goods import CUP, LAMP, SLOTS, SOAP, TEA
from tests.web.toy_house import House

pytestmark = pytest.mark.browser


def slot(page: Page, number: int) -> Locator:
    return page.locator(f'[data-slot="{SLOTS[number - 1]}"]')


def state(page: Page, number: int, name: str) -> None:
    expect(slot(page, number)).to_have_attribute("data-state", name)


def at_wall(signed_in: SignIn) -> Page:
    page = signed_in(Role.PACKER, "/wall", STATION)
    expect(page.locator(".slot")).to_have_count(len(SLOTS))
    return page


def quiet(page: Page) -> None:
    expect(page.locator(".sign")).to_be_hidden()


def at_wall_with_lit_slot(signed_in: SignIn) -> Page:
    """A piece of tea in hand: the first slot is lit for it."""
    page = at_wall(signed_in)
    scan(page, TEA.gtin)
    state(page, 1, "lit")
    return page


def at_wall_with_tea(signed_in: SignIn) -> Page:
    """A piece of tea lies in the first slot, which waits for more."""
    page = at_wall_with_lit_slot(signed_in)
    quiet(page)
    scan(page, SLOTS[0])
    state(page, 1, "filling")
    quiet(page)
    return page


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("screen", [STATION, HANDHELD], ids=["station", "handheld"])
def test_a_scanned_piece_lights_its_slot_and_the_wall_has_no_barrier(
    signed_in: SignIn, shoot: Shoot, screen: dict[str, int], locale: str
) -> None:
    page = signed_in(Role.PACKER, "/wall", screen, locale)
    expect(page.locator(".slot")).to_have_count(len(SLOTS))
    judge(page)

    scan(page, TEA.gtin)

    state(page, 1, "lit")
    expect(page.locator("#hand")).to_contain_text(SLOTS[0])
    expect(page.locator("#hand")).to_contain_text(TEA.name)
    quiet(page)
    judge(page)
    shoot(page, f"wall-lit-{locale}-{screen['width']}x{screen['height']}")
    scan(page, SLOTS[0])
    state(page, 1, "filling")
    quiet(page)
    scan(page, SLOTS[3])
    expect(page.locator(".note")).to_be_visible()
    quiet(page)
    judge(page)


def test_an_order_is_complete_when_its_last_piece_lies_in_its_slot(
    signed_in: SignIn, shoot: Shoot
) -> None:
    page = at_wall(signed_in)
    expect(page.locator("#unsorted")).to_have_text("4 to sort")
    for ware in (TEA, CUP):
        scan(page, ware.gtin)
        state(page, 1, "lit")
        scan(page, SLOTS[0])
        expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))
    scan(page, CUP.gtin)
    state(page, 2, "lit")

    state(page, 1, "complete")
    expect(slot(page, 1)).to_contain_text("SO-2001")
    expect(slot(page, 1)).to_contain_text("2 of 2")
    quiet(page)
    shoot(page, "wall-complete-1280x800")


def test_a_wrong_slot_is_refused_and_the_right_one_named(signed_in: SignIn) -> None:
    page = at_wall_with_lit_slot(signed_in)

    scan(page, SLOTS[4])

    expect(page.locator(".sign")).to_have_class(re.compile("sign-wrong"))
    expect(page.locator(".note")).to_contain_text(f"Wanted is {SLOTS[0]}")
    state(page, 1, "lit")


def test_a_foreign_piece_lights_nothing(signed_in: SignIn) -> None:
    page = at_wall(signed_in)

    scan(page, SOAP.gtin)

    expect(page.locator(".sign")).to_have_class(re.compile("sign-wrong"))
    expect(page.locator('[data-state="free"]')).to_have_count(len(SLOTS))


def test_the_tag_at_the_slots_antenna_confirms_without_a_scan(
    signed_in: SignIn, house: House
) -> None:
    page = at_wall(signed_in)
    scan(page, LAMP.gtin)
    state(page, 1, "lit")
    quiet(page)

    house.floor.wall.tag_at_first_slot()

    expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))
    state(page, 1, "complete")


def test_a_piece_that_was_not_put_is_laid_back_and_a_reload_shows_the_same(
    signed_in: SignIn,
) -> None:
    page = at_wall_with_lit_slot(signed_in)
    page.reload()
    state(page, 1, "lit")

    page.get_by_role("button", name="Not put: lay back").click()

    state(page, 1, "free")
    expect(page.locator("#unsorted")).to_have_text("4 to sort")


def test_what_a_smaller_order_wants_no_more_is_taken_out_of_its_slot(
    signed_in: SignIn, house: House, shoot: Shoot
) -> None:
    page = at_wall_with_tea(signed_in)

    house.floor.wall.order_is_made_smaller()

    expect(page.locator(".sign")).to_contain_text("No longer wanted")
    expect(page.locator("#take-out")).to_contain_text(f"1 \N{MULTIPLICATION SIGN} {TEA.name}")
    expect(page.locator("#take-out")).to_contain_text(SLOTS[0])
    quiet(page)
    judge(page)
    shoot(page, "wall-take-out-1280x800")
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    judge(page)
    shoot(page, "wall-take-out-360x640")
    scan(page, TEA.gtin)
    expect(page.locator("#take-out")).to_have_count(0)


def test_the_slot_of_a_cancelled_order_is_to_be_emptied_and_nobody_elses_until_it_is(
    signed_in: SignIn, house: House, shoot: Shoot
) -> None:
    page = at_wall_with_tea(signed_in)

    house.floor.wall.order_is_cancelled()

    state(page, 1, "emptying")
    slot = page.locator(f'[data-slot="{SLOTS[0]}"]')
    expect(slot).to_contain_text("To be emptied")
    expect(slot).to_contain_text("1 to put back")
    judge(page)
    shoot(page, "wall-emptying-1280x800")
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    page.get_by_role("button", name="中文").click()
    expect(slot).to_contain_text("待清空")
    judge(page)
    shoot(page, "wall-emptying-zh-360x640")
    scan(page, LAMP.gtin)
    state(page, 2, "lit")

    house.floor.wall.pieces_are_put_back()

    state(page, 1, "free")
