"""Walks that do not go as they began, on the handheld and by the product's own rules."""

import re

import pytest
from playwright.sync_api import expect

from edge.model.events import PiecePicked
from edge.model.ids import Sku
from edge.model.prompts import PromptKind
from tests.browser.ruled.conftest import OpenPick
from tests.browser.wedge import scan
from tests.rules.small_floor import BIN_1, LI, SHIRT, SHIRT_GTIN, SmallFloor, stocked
from tests.web.ruled_floor import RuledFloor

pytestmark = pytest.mark.browser


def walking(shirts: int = 2) -> SmallFloor:
    """Li walks for an order of so many shirts."""
    floor = stocked()
    floor.order("O1", (SHIRT, shirts))
    floor.ready()
    floor.plan()
    return floor


def stock_of(ruled: RuledFloor, sku: Sku) -> int:
    return sum(one.quantity for one in ruled.floor.state.stock.of(sku))


def picked(ruled: RuledFloor) -> int:
    return sum(isinstance(one, PiecePicked) for one in ruled.floor.facts)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_an_order_that_is_cancelled_in_mid_pick_is_put_back_piece_by_piece(
    ruled: RuledFloor, open_pick: OpenPick, locale: str
) -> None:
    page = open_pick(LI, walking(), locale)
    expect(page.locator("#place")).to_have_text(BIN_1)
    before = stock_of(ruled, SHIRT)
    scan(page, SHIRT_GTIN)
    expect(page.locator("#count")).to_contain_text("1")

    ruled.act(lambda floor: floor.order("O1", (SHIRT, 2), rev=2, wanted="cancelled"))

    expect(page.locator(".prompt-put_back")).to_be_visible()
    expect(page.locator(".where")).to_contain_text({"en-GB": "Put back", "zh-CN": "放回"}[locale])
    page.reload()
    expect(page.locator(".prompt-put_back #place")).to_have_text(BIN_1)
    scan(page, SHIRT_GTIN)
    expect(page.locator(".sign")).to_have_class(re.compile("sign-right"))
    expect(page.locator(".prompt-wait")).to_be_visible()
    assert stock_of(ruled, SHIRT) == before
    page.reload()
    expect(page.locator(".prompt-wait")).to_be_visible()


def test_two_handhelds_at_one_line_count_each_piece_once(
    ruled: RuledFloor, open_pick: OpenPick
) -> None:
    floor = walking(shirts=1)
    here, there = open_pick(LI, stocked()), open_pick(LI, floor)
    for page in (here, there):
        page.reload()
        expect(page.locator("#place")).to_have_text(BIN_1)
    there.context.set_offline(True)
    scan(there, SHIRT_GTIN)
    expect(there.locator(".pill")).to_contain_text("1 not sent")
    scan(here, SHIRT_GTIN)
    expect(here.locator(".prompt-drop")).to_be_visible()

    there.context.set_offline(False)

    expect(there.get_by_role("dialog")).to_contain_text("Done already")
    there.get_by_role("button", name="Understood").click()
    expect(there.locator(".prompt-drop")).to_be_visible()
    assert picked(ruled) == 1
    assert ruled.prompt(LI).kind is PromptKind.DROP


def test_a_language_switch_amid_a_walk_keeps_the_work_and_what_waits(
    ruled: RuledFloor, open_pick: OpenPick
) -> None:
    page = open_pick(LI, walking())
    expect(page.locator("#place")).to_have_text(BIN_1)
    page.context.set_offline(True)
    scan(page, SHIRT_GTIN)
    expect(page.locator(".pill")).to_contain_text("1 not sent")

    page.get_by_role("button", name="中文").click()

    expect(page.locator(".pill")).to_contain_text("1 条未发送")
    expect(page.locator("#place")).to_have_text(BIN_1)
    page.context.set_offline(False)
    expect(page.locator("#count")).to_have_text("已拣 1 / 2")
    assert picked(ruled) == 1
