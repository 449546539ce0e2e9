"""What can go wrong with a reader, by name: real readers, cables and networks did all of this.

A fault either lasts from the moment it strikes (a reader without a power table, a slow link) or
strikes once (a frame cut in two, a reboot). When it strikes is told in seconds after the first
client came. Knows only names and times; those who play a fault stand where it bites.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FaultName(StrEnum):
    """The catalogue."""

    SILENT = "silent"
    HALF_OPEN = "half-open"
    SLOW = "slow"
    CUT_MID_FRAME = "cut-mid-frame"
    GARBAGE = "garbage"
    OVERSIZED_LENGTH = "oversized-length"
    UNDERSIZED_LENGTH = "undersized-length"
    UNKNOWN_MESSAGE = "unknown-message"
    UNKNOWN_PARAMETER = "unknown-parameter"
    CUT_FIELD = "cut-field"
    WRONG_COUNT = "wrong-count"
    CLOCK_1970 = "clock-1970"
    CLOCK_2000 = "clock-2000"
    CLOCK_JUMP = "clock-jump"
    UPTIME_ONLY = "uptime-only"
    NO_UHF_BAND = "no-uhf-band"
    KEEPALIVE_LATE = "keepalive-late"
    REFUSES_STOP = "refuses-stop"
    ERROR_IN_SETUP = "error-in-setup"
    REBOOTS = "reboots"
    ANTENNA_FALLS_OFF = "antenna-falls-off"
    WRONG_ANTENNA = "wrong-antenna"
    BUFFER_OVERFLOW = "buffer-overflow"
    DUPLICATED_REPORT = "duplicated-report"
    REORDERED_REPORT = "reordered-report"
    IMPINJ_REFUSED = "impinj-refused"
    CLAIMS_IMPINJ = "claims-impinj"
    ODD_ENUMS = "odd-enums"
    EMPTY_REPORTS = "empty-reports"
    BURST = "burst"


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of the catalogue.

    Attributes:
        lasts: stays from the moment it strikes; else it strikes once for each time it is asked.
        at_s: when it strikes where nobody says otherwise.
        sentence: what happens, for people.
    """

    lasts: bool
    at_s: float
    sentence: str


_SOON_S = 2.0
"""Late enough that a client has set the reader up and reads come."""


def _lasts(sentence: str, at_s: float = 0.0) -> Fault:
    return Fault(lasts=True, at_s=at_s, sentence=sentence)


def _once(sentence: str, at_s: float = _SOON_S) -> Fault:
    return Fault(lasts=False, at_s=at_s, sentence=sentence)


CATALOGUE = {
    FaultName.SILENT: _once(
        "goes on taking requests on this connection but never sends another byte"
    ),
    FaultName.HALF_OPEN: _once("forgets the connection without closing it, as after a cut cable"),
    FaultName.SLOW: _lasts("sends at most 20,000 bytes a second, a few bytes at a time"),
    FaultName.CUT_MID_FRAME: _once("closes the connection in the middle of a report"),
    FaultName.GARBAGE: _once("sends 64 bytes of noise between two frames"),
    FaultName.OVERSIZED_LENGTH: _once(
        "sends a header that announces 4 GiB, then goes on as before"
    ),
    FaultName.UNDERSIZED_LENGTH: _once(
        "sends a header whose length is 4, less than the header itself"
    ),
    FaultName.UNKNOWN_MESSAGE: _once(
        "sends a message of type 900, which the standard does not have"
    ),
    FaultName.UNKNOWN_PARAMETER: _lasts(
        "adds a parameter of type 900 and one of an unknown vendor to every read"
    ),
    FaultName.CUT_FIELD: _once("sends one report whose last read ends in the middle of a field"),
    FaultName.WRONG_COUNT: _once("sends one report with an EPC that claims more bits than it has"),
    FaultName.CLOCK_1970: _lasts("its clock started at 1970-01-01 when it was switched on"),
    FaultName.CLOCK_2000: _lasts("its clock started at 2000-01-01 when it was switched on"),
    FaultName.CLOCK_JUMP: _lasts("its clock jumps one hour forward", at_s=_SOON_S),
    FaultName.UPTIME_ONLY: _lasts("stamps with microseconds since its start, not UTC"),
    FaultName.NO_UHF_BAND: _lasts("leaves UHFBandCapabilities out of its capabilities"),
    FaultName.KEEPALIVE_LATE: _lasts("sends each keepalive three periods apart"),
    FaultName.REFUSES_STOP: _lasts("refuses STOP, DISABLE and DELETE of a ROSpec"),
    FaultName.ERROR_IN_SETUP: _once(
        "answers the first ADD_ROSPEC with ERROR_MESSAGE R_DeviceError", at_s=0.0
    ),
    FaultName.REBOOTS: _once(
        "resets the connection, is away for 2 s and comes back with factory settings"
    ),
    FaultName.ANTENNA_FALLS_OFF: _lasts(
        "loses antenna 1 and says so if AntennaEvent was asked for", at_s=_SOON_S
    ),
    FaultName.WRONG_ANTENNA: _lasts("tells reads of antenna 1 as reads of antenna 2"),
    FaultName.BUFFER_OVERFLOW: _once(
        "throws away a second of reports and says ReportBufferOverflowErrorEvent"
    ),
    FaultName.DUPLICATED_REPORT: _lasts("sends every tenth report twice"),
    FaultName.REORDERED_REPORT: _lasts("swaps every tenth report with the next"),
    FaultName.IMPINJ_REFUSED: _lasts("refuses IMPINJ_ENABLE_EXTENSIONS"),
    FaultName.CLAIMS_IMPINJ: _lasts(
        "names Impinj as its manufacturer but knows none of Impinj's extensions"
    ),
    FaultName.ODD_ENUMS: _lasts(
        "uses numbers outside the standard's enumerations in capabilities and events"
    ),
    FaultName.EMPTY_REPORTS: _lasts("sends an RO_ACCESS_REPORT without a tag every second"),
    FaultName.BURST: _once("hears every tag ten times as often for 5 s"),
}


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault and when it strikes, in seconds after the first client came."""

    name: FaultName
    at_s: float

    @classmethod
    def parse(cls, text: str) -> "PlannedFault":
        """From `NAME` or `NAME=SECONDS`.

        Raises:
            ValueError: as `name_and_time`.
        """
        name, at_s = name_and_time(text, {name: fault.at_s for name, fault in CATALOGUE.items()})
        return cls(FaultName(name), at_s)


def name_and_time(text: str, usual_s: Mapping[str, float]) -> tuple[str, float]:
    """A fault and when it strikes, from `NAME` or `NAME=SECONDS`.

    Args:
        text: what somebody typed.
        usual_s: when each fault that there is strikes where nothing is said.

    Raises:
        ValueError: no such fault, or no such time; the text says which names there are.
    """
    name, equals, at = text.partition("=")
    if name not in usual_s:
        raise ValueError(f"no fault {name!r}; there are {', '.join(usual_s)}")
    try:
        at_s = float(at) if equals else usual_s[name]
    except ValueError as error:
        raise ValueError(f"{name}: {at!r} is no number of seconds") from error
    if not 0 <= at_s < float("inf"):
        raise ValueError(f"{name}: {at} s is no time to strike at")
    return name, at_s


class FaultPlan:
    """Which faults are on, and which strike now; holds still until the first client comes.

    Args:
        planned: in any order; the same one-time fault may stand several times.
    """

    def __init__(self, planned: tuple[PlannedFault, ...] = ()) -> None:
        self._lasting = {one for one in planned if CATALOGUE[one.name].lasts}
        self._once = sorted(
            (one for one in planned if not CATALOGUE[one.name].lasts), key=lambda one: one.at_s
        )
        self._began_us: int | None = None
        self._now_us = 0

    def begin(self, now_us: int) -> None:
        """The first client came; later calls change nothing."""
        if self._began_us is None:
            self._began_us = self._now_us = now_us

    def move_to(self, now_us: int) -> None:
        """Time went on."""
        self._now_us = now_us

    def _elapsed_s(self) -> float:
        return -1.0 if self._began_us is None else (self._now_us - self._began_us) / 1e6

    def on(self, name: FaultName) -> bool:
        """Whether a lasting fault has struck; one planned for 0 s is on before any client."""
        if not self._lasting:
            return False
        elapsed_s = max(self._elapsed_s(), 0.0)
        return any(one.name is name and one.at_s <= elapsed_s for one in self._lasting)

    def take(self, name: FaultName) -> bool:
        """Whether a one-time fault is due; each strikes for one call only."""
        elapsed_s = self._elapsed_s()
        for one in self._once:
            if one.name is name and one.at_s <= elapsed_s:
                self._once.remove(one)
                return True
        return False


def listing() -> str:
    """The catalogue for people: a line for each fault."""
    width = max(len(name) for name in CATALOGUE)
    return "\n".join(
        f"{name:<{width}}  {fault.sentence} ({'from' if fault.lasts else 'at'} {fault.at_s:g} s)"
        for name, fault in CATALOGUE.items()
    )
