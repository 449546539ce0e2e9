"""Right, wrong and double are told apart by eye, ear and hand; the screen stays on at work."""

import re

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, SignIn
from tests.browser.wedge import scan
from tests.web.toy_after_sales import CUP_TAG, TEA_BIN
from tests.web.toy_goods import CUP

pytestmark = pytest.mark.browser

LISTEN = """() => {
  globalThis.told = { tones: [], shakes: [] };
  navigator.vibrate = (pattern) => told.shakes.push(pattern.join(" "));
  const Real = OscillatorNode;
  globalThis.OscillatorNode = class extends Real {
    constructor(context, options) {
      super(context, options);
      told.tones.push(`${options.type} ${options.frequency}`);
    }
  };
}"""
FORGET = "(told.tones = [], told.shakes = [])"
STAY_ON = """() => {
  globalThis.asked = 0;
  const wakeLock = { request: async () => { globalThis.asked += 1; } };
  Object.defineProperty(navigator, "wakeLock", { value: wakeLock });
  document.dispatchEvent(new Event("visibilitychange"));
  return globalThis.asked;
}"""


def listen(page: Page) -> None:
    page.locator("#scan").press("Shift")  # browsers let a page sound after a key or touch
    page.evaluate(LISTEN)


def told(page: Page, kind: str) -> tuple[str, str, str, str]:
    """Colour, drawing, tones and vibration of the sign that is shown."""
    sign = page.locator(".sign")
    expect(sign).to_have_class(re.compile(f"sign-{kind}"))
    colour = sign.evaluate("(one) => getComputedStyle(one).backgroundColor")
    drawing = sign.locator("path").first.get_attribute("d")
    heard = page.evaluate("told")
    page.evaluate(FORGET)
    expect(sign).to_be_hidden()
    return colour, drawing or "", ", ".join(heard["tones"]), ", ".join(heard["shakes"])


def test_right_wrong_and_double_differ_in_colour_drawing_sound_and_vibration(
    signed_in: SignIn,
) -> None:
    page = signed_in(Role.PICKER, "/counts", HANDHELD)
    expect(page.locator("#scan")).to_be_focused()
    listen(page)
    scan(page, TEA_BIN)
    right = told(page, "right")
    scan(page, CUP_TAG)
    expect(page.locator("#rows")).to_contain_text(CUP.name)
    expect(page.locator(".sign")).to_be_hidden()
    page.evaluate(FORGET)
    scan(page, CUP_TAG)
    double = told(page, "duplicate")
    scan(page, "nothing that anybody knows")
    wrong = told(page, "wrong")

    for ways in zip(right, wrong, double, strict=True):
        assert "" not in ways
        assert len(set(ways)) == 3


def test_the_screen_is_asked_to_stay_on_each_time_the_page_is_seen_again(
    signed_in: SignIn,
) -> None:
    page = signed_in(Role.PICKER, "/pick", HANDHELD)
    expect(page.get_by_role("button", name="CART-1")).to_be_visible()

    assert page.evaluate(STAY_ON) == 1
