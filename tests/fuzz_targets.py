"""What is fed with broken input: everything that reads bytes of devices.

A target makes so many tries out of a source of chance. What it may raise is caught where it is
called; whatever else comes out is a finding. A try of a target of `LLRP` is one changed frame,
though many may make up one input.
"""

import contextlib
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from drivers.llrp.attempt import Attempt
from drivers.llrp.decode import decode_stream
from drivers.llrp.framing import BadFrame, Frame, FrameSplitter, ReportRun
from drivers.llrp.messages import BadMessageError, decode_frame
from drivers.llrp.network_capture import NetworkCapture, Place
from drivers.llrp.pcap import BadCaptureError
from drivers.llrp.reports import ReportDecoder
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from drivers.serial.codes import CAP_BYTES
from drivers.serial.framing import ScanFramer
from drivers.serial.ssi import SsiFramer
from drivers.serial.uhf_frames import Region, frame_bytes
from drivers.serial.uhf_session import UhfSession, Wanted
from tests.drivers.llrp.llrp_bytes import Tag, custom, message, report, tlv
from tests.drivers.llrp.peer import capabilities, greeting, status

ROOT = Path(__file__).parents[1]
HEADER_BYTES = 10
AT_US = 1_795_468_800_000_000
EDGES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
IMPINJ_TAG = custom(25882, 55, b"\0\2\xe2\x80\x11\x05") + custom(25882, 58, bytes(8))
ZEBRA_TAG = custom(161, 709, b"\x12\x34") + custom(161, 712, b"\xff")
RESULTS = (
    tlv(349, b"\0\0\1\0\2\xab\xcd\xef\1")
    + tlv(350, bytes(5))
    + tlv(351, bytes(3))
    + tlv(354, bytes(5))
)
SPECS = b"\x89\0\0\0\1\x8e\0\1\x8a\0\1\x90\0\0\0\2\x8c\x30\0\x8b\x12\x34"
ROSPEC = tlv(
    177,
    struct.pack("!IBB", 1, 0, 2)
    + tlv(178, tlv(179, b"\1") + tlv(182, bytes(5)))
    + tlv(183, b"\0\2\0\1\0\2" + tlv(184, bytes(5)) + tlv(186, b"\0\1\1" + tlv(222, b"\0\1")))
    + tlv(237, b"\2\0\1" + tlv(238, b"\xff\xc0" + tlv(348, b"\xc0"))),
)
EVENTS = tlv(248, b"\0\1\x80") + tlv(252, b"\0\2ab\x81\0\1") + tlv(254, bytes(7) + b"\x92\0\1\0\2")
MARKER_BYTE, MARKER_ANTENNA = 0xAA, 0xABCD
MARKER = report(Tag(epc=bytes([MARKER_BYTE]) * 12, antenna=MARKER_ANTENNA))
FRAMES = (
    report(Tag()),
    report(Tag(phase=7, rssi_fine=-6000, doppler=3), Tag(phase=8, rssi_fine=-6100, doppler=4)),
    report(*[Tag(antenna=number) for number in range(1, 9)]),
    report(Tag(epc=bytes(16), epc_bits=128, extra=custom(161, 1, b"abc"))),
    report(Tag(extra=SPECS + RESULTS), Tag(extra=IMPINJ_TAG), Tag(extra=ZEBRA_TAG)),
    report(Tag(first_utc=None, last_utc=None, last_uptime=5), Tag(epc=b"\xff\xfe", epc_bits=15)),
    message(61, tlv(242, b"\x89\0\0\0\1" + tlv(243, bytes(10) + tlv(128, bytes(8)))), version=2),
    greeting(),
    message(63, tlv(246, tlv(129, bytes(8)) + tlv(254, bytes(7)))),
    message(63, tlv(246, tlv(128, bytes(8)) + EVENTS)),
    message(11, status() + capabilities(band=False)),
    message(36, status() + ROSPEC, version=2),
    message(13, status(100, "M_ParameterError")),
    message(100, status(109, "unsupported")),
    message(1023, struct.pack("!IB", 25882, 22) + status()),
    message(1023, struct.pack("!IB", 161, 4) + status()),
    message(56, b"\1\2" + status(), version=2),
    message(62),
)
CODES = (
    b"04012345000009",
    b"]C1010401234500000921ABC\x1d17271231",
    b"(01)04012345000009(21)ABC",
    b"https://id.gs1.org/01/04012345000009/21/ABC",
    b"urn:epc:id:sgtin:4012345.000000.ABC",
    b"3034257bf7194e4000001a85",
    b"00340123450000000018",
    b"A-01-02",
)
PACKETS = (
    bytes.fromhex("09f3000003412d3031fe32"),
    bytes.fromhex("09f3000103412d3031fe31"),
    bytes.fromhex("07f30002c13031fe11"),
    bytes.fromhex("04d00000ff2c"),
    bytes.fromhex("05d1000006ff24"),
)
PACKET_BYTES = 7
"""The longest answer of the host: that a packet is to be sent again."""
MODULE_FRAMES = tuple(
    frame_bytes(kind, command, bytes.fromhex(data))
    for kind, command, data in (
        (1, 0x28, "00"),
        (1, 0x03, "004d3130302032362064426d"),
        (1, 0x08, "03"),
        (1, 0x07, "00"),
        (1, 0xB6, "00"),
        (1, 0xB7, "07d0"),
        (1, 0xFF, "15"),
        (2, 0x22, "c9300030751fbb7e5f11000000007ea1b2d6ad"),
    )
)


class Tries:
    """So many tries, the CPU time of each input measured while it is worked on.

    Attributes:
        count: tries that are wanted.
        slowest_ms: of the slowest input so far.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.slowest_ms = 0.0

    def by(self, frames: int) -> Iterator[None]:
        """Inputs of so many tries each, until there are enough."""
        for _ in range(-(-self.count // frames)):
            began_ns = time.thread_time_ns()
            yield
            took_ms = (time.thread_time_ns() - began_ns) / 1e6
            self.slowest_ms = max(self.slowest_ms, took_ms)

    def __iter__(self) -> Iterator[None]:
        return self.by(1)


Target = Callable[[Random, Tries], None]
"""Makes so many tries; raises what should not have come out."""
LLRP = frozenset({"framing", "neighbours", "messages", "streams", "pcap", "sessions"})


def mutated(chance: Random, good: bytes, tokens: Sequence[bytes] = ()) -> bytes:
    """Up to four changes: bits, bytes, pieces put in, taken out or cut off."""
    data = bytearray(good)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        how = chance.randrange(16)
        if how == 0:
            del data[at:]
        elif how <= 2:
            del data[at : at + chance.randrange(1, 9)]
        elif how <= 4:
            data[at:at] = chance.randbytes(chance.randrange(1, 9))
        elif how <= 8 and tokens:
            data[at:at] = chance.choice(tokens)
        elif data and how <= 11:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif data:
            data[at % len(data)] = chance.choice(EDGES)
    return bytes(data)


def frame(chance: Random) -> bytes:
    """A changed message; its length is put right three times in four, so that it gets further."""
    good = chance.choice(FRAMES)
    if chance.randrange(4) == 0:
        return mutated(chance, good)
    body = mutated(chance, good[HEADER_BYTES:])
    return good[:2] + struct.pack("!I", HEADER_BYTES + len(body)) + good[6:10] + body


def framing(chance: Random, tries: Tries) -> None:
    """Streams cut at random into frames, reports into reads."""
    decoder = ReportDecoder("dock")
    for _ in tries.by(20):
        stream = b"".join(frame(chance) for _ in range(20))
        splitter = FrameSplitter()
        items: list[Frame | ReportRun | BadFrame] = []
        at = 0
        while at < len(stream):
            piece = chance.randrange(1, 800)
            items += splitter.feed(stream[at : at + piece])
            at += piece
        batch, _ = decoder.decode(items, AT_US)
        if not len(batch) == len(batch.epc) == len(batch.seen_us) == len(batch.count):
            raise AssertionError("columns of unequal length")


def neighbours(chance: Random, tries: Tries) -> None:
    """A good report behind each changed message, whose length is true: none may be lost."""
    decoder = ReportDecoder("dock")
    for _ in tries.by(20):
        changed = [framed(good[:2], mutated(chance, good[HEADER_BYTES:])) for good in some(chance)]
        batch, _ = decoder.decode(FrameSplitter().feed(MARKER.join([*changed, b""])), AT_US)
        found = (batch.epc[:, :12] == MARKER_BYTE).all(axis=1) & (batch.antenna == MARKER_ANTENNA)
        if found.sum() < len(changed):
            raise AssertionError(f"{len(changed) - found.sum()} good reports were lost")


def some(chance: Random) -> list[bytes]:
    """Twenty good messages."""
    return chance.choices(FRAMES, k=20)


def framed(head: bytes, body: bytes) -> bytes:
    """A message with its true length."""
    return head + struct.pack("!II", HEADER_BYTES + len(body), 7) + body


def messages(chance: Random, tries: Tries) -> None:
    """One message each by the general decoder."""
    for _ in tries:
        for item in FrameSplitter().feed(frame(chance)):
            for one in item.frames() if isinstance(item, ReportRun) else [item]:
                if isinstance(one, Frame):
                    with contextlib.suppress(BadMessageError):
                        decode_frame(one)


def streams(chance: Random, tries: Tries) -> None:
    """Files of messages, as bytes and as hex; decoding must come to an end."""
    for _ in tries.by(4):
        data = b"".join(frame(chance) for _ in range(4))
        for _decoded in decode_stream(data, "bin"):
            pass
        for _decoded in decode_stream(mutated(chance, data.hex().encode()), "hex"):
            pass


def _pcap(stream: bytes) -> bytes:
    packets = []
    for at in range(0, len(stream), 150):
        tcp = struct.pack("!HHIIBBHHH", 5084, 40000, 1000 + at, 0, 0x50, 0x18, 0, 0, 0)
        segment = tcp + stream[at : at + 150]
        ip = struct.pack(
            "!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0, *[b"\n\0\0\1"] * 2
        )
        packet = ip + segment
        packets.append(struct.pack("<IIII", at, 0, len(packet), len(packet)) + packet)
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    return head + b"".join(packets)


PCAP = _pcap(b"".join(FRAMES))


def captures_of_networks(chance: Random, tries: Tries) -> None:
    """Files of tcpdump, of four changed frames each, that are changed as well one time in two."""
    for _ in tries.by(4):
        capture = _pcap(b"".join(frame(chance) for _ in range(4)))
        for _decoded in decode_stream(chance.choice((capture, mutated(chance, capture))), "pcap"):
            pass


def network_captures(chance: Random, tries: Tries) -> None:
    """The same, to be played."""
    place = Place("dock", frozenset({"10.0.0.1"}), 5084)
    for _ in tries:
        with contextlib.suppress(BadCaptureError):
            list(NetworkCapture(mutated(chance, PCAP), [place]).records())


def sessions(chance: Random, tries: Tries) -> None:
    """A reader that answers anything at any moment."""
    settings = LlrpSettings("dock", "reader")
    for _ in tries.by(10):
        session = Session(settings, Attempt(), 0)
        session.receive(greeting(), 0, 1)
        for step in range(10):
            session.to_send()
            good = chance.choice(FRAMES)
            answer = good[:6] + struct.pack("!I", chance.randrange(12)) + good[10:]
            data = answer if chance.randrange(2) else mutated(chance, answer)
            session.receive(data or b"\0", step, step + 1)
            session.tick(step)


def scans(chance: Random, tries: Tries) -> None:
    """What a scanner sends, with silences at random."""
    framer, now_us = ScanFramer(), 0
    for _ in tries:
        now_us += chance.randrange(120_000)
        data = mutated(chance, chance.choice(CODES), (b"\r", b"\n", b"\t", b"\x1d", b"\xc3"))
        if chance.randrange(200) == 0:
            data *= 300
        for code in framer.feed(data, now_us):
            if not code or len(code) > CAP_BYTES:
                raise AssertionError(f"a code of {len(code)} characters")


def packets(chance: Random, tries: Tries) -> None:
    """What a scanner that speaks SSI sends, with silences at random."""
    framer, now_us = SsiFramer(), 0
    for _ in tries:
        now_us += chance.randrange(300_000)
        for code in framer.feed(mutated(chance, chance.choice(PACKETS)), now_us):
            if not code or len(code) > CAP_BYTES:
                raise AssertionError(f"a code of {len(code)} characters")
        if len(framer.answer()) > PACKET_BYTES:
            raise AssertionError("more than one answer")


def modules(chance: Random, tries: Tries) -> None:
    """A UHF module that says anything at any moment; it never reads before it keeps the law."""
    for _ in tries.by(20):
        session, now_us = UhfSession(Wanted(Region.EU, 20.0)), 0
        session.begin(0)
        for _step in range(20):
            now_us += chance.randrange(250_000)
            said = mutated(chance, b"".join(chance.choices(MODULE_FRAMES, k=3)))
            outcome = session.received(said if chance.randrange(4) else b"", now_us)
            if outcome.tags and not session.reading:
                raise AssertionError("read without a law")
