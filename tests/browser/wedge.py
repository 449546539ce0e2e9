"""A scanner that types, as a wedge does."""

import datetime as dt

from playwright.sync_api import Page

CHARACTER_MS = 5


def scan(page: Page, code: str, end: str = "Enter") -> None:
    """Type a code fast, wherever the focus is; `end` may be empty for a scanner without suffix."""
    page.keyboard.type(code, delay=CHARACTER_MS)
    if end:
        page.keyboard.press(end)


def hold_time(page: Page) -> None:
    """From now on the page's time goes on by `page.clock.run_for` only, however slow the host."""
    page.clock.install()
    page.clock.pause_at(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
