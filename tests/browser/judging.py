"""What every page owes to everybody: no barrier, targets for gloves, all of it on the screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

TARGET_PX_MIN = 56
SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [role=button], [tabindex]")]
  .filter((one) => one.checkVisibility() && !one.closest("svg") && one.tabIndex >= 0)
  .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < least || box.width < least)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""
OUTSIDE = """() => document.documentElement.scrollWidth > innerWidth
  ? [...document.querySelectorAll("main *, #frame *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
    .map((one) => `${one.tagName}.${one.className}`)
  : []"""
WORDLESS = """() => document.body.innerText.split(/\\s+/)
  .filter((word) => /^[a-z_]+(\\.[a-z_]+)+$/.test(word) && !word.endsWith(".toml"))"""
_AXE = Axe()


def judge(page: Page) -> None:
    """What axe-core finds, too small targets, what sticks out, and keys shown for words: nothing.

    A map in SVG has places too small for a thumb by its nature; each can be reached by the search
    beside it.
    """
    expect(page.locator(".sign:visible")).to_have_count(0)
    results = _AXE.run(page)
    assert results.violations_count == 0, results.generate_report()
    found = {
        "too small": page.evaluate(SMALL_TARGETS, TARGET_PX_MIN),
        "outside the screen": page.evaluate(OUTSIDE),
        "without words": page.evaluate(WORDLESS),
    }
    assert not any(found.values()), found
