"""Every exception of the shipped table on the handheld: where it is offered, what comes of it.

The product's own rules answer, from each step of the work at which something may be reported.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from edge.model.ids import Badge
from edge.model.prompts import PromptKind
from edge.rules import guiding
from edge.settings.exceptions_file import SHIPPED, load_troubles
from tests.browser.conftest import HANDHELD, Shoot
from tests.browser.judging import TARGET_PX_MIN, WORDLESS
from tests.browser.ruled.conftest import OpenPick
from tests.browser.wedge import scan
from tests.rules.small_floor import ANNA, LI, SmallFloor
from tests.rules.test_shipped_exceptions import STEPS
from tests.web.ruled_floor import RuledFloor

pytestmark = pytest.mark.browser

TROUBLES = load_troubles(SHIPPED)
OFFERED = {kind: [one for one in TROUBLES if kind in one.at] for kind in STEPS}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def asked(floor: SmallFloor, kind: PromptKind) -> Badge:
    """Who has such a prompt."""
    return LI if guiding.prompt(floor.state, LI).kind is kind else ANNA


def stands(page: Page, ruled: RuledFloor, badge: Badge) -> None:
    """The page shows what the rules want, in words and without anything to wait for."""
    now = ruled.prompt(badge)
    expect(page.locator(f".prompt-{now.kind}[data-prompt='{now.prompt_id}']")).to_be_visible()
    assert page.evaluate(WORDLESS) == []


def offer(page: Page, kind: PromptKind) -> None:
    """Open what may be reported."""
    expect(page.locator(f".prompt-{kind}")).to_be_visible()
    page.locator("#report" if kind is PromptKind.WAIT else ".foot .trouble").click()
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("kind", [kind for kind, some in OFFERED.items() if some], ids=str)
def test_what_may_be_reported_stands_there_in_words_and_short_codes(
    open_pick: OpenPick, kind: PromptKind, locale: str, shoot: Shoot
) -> None:
    floor = STEPS[kind]()
    page = open_pick(asked(floor, kind), floor, locale)

    offer(page, kind)

    told = page.locator("dialog [data-code]").evaluate_all(
        """(all) => all.map((one) => [one.dataset.code, one.firstChild.textContent,
             one.querySelector("kbd")?.textContent ?? ""])"""
    )
    assert told == [
        [one.code, one.zh, one.short_zh] if locale == "zh-CN" else [one.code, one.en, one.short_en]
        for one in OFFERED[kind]
    ]
    for button in page.get_by_role("dialog").get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= TARGET_PX_MIN
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= HANDHELD["width"]
        assert box["y"] + box["height"] <= HANDHELD["height"]  # nobody scrolls with gloves
    shoot(page, f"report-{kind}-{locale}-360x640")


@pytest.mark.parametrize("kind", [kind for kind, some in OFFERED.items() if some], ids=str)
def test_what_was_reported_is_answered_in_words_and_a_reload_shows_how_it_goes_on(
    ruled: RuledFloor, open_pick: OpenPick, kind: PromptKind, shoot: Shoot
) -> None:
    floor = STEPS[kind]()
    badge = asked(floor, kind)
    page = open_pick(badge, floor, "zh-CN")
    for trouble in OFFERED[kind]:
        ruled.begin(STEPS[kind]())
        page.reload()
        offer(page, kind)

        page.locator(f"dialog [data-code='{trouble.code}']").click()

        expect(page.locator(".sign")).to_have_text(CHINESE)
        stands(page, ruled, badge)
        shoot(page, f"reported-{kind}-{trouble.code}-zh-CN-360x640")
        page.reload()
        stands(page, ruled, badge)


def test_a_short_code_is_typed_or_scanned_instead_of_the_tap_in_both_languages(
    ruled: RuledFloor, open_pick: OpenPick
) -> None:
    page = open_pick(LI, STEPS[PromptKind.PICK]())
    for number, trouble in enumerate(OFFERED[PromptKind.PICK]):
        ruled.begin(STEPS[PromptKind.PICK]())
        page.reload()
        expect(page.locator(".prompt-pick")).to_be_visible()
        expect(page.locator("#scan")).to_be_focused()

        scan(page, trouble.short_zh if number % 2 else trouble.short_en.lower())

        expect(page.locator(".sign")).not_to_be_empty()
        expect(page.locator(".sign")).not_to_have_class(re.compile("sign-wrong"))
        stands(page, ruled, LI)
