"""Every page as it is when most is on it, in both languages and sizes, with a picture of each."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from edge.web.shell import PAGES
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.web.toy_after_sales import SENT_SSCC, TEA_BIN
from tests.web.toy_goods import CUP, LAMP, TEA, TOTE
from tests.web.toy_house import BADGES, House

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Scene:
    """A page as somebody sees it amid their work.

    Attributes:
        path: without the slash.
        shown: appears when it is there.
        play: what happens until then.
    """

    path: str
    role: Role
    shown: str
    play: Callable[[Page, House], None] = lambda _page, _house: None

    @property
    def name(self) -> str:
        """Of the page."""
        return self.path.partition("?")[0] or "menu"

    @property
    def shot(self) -> str:
        """What its picture is called."""
        return self.path.replace("?", "-") or "menu"


def begin_walk(page: Page, _house: House) -> None:
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    scan(page, CUP.gtin)
    expect(page.locator(".note")).to_contain_text(CUP.name)


def put_back(page: Page, house: House) -> None:
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    scan(page, TEA.gtin)
    expect(page.locator("#count")).to_contain_text("1")
    house.floor.pick.order_is_cancelled(BADGES[Role.PICKER])


def open_tote(page: Page, house: House) -> None:
    page.get_by_role("button", name="PACK-1").click()
    expect(page.locator(".empty")).to_be_visible()
    scan(page, TOTE)
    expect(page.locator("#tote")).to_have_text(TOTE)
    house.floor.pack.stranger_at_station("30395dfa8000000000000099")


def light_a_slot(page: Page, _house: House) -> None:
    expect(page.locator(".slot").first).to_be_visible()
    scan(page, TEA.gtin)


def look_for_tea(page: Page, _house: House) -> None:
    expect(page.locator("#scan")).to_be_focused()
    scan(page, TEA.sku)


def take_back_a_lamp(page: Page, _house: House) -> None:
    expect(page.locator("#scan")).to_be_focused()
    scan(page, SENT_SSCC)
    expect(page.locator("#order")).to_be_visible()
    expect(page.locator(".sign")).to_be_hidden()
    scan(page, LAMP.gtin)


def count_tea(page: Page, _house: House) -> None:
    expect(page.locator("#scan")).to_be_focused()
    scan(page, TEA_BIN)
    expect(page.locator("#place")).to_have_text(TEA_BIN)
    expect(page.locator(".sign")).to_be_hidden()
    scan(page, TEA.gtin)


def find_tea(page: Page, _house: House) -> None:
    page.fill("#search", "tea")


def block_a_place(_page: Page, house: House) -> None:
    house.floor.after_sales.place_is_blocked(house.given.clock.now_us())


def lose_a_reader(_page: Page, house: House) -> None:
    house.floor.reader_is_lost("B-02-1")


SCENES = (
    Scene("", Role.SUPERVISOR, ".menu nav"),
    Scene("pick", Role.PICKER, ".note-wrong", begin_walk),
    Scene("cart", Role.PICKER, '[data-state="lit"], .note-wrong', begin_walk),
    Scene("pick?put-back", Role.PICKER, ".prompt-put_back", put_back),
    Scene("pack", Role.PACKER, ".strangers li", open_tote),
    Scene("wall", Role.PACKER, "#hand.hand-lit", light_a_slot),
    Scene("slip?station=PACK-2", Role.PACKER, ".calm"),
    Scene("find", Role.PICKER, ".choice", look_for_tea),
    Scene("dispatch", Role.PACKER, ".manifest"),
    Scene("returns", Role.PACKER, "#returned > li", take_back_a_lamp),
    Scene("counts", Role.PICKER, ".count-row-done", count_tea),
    Scene("floor", Role.SUPERVISOR, "#results li", find_tea),
    Scene("orders", Role.SUPERVISOR, ".task", block_a_place),
    Scene("board", Role.SUPERVISOR, ".figures", lose_a_reader),
    Scene("setup", Role.SUPERVISOR, '[data-reader="north"]'),
)


def test_no_page_is_left_out() -> None:
    assert {one.name for one in SCENES} == {*PAGES, "menu"}


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda one: one.path or "menu")
def test_a_page_has_no_barrier_on_a_handheld_nor_at_a_station(
    signed_in: SignIn, house: House, scene: Scene, locale: str, shoot: Shoot
) -> None:
    page = signed_in(scene.role, f"/{scene.path}", HANDHELD, locale)
    scene.play(page, house)
    expect(page.locator(scene.shown).first).to_be_visible()

    for screen in (HANDHELD, STATION):
        page.set_viewport_size({"width": screen["width"], "height": screen["height"]})
        expect(page.locator(".sign")).to_be_hidden()
        shoot(page, f"every-{scene.shot}-{locale}-{screen['width']}x{screen['height']}")
        judge(page)
