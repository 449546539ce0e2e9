"""Chromium before the toy warehouse."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from edge.web.people import Role
from tests.waiting import PATIENCE_S
from tests.web.toy_house import BADGES, PIN, House, open_house, serve

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
HANDHELD = {"width": 360, "height": 640}
STATION = {"width": 1280, "height": 800}
PATIENCE_MS = PATIENCE_S * 1000
expect.set_options(timeout=PATIENCE_MS)

SHOTS = Path(__file__).parents[2] / "build" / "screenshots"

SignIn = Callable[..., Page]
Shoot = Callable[[Page, str], None]


def in_both_languages(english: str, chinese: str) -> pytest.MarkDecorator:
    """The test is run in each language, with a `locale` and the `words` that are to be read."""
    return pytest.mark.parametrize(("locale", "words"), [("en-GB", english), ("zh-CN", chinese)])


def before_map(signed_in: SignIn, locale: str = "en-GB") -> Page:
    """Chen, the supervisor, before the map."""
    page = signed_in(Role.SUPERVISOR, "/floor", STATION, locale)
    expect(page.locator("#map [data-place]")).not_to_have_count(0)
    return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a page.

    Its driver keeps an event loop in this thread, so it must be gone before other tests run
    theirs.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=ARGUMENTS, timeout=PATIENCE_MS
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running toy warehouse."""
    opened = open_house(tmp_path_factory.mktemp("house"))
    yield opened
    opened.stop()


@pytest.fixture
def recordings_of_house(house: House) -> Path:
    """Where its calibrations are recorded."""
    return house.given.session_key_path.parent / "calibrations"


@pytest.fixture(scope="session")
def address(house: House) -> Iterator[str]:
    """Where its pages are."""
    server = serve(house.given)
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def context_of(browser: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers of one person each; a script's fault in any of them fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(
        screen: dict[str, int], locale: str = "en-GB", *, keeps_pages: bool = False
    ) -> BrowserContext:
        context = browser.new_context(
            base_url=address,
            service_workers="allow" if keeps_pages else "block",
            viewport={"width": screen["width"], "height": screen["height"]},
            locale=locale,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("console", lambda message: _note_blocked(message, faults))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def _note_blocked(message: ConsoleMessage, faults: list[str]) -> None:
    """A page that needs what its own policy forbids is a broken page."""
    if "Content Security Policy" in message.text:
        faults.append(message.text)


@pytest.fixture
def shoot() -> Shoot:
    """Takes a picture for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=SHOTS / f"{name}.png")

    return take


@pytest.fixture
def signed_in(context_of: Callable[..., BrowserContext], house: House) -> SignIn:
    """Opens a page as somebody who is signed in, on a fresh day."""
    house.floor.forget()
    house.radio.forget()

    def open_page(
        role: Role, path: str, screen: dict[str, int] | None = None, locale: str = "en-GB"
    ) -> Page:
        context = context_of(screen or HANDHELD, locale)
        answer = context.request.post("/api/session", data={"badge": BADGES[role], "pin": PIN})
        assert answer.ok
        page = context.new_page()
        page.goto(path)
        return page

    return open_page
