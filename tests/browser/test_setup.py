"""Whoever sets up tries, approves and ignores found readers, sees the floor, makes backups."""

import pytest
from playwright.sync_api import Page, expect

from edge.model.posted import FoundReaderDecided
from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.web.toy_house import House

pytestmark = pytest.mark.browser

FOUND = "192-0-2-9-5085"


def open_setup(signed_in: SignIn, screen: dict[str, int], locale: str = "en-GB") -> Page:
    page = signed_in(Role.SUPERVISOR, "/setup", screen, locale)
    expect(page.locator('[data-reader="north"]')).to_be_visible()
    expect(page.locator(f"#try-{FOUND}")).to_be_visible()
    return page


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_found_reader_is_tried_and_approved_under_a_name(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    page = open_setup(signed_in, HANDHELD, locale)
    page.locator(f"#try-{FOUND}").click()
    expect(page.locator(f"#trial-{FOUND} .trial-tags li")).to_have_count(2)
    page.fill(f"#name-{FOUND}", "No Such Name")
    page.locator(f"#approve-{FOUND}").click()
    expect(page.locator(f'[data-found="{FOUND}"] [role="alert"]')).to_be_visible()

    page.fill(f"#name-{FOUND}", "dock")
    page.fill(f"#antennas-{FOUND}", "1, 3")
    page.locator(f"#approve-{FOUND}").scroll_into_view_if_needed()
    shoot(page, f"setup-found-{locale}-360x640")
    page.locator(f"#approve-{FOUND}").click()

    expect(page.locator(f'[data-found="{FOUND}"] .note-right')).to_be_visible()
    posted = house.floor.effects.posts[-1]
    assert isinstance(posted, FoundReaderDecided)
    assert (posted.name, posted.antennas) == ("dock", (1, 3))
    judge(page)


def test_a_strange_reader_is_ignored(signed_in: SignIn, house: House) -> None:
    page = open_setup(signed_in, STATION)

    page.locator(f"#ignore-{FOUND}").click()

    expect(page.locator(f'[data-found="{FOUND}"] .note-right')).to_be_visible()
    posted = house.floor.effects.posts[-1]
    assert isinstance(posted, FoundReaderDecided)
    assert posted.name is None


def test_what_is_wrong_with_a_file_is_said_in_chinese(signed_in: SignIn, house: House) -> None:
    file = house.site.file
    good = file.read_text("utf-8")
    try:
        # given: two keys that somebody wrote wrongly
        file.write_text(f'{good}[web]\nprot = 8080\n[log]\nlevel = "loud"\n', "utf-8")
        page = signed_in(Role.ADMINISTRATOR, "/setup", STATION, "zh-CN")

        # then: the page says which, and what to write
        faults = page.locator("#guide-section .note-trouble")
        expect(faults).to_have_count(2)
        expect(faults.first).to_contain_text(f"{file} 第 6 行")
        expect(faults.first).to_contain_text("没有此键")
        expect(faults.last).to_contain_text("log.level")
        expect(faults.last).to_contain_text("请写其中之一")

        # and: a change is refused in the same words
        page.fill("#site-site", "oslo")
        page.fill("#site-name", "gw-1")
        page.fill("#site-gs1_company_prefix", "4012345")
        page.locator("#save-site").click()
        refused = page.locator("#form-site [role=alert]")
        expect(refused).to_contain_text("没有任何更改")
        expect(refused).to_contain_text("没有此键")
    finally:
        file.write_text(good, "utf-8")


def test_a_place_of_the_plan_shows_its_antennas(signed_in: SignIn) -> None:
    page = open_setup(signed_in, STATION)
    expect(page.locator("#antennas tbody tr")).to_have_count(3)

    page.locator('#map [data-place="B-02-1"]').click()

    expect(page.locator("#antennas tbody tr")).to_have_text("north2B-02-1answers")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_backup_is_made_and_proved(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    house.setting_up.count = 0
    page = open_setup(signed_in, STATION, locale)
    shoot(page, f"setup-readers-{locale}-1280x800")
    expect(page.locator("#verify")).to_be_disabled()
    page.locator("#back-up").click()
    expect(page.locator("#backups-section .note-info")).to_be_visible()
    expect(page.locator("#back-up")).to_be_disabled()
    house.setting_up.end()
    expect(page.locator("#backups-section .note-right")).to_contain_text("4711")

    page.locator("#verify").click()
    expect(page.locator("#backups-section .note-info")).to_be_visible()
    house.setting_up.end(good=False)

    expect(page.locator("#backups-section .note-trouble")).to_contain_text("row 17")
    expect(page.locator("#certificates li")).to_contain_text("2026")
    page.locator("#broker-section").scroll_into_view_if_needed()
    shoot(page, f"setup-backups-{locale}-1280x800")
    page.locator("#places-section").scroll_into_view_if_needed()
    shoot(page, f"setup-places-{locale}-1280x800-plan")
    judge(page)
