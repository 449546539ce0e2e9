"""A person calibrates: chooses a tag, carries it about, reads the report and takes it into use."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.web.toy_house import BADGES, PIN, House

pytestmark = pytest.mark.browser

EPC = "30395dfa80000000000000ca"
PLACES = ("A-01-3", "B-02-1", "C-03-2")


def begin(page: Page, level: str = "gain") -> None:
    expect(page.locator(".calibration-work")).not_to_be_empty()
    if page.locator("#step-discard").is_visible():
        page.locator("#step-discard").click()
    page.locator(f"#level-{level}").click()


def hold(page: Page, house: House, place: str, seconds: int) -> None:
    """Carry the tag to a place and hold it there."""
    house.radio.put(EPC, place)
    row = page.locator(f'[data-hold="{place}"]')
    row.get_by_role("button").click()
    expect(row).to_have_class("here")
    held = re.compile(rf"^({'|'.join(str(s) for s in range(seconds, 301))})[ /]")
    expect(row.locator(".held-time")).to_have_text(held)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_person_is_led_from_a_tag_to_a_calibration_in_use(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    house.radio.put(EPC, PLACES[0])
    page = signed_in(Role.SUPERVISOR, "/setup", STATION, locale)
    expect(page.locator(".calibration-steps .now, .calibration-steps .done").first).to_be_visible()
    shoot(page, f"setup-start-{locale}-1280x800")
    begin(page)
    expect(page.locator("#nearby button").first).to_be_visible()
    shoot(page, f"setup-tag-{locale}-1280x800")
    judge(page)
    page.fill("#epc", EPC)
    page.keyboard.press("Enter")
    expect(page.locator("#places li")).to_have_count(3)
    expect(page.locator("#step-learn")).to_be_disabled()

    hold(page, house, PLACES[0], 45)
    expect(page.locator("#live li").first).to_contain_text("dBm")
    shoot(page, f"setup-places-{locale}-1280x800")
    judge(page)
    page.locator("#moving").click()
    expect(page.locator("#places .here")).to_have_count(0)
    for place in PLACES[1:]:
        hold(page, house, place, 45)
    page.locator("#step-learn").click()

    expect(page.locator("#confusion")).to_be_visible()
    expect(page.locator("#quality .best")).to_contain_text("%")
    expect(page.locator("#confusion tbody tr")).to_have_count(3)
    shoot(page, f"setup-report-{locale}-1280x800")
    judge(page)
    page.locator("#step-use").click()
    expect(page.locator(".note-right")).to_be_visible()
    shoot(page, f"setup-used-{locale}-1280x800")
    judge(page)
    house.radio.take_away(EPC)


def test_what_was_recorded_can_be_learnt_from_by_hand(
    signed_in: SignIn, house: House, recordings_of_house: Path
) -> None:
    page = signed_in(Role.ADMINISTRATOR, "/setup", STATION)
    before = set(recordings_of_house.glob("*"))
    begin(page, "survey")
    page.fill("#epc", EPC)
    page.keyboard.press("Enter")
    hold(page, house, PLACES[1], 10)
    page.locator("#moving").click()
    expect(page.locator("#places .here")).to_have_count(0)
    page.locator("#step-discard").click()
    expect(page.locator("#level-gain")).to_be_visible()

    (folder,) = set(recordings_of_house.glob("*")) - before
    reads = (folder / "reads.csv").read_text().splitlines()
    truth = (folder / "truth.csv").read_text().splitlines()
    assert reads[0].startswith("time_us,reader,antenna,epc,rssi_dbm")
    assert len(reads) > 100
    assert {line.split(",")[3] for line in reads[1:]} == {EPC}
    assert [line.split(",", 1)[1] for line in truth[1:]] == [f"{EPC},B-02-1"]
    house.radio.take_away(EPC)


def test_too_little_is_told_with_what_to_do_and_more_can_be_recorded(
    signed_in: SignIn, address: str
) -> None:
    page = signed_in(Role.SUPERVISOR, "/setup", STATION)
    begin(page)
    page.fill("#epc", EPC)
    page.keyboard.press("Enter")
    expect(page.locator("#places li")).to_have_count(3)
    with httpx.Client(base_url=address) as other:  # another client is less patient than the page
        other.post("/api/session", json={"badge": BADGES[Role.SUPERVISOR], "pin": PIN})
        other.post(
            "/api/calibration/steps",
            json={"step": "learn"},
            headers={"Idempotency-Key": "too-early"},
        )

    expect(page.locator(".fault")).to_contain_text("Fewer than two places")
    page.locator("#step-more").click()
    expect(page.locator("#places li")).to_have_count(3)
    page.locator("#step-discard").click()


def test_an_epc_that_is_none_is_refused_with_an_example(signed_in: SignIn) -> None:
    page = signed_in(Role.SUPERVISOR, "/setup", HANDHELD)
    begin(page)

    page.fill("#epc", "not hex")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("30395dfa8000000000000001")
    expect(page.locator("#epc")).to_be_focused()
    page.locator("#step-discard").click()


def test_the_page_is_for_leaders_only(signed_in: SignIn) -> None:
    page = signed_in(Role.PICKER, "/setup", HANDHELD)

    expect(page).to_have_url(re.compile("refused=setup"))
