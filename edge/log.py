"""The log: one JSON line per happening on standard error, past tense, fields with units.

A part is what a line's logger is called: `structlog.get_logger("devices")`. Each part may have a
level of its own for a while, set while the gateway works; then the common one holds again.
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from edge.clock import Clock, SystemClock

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_OF_METHOD = LEVELS | {"warn": 30, "exception": 40, "critical": 50}
PARTS = frozenset(
    {
        *("alerts", "configuration", "daemon", "devices", "discovery", "journal"),
        *(
            "letter_box",
            "link",
            "partner_link",
            "radio",
            "serving",
            "supervisor",
            "tampering",
            "web",
        ),
    }
)
"""Every part that writes lines."""
MINUTES_MOST = 1440.0


class _Levels:
    """The common level, and parts that have another until a moment of the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.common = LEVELS["info"]
        self._own: dict[str, tuple[str, int]] = {}

    def set(self, part: str, level: str, minutes: float) -> None:
        self._own[part] = (level, self._clock.monotonic_us() + int(minutes * 60e6))

    def of(self, part: str) -> int:
        own = self._own.get(part)
        if own is None:
            return self.common
        level, until_us = own
        if self._clock.monotonic_us() >= until_us:
            self._own.pop(part, None)
            return self.common
        return LEVELS[level]

    def told(self) -> dict[str, tuple[str, int]]:
        now_us, own = self._clock.monotonic_us(), dict(self._own)
        return {
            part: (level, until_us - now_us)
            for part, (level, until_us) in own.items()
            if until_us > now_us
        }


_levels = _Levels(SystemClock())


class _PartLogger(structlog.WriteLogger):
    """Knows whose lines it writes."""

    def __init__(self, file: TextIO, part: str) -> None:
        super().__init__(file)
        self.part = part


def configure(level: str) -> None:
    """Set the log up, at the start or again; parts keep levels of their own.

    Args:
        level: debug, info, warning or error; what is below it costs next to nothing.
    """
    _levels.common = LEVELS[level]
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            _wanted_only,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=_part_logger,
        cache_logger_on_first_use=True,
    )


def set_level(part: str, level: str, minutes: float) -> None:
    """A level for one part, for a while.

    Raises:
        ValueError: no such part or level, or longer than a day; names those that there are.
    """
    if part not in PARTS:
        raise ValueError(f"there is no part {part}; there are {', '.join(sorted(PARTS))}")
    if level not in LEVELS:
        raise ValueError(f"there is no level {level}; there are {', '.join(LEVELS)}")
    if not 0 < minutes <= MINUTES_MOST:
        raise ValueError(f"a level of its own lasts up to {MINUTES_MOST:.0f} minutes")
    _levels.set(part, level, minutes)


def levels() -> dict[str, object]:
    """The common level and those that parts have of their own, with the seconds left."""
    names = {number: name for name, number in LEVELS.items()}
    return {
        "common": names[_levels.common],
        "parts": {
            part: {"level": level, "left_s": round(left_us / 1e6)}
            for part, (level, left_us) in sorted(_levels.told().items())
        },
    }


def _part_logger(*names: object) -> _PartLogger:
    part = str(names[0]).rpartition(".")[2] if names else ""
    return _PartLogger(sys.stderr, part)


def _wanted_only(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Lets a line pass, with its part, that is of its part's level or above.

    Raises:
        structlog.DropEvent: it is below.
    """
    part = getattr(logger, "part", "")
    if _OF_METHOD[method] < _levels.of(part):
        raise structlog.DropEvent
    return {**line, "part": part} if part else line
