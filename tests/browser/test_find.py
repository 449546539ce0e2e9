import numpy as np
import pytest
from playwright.sync_api import Page, expect

from drivers.reads import ReadBatch
from edge.clock import SystemClock
from edge.web.people import Role
from edge.web.shell import STATIC
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn, in_both_languages
from tests.browser.judging import judge
from tests.browser.wedge import scan
from tests.waiting import wait_until
from tests.web.toy_goods import SOAP, TEA
from tests.web.toy_house import House
from tests.web.toy_lookups import ToyLookups

pytestmark = pytest.mark.browser

EPC = str(ToyLookups.ROWS[0]["epc"])


def reads(level_dbm: float, count: int = 8) -> ReadBatch:
    """The tea's tag at antenna 1 of the reader north, just now."""
    now_us = SystemClock().now_us()
    absent = np.full(count, np.nan, np.float32)
    return ReadBatch(
        reader="north",
        arrived_us=now_us,
        epc=np.tile(np.frombuffer(bytes.fromhex(EPC), np.uint8), (count, 1)),
        epc_bits=np.full(count, 96, np.uint16),
        antenna=np.ones(count, np.uint16),
        rssi_dbm=np.full(count, level_dbm, np.float32),
        phase_rad=absent,
        channel=np.zeros(count, np.uint16),
        doppler_hz=absent,
        seen_us=np.full(count, now_us, np.int64),
        first_seen_us=np.full(count, -1, np.int64),
        last_seen_us=np.full(count, -1, np.int64),
        count=np.ones(count, np.uint16),
    )


def near(page: Page, house: House, level_dbm: float, least: int) -> None:
    """The tag is heard until the page shows at least so much."""

    def shows_it() -> bool:
        house.finder.note([reads(level_dbm)])
        page.wait_for_timeout(50)
        return int(page.locator("#meter").get_attribute("aria-valuenow") or 0) >= least

    wait_until(f"the meter shows {least}", shows_it)


@pytest.fixture(autouse=True)
def nobody_looks(house: House) -> None:
    for badge in ("p1", "k1", "s1", "a1"):
        house.finder.end(badge)  # type: ignore[arg-type] # a badge's own text


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("screen", [STATION, HANDHELD], ids=["station", "handheld"])
def test_an_article_leads_to_its_items_and_a_tap_to_the_meter(
    signed_in: SignIn, house: House, shoot: Shoot, screen: dict[str, int], locale: str
) -> None:
    page = signed_in(Role.PICKER, "/find", screen, locale)
    expect(page.locator("#scan")).to_be_focused()
    judge(page)

    scan(page, TEA.sku)
    expect(page.locator(".choice")).to_have_count(2)
    judge(page)
    shoot(page, f"find-choices-{locale}-{screen['width']}x{screen['height']}")
    page.locator(".choice").first.click()
    expect(page.locator("#item")).to_contain_text("A-01-3")
    expect(page.locator("#item")).to_contain_text("97 %")
    near(page, house, -48.0, 60)
    expect(page.locator("#ears")).to_contain_text("A-01-3")  # told as long as it is heard
    judge(page)
    shoot(page, f"find-near-{locale}-{screen['width']}x{screen['height']}")


@in_both_languages("The first 50; there are more.", "已显示前 50 个")
def test_of_a_hundred_pieces_the_first_fifty_are_shown_and_that_there_are_more(
    signed_in: SignIn, shoot: Shoot, locale: str, words: str
) -> None:
    page = signed_in(Role.PICKER, "/find", HANDHELD, locale)
    expect(page.locator("#scan")).to_be_focused()

    scan(page, SOAP.sku)

    expect(page.locator(".choice")).to_have_count(50)
    expect(page.get_by_text(words)).to_be_visible()
    judge(page)
    shoot(page, f"find-more-{locale}-360x640")
    scan(page, "C-04-3")
    expect(page.get_by_text(words)).to_have_count(0)
    expect(page.locator(".choice")).to_have_count(50)


def test_a_scanned_tag_is_looked_for_at_once_a_reload_goes_on_and_stop_ends_it(
    signed_in: SignIn, house: House
) -> None:
    page = signed_in(Role.PACKER, "/find", HANDHELD)
    expect(page.locator("#scan")).to_be_focused()
    scan(page, EPC)
    expect(page.locator("#item")).to_contain_text(TEA.name)
    near(page, house, -65.0, 1)

    page.reload()
    expect(page.locator("#item")).to_contain_text(TEA.name)
    page.get_by_role("button", name="Stop").click()

    expect(page.locator("#meter")).to_have_count(0)
    sheet = house.given.board.look("find/k1")
    assert sheet is not None
    assert sheet.value["epc"] is None


def test_signing_out_ends_the_search(signed_in: SignIn, house: House) -> None:
    page = signed_in(Role.PICKER, "/find", HANDHELD)
    expect(page.locator("#scan")).to_be_focused()
    scan(page, EPC)
    expect(page.locator("#meter")).to_be_visible()

    page.request.delete("/api/session")

    sheet = house.given.board.look("find/p1")
    assert sheet is not None
    assert sheet.value["epc"] is None


def test_the_tick_comes_the_faster_the_nearer_the_tag(signed_in: SignIn) -> None:
    page = signed_in(Role.PICKER, "/find", HANDHELD)
    page.route("**/js/ticker.js", lambda asked: asked.fulfill(path=STATIC / "js" / "ticker.js"))

    pauses = page.evaluate(
        """async () => {
          const here = document.querySelector("script").src;
          const { Ticker } = await import(here.replace("find.js", "ticker.js"));
          return [1, 25, 50, 75, 100].map((scale) => Ticker.pause(scale));
        }"""
    )

    assert pauses == sorted(pauses, reverse=True)
    assert pauses[0] > 1000
    assert pauses[-1] < 100
