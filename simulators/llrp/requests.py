"""What a reader does with each request: checked against the standard, then handled by name."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from simulators.faults import FaultName
from simulators.llrp import spec_requests
from simulators.llrp.capabilities import capabilities
from simulators.llrp.checking import check, type_of
from simulators.llrp.host import Host, response
from simulators.llrp.impinj_tables import IMPINJ_VENDOR
from simulators.llrp.layouts import CUSTOM, PARAMETER_BY_NAME
from simulators.llrp.parts import Message, Part
from simulators.llrp.profile import Profile
from simulators.llrp.settings import Asked
from simulators.llrp.status import SUCCESS, Complaint, StatusCode
from simulators.llrp.tables import NEW_IN_1_1

_VERSION_MOST = 2
"""LLRP 1.1; 1 is 1.0.1."""
_VERSION_NAMES = {1: "LLRP 1.0.1", 2: "LLRP 1.1"}
_SPEAKS_IMPINJ = "IMPINJ_ENABLE_EXTENSIONS"


def _profile_told(host: Host) -> Profile:
    """The reader as it describes itself, which need not be true."""
    profile = host.profile
    if not host.faults.on(FaultName.CLAIMS_IMPINJ):
        return profile
    return profile.claiming(IMPINJ_VENDOR, 2_001_002)


def _get_capabilities(host: Host, request: Message) -> Message:
    told = capabilities(
        _profile_told(host),
        request.number("RequestedData"),
        has_utc=host.clock.knows_utc(),
        has_uhf_band=not host.faults.on(FaultName.NO_UHF_BAND),
        version=host.version,
        odd=host.faults.on(FaultName.ODD_ENUMS),
    )
    return response(request, None, *told)


def _get_config(host: Host, request: Message) -> Message:
    antenna = request.number("AntennaID")
    if antenna > host.profile.antennas:
        text = f"antenna {antenna}: there are {host.profile.antennas}"
        return response(request, Complaint(text, StatusCode.OUT_OF_RANGE, (), 1))
    limits = (
        ("GPIPortNum", host.profile.inputs, Asked.GPI_STATE, 3),
        ("GPOPortNum", host.profile.outputs, Asked.GPO_DATA, 4),
    )
    asked = request.number("RequestedData")
    for name, most, data, field in limits:
        if request.number(name) > most and asked in (Asked.ALL, data):
            text = f"{name} goes to {most}"
            return response(request, Complaint(text, StatusCode.OUT_OF_RANGE, (), field))
    return response(request, None, *host.settings.tell(request, host.connected_antennas()))


def _set_config(host: Host, request: Message) -> Message:
    return response(request, host.settings.change(request))


def _get_report(host: Host, _request: Message) -> None:
    host.inventory.flush_all()
    host.release()


def _enable_events_and_reports(host: Host, _request: Message) -> None:
    host.release()


def _acknowledge(host: Host, _request: Message) -> None:
    host.acknowledged()


def _close(host: Host, request: Message) -> Message:
    host.closing = True
    return response(request, None)


def _enable_impinj(host: Host, request: Message) -> Message | None:
    if not host.profile.impinj or host.faults.on(FaultName.CLAIMS_IMPINJ):
        text = "there is no such vendor's message here"
        host.reply_error(request.id, Complaint(text, StatusCode.UNSUPPORTED_MESSAGE))
        return None
    if host.faults.on(FaultName.IMPINJ_REFUSED):
        text = "the extensions cannot be enabled"
        return response(request, Complaint(text, StatusCode.DEVICE_ERROR))
    host.extended = True
    return response(request, None)


def _get_version(host: Host, request: Message) -> Message | None:
    if not host.profile.tells_version:
        complaint = Complaint("this reader speaks 1.0.1", StatusCode.UNSUPPORTED_VERSION)
        host.reply_error(request.id, complaint, request.version)
        return None
    fields = {"CurrentVersion": host.version, "SupportedVersion": _VERSION_MOST}
    name = "GET_SUPPORTED_VERSION_RESPONSE"
    return Message(name, fields, (SUCCESS,), id=request.id, version=request.version)


def _set_version(host: Host, request: Message) -> Message | None:
    if not host.profile.tells_version:
        complaint = Complaint("this reader speaks 1.0.1", StatusCode.UNSUPPORTED_VERSION)
        host.reply_error(request.id, complaint, request.version)
        return None
    refused = None
    wanted = request.number("ProtocolVersion")
    if 1 <= wanted <= _VERSION_MOST:
        host.version = wanted
    else:
        text = "this reader speaks 1.0.1 and 1.1"
        refused = Complaint(text, StatusCode.UNSUPPORTED_VERSION)
    return replace(response(request, refused), version=request.version)


_Handler = Callable[[Host, Message], Message | None]
_HANDLERS: dict[str, _Handler] = {
    "GET_READER_CAPABILITIES": _get_capabilities,
    "GET_READER_CONFIG": _get_config,
    "SET_READER_CONFIG": _set_config,
    "ADD_ROSPEC": spec_requests.add_rospec,
    "DELETE_ROSPEC": spec_requests.delete_rospec,
    "START_ROSPEC": spec_requests.order_rospec,
    "STOP_ROSPEC": spec_requests.order_rospec,
    "ENABLE_ROSPEC": spec_requests.order_rospec,
    "DISABLE_ROSPEC": spec_requests.order_rospec,
    "GET_ROSPECS": spec_requests.get_rospecs,
    "ADD_ACCESSSPEC": spec_requests.add_accessspec,
    "DELETE_ACCESSSPEC": spec_requests.order_accessspec,
    "ENABLE_ACCESSSPEC": spec_requests.order_accessspec,
    "DISABLE_ACCESSSPEC": spec_requests.order_accessspec,
    "GET_ACCESSSPECS": spec_requests.get_accessspecs,
    "GET_REPORT": _get_report,
    "ENABLE_EVENTS_AND_REPORTS": _enable_events_and_reports,
    "KEEPALIVE_ACK": _acknowledge,
    "CLOSE_CONNECTION": _close,
    _SPEAKS_IMPINJ: _enable_impinj,
    "GET_SUPPORTED_VERSION": _get_version,
    "SET_PROTOCOL_VERSION": _set_version,
}
_VERSION_MESSAGES = frozenset({"GET_SUPPORTED_VERSION", "SET_PROTOCOL_VERSION"})
_WITHOUT_RESPONSE = frozenset({"GET_REPORT", "ENABLE_EVENTS_AND_REPORTS", _SPEAKS_IMPINJ})


def _every_part(of: Part, path: tuple[int, ...] = ()) -> Iterator[tuple[Part, tuple[int, ...]]]:
    """Every parameter, however deep, with the way to it."""
    for inside in of.inside:
        below = (*path, type_of(inside))
        yield inside, below
        yield from _every_part(inside, below)


def _complain_of_custom(host: Host, request: Message) -> Complaint | None:
    """A reader refuses vendors' parameters that it does not know (section 8.2)."""
    for custom, path in _every_part(request):
        if path[-1] != CUSTOM:
            continue
        own = host.extended and PARAMETER_BY_NAME[custom.name].vendor == IMPINJ_VENDOR
        if not own:
            text = f"{custom.name} is not supported here"
            return Complaint(text, StatusCode.UNSUPPORTED_PARAMETER, path)
    return None


def _complain_of_version(host: Host, request: Message) -> Complaint | None:
    """What LLRP 1.1 brought is unknown on a connection of 1.0.1."""
    if host.version > 1:
        return None
    for one, path in _every_part(request):
        if one.name in NEW_IN_1_1:
            text = f"{one.name} is unknown to LLRP 1.0.1"
            return Complaint(text, StatusCode.UNKNOWN_PARAMETER, path)
    return None


def _unsupported(host: Host, request: Message) -> None:
    name = request.number("Type") if request.name == "UNKNOWN" else request.name
    text = f"message {name} is not supported"
    host.reply_error(request.id, Complaint(text, StatusCode.UNSUPPORTED_MESSAGE))


def handle(host: Host, request: Message) -> Message | None:
    """What the reader answers; None where nothing is due or an ERROR_MESSAGE went out instead."""
    if request.name == "ERROR_MESSAGE":
        return None  # section 14.2: never answered
    if request.version != host.version and request.name not in _VERSION_MESSAGES:
        text = f"this connection speaks {_VERSION_NAMES[host.version]}"
        refused = Complaint(text, StatusCode.UNSUPPORTED_VERSION)
        host.reply_error(request.id, refused, request.version)
        return None
    handler = _HANDLERS.get(request.name)
    if handler is None:
        _unsupported(host, request)
        return None
    complaint = (
        _complain_of_version(host, request)
        or check(request, host.version)
        or _complain_of_custom(host, request)
    )
    if complaint is None:
        return handler(host, request)
    if request.name in _WITHOUT_RESPONSE:
        host.reply_error(request.id, complaint)
        return None
    return response(request, complaint)
