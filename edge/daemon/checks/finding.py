"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a finding stands."""

    GOOD = "good"
    WARNING = "warning"
    """Work goes on, but something will go wrong or is weaker than it could be."""
    BAD = "bad"
    """Work, or a part of it, stops."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what, such as `clock` or `reader shelf-1`.
        text: what was seen, with figures.
        remedy: what to do; empty where nothing is to be done.
    """

    about: str
    status: Status
    text: str
    remedy: str = ""


def good(about: str, text: str) -> Finding:
    """As it should be."""
    return Finding(about, Status.GOOD, text)


def warning(about: str, text: str, remedy: str) -> Finding:
    """Something will go wrong."""
    return Finding(about, Status.WARNING, text, remedy)


def bad(about: str, text: str, remedy: str) -> Finding:
    """Something keeps the gateway from working."""
    return Finding(about, Status.BAD, text, remedy)
