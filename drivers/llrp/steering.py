"""The set-up of a reader, by sllurp's client state machine.

sllurp decides what is asked in which order and writes the short requests; ROSpec and configuration
are ours, because its encoders lack filters with actions, triggers, outputs and holding. It is kept
from everything that has proved fatal: its socket, thread and framing are not used, its decoders
see no byte, and only answers that succeed reach its state machine (`setting_up` judges the
others). Where it takes an optional part of the capabilities for granted, it is overridden here.
"""

import logging
import struct
from collections.abc import Callable
from typing import Any

from sllurp.llrp import LLRPClient, LLRPReaderConfig, LLRPReaderState
from sllurp.llrp_errors import LLRPError
from typing_extensions import override

from drivers.llrp.attempt import Attempt, Wish
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.encoding import message_body, message_number
from drivers.llrp.reader_config import reader_config
from drivers.llrp.rospec import ROSPEC_ID, rospec
from drivers.llrp.settings import LlrpSettings

# It reports by log what we judge ourselves; without a handler Python would print it.
logging.getLogger("sllurp").addHandler(logging.NullHandler())

SLLURP_ERRORS = (
    LLRPError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What sllurp is known to raise on unexpected input."""

INVENTORYING = int(LLRPReaderState.STATE_INVENTORYING)
_HEADER_BYTES = 10
_STATE_AT = 9  # CurrentState of a ROSpec with its header (LLRP 1.0.1, section 16.2.4.1)
_INACTIVE, _ACTIVE = 1, 2


class Answer:
    """An answer that succeeded, in the form that sllurp's state machine takes."""

    def __init__(self, name: str, values: dict[str, Any] | None = None) -> None:
        self.msgdict = {name: values or {}}
        self._name = name

    def getName(self) -> str:  # noqa: N802 - sllurp's name
        """The message's name in sllurp's tables."""
        return self._name

    def isSuccess(self) -> bool:  # noqa: N802 - sllurp's name
        """Always: others do not come this far."""
        return True


class Steering(LLRPClient):  # type: ignore[misc]
    """sllurp's client state machine for one attempt on one connection."""

    def __init__(
        self,
        settings: LlrpSettings,
        attempt: Attempt,
        write: Callable[[bytes], None],
        entered: Callable[[int], None],
    ) -> None:
        """Start disconnected.

        Args:
            settings: how the reader is to be set up.
            attempt: how much of that is asked.
            write: takes each request as bytes.
            entered: told each state of sllurp's machine when it is entered.
        """
        self._settings = settings
        self._attempt = attempt
        self._looked = False
        self._send = write
        self._after_stop: Callable[..., object] | None = None
        self.told = Capabilities()
        super().__init__(_config(settings, attempt), write, entered)

    @override
    def parseCapabilities(self, capdict: dict[str, Any]) -> None:
        """Take what the reader tells; sllurp's own insists on optional parts."""
        self.told = Capabilities.read(capdict)
        kept: dict[str, Any] = {}
        self.capabilities = kept  # sllurp would keep all that was told; it asks nothing of it

    @override
    def getROSpec(self, force_new: bool = False) -> dict[str, Any]:
        """The ROSpec, as far as sllurp looks at it."""
        return {"ROSpecID": ROSPEC_ID}

    @override
    def send_GET_READER_CONFIG(self, onCompletion: Callable[..., object]) -> None:
        """Ask nothing: what it has is asked when it is set up, and then compared."""
        self.setState(LLRPReaderState.STATE_SENT_GET_CONFIG)
        self._deferreds["GET_READER_CONFIG_RESPONSE"].append(onCompletion)
        self.handleMessage(Answer("GET_READER_CONFIG_RESPONSE"))

    @override
    def send_SET_READER_CONFIG(self, onCompletion: Callable[..., object]) -> None:
        """Write our configuration where sllurp would write its own."""
        self.ask("SET_READER_CONFIG", reader_config(self._settings, self._attempt, self.told))
        self.setState(LLRPReaderState.STATE_SENT_SET_CONFIG)
        self._deferreds["SET_READER_CONFIG_RESPONSE"].append(onCompletion)

    @override
    def send_ADD_ROSPEC(self, rospec: object, onCompletion: Callable[..., object]) -> None:
        """Write our ROSpec where sllurp would write its own."""
        self.ask("ADD_ROSPEC", self._rospec())
        self.setState(LLRPReaderState.STATE_SENT_ADD_ROSPEC)
        self._deferreds["ADD_ROSPEC_RESPONSE"].append(onCompletion)

    @override
    def stopPolitely(
        self, onCompletion: Callable[..., object] | None = None, disconnect: bool = False
    ) -> None:
        """Delete every spec; but first look whether what is there is our own, from before."""
        if not self._attempt.ran or self._looked or not self._attempt.has(Wish.ROSPECS_TOLD):
            super().stopPolitely(onCompletion, disconnect)
            return
        self._looked = True
        self._after_stop = onCompletion
        if self.told.holds_reports:
            self.ask("GET_REPORT", {})
        self.ask("GET_ROSPECS", {})

    def found(self, rospecs: bytes) -> None:
        """Take the ROSpecs that the reader has; go on with ours if it runs, unchanged.

        Args:
            rospecs: the parameters behind the status of a GET_ROSPECS_RESPONSE.
        """
        wanted = message_body("ADD_ROSPEC", self._rospec())
        same = rospecs[:_STATE_AT] + b"\0" + rospecs[_STATE_AT + 1 :] == wanted
        waits = self._settings.start is not None and self._attempt.has(Wish.TRIGGERS)
        if same and rospecs[_STATE_AT] in ({_INACTIVE, _ACTIVE} if waits else {_ACTIVE}):
            self.setState(INVENTORYING)
        else:
            super().stopPolitely(self._after_stop)

    def ask(self, name: str, values: dict[str, Any]) -> int:
        """Send a request of our own encoding; gives its id.

        Args:
            name: the message's name in the standard.
            values: its fields and parameters.
        """
        body = message_body(name, values)
        self.last_msg_id += 1
        head = 1 << 10 | message_number(name)
        self._send(struct.pack("!HII", head, _HEADER_BYTES + len(body), self.last_msg_id) + body)
        return int(self.last_msg_id)

    def close(self) -> None:
        """Write the requests of a clean end: no specs left, connection closed."""
        self.sendMessage({"DELETE_ROSPEC": {"ROSpecID": 0}})
        self.sendMessage({"CLOSE_CONNECTION": {}})

    def _rospec(self) -> dict[str, Any]:
        return {"ROSpec": rospec(self._settings, self._attempt, self.told)}


def _config(settings: LlrpSettings, attempt: Attempt) -> LLRPReaderConfig:
    return LLRPReaderConfig(
        {
            "keepalive_interval": settings.keepalive_ms,
            # All that it makes of this is to enable Impinj's extensions first.
            "impinj_tag_content_selector": {
                "EnableRFPhaseAngle": True,
                "EnablePeakRSSI": True,
                "EnableRFDopplerFrequency": True,
            }
            if attempt.has(Wish.EXTENSIONS)
            else None,
        }
    )
