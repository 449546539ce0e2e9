"""Requests about ROSpecs and AccessSpecs: adding, enabling, starting, telling, deleting."""

from simulators.faults import FaultName
from simulators.llrp import access
from simulators.llrp.access import AccessOrder, AccessSpec, AccessState
from simulators.llrp.antenna_checking import complain_of_antenna, complain_of_switches
from simulators.llrp.checking import type_of
from simulators.llrp.host import Host, response
from simulators.llrp.parts import Message, Part
from simulators.llrp.rospec import Order, RefusedError, RoSpec, State
from simulators.llrp.status import Complaint, StatusCode
from simulators.llrp.survey import Survey

_GPI = 3
"""ROSpecStartTriggerType; 2 for both kinds of stop trigger."""
_TRIGGERS = (
    ("ROSpecStartTrigger", "ROSpecStartTriggerType", _GPI),
    ("ROSpecStopTrigger", "ROSpecStopTriggerType", 2),
)
_BOUNDARY, _PERIODIC = 178, 180


def _complain_of_boundary(host: Host, spec: Part) -> Complaint | None:
    boundary = next(spec.all("ROBoundarySpec"))
    for name, field, gpi in _TRIGGERS:
        trigger = next(boundary.all(name))
        if trigger.number(field) == gpi:
            path = (type_of(spec), _BOUNDARY, type_of(trigger))
            complaint = host.settings.ports.complain_of_trigger(trigger, path)
            if complaint is not None:
                return complaint
    start = next(boundary.all("ROSpecStartTrigger"))
    if start.number("ROSpecStartTriggerType") == 2 and not start.inside:  # noqa: PLR2004
        path = (type_of(spec), _BOUNDARY, type_of(start))
        text = "a periodic start needs its period"
        return Complaint(text, StatusCode.MISSING_PARAMETER, (*path, _PERIODIC))
    return _complain_of_utc(host, start, (type_of(spec), _BOUNDARY, type_of(start)))


def _complain_of_utc(host: Host, start: Part, path: tuple[int, ...]) -> Complaint | None:
    """A start at a time of day needs a clock that knows it."""
    periodic = start.first("PeriodicTriggerValue")
    stamp = periodic.first("UTCTimestamp") if periodic is not None else None
    if stamp is None or host.clock.knows_utc():
        return None
    text = "this reader has no UTC clock"
    return Complaint(text, StatusCode.INVALID, (*path, _PERIODIC, type_of(stamp)), 1)


def _complain_of_aispec(host: Host, spec: Part, path: tuple[int, ...]) -> Complaint | None:
    antennas = spec.fields["AntennaIDs"]
    most = host.profile.antennas
    if not isinstance(antennas, tuple) or any(antenna > most for antenna in antennas):
        return Complaint(f"antennas go to {most}", StatusCode.OUT_OF_RANGE, path, 1)
    stop = next(spec.all("AISpecStopTrigger"))
    if stop.number("AISpecStopTriggerType") == 2:  # noqa: PLR2004 - GPI with timeout
        complaint = host.settings.ports.complain_of_trigger(stop, (*path, type_of(stop)))
        if complaint is not None:
            return complaint
    return _complain_of_inventory(host, spec, path)


def _complain_of_inventory(host: Host, spec: Part, path: tuple[int, ...]) -> Complaint | None:
    for at, inventory in enumerate(spec.all("InventoryParameterSpec")):
        below = (*path, type_of(inventory))
        if at:
            text = "an AISpec takes one InventoryParameterSpec"
            return Complaint(text, StatusCode.OVERFLOW_PARAMETER, below)
        if inventory.number("ProtocolID") != 1:
            text = "the only air protocol is EPCGlobalClass1Gen2"
            return Complaint(text, StatusCode.INVALID, below, 2)
        for one in inventory.all("AntennaConfiguration"):
            complaint = complain_of_antenna(host.profile, one, (*below, type_of(one)))
            if complaint is not None:
                return complaint
    return None


def _complain_of_survey(host: Host, spec: Part, path: tuple[int, ...]) -> Complaint | None:
    most = host.profile.antennas
    if spec.number("AntennaID") > most:
        return Complaint(f"antennas go to {most}", StatusCode.OUT_OF_RANGE, path, 1)
    survey = Survey(spec.number("StartFrequency"), spec.number("EndFrequency"))
    if not survey.channels_khz(host.profile.band):
        text = f"no channel between {survey.from_khz} and {survey.to_khz} kHz"
        return Complaint(text, StatusCode.OUT_OF_RANGE, path, 2)
    return None


def _complain_of_spec(host: Host, spec: Part, path: tuple[int, ...]) -> Complaint | None:
    match spec.name:
        case "AISpec":
            return _complain_of_aispec(host, spec, path)
        case "RFSurveySpec":
            return _complain_of_survey(host, spec, path)
        case "ROReportSpec":
            return complain_of_switches(spec, path)
        case "Custom":
            text = "Custom is not supported"
            return Complaint(text, StatusCode.UNSUPPORTED_PARAMETER, path)
        case _:
            return None


def _complain_of_rospec_itself(host: Host, spec: Part) -> Complaint | None:
    path = (type_of(spec),)
    rospec_id = spec.number("ROSpecID")
    if rospec_id == 0:
        return Complaint("ROSpecID 0 means all", StatusCode.INVALID, path, 1)
    if rospec_id in host.inventory.rospecs:
        return Complaint(f"ROSpec {rospec_id} is there already", StatusCode.INVALID, path, 1)
    if spec.number("CurrentState") != State.DISABLED:
        return Complaint("a ROSpec is added disabled", StatusCode.INVALID, path, 3)
    if spec.number("Priority") >= host.profile.priorities:
        text = f"priorities go to {host.profile.priorities - 1}"
        return Complaint(text, StatusCode.OUT_OF_RANGE, path, 2)
    if len(host.inventory.rospecs) >= host.profile.rospecs_most:
        text = f"there is room for {host.profile.rospecs_most} ROSpecs"
        return Complaint(text, StatusCode.OVERFLOW_PARAMETER, path)
    return None


def _complain_of_rospec(host: Host, spec: Part) -> Complaint | None:
    path = (type_of(spec),)
    refused = _complain_of_rospec_itself(host, spec)
    if refused is not None:
        return refused
    for at, one in enumerate(spec.inside):
        complaint = _complain_of_spec(host, one, (*path, type_of(one)))
        if complaint is not None:
            return complaint
        if at > host.profile.specs_most and one.name in ("AISpec", "RFSurveySpec"):
            text = f"there is room for {host.profile.specs_most} AISpecs and RFSurveySpecs"
            return Complaint(text, StatusCode.OVERFLOW_PARAMETER, (*path, type_of(one)))
    return _complain_of_boundary(host, spec)


def add_rospec(host: Host, request: Message) -> Message | None:
    """ADD_ROSPEC."""
    if host.faults.take(FaultName.ERROR_IN_SETUP):
        complaint = Complaint("the radio did not answer", StatusCode.DEVICE_ERROR)
        host.reply_error(request.id, complaint)
        return None
    spec = next(request.all("ROSpec"))
    refused = _complain_of_rospec(host, spec)
    if refused is None:
        rospec = RoSpec(spec, host.profile.antennas)
        host.inventory.rospecs[rospec.id] = rospec
        host.settings.touch()
    return response(request, refused)


def _obey(host: Host, order: Order, rospec: RoSpec) -> None:
    match order:
        case Order.START:
            host.inventory.start(rospec)
        case Order.STOP | Order.DISABLE:
            host.inventory.stop(rospec, order)
        case Order.ENABLE:
            host.inventory.enable(rospec)


def _order_all(host: Host, order: Order) -> None:
    """Do it to every ROSpec that it can be done to; none at all is well too."""
    for rospec in tuple(host.inventory.rospecs.values()):
        try:
            _obey(host, order, rospec)
        except RefusedError:
            continue


_ORDERS = {
    "ENABLE_ROSPEC": Order.ENABLE,
    "DISABLE_ROSPEC": Order.DISABLE,
    "START_ROSPEC": Order.START,
    "STOP_ROSPEC": Order.STOP,
}


def order_rospec(host: Host, request: Message) -> Message:
    """ENABLE_ROSPEC, DISABLE_ROSPEC, START_ROSPEC, STOP_ROSPEC.

    Enabling and disabling take 0 for all; starting and stopping name one (section 10.1).
    """
    order = _ORDERS[request.name]
    stubborn = order in (Order.STOP, Order.DISABLE) and host.faults.on(FaultName.REFUSES_STOP)
    if stubborn:
        return response(request, Complaint("cannot stop now", StatusCode.DEVICE_ERROR))
    rospec_id = request.number("ROSpecID")
    if rospec_id == 0 and order in (Order.ENABLE, Order.DISABLE):
        _order_all(host, order)
        return response(request, None)
    rospec = host.inventory.rospecs.get(rospec_id)
    if rospec is None:
        complaint = Complaint(f"there is no ROSpec {rospec_id}", StatusCode.INVALID, (), 1)
        return response(request, complaint)
    try:
        _obey(host, order, rospec)
    except RefusedError as error:
        return response(request, Complaint(str(error), StatusCode.INVALID, (), 1))
    return response(request, None)


def delete_rospec(host: Host, request: Message) -> Message:
    """DELETE_ROSPEC; 0 deletes all, and none at all is well."""
    if host.faults.on(FaultName.REFUSES_STOP):
        return response(request, Complaint("cannot stop now", StatusCode.DEVICE_ERROR))
    rospec_id = request.number("ROSpecID")
    if rospec_id and rospec_id not in host.inventory.rospecs:
        complaint = Complaint(f"there is no ROSpec {rospec_id}", StatusCode.INVALID, (), 1)
        return response(request, complaint)
    for rospec in tuple(host.inventory.rospecs.values()):
        if rospec_id in (0, rospec.id):
            host.inventory.delete(rospec)
    host.settings.touch()
    return response(request, None)


def get_rospecs(host: Host, request: Message) -> Message:
    """GET_ROSPECS."""
    return response(request, None, *(one.part() for one in host.inventory.rospecs.values()))


def add_accessspec(host: Host, request: Message) -> Message:
    """ADD_ACCESSSPEC."""
    spec = next(request.all("AccessSpec"))
    path = (type_of(spec),)
    spec_id = spec.number("AccessSpecID")
    if spec_id == 0 or spec_id in host.inventory.access.specs:
        text = f"AccessSpecID {spec_id} is taken or means all"
        return response(request, Complaint(text, StatusCode.INVALID, path, 1))
    if len(host.inventory.access.specs) >= host.profile.accessspecs_most:
        text = f"there is room for {host.profile.accessspecs_most} AccessSpecs"
        return response(request, Complaint(text, StatusCode.OVERFLOW_PARAMETER, path))
    refused = access.complain_of(spec, path, host.profile)
    if refused is None:
        host.inventory.access.specs[spec_id] = AccessSpec.of(spec)
        host.settings.touch()
    return response(request, refused)


_ACCESS_ORDERS = {
    "ENABLE_ACCESSSPEC": AccessOrder.ENABLE,
    "DISABLE_ACCESSSPEC": AccessOrder.DISABLE,
    "DELETE_ACCESSSPEC": AccessOrder.DELETE,
}


def order_accessspec(host: Host, request: Message) -> Message:
    """ENABLE_ACCESSSPEC, DISABLE_ACCESSSPEC, DELETE_ACCESSSPEC; 0 means all."""
    specs = host.inventory.access.specs
    spec_id = request.number("AccessSpecID")
    if spec_id and spec_id not in specs:
        complaint = Complaint(f"there is no AccessSpec {spec_id}", StatusCode.INVALID, (), 1)
        return response(request, complaint)
    for each in tuple(specs) if spec_id == 0 else (spec_id,):
        specs[each].obey(_ACCESS_ORDERS[request.name])
        if specs[each].state is AccessState.GONE:
            del specs[each]
            host.settings.touch()
    return response(request, None)


def get_accessspecs(host: Host, request: Message) -> Message:
    """GET_ACCESSSPECS."""
    return response(request, None, *(one.part() for one in host.inventory.access.specs.values()))
