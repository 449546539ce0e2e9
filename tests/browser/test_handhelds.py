"""Two handhelds and one badge, and work that leaves a hand."""

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_goods import TEA
from tests.web.toy_house import BADGES, House

pytestmark = pytest.mark.browser

LOCALES = pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])


def at_work(signed_in: SignIn, locale: str) -> Page:
    page = signed_in(Role.PICKER, "/pick", HANDHELD, locale)
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    return page


@LOCALES
def test_work_is_handed_over_with_two_taps_and_the_picker_may_begin_anew(
    signed_in: SignIn, locale: str, shoot: Shoot
) -> None:
    page = at_work(signed_in, locale)
    scan(page, TEA.gtin)
    expect(page.locator(".sign")).to_be_hidden()
    page.locator(".trouble").click()
    button = page.locator("#hand-over")
    expect(button).to_be_visible()
    judge(page)
    shoot(page, f"pick-hand-over-{locale}-360x640")

    button.click()

    expect(page.locator(".prompt-start")).to_be_visible()
    expect(page.locator(".sign")).to_be_hidden()


@LOCALES
def test_both_handhelds_are_told_that_their_badge_is_in_use_twice(
    signed_in: SignIn, locale: str, shoot: Shoot
) -> None:
    here = at_work(signed_in, locale)
    there = signed_in(Role.PICKER, "/pick", HANDHELD, locale)
    expect(there.locator("#scan")).to_be_focused()
    scan(here, TEA.gtin)
    expect(here.locator("#count")).to_contain_text("1")

    for page in (there, here):
        page.reload()  # the beat comes at once, not after half a minute

        expect(page.locator(".note-wrong")).to_be_visible()
    expect(here.locator(".sign")).to_be_hidden()
    judge(here)
    shoot(here, f"pick-badge-twice-{locale}-360x640")


def test_work_that_went_to_a_colleague_meanwhile_is_not_picked_twice(
    signed_in: SignIn, house: House
) -> None:
    """Two pickers, one line: whoever has it now counts, the other is told what was not taken."""
    ana = at_work(signed_in, "en-GB")
    chen = signed_in(Role.SUPERVISOR, "/pick", HANDHELD)
    ana.context.set_offline(True)
    scan(ana, TEA.gtin)
    expect(ana.locator(".pill")).to_contain_text("1 not sent")
    given = chen.request.post(
        "/api/work/hand-over",
        data={"holder": BADGES[Role.PICKER]},
        headers={"Idempotency-Key": "to-a-colleague"},
    )
    assert given.json()["accepted"]
    chen.get_by_role("button", name="CART-2").click()
    expect(chen.locator("#place")).to_have_text("A-01-3")
    scan(chen, TEA.gtin)
    expect(chen.locator("#count")).to_have_text("1 of 2 picked")

    ana.context.set_offline(False)

    expect(ana.get_by_role("dialog", name="These scans were not taken")).to_contain_text(TEA.gtin)
    ana.reload()  # and stays told until it was seen
    expect(ana.get_by_role("dialog", name="These scans were not taken")).to_contain_text(TEA.gtin)
    assert house.floor.effects.picked == 1
