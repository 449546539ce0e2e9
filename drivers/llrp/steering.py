"""The set-up of a reader, by sllurp's encoders and its client state machine.

sllurp decides what is asked in which order and writes the requests. It is kept from everything
that has proved fatal: its socket, thread and framing are not used, its decoders see no byte, and
only answers that succeed reach its state machine (`session` judges the others). Where the machine
takes an optional part of the capabilities for granted, it is overridden here.
"""

import logging
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sllurp.llrp import LLRPClient, LLRPMessage, LLRPReaderConfig, LLRPReaderState
from sllurp.llrp_errors import LLRPError
from sllurp.llrp_proto import LLRPROSpec
from typing_extensions import override

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
_ALL_ANTENNAS = 0
_GET_ROSPECS = 26
_GET_REPORT = 60
_HEADER_BYTES = 10
_STATE_AT = 9  # CurrentState of a ROSpec with its header (LLRP 1.0.1, section 16.2.4.1)
_ACTIVE = 2
_IMPINJ_CONTENT = {
    "EnableRFPhaseAngle": True,
    "EnablePeakRSSI": True,
    "EnableRFDopplerFrequency": True,
}
_TAG_CONTENT = {
    "EnableROSpecID": False,
    "EnableSpecIndex": False,
    "EnableInventoryParameterSpecID": False,
    "EnableAntennaID": True,
    "EnableChannelIndex": True,
    "EnablePeakRSSI": True,
    "EnableFirstSeenTimestamp": True,
    "EnableLastSeenTimestamp": True,
    "EnableTagSeenCount": True,
    "EnableAccessSpecID": False,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """How much is asked of the reader; each refusal asks for less.

    Attributes:
        vendor: with the vendor's own fields.
        bounded: only antennas that the reader says it has.
        plain: without power, mode and session: the reader's own settings.
        newer: ask for LLRP 1.1 where the settings want it.
        ran: the reader ran with these wishes before: its ROSpec may still be there, unchanged.
    """

    vendor: bool = True
    bounded: bool = False
    plain: bool = False
    newer: bool = True
    ran: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a reader says it can do; every part of it is optional.

    Attributes:
        antennas: ports; 0 where not told.
        manufacturer, model: numbers as sent; 0 where not told.
        firmware: text as sent.
        holds_reports: keeps events and reports while the link is down, when told to.
        powers_dbm: transmit power by index.
        hop_table: number of the first hop table; 1 where not told.
        modes: mode identifiers with their greatest Tari in ns.
    """

    antennas: int = 0
    manufacturer: int = 0
    model: int = 0
    firmware: str = ""
    holds_reports: bool = False
    powers_dbm: dict[int, float] = field(default_factory=dict)
    hop_table: int = 1
    modes: dict[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls, answer: dict[str, Any]) -> "Capabilities":
        """From a decoded GET_READER_CAPABILITIES_RESPONSE; what is absent stays absent."""
        general = _part(answer, "GeneralDeviceCapabilities")
        band = _part(_part(answer, "RegulatoryCapabilities"), "UHFBandCapabilities")
        frequencies = _part(band, "FrequencyInformation")
        hop_tables = _parts(frequencies, "FrequencyHopTable")
        return cls(
            antennas=int(general.get("MaxNumberOfAntennaSupported", 0)),
            manufacturer=int(general.get("DeviceManufacturerName", 0)),
            model=int(general.get("ModelName", 0)),
            firmware=str(general.get("ReaderFirmwareVersion", "")),
            holds_reports=bool(
                _part(answer, "LLRPCapabilities").get("SupportsEventAndReportHolding", 0)
            ),
            powers_dbm={
                one["Index"]: one["TransmitPowerValue"] / 100
                for one in _parts(band, "TransmitPowerLevelTableEntry")
            },
            hop_table=int(hop_tables[0]["HopTableID"]) if hop_tables else 1,
            modes={
                one["ModeIdentifier"]: one["MaxTariValue"]
                for one in _parts(_part(band, "C1G2UHFRFModeTable"), "C1G2UHFRFModeTableEntry")
            },
        )

    def power_index(self, power_dbm: float) -> int | None:
        """Index of the nearest power; None where the reader has no table."""
        nearest = sorted(
            self.powers_dbm.items(), key=lambda entry: (abs(entry[1] - power_dbm), entry[1])
        )
        return nearest[0][0] if nearest else None


def _parts(parent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = parent.get(name, [])
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, dict)]


def _part(parent: dict[str, Any], name: str) -> dict[str, Any]:
    found = _parts(parent, name)
    return found[0] if found else {}


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

    @property
    def antennas(self) -> tuple[int, ...]:
        """Ports that are asked for; 0 is LLRP's word for all of them."""
        wanted = self._settings.antennas
        if self._attempt.bounded and self.told.antennas:
            wanted = tuple(port for port in wanted if port <= self.told.antennas)
        return wanted or (_ALL_ANTENNAS,)

    @override
    def parseCapabilities(self, capdict: dict[str, Any]) -> None:
        """Take what the reader tells; sllurp's own insists on optional parts."""
        self.told = Capabilities.read(capdict)

    @override
    def getROSpec(self, force_new: bool = False) -> LLRPROSpec:
        """The ROSpec: starts at once, reports every N tags, never ends by itself."""
        settings, antennas = self._settings, self.antennas
        rospec = LLRPROSpec(
            self._mode(),
            1,
            antennas=antennas,
            tx_power=self._power() or 0,
            tag_content_selector=_TAG_CONTENT,
            session=settings.session,
            tag_population=settings.population,
            tari=0,
            frequencies={"HopTableId": self.told.hop_table},
            impinj_tag_content_selector=_IMPINJ_CONTENT if self._attempt.vendor else None,
        )
        rospec["ROReportSpec"]["N"] = settings.report_every
        spec = rospec["AISpec"][0]
        if settings.report_every > 1 and settings.report_after_ms:
            trigger = {
                "AISpecStopTriggerType": "Duration",
                "DurationTriggerValue": settings.report_after_ms,
            }
            spec["AISpecStopTrigger"] = trigger
        inventory = spec["InventoryParameterSpec"][0]
        if self._attempt.plain:
            del inventory["AntennaConfiguration"]
        elif self._power() is None:
            for antenna in inventory["AntennaConfiguration"]:
                del antenna["RFTransmitter"]
        self.rospec = rospec
        return rospec

    @override
    def stopPolitely(
        self, onCompletion: Callable[..., object] | None = None, disconnect: bool = False
    ) -> None:
        """Delete every spec; but first look whether what is there is our own, from before."""
        if not self._attempt.ran or self._looked:
            super().stopPolitely(onCompletion, disconnect)
            return
        self._looked = True
        self._after_stop = onCompletion
        if self.told.holds_reports:
            self._ask(_GET_REPORT)
        self._ask(_GET_ROSPECS)

    def found(self, rospecs: bytes) -> None:
        """Take the ROSpecs that the reader has; go on with ours if it runs, unchanged.

        Args:
            rospecs: the parameters behind the status of a GET_ROSPECS_RESPONSE.
        """
        rospec = self.getROSpec()
        wanted = LLRPMessage(msgdict={"ADD_ROSPEC": {"ID": 0, "ROSpec": rospec}}).msgbytes
        same = rospecs[:_STATE_AT] + b"\0" + rospecs[_STATE_AT + 1 :] == wanted[_HEADER_BYTES:]
        if same and rospecs[_STATE_AT] == _ACTIVE:
            self.setState(INVENTORYING)
        else:
            super().stopPolitely(self._after_stop)

    def _ask(self, kind: int) -> None:
        """Send a request without parameters, which sllurp does not know."""
        self.last_msg_id += 1
        self._send(struct.pack("!HII", 1 << 10 | kind, _HEADER_BYTES, self.last_msg_id))

    def _power(self) -> int | None:
        wanted = self._settings.power_dbm
        return None if wanted is None else self.told.power_index(wanted)

    def _mode(self) -> dict[str, int] | None:
        mode = self._settings.mode
        if mode is None:
            return None
        return {"ModeIdentifier": mode, "MaxTari": self.told.modes.get(mode, 0)}

    def close(self) -> None:
        """Write the requests of a clean end: no specs left, connection closed."""
        self.sendMessage({"DELETE_ROSPEC": {"ROSpecID": 0}})
        self.sendMessage({"CLOSE_CONNECTION": {}})


def _config(settings: LlrpSettings, attempt: Attempt) -> LLRPReaderConfig:
    return LLRPReaderConfig(
        {
            "antennas": list(settings.antennas) or [_ALL_ANTENNAS],
            "session": settings.session,
            "tag_population": settings.population,
            "tag_content_selector": _TAG_CONTENT,
            "keepalive_interval": settings.keepalive_ms,
            "impinj_tag_content_selector": _IMPINJ_CONTENT if attempt.vendor else None,
        }
    )
