"""Readers that make themselves known are understood, whatever else is on the network."""

import socket
import struct

import numpy as np
import pytest

from drivers.llrp.multicast_dns import SERVICE, BadAnswerError, Responses, Service, question

A, PTR, SRV, TXT = 1, 12, 33, 16
INSTANCE = ("FX9600-A1", *SERVICE)
HOST = ("fx9600-a1", "local")
SERVICE_AT = b"\xc0\x0c"


def name(labels: tuple[str, ...]) -> bytes:
    return b"".join(bytes([len(one)]) + one.encode() for one in labels) + b"\0"


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", kind, 0x8001, 120, len(data)) + data


def answer(*records: bytes) -> bytes:
    return struct.pack("!HHHHHH", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)


def srv(port: int, host: tuple[str, ...] = HOST) -> bytes:
    return struct.pack("!HHH", 0, 0, port) + name(host)


WHOLE = answer(
    record(name(SERVICE), PTR, b"\x09FX9600-A1" + SERVICE_AT),
    record(name(INSTANCE), SRV, srv(5084)),
    record(name(INSTANCE), TXT, b"\x05a=b=c"),
    record(name(HOST), A, socket.inet_aton("192.168.7.20")),
)


def test_a_reader_tells_its_name_its_address_and_its_port() -> None:
    responses = Responses()

    responses.take(WHOLE, "192.168.7.21")

    assert responses.services() == [Service("FX9600-A1", "192.168.7.20", 5084)]


def test_what_an_answer_leaves_out_is_asked_for_and_the_sender_stands_in() -> None:
    responses = Responses()
    responses.take(answer(record(name(SERVICE), PTR, name(INSTANCE))), "192.168.7.20")
    assert responses.services() == []
    assert responses.open_questions() == [question(SERVICE), question(INSTANCE, SRV)]

    responses.take(answer(record(name(INSTANCE), SRV, srv(5085))), "192.168.7.20")

    assert responses.services() == [Service("FX9600-A1", "192.168.7.20", 5085)]
    assert responses.open_questions() == [question(SERVICE)]


def test_the_question_is_for_the_service_and_for_us_alone() -> None:
    asked = question(SERVICE)

    assert asked == bytes(4) + b"\0\1" + bytes(6) + name(SERVICE) + b"\0\x0c\x80\x01"


def test_printers_and_addresses_of_the_internet_are_no_readers() -> None:
    responses = Responses()
    printer = ("Laser", "_ipp", "_tcp", "local")
    responses.take(
        answer(
            record(name(printer[1:]), PTR, name(printer)),
            record(name(printer), SRV, srv(631)),
            record(name(SERVICE), PTR, name(INSTANCE)),
            record(name(INSTANCE), SRV, srv(5084)),
            record(name(HOST), A, socket.inet_aton("8.8.8.8")),
        ),
        "192.168.7.20",
    )

    assert responses.services() == [Service("FX9600-A1", "192.168.7.20", 5084)]
    with pytest.raises(BadAnswerError, match="local network"):
        responses.take(WHOLE, "8.8.8.8")


def test_names_are_the_same_whatever_their_case() -> None:
    responses = Responses()
    shouting = tuple(one.upper() for one in SERVICE)

    responses.take(
        answer(
            record(name(shouting), PTR, name(INSTANCE)),
            record(name(("FX9600-A1", *shouting)), SRV, srv(5084, ("FX9600-A1", "LOCAL"))),
            record(name(HOST), A, socket.inet_aton("10.0.0.9")),
        ),
        "192.168.7.20",
    )

    assert responses.services() == [Service("FX9600-A1", "10.0.0.9", 5084)]


@pytest.mark.parametrize(
    "broken",
    [
        b"short",
        answer(b"\xc0\x0c"),  # a name that points at itself
        answer(b"\xc0\xff" + bytes(10)),  # ahead
        answer(b"\x3fcut"),
        answer(name(SERVICE) + b"\0\x0c"),
        answer(record(name(SERVICE), PTR, b"")[:-1] + b"\xff"),
        answer(name(("a",) * 100)),
    ],
)
def test_a_broken_answer_is_refused(broken: bytes) -> None:
    with pytest.raises(BadAnswerError):
        Responses().take(broken, "192.168.7.20")


def test_any_bytes_end_and_only_the_named_error_comes_out() -> None:
    seed = 7
    chance = np.random.default_rng(seed)
    responses = Responses()
    for _ in range(20_000):
        mutated = bytearray(WHOLE)
        for at in chance.integers(0, len(mutated), int(chance.integers(1, 6))):
            mutated[at] = int(chance.integers(0, 256))
        try:
            responses.take(bytes(mutated), "192.168.7.20")
        except BadAnswerError:
            continue

    assert len(responses.services()) <= 64, f"seed {seed}"
