"""Looking at a reader without touching it: its greeting and its capabilities, then a clean end.

| state    | goes on with                                 | to                              |
|----------|----------------------------------------------|---------------------------------|
| GREETING | event "connection attempt: success"          | ASKED, capabilities are wanted  |
| GREETING | event "connection attempt", any other status | OVER: a reader, busy            |
| ASKED    | GET_READER_CAPABILITIES_RESPONSE, any error  | CLOSING, CLOSE_CONNECTION sent  |
| CLOSING  | CLOSE_CONNECTION_RESPONSE, or the end        | OVER                            |
| any      | what is no LLRP                              | OVER: no reader, unless greeted |

Nothing is set, started or deleted. A reader that serves another client says so in its greeting and
is left at once.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from drivers.llrp.framing import (
    ERROR_MESSAGE,
    READER_EVENT_NOTIFICATION,
    BadFrame,
    Frame,
    FrameSplitter,
)
from drivers.llrp.messages import BadMessageError, decode_frame

_GET_READER_CAPABILITIES, _GET_READER_CAPABILITIES_RESPONSE = 1, 11
_CLOSE_CONNECTION, _CLOSE_CONNECTION_RESPONSE = 14, 4
_ALL = b"\0"


class _State(Enum):
    GREETING = auto()
    ASKED = auto()
    CLOSING = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a reader says of itself to whoever asks.

    Attributes:
        busy: it serves another client and told nothing else.
        version: LLRP version of its messages: 1 is 1.0.1, 2 is 1.1.
        manufacturer, model: numbers as sent; 0 where not told.
        firmware: text as sent.
        antennas: ports; 0 where not told.
    """

    busy: bool
    version: int
    manufacturer: int = 0
    model: int = 0
    firmware: str = ""
    antennas: int = 0


class Probe:
    """One connection, looked at; no socket, no thread, no clock.

    Attributes:
        portrait: the reader, once it has greeted; None where nothing speaks LLRP.
    """

    def __init__(self) -> None:
        self.portrait: Portrait | None = None
        self._state = _State.GREETING
        self._splitter = FrameSplitter()
        self._out = bytearray()

    @property
    def over(self) -> bool:
        """Nothing more is to be said: close the socket."""
        return self._state is _State.OVER

    def to_send(self) -> bytes:
        """Bytes for the reader since the last call."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def give_up(self) -> None:
        """Its time is over: whoever has greeted is told goodbye, once."""
        if self._state is _State.ASKED:
            self._close()
        else:
            self._state = _State.OVER

    def receive(self, data: bytes) -> None:
        """Take bytes of whoever answers."""
        for item in self._splitter.feed(data):
            match item:
                case Frame() if not self.over:
                    self._frame(item)
                case BadFrame():
                    self._state = _State.OVER
                case _:
                    pass  # reports that it held for somebody else; not ours to take

    def _frame(self, frame: Frame) -> None:
        if self._state is _State.GREETING:
            self._greeting(frame)
        elif self._state is _State.ASKED and frame.type == _GET_READER_CAPABILITIES_RESPONSE:
            self._told(frame)
            self._close()
        elif self._state is _State.ASKED and frame.type == ERROR_MESSAGE:
            self._close()
        elif frame.type == _CLOSE_CONNECTION_RESPONSE:
            self._state = _State.OVER

    def _greeting(self, frame: Frame) -> None:
        """The first message must be the greeting (LLRP 1.0.1, section 16.2.7.6.9)."""
        decoded = _decoded(frame)
        event = decoded.get("ReaderEventNotificationData", {})
        if frame.type != READER_EVENT_NOTIFICATION or "ConnectionAttemptEvent" not in event:
            self._state = _State.OVER
            return
        busy = event["ConnectionAttemptEvent"] != 0
        self.portrait = Portrait(busy, frame.version)
        if busy:
            self._state = _State.OVER
            return
        self._out += Frame(_GET_READER_CAPABILITIES, 1, 1, _ALL, 0).whole
        self._state = _State.ASKED

    def _told(self, frame: Frame) -> None:
        general = _decoded(frame).get("GeneralDeviceCapabilities")
        if self.portrait is not None and isinstance(general, dict):
            self.portrait = replace(
                self.portrait,
                manufacturer=int(general.get("DeviceManufacturerName", 0)),
                model=int(general.get("ModelName", 0)),
                firmware=str(general.get("ReaderFirmwareVersion", "")),
                antennas=int(general.get("MaxNumberOfAntennaSupported", 0)),
            )

    def _close(self) -> None:
        self._out += Frame(_CLOSE_CONNECTION, 1, 2, b"", 0).whole
        self._state = _State.CLOSING


def _decoded(frame: Frame) -> dict[str, Any]:
    try:
        return decode_frame(frame)
    except BadMessageError:
        return {}
