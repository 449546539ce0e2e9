"""Signing in, and what a role may open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_goods import CUP
from tests.web.toy_house import House

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_sign_in_page_has_no_barrier(
    context_of: Callable[..., BrowserContext], locale: str, shoot: Shoot
) -> None:
    page = context_of(HANDHELD, locale).new_page()
    page.goto("/")
    expect(page.locator("#badge")).to_be_focused()
    shoot(page, f"sign-in-{locale}-360x640")

    judge(page)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_picking_page_has_no_barrier(signed_in: SignIn, locale: str, shoot: Shoot) -> None:
    page = signed_in(Role.PICKER, "/pick", HANDHELD, locale)
    expect(page.get_by_role("button", name="CART-1")).to_be_visible()
    shoot(page, f"pick-start-{locale}-360x640")
    judge(page)
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    judge(page)
    scan(page, CUP.gtin)
    expect(page.locator(".note")).to_be_visible()
    judge(page)
    page.locator(".trouble").click()
    judge(page)


def test_a_wrong_pin_is_told_and_the_field_is_empty(
    context_of: Callable[..., BrowserContext],
) -> None:
    page = context_of(HANDHELD).new_page()
    page.goto("/")
    page.fill("#badge", "x1")
    page.fill("#pin", "0000")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_have_text("Badge or PIN is wrong.")
    expect(page.locator("#pin")).to_have_value("")
    expect(page.locator("#badge")).to_have_value("x1")


def test_an_address_of_another_site_is_no_way_to_go_on(
    context_of: Callable[..., BrowserContext], house: House
) -> None:
    house.floor.forget()
    page = context_of(HANDHELD).new_page()
    page.goto("/?next=//evil.example/pick")
    page.fill("#badge", "p1")
    page.fill("#pin", "4711")
    page.keyboard.press("Enter")

    page.wait_for_url("**/pick")


def test_a_picker_who_opens_the_map_is_sent_to_the_menu(signed_in: SignIn) -> None:
    page = signed_in(Role.PICKER, "/pick")
    page.goto("/floor")

    expect(page.get_by_role("alert")).to_have_text("Your role may not open that page.")
