"""What a reader says it can do (GET_READER_CAPABILITIES_RESPONSE); all parts are optional."""

from dataclasses import dataclass, field
from typing import Any

from drivers.llrp.settings import Aim
from drivers.llrp.vendors import Vendor

# Bounds of what is taken, so that no reader can make its set-up long: the largest table that is
# known has 193 powers, and a configuration names antennas up to 255.
_TABLE_MOST = 1_000
_ANTENNAS_MOST = 255
_MODE_MOST = 0xFFFF  # a ROSpec has 16 bits for what the table tells in 32
_MILLER_4 = 2
_PR_ASK = 0  # the narrowest way to speak
_DENSE = 3  # SpectralMaskIndicator: made for readers that hear each other


@dataclass(frozen=True, slots=True)
class Mode:
    """One entry of the table of modes (LLRP 1.0.1, section 15.2.1.3.1).

    Attributes:
        identifier: by which it is chosen.
        miller: how a tag answers: 0 is FM0, 1 to 3 are Miller 2, 4 and 8.
        modulation: of the reader: 0 PR-ASK, 1 SSB-ASK, 2 DSB-ASK.
        mask: 3 where it is made for readers that hear each other.
        backscatter_hz: the tag's link frequency.
        tari_ns: shortest zero of the reader's, in nanoseconds.
    """

    identifier: int
    miller: int = 0
    modulation: int = 0
    mask: int = 0
    backscatter_hz: int = 0
    tari_ns: int = 0

    @property
    def bits_per_s(self) -> float:
        """How fast a tag answers; some readers tell this rate itself, which ranks them alike."""
        return self.backscatter_hz / (1 << min(self.miller, 3))


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a reader says it can do.

    Attributes:
        antennas: ports; 0 where not told.
        manufacturer, model: numbers as sent; 0 where not told.
        firmware: text as sent.
        inputs, outputs: how many GPIs and GPOs; None where not told.
        holds_reports: keeps events and reports while the link is down, when told to.
        warns_of_filling: tells when its report buffer fills.
        filters: Select filters that one inventory may have; None where not told.
        powers_dbm: transmit power by index.
        hop_table: number of the first hop table; 1 where not told.
        channels_khz: the frequency of each channel, the first one's first: of that table, or of
            the fixed ones where the reader need not hop; empty where not told.
        modes: the table of modes.
        vendors: private enterprise numbers of the custom parameters in it.
    """

    antennas: int = 0
    manufacturer: int = 0
    model: int = 0
    firmware: str = ""
    inputs: int | None = None
    outputs: int | None = None
    holds_reports: bool = False
    warns_of_filling: bool = False
    filters: int | None = None
    powers_dbm: dict[int, float] = field(default_factory=dict)
    hop_table: int = 1
    channels_khz: tuple[int, ...] = ()
    modes: tuple[Mode, ...] = ()
    vendors: frozenset[int] = frozenset()

    @classmethod
    def read(cls, answer: dict[str, Any]) -> "Capabilities":
        """From a decoded GET_READER_CAPABILITIES_RESPONSE; what is absent stays absent."""
        general = part(answer, "GeneralDeviceCapabilities")
        ports = part(general, "GPIOCapabilities")
        llrp = part(answer, "LLRPCapabilities")
        gen2 = part(answer, "C1G2LLRPCapabilities")
        band = part(part(answer, "RegulatoryCapabilities"), "UHFBandCapabilities")
        frequencies = part(band, "FrequencyInformation")
        hop_tables = parts(frequencies, "FrequencyHopTable")
        return cls(
            antennas=min(general.get("MaxNumberOfAntennaSupported", 0), _ANTENNAS_MOST),
            manufacturer=int(general.get("DeviceManufacturerName", 0)),
            model=int(general.get("ModelName", 0)),
            firmware=str(general.get("ReaderFirmwareVersion", "")),
            inputs=ports.get("NumGPIs"),
            outputs=ports.get("NumGPOs"),
            holds_reports=bool(llrp.get("SupportsEventAndReportHolding", 0)),
            warns_of_filling=bool(llrp.get("CanReportBufferFillWarning", 0)),
            filters=gen2.get("MaxNumSelectFiltersPerQuery"),
            powers_dbm={
                one["Index"]: one["TransmitPowerValue"] / 100
                for one in parts(band, "TransmitPowerLevelTableEntry")[:_TABLE_MOST]
            },
            hop_table=int(hop_tables[0]["HopTableID"]) if hop_tables else 1,
            channels_khz=_channels_khz(hop_tables or parts(frequencies, "FixedFrequencyTable")),
            modes=tuple(
                _mode(one)
                for one in _modes(band)[:_TABLE_MOST]
                if one["ModeIdentifier"] <= _MODE_MOST
            ),
            vendors=frozenset(_vendors(answer)),
        )

    def power_index(self, power_dbm: float) -> int | None:
        """Index of the nearest power; None where the reader has no table."""
        return min(
            self.powers_dbm,
            key=lambda index: (abs(self.powers_dbm[index] - power_dbm), self.powers_dbm[index]),
            default=None,
        )

    def mode_for(self, aim: Aim, vendor: Vendor) -> int | None:
        """Identifier of the mode that is best for something; None where none is good for it."""
        own = {one for listed in vendor.modes.values() for one in listed}
        listed = {one.identifier for one in self.modes}
        named = next((one for one in vendor.modes.get(aim, ()) if one in listed), None)
        if named is not None or aim == "auto":
            return named
        fit = [one for one in self.modes if one.identifier not in own]
        if aim == "dense":
            fit = [one for one in fit if one.miller >= _MILLER_4]
        best = max(fit, key=_dense if aim == "dense" else _fast, default=None)
        return None if best is None else best.identifier


def _dense(mode: Mode) -> tuple[float, ...]:
    return mode.mask == _DENSE, mode.modulation == _PR_ASK, mode.bits_per_s


def _fast(mode: Mode) -> tuple[float, ...]:
    return mode.bits_per_s, -mode.tari_ns


def _channels_khz(tables: list[dict[str, Any]]) -> tuple[int, ...]:
    """The first table's."""
    told = tables[0].get("Frequency", ()) if tables else ()
    return tuple(int(one) for one in told[:_TABLE_MOST])


def _modes(band: dict[str, Any]) -> list[dict[str, Any]]:
    return parts(part(band, "C1G2UHFRFModeTable"), "C1G2UHFRFModeTableEntry")


def _mode(entry: dict[str, Any]) -> Mode:
    return Mode(
        identifier=entry["ModeIdentifier"],
        miller=entry["MValue"],
        modulation=entry["ForwardLinkModulation"],
        mask=entry["SpectralMaskIndicator"],
        backscatter_hz=entry["BDRValue"],
        tari_ns=entry["MinTariValue"],
    )


def _vendors(answer: dict[str, Any]) -> set[int]:
    """Whose custom parameters stand in it, at any depth."""
    found = {int(one["vendor"]) for one in parts(answer, "Custom")}
    for name in answer:
        if name != "Custom":
            for one in parts(answer, name):
                found |= _vendors(one)
    return found


def parts(parent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The parameters of this name in a decoded one; none where it is not there."""
    found = parent.get(name, [])
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, dict)]


def part(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """The first of them; empty where there is none."""
    found = parts(parent, name)
    return found[0] if found else {}
