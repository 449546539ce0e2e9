"""A scanner that types, as a wedge does."""

from playwright.sync_api import Page

CHARACTER_MS = 5


def scan(page: Page, code: str, end: str = "Enter") -> None:
    """Type a code fast, wherever the focus is; `end` may be empty for a scanner without suffix."""
    page.keyboard.type(code, delay=CHARACTER_MS)
    if end:
        page.keyboard.press(end)
