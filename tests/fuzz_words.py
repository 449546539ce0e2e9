"""Words that are fed broken: messages of the central system, codes, EPCs, network answers."""

import contextlib
import struct
from random import Random

from drivers.llrp.multicast_dns import SERVICE, BadAnswerError, Responses
from drivers.printing.status import StatusError, is_whole
from drivers.printing.status import parse as status_of
from edge.gs1.barcode import parse
from edge.gs1.epc import describe, sgtin_of, sscc_of, uri_of
from edge.gs1.items import names_of
from edge.model.ids import Epc
from edge.sync.wire.incoming import resend_from, understand
from edge.sync.wire.topics import Topics
from tests.fuzz_targets import AT_US, CODES, Tries, mutated

JSON_TOKENS = (
    *(b"null", b"1e999", b"-1", b"[", b"{}", b'"', b"\\ud800", b"NaN", b"\xff"),
    *(b"9" * 30, b"9" * 5000, b'{"a":' * 1500),
)
TAGS = tuple(
    bytes.fromhex(one)
    for one in (
        "3034257bf7194e4000001a85",
        "3614257bf7194e4c3262c99b46ad5ab56b0000000000000000000000",
        "3174257bf400b7b40000000000",
        "3274257bf400000000000001",
        "3334257bf40b7b4000000001",
        "3434257bf400b7b400000001",
        "2c34257bf40b7b4000000001",
        "2d74257bf400b7b400000000",
        "2f02035320000000000000ff",
        "e2801160600002054a8d0001",
    )
)
FORMS = (
    *CODES,
    b"urn:epc:tag:sgtin-96:1.4012345.000000.6789",
    b"urn:epc:tag:sgtin-198:3.4012345.000000.ABC%2F1",
    b"urn:epc:tag:sscc-96:0.4012345.0000000001",
    b"urn:epc:id:sgln:4012345.00001.400",
    b"urn:epc:id:grai:4012345.00001.400",
    b"urn:epc:class:lgtin:4012345.000000.998877",
    b"(00)340123450000000018",
    b"(8003)04012345000009AB",
    b"(414)4012345000009(254)400",
    b"https://id.gs1.org/414/4012345000009/254/400",
)
CODE_TOKENS = (b"\x1d", b"(01)", b"21", b"/", b"%00", b"%", b".", b":", b"-198", b"\xef\xbc\x91")
STATUS = (
    b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n"
    b"\x02001,0,1,0,1,2,6,0,00000003,1,000\x03\r\n\x021234,0\x03\r\n"
)


def _name(*labels: str) -> bytes:
    return b"".join(bytes([len(one)]) + one.encode() for one in labels) + b"\0"


def _record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", kind, 0x8001, 120, len(data)) + data


ANNOUNCED = struct.pack("!HHHHHH", 0, 0x8400, 0, 4, 0, 0) + b"".join(
    (
        _record(_name(*SERVICE), 12, b"\x09FX9600-A1\xc0\x0c"),
        _record(_name("FX9600-A1", *SERVICE), 33, bytes(4) + b"\x13\xdc" + _name("fx", "local")),
        _record(_name("FX9600-A1", *SERVICE), 16, b"\x05a=b=c"),
        _record(_name("fx", "local"), 1, b"\xc0\xa8\x07\x14"),
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
    ("master/places", b'{"location":"A-1","sku":"A","minimum":2,"maximum":8}'),
    ("master/packs", b'{"gtin":"04012345000009","sku":"A","quantity":6,"version":1}'),
    ("master/pickers", b'{"badge":"1001","name":"Li","role":"picker","version":1}'),
    ("ack", b'{"epoch":"e","upto":7}'),
    (
        "return",
        b'{"return_id":"R","order_id":"O-1","lines":[{"line_id":"1","sku":"A","quantity":1}]}',
    ),
)


def barcodes(chance: Random, tries: Tries) -> None:
    """Texts of codes."""
    for _ in tries:
        data = mutated(chance, chance.choice(CODES), CODE_TOKENS)
        parse(data.decode("utf-8", "replace" if chance.randrange(2) else "surrogateescape"))


def resends(chance: Random, tries: Tries) -> None:
    """Requests to send again."""
    for _ in tries:
        with contextlib.suppress(ValueError):
            resend_from(mutated(chance, b'{"from":17}', JSON_TOKENS), "e1")


def mail(chance: Random, tries: Tries) -> None:
    """Messages of the central system."""
    topics = Topics("we1", "hangzhou", "gate-1")
    for _ in tries:
        name, good = chance.choice(MESSAGES)
        understand(topics, topics.base + name, mutated(chance, good, JSON_TOKENS), AT_US)


def epcs(chance: Random, tries: Tries) -> None:
    """Bits of tags and numbers in every form; what is believed is the same when made back."""
    for _ in tries:
        if chance.randrange(2):
            bits = mutated(chance, chance.choice(TAGS)).hex()
            value = bits.upper() if chance.randrange(4) == 0 else bits
            sgtin_of(value), sscc_of(value), names_of(Epc(value)), uri_of(value)
        else:
            value = mutated(chance, chance.choice(FORMS), CODE_TOKENS).decode("utf-8", "replace")
        with contextlib.suppress(ValueError):
            _made_back(value, chance)


def _made_back(value: str, chance: Random) -> None:
    forms = describe(
        value,
        filter_value=chance.choice((None, 0, 7)),
        company_prefix_length=chance.choice((None, 6, 12)),
    )
    if forms.epc_hex is None or forms.scheme == "unknown":
        return
    again = describe(forms.epc_hex)
    if again.pure_identity != forms.pure_identity:
        raise AssertionError(f"{value!r}: {forms} is not {again}")


def printers(chance: Random, tries: Tries) -> None:
    """What a label printer says of itself."""
    for _ in tries:
        answer = mutated(chance, STATUS, (b",", b"\x02", b"\x03", b"-1", b"9" * 5000, b"\xb2"))
        if is_whole(answer):
            with contextlib.suppress(StatusError):
                status_of(answer)


def announcements(chance: Random, tries: Tries) -> None:
    """Answers of a network that is asked for readers, some after one another."""
    for _ in tries.by(8):
        responses = Responses()
        for _answer in range(8):
            with contextlib.suppress(BadAnswerError):
                responses.take(mutated(chance, ANNOUNCED), "192.168.7.21")
            responses.open_questions()
        responses.services()
