"""What is fed with broken input: everything that reads bytes from outside.

A target makes so many tries out of a source of chance. What it may raise is caught where it is
called; whatever else comes out is a finding.
"""

import contextlib
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from drivers.capture import CaptureError, CaptureReader, CaptureWriter
from drivers.llrp.attempt import Attempt
from drivers.llrp.decode import decode_stream
from drivers.llrp.framing import BadFrame, Frame, FrameSplitter, ReportRun
from drivers.llrp.messages import BadMessageError, decode_frame
from drivers.llrp.reports import ReportDecoder
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from drivers.serial.codes import CAP_BYTES
from drivers.serial.framing import ScanFramer
from drivers.serial.ssi import SsiFramer
from drivers.serial.uhf_frames import Region, frame_bytes
from drivers.serial.uhf_session import UhfSession, Wanted
from edge.clock import PlayedClock
from edge.gs1.barcode import parse
from edge.settings.exceptions_file import load_troubles
from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor
from edge.settings.gateway import load
from edge.sync.wire.incoming import resend_from, understand
from edge.sync.wire.topics import Topics
from tests.drivers.llrp.llrp_bytes import Tag, custom, message, report, tlv
from tests.drivers.llrp.peer import capabilities, greeting, status

ROOT = Path(__file__).parents[1]
HEADER_BYTES = 10
AT_US = 1_795_468_800_000_000
EDGES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
FRAMES = (
    report(Tag()),
    report(Tag(phase=7, rssi_fine=-6000, doppler=3), Tag(phase=8, rssi_fine=-6100, doppler=4)),
    report(*[Tag(antenna=number) for number in range(1, 9)]),
    report(Tag(epc=bytes(16), epc_bits=128, extra=custom(161, 1, b"abc"))),
    greeting(),
    message(63, tlv(246, tlv(129, bytes(8)) + tlv(254, bytes(7)))),
    message(11, status() + capabilities(band=False)),
    message(13, status(100, "M_ParameterError")),
    message(100, status(109, "unsupported")),
    message(1023, struct.pack("!IB", 25882, 22) + status()),
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
MESSAGES = (
    (
        "order",
        (
            b'{"order_id":"O-1","rev":1,"state":"released","priority":5,"due_at":"2026-11-23T18:00:00Z",'
            b'"lines":[{"line_id":"1","sku":"A","quantity":2}]}'
        ),
    ),
    (
        "master/items",
        b'[{"sku":"A","gtin":"04012345000009","name":"Shirt","version":1},{"sku":"B","version":2}]',
    ),
    ("master/stock", b'{"sku":"A","location":"A-1","quantity":5,"version":1}'),
    ("master/packs", b'{"gtin":"04012345000009","sku":"A","quantity":6,"version":1}'),
    ("master/pickers", b'{"badge":"1001","name":"Li","role":"picker","version":1}'),
    ("ack", b'{"epoch":"e","upto":7}'),
    (
        "return",
        b'{"return_id":"R","order_id":"O-1","lines":[{"line_id":"1","sku":"A","quantity":1}]}',
    ),
)
JSON_TOKENS = (b"null", b"1e999", b"-1", b"[", b"{}", b'"', b"\\ud800", b"NaN", b"9" * 30, b"\xff")
TOML_TOKENS = (b"[[", b"=", b'"', b"\n", b"true", b"-1", b"inf", b"9" * 25, b"[x]", b"\xff", b"#")

Target = Callable[[Random, int], None]
"""Makes so many tries; raises what should not have come out."""


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


def framing(chance: Random, tries: int) -> None:
    """Streams cut at random into frames, reports into reads."""
    decoder = ReportDecoder("dock")
    for _ in range(-(-tries // 20)):
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


def messages(chance: Random, tries: int) -> None:
    """One message each by the general decoder."""
    for _ in range(tries):
        data = frame(chance)
        for item in FrameSplitter().feed(data):
            if isinstance(item, Frame):
                with contextlib.suppress(BadMessageError):
                    decode_frame(item)


def streams(chance: Random, tries: int) -> None:
    """Files of messages, as bytes and as hex; decoding must come to an end."""
    for _ in range(-(-tries // 4)):
        data = b"".join(frame(chance) for _ in range(4))
        for _decoded in decode_stream(data, "bin"):
            pass
        for _decoded in decode_stream(mutated(chance, data.hex().encode()), "hex"):
            pass


def _pcap() -> bytes:
    stream = b"".join(FRAMES)
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


PCAP = _pcap()


def captures_of_networks(chance: Random, tries: int) -> None:
    """Files of tcpdump."""
    for _ in range(tries):
        for _decoded in decode_stream(mutated(chance, PCAP), "pcap"):
            pass


def sessions(chance: Random, tries: int) -> None:
    """A reader that answers anything at any moment."""
    settings = LlrpSettings("dock", "reader")
    for _ in range(-(-tries // 10)):
        session = Session(settings, Attempt(), 0)
        session.receive(greeting(), 0, 1)
        for step in range(10):
            session.to_send()
            good = chance.choice(FRAMES)
            answer = good[:6] + struct.pack("!I", chance.randrange(12)) + good[10:]
            data = answer if chance.randrange(2) else mutated(chance, answer)
            session.receive(data or b"\0", step, step + 1)
            session.tick(step)


def scans(chance: Random, tries: int) -> None:
    """What a scanner sends, with silences at random."""
    framer, now_us = ScanFramer(), 0
    for _ in range(tries):
        now_us += chance.randrange(120_000)
        data = mutated(chance, chance.choice(CODES), (b"\r", b"\n", b"\t", b"\x1d", b"\xc3"))
        if chance.randrange(200) == 0:
            data *= 300
        for code in framer.feed(data, now_us):
            if not code or len(code) > CAP_BYTES:
                raise AssertionError(f"a code of {len(code)} characters")


def packets(chance: Random, tries: int) -> None:
    """What a scanner that speaks SSI sends, with silences at random."""
    framer, now_us = SsiFramer(), 0
    for _ in range(tries):
        now_us += chance.randrange(300_000)
        for code in framer.feed(mutated(chance, chance.choice(PACKETS)), now_us):
            if not code or len(code) > CAP_BYTES:
                raise AssertionError(f"a code of {len(code)} characters")
        if len(framer.answer()) > PACKET_BYTES:
            raise AssertionError("more than one answer")


def modules(chance: Random, tries: int) -> None:
    """A UHF module that says anything at any moment; it never reads before it keeps the law."""
    for _ in range(-(-tries // 20)):
        session, now_us = UhfSession(Wanted(Region.EU, 20.0)), 0
        session.begin(0)
        for _step in range(20):
            now_us += chance.randrange(250_000)
            said = mutated(chance, b"".join(chance.choices(MODULE_FRAMES, k=3)))
            outcome = session.received(said if chance.randrange(4) else b"", now_us)
            if outcome.tags and not session.reading:
                raise AssertionError("read without a law")


def barcodes(chance: Random, tries: int) -> None:
    """Texts of codes."""
    for _ in range(tries):
        data = mutated(chance, chance.choice(CODES), (b"\x1d", b"(01)", b"21", b"/", b"%00"))
        parse(data.decode("utf-8", "replace" if chance.randrange(2) else "surrogateescape"))


def resends(chance: Random, tries: int) -> None:
    """Requests to send again."""
    for _ in range(tries):
        with contextlib.suppress(ValueError):
            resend_from(mutated(chance, b'{"from":17}', JSON_TOKENS))


def mail(chance: Random, tries: int) -> None:
    """Messages of the central system."""
    topics = Topics("we1", "hangzhou", "gate-1")
    for _ in range(tries):
        name, good = chance.choice(MESSAGES)
        understand(topics, topics.base + name, mutated(chance, good, JSON_TOKENS), AT_US)


class Files:
    """Targets that read files, in a folder for the time being."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        config = ROOT / "config"
        self._texts = (
            ((config / "gateway.toml").read_bytes(), load),
            ((config / "exceptions.toml").read_bytes(), load_troubles),
            (FLOOR, load_floor),
        )
        writer = CaptureWriter(folder / "good", PlayedClock())
        writer.opened("dock", "llrp")
        for one in FRAMES[:6]:
            writer.received("dock", one)
        writer.lost("dock", "gone")
        writer.close()
        self._capture = (folder / "good" / "capture-000001.wec").read_bytes()
        (folder / "bad").mkdir()

    def configurations(self, chance: Random, tries: int) -> None:
        """Files of an operator."""
        path = self._folder / "some.toml"
        for _ in range(tries):
            good, read = chance.choice(self._texts)
            begin = chance.randrange(max(1, len(good) - 600))
            part = good[begin : begin + 600] if chance.randrange(4) else good
            path.write_bytes(mutated(chance, part, TOML_TOKENS))
            with contextlib.suppress(ConfigurationError):
                read(path)

    def captures(self, chance: Random, tries: int) -> None:
        """Files of `record`."""
        path = self._folder / "bad" / "capture-000001.wec"
        for _ in range(tries):
            path.write_bytes(mutated(chance, self._capture))
            with contextlib.suppress(CaptureError):
                list(CaptureReader(path.parent).records())


FLOOR = b"""[[location]]
id = "shelf-1"
kind = "shelf"
x_m = 1.0
y_m = 2.5
[[location]]
id = "bin-1"
kind = "bin"
parent = "shelf-1"
[[antenna]]
reader = "dock"
port = 1
location = "shelf-1"
azimuth_deg = 90.0
[[aisle]]
x_m = 1.0
[[cross_aisle]]
y_m = 0.0
[[cross_aisle]]
y_m = 10.0
"""


def targets(folder: Path) -> Mapping[str, tuple[Target, int]]:
    """Every target with the tries of one round, some tenths of a second."""
    files = Files(folder)
    return {
        "framing": (framing, 4000),
        "messages": (messages, 2000),
        "streams": (streams, 800),
        "pcap": (captures_of_networks, 200),
        "sessions": (sessions, 400),
        "scans": (scans, 4000),
        "packets": (packets, 4000),
        "modules": (modules, 2000),
        "barcodes": (barcodes, 3000),
        "mail": (mail, 3000),
        "resends": (resends, 3000),
        "configurations": (files.configurations, 40),
        "captures": (files.captures, 400),
    }
