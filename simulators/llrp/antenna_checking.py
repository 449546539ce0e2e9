"""What a reader cannot do of an AntennaConfiguration (sections 12.2.6 and 15.2.1.2).

Whatever it refuses is named: the parameter by the way to it, the field by its number.
"""

from collections.abc import Iterator

from simulators.llrp.checking import type_of
from simulators.llrp.parts import Part
from simulators.llrp.profile import Profile
from simulators.llrp.status import Complaint, StatusCode

_SIMULATED = frozenset(
    {
        "ImpinjEnableSerializedTID",
        "ImpinjEnableRFPhaseAngle",
        "ImpinjEnablePeakRSSI",
        "ImpinjEnableRFDopplerFrequency",
    }
)
"""Switches of Impinj's content selector that have an effect here."""


def complain_of_antenna(
    profile: Profile, configuration: Part, path: tuple[int, ...]
) -> Complaint | None:
    """The first thing in it that this reader cannot do; `path` leads to the configuration."""
    antenna = configuration.number("AntennaID")
    if antenna > profile.antennas:
        text = f"antenna {antenna}: there are {profile.antennas}"
        return Complaint(text, StatusCode.OUT_OF_RANGE, path, 1)
    for one in configuration.inside:
        below = (*path, type_of(one))
        match one.name:
            case "RFReceiver":
                complaint = _beyond(one, below, {"ReceiverSensitivity": profile.sensitivities})
            case "RFTransmitter":
                complaint = _beyond(one, below, _transmitter_ends(profile))
            case "C1G2InventoryCommand":
                complaint = _complain_of_command(profile, one, below)
            case _:
                complaint = None
        if complaint is not None:
            return complaint
    return None


def _transmitter_ends(profile: Profile) -> dict[str, int]:
    return {
        "HopTableID": int(profile.band.hops),
        "ChannelIndex": len(profile.band.channels_khz),
        "TransmitPower": len(profile.powers_cdbm()),
    }


def _beyond(one: Part, path: tuple[int, ...], ends: dict[str, int]) -> Complaint | None:
    """The first field whose index is beyond the end of its table in the capabilities."""
    for number, (name, last) in enumerate(ends.items(), start=1):
        if one.number(name) > last:
            text = f"{one.name}.{name} is {one.number(name)}: the table ends at {last}"
            return Complaint(text, StatusCode.OUT_OF_RANGE, path, number)
    return None


def _complain_of_command(
    profile: Profile, command: Part, path: tuple[int, ...]
) -> Complaint | None:
    filters = sum(1 for _ in command.all("C1G2Filter"))
    if filters > profile.filters_most:
        text = f"{filters} filters: there is room for {profile.filters_most}"
        return Complaint(text, StatusCode.OVERFLOW_PARAMETER, (*path, _FILTER))
    for one in command.all("C1G2Filter"):
        aware = one.first("C1G2TagInventoryStateAwareFilterAction")
        if aware is not None:
            text = "filters select tags here, they do not set flags"
            below = (*path, _FILTER, type_of(aware))
            return Complaint(text, StatusCode.UNSUPPORTED_PARAMETER, below)
    control = command.first("C1G2RFControl")
    return _complain_of_mode(profile, control, (*path, type_of(control))) if control else None


def _complain_of_mode(profile: Profile, control: Part, path: tuple[int, ...]) -> Complaint | None:
    wanted, tari_ns = control.number("ModeIndex"), control.number("Tari")
    mode = next((one for one in profile.modes if one.identifier == wanted), None)
    if mode is None:
        known = ", ".join(str(one.identifier) for one in profile.modes)
        text = f"there is no mode {wanted}, but {known}"
        return Complaint(text, StatusCode.OUT_OF_RANGE, path, 1)
    if tari_ns not in (0, mode.tari_ns):
        text = f"mode {wanted} has a Tari of {mode.tari_ns} ns"
        return Complaint(text, StatusCode.OUT_OF_RANGE, path, 2)
    return None


def complain_of_switches(spec: Part, path: tuple[int, ...]) -> Complaint | None:
    """The first of Impinj's report contents that is switched on and not simulated.

    Args:
        spec: an ROReportSpec.
        path: leads to it.
    """
    for selector in spec.all("ImpinjTagReportContentSelector"):
        for switch in _switched_on(selector):
            if switch.name not in _SIMULATED:
                text = f"{switch.name} is not supported here"
                below = (*path, type_of(selector), type_of(switch))
                return Complaint(text, StatusCode.UNSUPPORTED_PARAMETER, below)
    return None


def _switched_on(selector: Part) -> Iterator[Part]:
    return (one for one in selector.inside if 1 in one.fields.values())


_FILTER = 331
