"""A reader's settings: what SET_READER_CONFIG changes and GET_READER_CONFIG tells (section 12)."""

from enum import IntEnum
from operator import is_

from simulators.gen2 import Query, Target
from simulators.llrp.antenna_checking import complain_of_antenna, complain_of_switches
from simulators.llrp.checking import type_of
from simulators.llrp.parts import Message, Part, part
from simulators.llrp.ports import Ports
from simulators.llrp.profile import Profile
from simulators.llrp.status import Complaint

EVENT_KINDS = 9
"""In LLRP 1.0.1; 1.1 adds the end of a loop."""
CONTENT_FLAGS = (
    "EnableROSpecID",
    "EnableSpecIndex",
    "EnableInventoryParameterSpecID",
    "EnableAntennaID",
    "EnableChannelIndex",
    "EnablePeakRSSI",
    "EnableFirstSeenTimestamp",
    "EnableLastSeenTimestamp",
    "EnableTagSeenCount",
    "EnableAccessSpecID",
)


class Asked(IntEnum):
    """RequestedData of GET_READER_CONFIG."""

    ALL = 0
    IDENTIFICATION = 1
    ANTENNA_PROPERTIES = 2
    ANTENNA_CONFIGURATION = 3
    RO_REPORT_SPEC = 4
    EVENT_NOTIFICATION_SPEC = 5
    ACCESS_REPORT_SPEC = 6
    CONFIGURATION_STATE = 7
    KEEPALIVE_SPEC = 8
    GPI_STATE = 9
    GPO_DATA = 10
    EVENTS_AND_REPORTS = 11


class EventKind(IntEnum):
    """EventType of EventNotificationState."""

    HOPPING = 0
    GPI = 1
    ROSPEC = 2
    BUFFER_FILL = 3
    EXCEPTION = 4
    RF_SURVEY = 5
    AISPEC = 6
    AISPEC_DETAILS = 7
    ANTENNA = 8
    SPEC_LOOP = 9


_PORTS = ("GPOWriteData", "GPIPortCurrentState")
_SEARCH_TARGETS = {1: Target.A, 3: Target.A, 5: Target.B}
"""ImpinjInventorySearchMode: single target reads each tag once while its flag holds; the others
look for both flags in turn."""
_TAG_FOCUS = 3
"""Single target with suppression: in session 1 flags do not fall back while there is power."""


def _report_spec() -> Part:
    """Factory settings: every read at once, with everything."""
    selector = part("TagReportContentSelector", **dict.fromkeys(CONTENT_FLAGS, 1))
    return part("ROReportSpec", selector, ROReportTrigger=2, N=1)


def _antenna(profile: Profile, antenna: int) -> Part:
    return part(
        "AntennaConfiguration",
        part("RFReceiver", ReceiverSensitivity=1),
        part(
            "RFTransmitter",
            HopTableID=int(profile.band.hops),
            ChannelIndex=int(not profile.band.hops),
            TransmitPower=len(profile.powers_cdbm()),
        ),
        part(
            "C1G2InventoryCommand",
            part("C1G2RFControl", ModeIndex=profile.usual_mode, Tari=0),
            part("C1G2SingulationControl", Session=1, TagPopulation=32, TagTransitTime=0),
            TagInventoryStateAware=0,
        ),
        AntennaID=antenna,
    )


def _overlaid(old: Part, new: Part) -> Part:
    """The antenna's configuration with those of its parts replaced that the client sent."""
    sent = {one.name for one in new.inside}
    kept = tuple(one for one in old.inside if one.name not in sent)
    return Part(old.name, old.fields, (*kept, *new.inside))


def _focuses(mode_searched: int, session: int) -> bool:
    return mode_searched == _TAG_FOCUS and session == 1


class Settings:
    """Everything that SET_READER_CONFIG may change; lost in a factory reset only.

    Args:
        profile: the reader, for what it can do.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._changes = 0
        self.ports = Ports(profile.inputs, profile.outputs)
        self.reset()

    def reset(self) -> None:
        """Back to factory settings."""
        profile = self._profile
        self.report_spec = _report_spec()
        self.access_report_spec = part("AccessReportSpec", AccessReportTrigger=0)
        self.keepalive_spec = part("KeepaliveSpec", KeepaliveTriggerType=0, PeriodicTriggerValue=0)
        self.holds = False
        self.ports.reset()
        self.events = dict.fromkeys(range(EVENT_KINDS), False)
        self.antennas = {n: _antenna(profile, n) for n in range(1, profile.antennas + 1)}
        self._asked: dict[int, tuple[tuple[Part, ...], tuple[float, Query]]] = {}
        self._changes += 1

    def touch(self) -> None:
        """A spec was added or deleted: LLRPConfigurationStateValue must tell."""
        self._changes += 1

    def keepalive_us(self) -> int:
        """Microseconds between keepalives; 0 for none."""
        if not self.keepalive_spec.number("KeepaliveTriggerType"):
            return 0
        return 1000 * self.keepalive_spec.number("PeriodicTriggerValue")

    def wants(self, kind: EventKind) -> bool:
        """Whether the client asked for such events."""
        return self.events.get(kind, False)

    def power_dbm(self, antenna: int, overrides: tuple[Part, ...] = ()) -> float:
        """Transmit power on an antenna, the ROSpec's own configuration before the reader's."""
        return self.asks(antenna, overrides)[0]

    def query(self, antenna: int, overrides: tuple[Part, ...] = ()) -> Query:
        """How an antenna asks for tags, the ROSpec's own configuration before the reader's."""
        return self.asks(antenna, overrides)[1]

    def asks(self, antenna: int, overrides: tuple[Part, ...] = ()) -> tuple[float, Query]:
        """With what power an antenna asks for tags, and how."""
        holds = (*overrides, self.antennas[antenna])
        known = self._asked.get(antenna)
        if known is not None and len(known[0]) == len(holds) and all(map(is_, known[0], holds)):
            return known[1]  # asked for in every dwell, and hardly ever another one
        asks = self._power_dbm(antenna, overrides), self._query(antenna, overrides)
        self._asked[antenna] = holds, asks
        return asks

    def _power_dbm(self, antenna: int, overrides: tuple[Part, ...]) -> float:
        for one in (*overrides, self.antennas[antenna]):
            transmitter = one.first("RFTransmitter")
            if transmitter is not None and one.number("AntennaID") in (0, antenna):
                return self._profile.power_dbm(transmitter.number("TransmitPower"))
        return self._profile.band.power_dbm_most

    def _query(self, antenna: int, overrides: tuple[Part, ...]) -> Query:
        control = self._inventory_part("C1G2RFControl", antenna, overrides)
        singulation = self._inventory_part("C1G2SingulationControl", antenna, overrides)
        search = self._inventory_part("ImpinjInventorySearchMode", antenna, overrides)
        mode = control.number("ModeIndex") if control else self._profile.usual_mode
        mode_searched = search.number("InventorySearchMode") if search else 0
        pace = self._profile.pace(mode)
        target = _SEARCH_TARGETS.get(mode_searched, Target.BOTH_IN_TURN)
        if singulation is None:
            return Query(pace, target=target)
        aware = singulation.first("C1G2TagInventoryStateAwareSingulationAction")
        if aware is not None:
            target = Target.B if aware.number("I") else Target.A
        tags = singulation.number("TagPopulation")
        session = singulation.number("Session")
        return Query(pace, session, target, tags, suppresses=_focuses(mode_searched, session))

    def _inventory_part(self, name: str, antenna: int, overrides: tuple[Part, ...]) -> Part | None:
        """A part of the C1G2InventoryCommand that holds for an antenna."""
        for one in (*overrides, self.antennas[antenna]):
            if one.number("AntennaID") not in (0, antenna):
                continue
            for command in one.all("C1G2InventoryCommand"):
                found = command.first(name)
                if found is not None:
                    return found
        return None

    def _complain(self, request: Message) -> Complaint | None:
        for one in request.inside:
            path = (type_of(one),)
            complaint = None
            if one.name in _PORTS:
                complaint = self.ports.complain(one, path)
            elif one.name == "AntennaConfiguration":
                complaint = complain_of_antenna(self._profile, one, path)
            elif one.name == "ROReportSpec":
                complaint = complain_of_switches(one, path)
            if complaint is not None:
                return complaint
        return None

    def change(self, request: Message) -> Complaint | None:
        """Obey a SET_READER_CONFIG that was checked; on a complaint nothing has changed."""
        complaint = self._complain(request)
        if complaint is not None:
            return complaint
        if request.number("ResetToFactoryDefault"):
            self.reset()
        for one in request.inside:
            self._change(one)
        self._changes += 1
        return None

    def _change(self, one: Part) -> None:
        match one.name:
            case "ROReportSpec":
                self.report_spec = one
            case "AccessReportSpec":
                self.access_report_spec = one
            case "KeepaliveSpec":
                self.keepalive_spec = one
            case "EventsAndReports":
                self.holds = bool(one.number("HoldEventsAndReportsUponReconnect"))
            case "ReaderEventNotificationSpec":
                self._change_events(one)
            case "AntennaConfiguration":
                self._change_antenna(one)
            case "GPOWriteData" | "GPIPortCurrentState":
                self.ports.change(one)
            case _:
                pass  # a vendor's own setting: taken, without effect on what is simulated

    def _change_events(self, spec: Part) -> None:
        for state in spec.inside:
            self.events[state.number("EventType")] = bool(state.number("NotificationState"))

    def _change_antenna(self, new: Part) -> None:
        asked = new.number("AntennaID")
        for antenna in self.antennas if asked == 0 else (asked,):
            self.antennas[antenna] = _overlaid(self.antennas[antenna], new)

    def tell(self, request: Message, connected: frozenset[int]) -> tuple[Part, ...]:
        """The parameters of GET_READER_CONFIG_RESPONSE behind its status.

        Args:
            request: GET_READER_CONFIG, checked.
            connected: the antennas that are plugged in.
        """
        asked, antenna = request.number("RequestedData"), request.number("AntennaID")
        ports = [n for n in self.antennas if antenna in (0, n)]
        told: dict[Asked, tuple[Part, ...]] = {
            Asked.IDENTIFICATION: (
                part("Identification", IDType=0, ReaderID=(0, 0x16, 0x25, 0xFF, 0xFF, 0, 0, 1)),
            ),
            Asked.ANTENNA_PROPERTIES: tuple(
                part(
                    "AntennaProperties",
                    AntennaConnected=int(n in connected),
                    AntennaID=n,
                    AntennaGain=600,
                )
                for n in ports
            ),
            Asked.ANTENNA_CONFIGURATION: tuple(self.antennas[n] for n in ports),
            Asked.EVENT_NOTIFICATION_SPEC: (self._event_spec(),),
            Asked.RO_REPORT_SPEC: (self.report_spec,),
            Asked.ACCESS_REPORT_SPEC: (self.access_report_spec,),
            Asked.CONFIGURATION_STATE: (
                part("LLRPConfigurationStateValue", LLRPConfigurationStateValue=self._changes),
            ),
            Asked.KEEPALIVE_SPEC: (self.keepalive_spec,),
            Asked.GPI_STATE: self.ports.tell_inputs(request.number("GPIPortNum")),
            Asked.GPO_DATA: self.ports.tell_outputs(request.number("GPOPortNum")),
            Asked.EVENTS_AND_REPORTS: (
                part("EventsAndReports", HoldEventsAndReportsUponReconnect=int(self.holds)),
            ),
        }
        return tuple(
            one for key, parts in told.items() if asked in (Asked.ALL, key) for one in parts
        )

    def _event_spec(self) -> Part:
        return part(
            "ReaderEventNotificationSpec",
            *(
                part("EventNotificationState", EventType=kind, NotificationState=int(on))
                for kind, on in self.events.items()
            ),
        )
