"""What a ZPL printer says of itself when it is asked with `~HS` (ZPL II Programming Guide).

It answers three strings, each between STX and ETX. The first says paper and pause and how many
formats it has not printed yet, the second head and ribbon and how many labels of the batch are
left. Bytes in, values out.
"""

from dataclasses import dataclass

ASK = b"~HS"
STRINGS = 3
ANSWER_BYTES_MAX = 1024
_STX, _ETX = b"\x02", b"\x03"
_FIRST_FIELDS, _SECOND_FIELDS = 12, 9


class StatusError(ValueError):
    """Something answered that is no host status of ZPL."""


@dataclass(frozen=True, slots=True)
class HostStatus:
    """How a printer is.

    Attributes:
        trouble: why it does not print, for people; empty where it does.
        waiting: labels that it has and has not printed yet.
    """

    trouble: str
    waiting: int


def is_whole(answer: bytes) -> bool:
    """Whether all strings have come."""
    return answer.count(_ETX) >= STRINGS


def parse(answer: bytes) -> HostStatus:
    """The status that an answer tells.

    Raises:
        StatusError: it is no answer to `~HS`.
    """
    strings = [part.partition(_STX)[2] for part in answer.split(_ETX)[:STRINGS]]
    first, second = (one.decode("ascii", "replace").split(",") for one in strings[:2])
    if len(strings) < STRINGS or len(first) < _FIRST_FIELDS or len(second) < _SECOND_FIELDS:
        raise StatusError(f"{answer[:60]!r} is no answer to ~HS; is this a ZPL printer?")
    try:
        return HostStatus(_trouble(first, second), int(first[4]) + int(second[8]))
    except ValueError as error:
        raise StatusError(f"{answer[:60]!r}: {error}") from error


def _trouble(first: list[str], second: list[str]) -> str:
    """The worst that its flags tell."""
    flags = (
        (second[2], "its head is open"),
        (first[1], "it has no labels left"),
        (second[3], "its ribbon is used up"),
        (first[2], "it is paused"),
    )
    return next((words for flag, words in flags if int(flag)), "")
