"""Events of a reader (READER_EVENT_NOTIFICATION) in the warehouse's words."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from drivers.driver import EventKind
from drivers.llrp.capabilities import parts
from drivers.llrp.reader_clock import ReaderClock, TimeKind

Event = tuple[EventKind, int, str]
"""Kind, port (0 for the whole device), detail."""

_DETAIL_MOST = 200
_ANTENNA = {0: EventKind.ANTENNA_DISCONNECTED, 1: EventKind.ANTENNA_CONNECTED}
_INPUT = {0: EventKind.INPUT_LOW, 1: EventKind.INPUT_HIGH}
_ROSPEC = {
    0: (EventKind.INVENTORY_STARTED, "ROSpec {}"),
    1: (EventKind.INVENTORY_ENDED, "ROSpec {}"),
    2: (EventKind.INVENTORY_ENDED, "ROSpec {}, another one came before it"),
}


def events_of(data: dict[str, Any]) -> Iterator[Event]:
    """What a decoded ReaderEventNotificationData tells; numbers without meaning tell nothing."""
    yield from _of_ports(data)
    yield from _of_the_reader(data)


def _of_ports(data: dict[str, Any]) -> Iterator[Event]:
    for one in parts(data, "AntennaEvent"):
        if (kind := _ANTENNA.get(one["EventType"])) is not None:
            yield kind, one["AntennaID"], ""
    for one in parts(data, "GPIEvent"):
        yield _INPUT[one["GPIEvent"]], one["GPIPortNumber"], ""


def _of_the_reader(data: dict[str, Any]) -> Iterator[Event]:
    for one in parts(data, "ROSpecEvent"):
        if (named := _ROSPEC.get(one["EventType"])) is not None:
            yield named[0], 0, named[1].format(one["ROSpecID"])
    if isinstance(percent := data.get("ReportBufferLevelWarningEvent"), int):
        yield EventKind.BUFFER_FILLING, 0, f"{percent} % full"
    if "ReportBufferOverflowErrorEvent" in data:
        yield EventKind.BUFFER_OVERFLOWED, 0, "reports were thrown away"
    for one in parts(data, "ReaderExceptionEvent"):
        yield EventKind.EXCEPTION, _port(one), str(one.get("Message", ""))[:_DETAIL_MOST]


def _port(exception: dict[str, Any]) -> int:
    port = exception.get("AntennaID", 0)
    return port if isinstance(port, int) else 0


def stamped_us(data: dict[str, Any], clock: ReaderClock, arrived_us: int) -> int:
    """Gateway time of an event: its stamp where it has one that the reader's clock can map.

    Args:
        data: the fields of READER_EVENT_NOTIFICATION.
        clock: of the reader.
        arrived_us: gateway UTC microseconds at which it arrived.
    """
    for name, kind in (("UTCTimestamp", TimeKind.UTC), ("Uptime", TimeKind.UPTIME)):
        stamp = data.get(name)
        if isinstance(stamp, int) and stamp < 1 << 62:
            seen_us = clock.seen_us(np.array([stamp], np.int64), arrived_us, kind)
            return min(int(seen_us[0]), arrived_us)
    return arrived_us
