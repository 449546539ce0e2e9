"""A reader without a wire, played by hand; and where the recordings of real readers lie."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.air import Air
from simulators.faults import FaultPlan, PlannedFault
from simulators.llrp.codec import decode, encode
from simulators.llrp.device import Device
from simulators.llrp.outbox import Outgoing
from simulators.llrp.parts import Message, Part, Value, message, part
from simulators.llrp.profile import PROFILES, Profile, Vendor
from simulators.llrp.settings import CONTENT_FLAGS
from simulators.tag_field import TagField
from tests.waiting import ended

START_US = 1_700_000_000_000_000
ROOT = Path(__file__).parents[3]


@pytest.fixture
def llrp_data() -> Path:
    """Definitions and recordings by others, outside the repository."""
    shared = Path(os.environ.get("WAREHOUSE_EDGE_DATA", ROOT.parent / "shared" / "data"))
    if not (shared / "llrp").is_dir():
        pytest.skip(f"no development data at {shared} (WAREHOUSE_EDGE_DATA names another place)")
    return shared / "llrp"


class PlayedReader:
    """A device with a client that speaks in messages and a clock that is moved by hand."""

    def __init__(self, air: Air, profile: Profile, faults: tuple[str, ...]) -> None:
        plan = FaultPlan(tuple(PlannedFault.parse(name) for name in faults))
        self.now_us = START_US
        self.device = Device(profile, air, plan, START_US)
        self.sent: list[Outgoing] = []
        self._ids = 0

    def connect(self) -> list[Message]:
        """A client comes; what it is told."""
        self.device.connect(self.now_us)
        return self.taken()

    def taken(self) -> list[Message]:
        """What the reader sends now."""
        outgoing = self.device.take()
        self.sent += outgoing
        return [decode(one.frame) for one in outgoing]

    def ask(self, name: str, *inside: Part, **fields: Value) -> list[Message]:
        """Send a request; everything that comes back at once."""
        self._ids += 1
        self.device.receive(encode(message(name, self._ids, *inside, **fields)), self.now_us)
        return self.taken()

    def status(self, name: str, *inside: Part, **fields: Value) -> Part:
        """Send a request; the LLRPStatus of its answer."""
        answers = [one for one in self.ask(name, *inside, **fields) if one.first("LLRPStatus")]
        assert [one.id for one in answers] == [self._ids]
        return next(answers[0].all("LLRPStatus"))

    def run(self, seconds: float) -> list[Message]:
        """Let time pass in steps of 20 ms; what the reader sends meanwhile."""
        found: list[Message] = []
        for _ in range(round(seconds * 50)):
            self.now_us += 20_000
            self.device.advance(self.now_us)
            found += self.taken()
        return found

    def inventory(self, report: Part | None = None, *, antennas: tuple[int, ...] = (0,)) -> None:
        """Add ROSpec 1, which starts at once and never ends, and enable it."""
        added = self.status(
            "ADD_ROSPEC", rospec(report=report or report_spec(1), antennas=antennas)
        )
        assert added.number("StatusCode") == 0
        assert self.status("ENABLE_ROSPEC", ROSpecID=1).number("StatusCode") == 0


def report_spec(number: int, *, trigger: int = 2, impinj: bool = False, without: str = "") -> Part:
    """Report every so many tags, with everything but the flags whose names hold `without`."""
    flags = {flag: int(not without or without not in flag) for flag in CONTENT_FLAGS}
    own = part(
        "ImpinjTagReportContentSelector",
        part("ImpinjEnableRFPhaseAngle", RFPhaseAngleMode=1),
        part("ImpinjEnablePeakRSSI", PeakRSSIMode=1),
        part("ImpinjEnableRFDopplerFrequency", RFDopplerFrequencyMode=1),
    )
    selector = part("TagReportContentSelector", **flags)
    inside = (selector, own) if impinj else (selector,)
    return part("ROReportSpec", *inside, ROReportTrigger=trigger, N=number)


def rospec(  # noqa: PLR0913 - what a test wants to say of a ROSpec
    number: int = 1,
    *,
    start: Part | None = None,
    stop_ms: int = 0,
    spec_stop: Part | None = None,
    report: Part | None = None,
    antennas: tuple[int, ...] = (0,),
    priority: int = 0,
) -> Part:
    """A ROSpec of one AISpec; starts at once and never ends unless told otherwise."""
    return part(
        "ROSpec",
        part(
            "ROBoundarySpec",
            start or part("ROSpecStartTrigger", ROSpecStartTriggerType=1),
            part(
                "ROSpecStopTrigger",
                ROSpecStopTriggerType=int(stop_ms > 0),
                DurationTriggerValue=stop_ms,
            ),
        ),
        part(
            "AISpec",
            spec_stop or part("AISpecStopTrigger", AISpecStopTriggerType=0, DurationTrigger=0),
            part("InventoryParameterSpec", InventoryParameterSpecID=5, ProtocolID=1),
            AntennaIDs=antennas,
        ),
        *((report,) if report else ()),
        ROSpecID=number,
        Priority=priority,
        CurrentState=0,
    )


@pytest.fixture
def play() -> Callable[..., PlayedReader]:
    """Makes a reader with 20 tags before 4 antennas, 200 reads a second, and a client at it."""

    def made(
        *faults: str, vendor: Vendor = Vendor.GENERIC, rate: float = 200.0, kept: int = 66_000
    ) -> PlayedReader:
        profile = replace(PROFILES[vendor], reports_kept=kept)
        reader = PlayedReader(TagField(20, 4, rate, seed=1), profile, faults)
        reader.connect()
        return reader

    return made


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Starts `warehouse-sim reader` with these arguments as a process; gives its port."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> int:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulators", "reader", "--seconds", "1800", *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return int(json.loads(process.stdout.readline())["reader"]["port"])

    yield begin
    for process in started:
        process.terminate()
        ended(process)


@pytest.fixture
def a_rospec() -> Callable[..., Part]:
    """Makes ROSpecs."""
    return rospec


@pytest.fixture
def a_report_spec() -> Callable[..., Part]:
    """Makes ROReportSpecs."""
    return report_spec


def reads_of(messages: list[Message]) -> list[Part]:
    """All TagReportData in these messages."""
    return [read for one in messages for read in one.all("TagReportData")]


@pytest.fixture
def reads() -> Callable[[list[Message]], list[Part]]:
    """Finds all TagReportData in messages."""
    return reads_of
