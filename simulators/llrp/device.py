"""A whole LLRP reader without a wire: frames in, frames out, time handed in.

One client at a time. What comes in is decoded, checked against the standard, handed to the
request's handler by name, and answered; `advance` lets time pass: reads, reports, keepalives. The
shell around it (`reader.py`) owns sockets and timers and asks `take` for what there is to send.
"""

from simulators.air import Air, BurstAir
from simulators.faults import FaultName, FaultPlan
from simulators.llrp.bits import MalformedError
from simulators.llrp.codec import decode, encode, encode_part
from simulators.llrp.inventory import Inventory
from simulators.llrp.keepalive import Keepalive
from simulators.llrp.outbox import Outbox, Outgoing
from simulators.llrp.parts import Message, Part, message, part
from simulators.llrp.profile import Profile
from simulators.llrp.reader_clock import ReaderClock
from simulators.llrp.requests import handle
from simulators.llrp.settings import EventKind, Settings
from simulators.llrp.status import Complaint, StatusCode, status
from simulators.llrp.tag_memory import USER, TagMemory
from simulators.llrp.written_air import WrittenAir

CLIENT_EXISTS = 2
"""ConnectionAttemptEvent: a client-initiated connection already exists."""
_ANOTHER_TRIED = 4
_UNKNOWN_VENDOR = 24_213
_TAIL = encode_part(part("Unknown", Type=900, Data=b"\x12\x34\x56\x78")) + encode_part(
    part("Custom", VendorIdentifier=_UNKNOWN_VENDOR, ParameterSubtype=7, Data=b"\xca\xfe")
)
_EMPTY_EVERY_US = 1_000_000
_WARNS_AT_PERCENT = 80
_OVERFLOW_LASTS_US = 1_000_000
_BURST_TIMES = 10
_BURST_LASTS_US = 5_000_000


class Device:
    """One reader.

    Args:
        profile: which model.
        air: what its antennas hear.
        faults: what goes wrong with it, and when.
        now_us: true UTC microseconds of switching on.
    """

    def __init__(self, profile: Profile, air: Air, faults: FaultPlan, now_us: int) -> None:
        self.profile = profile
        self.faults = faults
        self.settings = Settings(profile)
        self._outbox = Outbox(profile.reports_kept)
        self._burst = BurstAir(air)
        self._air = WrittenAir(self._burst)
        self.lost_reads = 0
        self._boots(now_us)

    def _boots(self, now_us: int) -> None:
        self.now_us = now_us
        self.clock = ReaderClock(now_us, self.faults)
        self.inventory = Inventory(self.profile, self._air, self.settings, self, now_us)
        self._keepalive: Keepalive | None = None
        self._ids = 0
        self._holding = False
        self._overflows_until_us = 0
        self._empty_at_us = now_us
        self._antenna_lost = False
        self._overflowed = False
        self.closing = False
        self.extended = False
        self.version = 1

    def reboot(self, now_us: int) -> None:
        """Off and on again: factory settings, no specs, nothing kept, a clock that starts anew."""
        self.settings.reset()
        self.lost_reads += self._outbox.waiting_reads
        self._outbox = Outbox(self.profile.reports_kept)
        self._boots(now_us)

    # A client comes, talks, goes.

    def connect(self, now_us: int) -> None:
        """A client is there; the first frame to it says so."""
        self.faults.begin(now_us)
        self._move_to(now_us)
        self._keepalive = Keepalive(now_us)
        self._holding = self.settings.holds
        self.closing = False
        self.extended = False
        self.version = 1
        kept = self._outbox.take()
        self._tell(part("ConnectionAttemptEvent", Status=0))
        if self._overflowed:
            self._overflowed = False
            self._outbox.put_event(self._event_frame(part("ReportBufferOverflowErrorEvent")))
        self._outbox.put_back(kept)

    def disconnect(self) -> None:
        """The client is gone; specs run on, reports are kept, events if the client wants it so."""
        self._keepalive = None
        self.closing = False
        kept = self._outbox.take()
        holds = self.settings.holds  # replies go in any case: nobody is left who asked
        self._outbox.put_back([one for one in kept if one.is_report or (one.is_event and holds)])

    def say_goodbye(self) -> None:
        """Tell the client that the reader closes the connection."""
        self._tell(part("ConnectionCloseEvent"))

    def refusal(self, now_us: int) -> bytes:
        """What a second client is told before its connection is closed; the first hears of it."""
        self._move_to(now_us)
        if self._keepalive is not None:
            self._tell(part("ConnectionAttemptEvent", Status=_ANOTHER_TRIED))
        return self._event_frame(part("ConnectionAttemptEvent", Status=CLIENT_EXISTS))

    def receive(self, frame: bytes, now_us: int) -> None:
        """One whole frame of the client."""
        self._move_to(now_us)
        try:
            request = decode(frame)
        except MalformedError as error:
            code = StatusCode.FIELD_ERROR if error.field_number else StatusCode.PARAMETER_ERROR
            complaint = Complaint(str(error), code, error.path, error.field_number)
            self.reply_error(error.message_id, complaint)
            return
        answer = handle(self, request)
        if answer is not None:
            self._outbox.put(encode(answer))

    # Answers.

    def reply_error(self, message_id: int, complaint: Complaint, version: int = 1) -> None:
        """Send an ERROR_MESSAGE."""
        inside = (status(complaint),)
        answer = Message("ERROR_MESSAGE", {}, inside, id=message_id, version=version)
        self._outbox.put(encode(answer))

    def acknowledged(self) -> None:
        """A KEEPALIVE_ACK came."""
        if self._keepalive is not None:
            self._keepalive.answered()

    def release(self) -> None:
        """The client takes held events and reports from now on."""
        self._holding = False

    def put_input(self, port: int, now_us: int, *, high: bool) -> None:
        """Something outside drives a GPI.

        Raises:
            KeyError: there is no such input.
        """
        self.advance(now_us)
        if self.settings.ports.put(port, high=high):
            self.event(EventKind.GPI, part("GPIEvent", GPIPortNumber=port, GPIEvent=int(high)))
            self.inventory.input_changed(port, high=high)

    # The inventory's mouth.

    def reports(self, frames: list[bytes], reads_a_message: int, reads: int) -> None:
        """Reports to send or keep."""
        if self.now_us < self._overflows_until_us:
            self.lost_reads += reads
            return
        before = self._outbox.percent_full()
        gone = self._outbox.put_reports(frames, reads_a_message, reads)
        if gone:
            self.lost_reads += gone
            self._tell_of_overflow()
        after = self._outbox.percent_full()
        if before < _WARNS_AT_PERCENT <= after:
            full = part("ReportBufferLevelWarningEvent", ReportBufferPercentageFull=after)
            self.event(EventKind.BUFFER_FILL, full)

    def _tell_of_overflow(self) -> None:
        """Now, or to the client that comes next; once for each."""
        if self._overflowed:
            return
        self._overflowed = True
        if self._keepalive is not None:
            self._outbox.put_event(self._event_frame(part("ReportBufferOverflowErrorEvent")))

    def event(self, kind: EventKind | None, of: Part) -> None:
        """An event; kind None goes out even if nobody asked for it."""
        if kind is EventKind.ROSPEC and self.faults.on(FaultName.ODD_ENUMS):
            self._tell_odd(of.number("ROSpecID"))
        asked = kind is None or self.settings.wants(kind)
        if asked and (self._keepalive is not None or self.settings.holds):
            self._outbox.put_event(self._event_frame(of))

    def _tell_odd(self, rospec_id: int) -> None:
        """An AISpecEvent of a type that the standard does not have, asked for or not."""
        if self._keepalive is not None:
            self._tell(part("AISpecEvent", EventType=1, ROSpecID=rospec_id, SpecIndex=1))

    def next_id(self, count: int) -> int:
        """The first of `count` message ids."""
        first = self._ids + 1
        self._ids = (self._ids + count) & 0x7FFFFFFF
        return first

    def tail(self) -> bytes:
        """Bytes of further parameters behind each read."""
        return _TAIL if self.faults.on(FaultName.UNKNOWN_PARAMETER) else b""

    def stamps(self) -> tuple[int, bool]:
        """What to add to true time for the reader's own stamps, and whether they are uptime."""
        return self.clock.offset_us(), not self.clock.knows_utc()

    def has_antenna(self, antenna: int) -> bool:
        """Whether an antenna is plugged in."""
        lost = antenna == 1 and self._antenna_lost
        return 1 <= antenna <= self.profile.antennas and not lost

    def told_antenna(self, antenna: int) -> int:
        """The antenna that a read is told with."""
        return 2 if antenna == 1 and self.faults.on(FaultName.WRONG_ANTENNA) else antenna

    def connected_antennas(self) -> frozenset[int]:
        """The antennas that are plugged in."""
        every = range(1, self.profile.antennas + 1)
        return frozenset(antenna for antenna in every if self.has_antenna(antenna))

    def user_memory(self, epc: bytes) -> bytes:
        """What stands in the user memory of the tag that answers with this EPC."""
        return bytes(self._air.tag((epc, 8 * len(epc))).banks[USER])

    def tag_of(self, tid: bytes) -> TagMemory | None:
        """The tag with this TID, once something was done to it or it was asked for."""
        return self._air.tag_of(tid)

    # Time.

    def _move_to(self, now_us: int) -> None:
        self.now_us = max(self.now_us, now_us)
        self.faults.move_to(self.now_us)

    def advance(self, now_us: int) -> None:
        """Let time pass: strike faults, read, report, keep alive."""
        self._move_to(now_us)
        self._strike()
        self.inventory.advance(self.now_us)
        self._keep_alive()

    def _strike(self) -> None:
        if self.faults.on(FaultName.ANTENNA_FALLS_OFF) and not self._antenna_lost:
            self._antenna_lost = True
            self.event(EventKind.ANTENNA, part("AntennaEvent", EventType=0, AntennaID=1))
            self._tell_exception("antenna 1 is not connected", antenna=1)
        if self.faults.take(FaultName.BUFFER_OVERFLOW):
            self._overflows_until_us = self.now_us + _OVERFLOW_LASTS_US
            self.event(None, part("ReportBufferOverflowErrorEvent"))
        if self.faults.take(FaultName.BURST):
            self._burst.burst(_BURST_TIMES, self.now_us, self.now_us + _BURST_LASTS_US)
        empty = self.faults.on(FaultName.EMPTY_REPORTS) and self.now_us >= self._empty_at_us
        if empty and self.inventory.running() is not None:
            self._empty_at_us = self.now_us + _EMPTY_EVERY_US
            frame = encode(message("RO_ACCESS_REPORT", self.next_id(1)))
            self._outbox.put_reports([frame], 0, 0)

    def _tell_exception(self, text: str, antenna: int) -> None:
        """A ROSpec cannot do what it should."""
        rospec = self.inventory.running()
        if rospec is None or antenna not in rospec.run.spec.antennas:
            return
        where = (
            part("ROSpecID", ROSpecID=rospec.id),
            part("SpecIndex", SpecIndex=rospec.run.spec.index),
            part("AntennaID", AntennaID=antenna),
        )
        self.event(EventKind.EXCEPTION, part("ReaderExceptionEvent", *where, Message=text))

    def _keep_alive(self) -> None:
        if self._keepalive is None or self.closing:
            return
        late = 3 if self.faults.on(FaultName.KEEPALIVE_LATE) else 1
        period_us = self.settings.keepalive_us() * late
        frame = self._keepalive.due(self.now_us, period_us, self.next_id(1))
        if frame is None:
            return
        if self._keepalive.lost():
            self.say_goodbye()
            self.closing = True
            return
        self._outbox.put_keepalive(frame)

    def _event_frame(self, of: Part) -> bytes:
        data = part("ReaderEventNotificationData", self.clock.stamp(self.now_us), of)
        return encode(message("READER_EVENT_NOTIFICATION", self.next_id(1), data))

    def _tell(self, of: Part) -> None:
        self._outbox.put(self._event_frame(of))

    def waiting_reads(self) -> int:
        """Reads in reports that wait for a client."""
        return self._outbox.waiting_reads

    def take(self) -> list[Outgoing]:
        """What goes to the client now, in order; nothing while there is none."""
        if self._keepalive is None:
            return []
        self._overflowed = self._overflowed and self._holding
        taken = self._outbox.take_replies() if self._holding else self._outbox.take()
        return taken if self.version == 1 else [one.of_version(self.version) for one in taken]
