"""Readers: simulated devices on one side, the product's driver on the other.

Between them goes what would go over the wire, byte for byte: LLRP frames of the simulator's codec
into the driver's session, its requests back. No socket, no thread.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Protocol

from numpy.random import Generator

from drivers.backoff import Backoff
from drivers.driver import DeviceDown, DeviceEvent, Listener
from drivers.llrp.attempt import Attempt
from drivers.llrp.outputs import Accessed, Output, Over, Reads, Unread, Up
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.telling import device_up
from drivers.tags import Access, AccessReport, End, Reported
from edge.clock import PlayedClock
from simulators.air import Air as AnyAir
from simulators.day.grounds import GATE_READER
from simulators.day.true_time import TrueTime
from simulators.faults import FaultPlan, PlannedFault
from simulators.hall import ZONE_READER
from simulators.llrp.codec import HEADER_BYTES, frame_length
from simulators.llrp.device import Device
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.wire import Then, Wire

_REBOOT_S = 2.0
_WORKING_S = 0.1
"""A reader that works on a tag is looked at so often, whatever its pace."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a reader is looked at, and how long each of its antennas listens at a time.

    Real readers go round many times a second; a day of hours has to be heard in seconds.
    """

    step_s: float
    turn_us: int


CEILING = Pace(4.0, 1_000_000)
NEAR = Pace(1.0, 250_000)
AT_GATE = Pace(1.0, 200_000)


def pace_of(reader: str) -> Pace:
    """What rests in bins is looked at seldom, what somebody waits for often."""
    return {ZONE_READER: CEILING, GATE_READER: AT_GATE}.get(reader, NEAR)


class Air(AnyAir, Protocol):
    """The air around one reader's antennas."""

    @property
    def antennas(self) -> int:
        """How many antennas the reader has."""
        ...


class RadioReader:
    """One simulated reader over the whole day.

    Args:
        name: as configured.
        air: what it hears.
        true_time: its antennas' time.
        faults: what goes wrong with it.
    """

    def __init__(
        self, name: str, air: Air, true_time: TrueTime, faults: tuple[PlannedFault, ...]
    ) -> None:
        self.name = name
        profile = replace(
            PROFILES[Vendor.IMPINJ],
            antennas=air.antennas,
            turn_us=pace_of(name).turn_us,
        )
        self._true_time = true_time
        self._faults = FaultPlan(faults)
        self.device = Device(profile, air, self._faults, true_time.now_us())
        self._wire = Wire(self._faults)
        self._taken = False
        self._muted = False
        self._away_until_us = 0
        self.unplugged = False

    def connect(self) -> bool:
        """A client comes; False where nobody answers."""
        now_us = self._true_time.now_us()
        if self.unplugged or now_us < self._away_until_us:
            return False
        if self._taken:
            self.device.disconnect()
        self._taken, self._muted = True, False
        self.device.connect(now_us)
        return True

    def put_input(self, port: int, high: bool) -> None:  # noqa: FBT001 - a level
        """Something outside drives an input of it."""
        self.device.put_input(port, self._true_time.now_us(), high=high)

    def leave(self) -> None:
        """The client is gone."""
        self._taken = False
        self.device.disconnect()

    def receive(self, data: bytes) -> None:
        """Whole frames of the client."""
        while data:
            length = frame_length(data[:HEADER_BYTES])
            self.device.receive(data[:length], self._true_time.now_us())
            data = data[length:]

    def step(self) -> tuple[bytes, bool]:
        """Let time pass; the bytes for the client, and whether the connection ends with them."""
        self.device.advance(self._true_time.now_us())
        return self.take()

    def take(self) -> tuple[bytes, bool]:
        """What there is to say now."""
        if not self._taken:
            return b"", False
        if self.unplugged:
            return b"", False  # a cut cable says nothing
        sendable = self._wire.send(self.device.take())
        data = b"" if self._muted else sendable.data
        ends = self.device.closing
        match sendable.then:
            case Then.GO_ON:
                pass
            case Then.MUTE | Then.FORGET:
                self._muted = True
            case Then.CLOSE:
                ends = True
            case Then.REBOOT:
                self.device.reboot(self._true_time.now_us())
                self._away_until_us = self._true_time.now_us() + int(_REBOOT_S * 1e6)
                ends = True
        if ends:
            self.leave()
        return data, ends


class ReaderLink:
    """The gateway's end: the driver's session, and connecting again; one life of the process.

    Args:
        settings: as configured.
        reader: at the other end.
        listener: told what is read.
        clock: the gateway's.
        chance: jitter of the pauses.
    """

    def __init__(
        self,
        settings: LlrpSettings,
        reader: RadioReader,
        listener: Listener,
        clock: PlayedClock,
        chance: Generator,
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._pace = pace_of(reader.name)
        self._listener = listener
        self._clock = clock
        self._attempt = Attempt.first(vendor_extensions=settings.vendor_extensions)
        self._backoff = Backoff(chance)
        self._session: Session | None = None
        self._up: bool | None = None
        self._heard_at_us = 0
        self._due_us = 0
        self._asked = 0
        self._reported: dict[int, Reported] = {}
        self._unsettled = False
        self._work: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve for ever."""
        try:
            while True:
                self._step()
                await asyncio.sleep(self._pace.step_s)
        finally:
            if self._session is not None:
                self._reader.leave()
            self._session = None

    def access(self, access: Access, reported: Reported) -> None:
        """Work on tags; told at the latest when it is over, unless the process ends before."""
        if self._session is None:
            reported(AccessReport(End.REFUSED, reason="the reader does not answer"))
            return
        self._asked += 1
        self._reported[self._asked] = reported
        now_us = self._clock.monotonic_us()
        self._outputs(self._session.access(self._asked, access, now_us))
        self._keep_working()

    def _keep_working(self) -> None:
        if self._work is None or self._work.done():
            self._work = asyncio.ensure_future(self._work_off())

    async def _work_off(self) -> None:
        """Look at the reader often, until nothing is in hand or the connection is gone."""
        while self._reported and self._session is not None:
            await asyncio.sleep(_WORKING_S)
            self._step()

    def _step(self) -> None:
        if self._session is None:
            self._connect()
        if self._session is None:
            self._reader.step()
            return
        self._hear(*self._reader.step())
        if self._session is not None:
            self._outputs(self._session.tick(self._clock.monotonic_us()))

    def _connect(self) -> None:
        now_us = self._clock.monotonic_us()
        if now_us < self._due_us:
            return
        if not self._reader.connect():
            self._lost("nobody answers")
            return
        self._session = Session(self._settings, self._attempt, now_us)
        self._hear(*self._reader.take())

    def _hear(self, data: bytes, ends: bool) -> None:  # noqa: FBT001 - as the reader gives it
        session = self._session
        if session is None:
            return
        if data:
            self._heard_at_us = self._clock.now_us()
            self._outputs(session.receive(data, self._clock.monotonic_us(), self._heard_at_us))
        if ends and self._session is not None:
            self._lost("the reader closed the connection")

    def _outputs(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Reads():
                    self._listener.reads(output.batch)
                case Unread():
                    batch, refused = output.waiting.alone()
                    output.decoded(batch, refused)
                    self._listener.reads(batch)
                case DeviceEvent():
                    self._listener.device_event(output)
                case Up():
                    self._is_up(output)
                case Accessed():
                    self._reported.pop(output.number)(output.report)
                case Over():
                    self._lost(output.reason)
        self._ask()

    def _ask(self) -> None:
        """Send what the session wants to know, and take in the answer."""
        asked = self._session.to_send() if self._session is not None else b""
        if asked:
            self._reader.receive(asked)
            self._hear(*self._reader.take())

    def _is_up(self, up: Up) -> None:
        self._up = True
        self._backoff.reset()
        self._listener.device_up(device_up(self._settings.device, up, self._clock.now_us()))
        if self._unsettled and self._session is not None:
            self._unsettled = False
            self._session.clear_accesses()

    def _lost(self, reason: str) -> None:
        if self._session is not None:
            self._attempt = self._session.attempt
            if self._session.agreeing:
                reason = ""
            session, self._session = self._session, None
            unsettled, outputs = session.lost(reason)
            self._unsettled |= unsettled
            self._reader.leave()
            self._outputs(outputs)
        self._due_us = self._clock.monotonic_us() + self._backoff.next_us()
        if self._up is not False and reason:
            self._listener.device_down(
                DeviceDown(self._settings.device, self._clock.now_us(), self._heard_at_us, reason)
            )
        self._up = False
