"""A file of tcpdump becomes what each configured reader sent, in order and with its times."""

import pytest

from drivers.capture import Kind, Record
from drivers.llrp.network_capture import SPAN_US_MAX, NetworkCapture, Place
from drivers.llrp.pcap import BadCaptureError
from tests.drivers.llrp.llrp_bytes import Tag, message, report
from tests.drivers.llrp.packets import classic, ipv4, next_generation, tcp
from tests.drivers.llrp.peer import greeting

DOCK = Place("dock", frozenset({"10.0.0.2"}), 5084)
GATE = Place("gate", frozenset({"10.0.0.3"}), 5084)
BEGAN_US = 1_700_000_000_000_000
GREETING = greeting()
STREAM = GREETING + report(Tag(antenna=1)) + report(Tag(antenna=2)) + message(62)


def records(*packets: bytes, places: tuple[Place, ...] = (DOCK,)) -> list[Record]:
    return list(NetworkCapture(classic(*packets), places).records())


def kinds(found: list[Record]) -> list[Kind]:
    return [one.kind for one in found]


def received(found: list[Record], device: str = "dock") -> bytes:
    return b"".join(
        one.data for one in found if one.kind is Kind.RECEIVED and one.device == device
    )


def connection(stream: bytes, size: int = 50) -> list[bytes]:
    """Opened, sent, closed by the reader."""
    pieces = [tcp(101 + at, stream[at : at + size]) for at in range(0, len(stream), size)]
    opening, closing = tcp(100, b"", flags=0x12), tcp(101 + len(stream), b"", flags=0x11)
    return [ipv4(one) for one in (opening, *pieces, closing)]


def test_a_connection_is_opened_received_and_lost_at_the_times_of_its_packets() -> None:
    found = records(*connection(STREAM))

    assert kinds(found) == [Kind.OPENED, *[Kind.RECEIVED] * (len(found) - 2), Kind.LOST]
    assert received(found) == STREAM
    assert [one.utc_us - BEGAN_US for one in found] == list(range(len(found)))
    assert found[-1].data == b"the reader closed the TCP connection"
    assert all(one.device == "dock" and one.monotonic_us == one.utc_us for one in found)


def test_bytes_that_break_the_framing_are_played_as_the_reader_sent_them() -> None:
    stream = STREAM + b"\xff" * 40

    assert received(records(*connection(stream))) == stream


def test_packets_out_of_order_and_sent_twice_are_put_right() -> None:
    opening, *pieces, closing = connection(STREAM, 30)

    found = records(opening, *pieces[1::2], *pieces[::2], *pieces[:3], closing)

    assert received(found) == STREAM


def test_a_capture_begun_in_the_middle_gives_whole_messages_from_the_first_on() -> None:
    packets = connection(STREAM * 3)[2:]

    found = records(*packets)

    assert received(found) == STREAM[len(GREETING + report(Tag())) :] + STREAM * 2


def test_what_is_missing_is_told_and_only_whole_messages_stand_around_it() -> None:
    reports = b"".join(report(Tag(antenna=n)) for n in range(1, 21))
    packets = connection(GREETING + reports)
    del packets[8:10]

    capture = NetworkCapture(classic(*packets), (DOCK,))

    assert capture.notes == ["dock: 100 bytes are missing in the capture"]
    found = list(capture.records())
    assert kinds(found).count(Kind.OPENED) == kinds(found).count(Kind.LOST) == 1
    assert received(found).startswith(GREETING)
    assert (len(received(found)) - len(GREETING)) % len(report(Tag())) == 0
    assert len(received(found)) >= len(GREETING + reports) - 3 * len(report(Tag()))


def test_several_readers_and_connections_are_kept_apart() -> None:
    others = [ipv4(one[20:], reader=bytes([10, 0, 0, 3])) for one in connection(STREAM)]
    opening, one, closing = connection(report(Tag()), 900)
    again = [
        ipv4(tcp(7_000, b"", flags=opening[33])),
        ipv4(tcp(7_001, one[40:])),
        ipv4(tcp(7_001 + len(one[40:]), b"", flags=closing[33])),
    ]
    mixed = [one for pair in zip(connection(STREAM), others, strict=True) for one in pair]

    found = records(*mixed, *again, places=(DOCK, GATE))

    assert received(found, "gate") == STREAM
    assert received(found) == STREAM + report(Tag())
    dock = [one.kind for one in found if one.device == "dock" and one.kind is not Kind.RECEIVED]
    assert dock == [Kind.OPENED, Kind.LOST] * 2


def test_another_client_at_the_same_reader_is_left_out() -> None:
    ours = connection(STREAM)
    theirs = [ipv4(tcp(5, message(63, b"\0\xf6\0\4"), ports=(5084, 50_000)))]

    capture = NetworkCapture(classic(*ours[:3], *theirs, *ours[3:]), (DOCK,))

    assert received(list(capture.records())) == STREAM
    assert capture.notes == ["dock: another client, 10.0.0.1:50000, is left out"]


def test_a_reader_that_calls_is_known_by_its_address_and_our_port() -> None:
    calling = Place("dock", frozenset({"10.0.0.2"}), 5084, listen=True)
    packets = [ipv4(tcp(1, STREAM, ports=(51_234, 5084))), ipv4(tcp(1, STREAM, ports=(9, 80)))]

    assert received(records(*packets, places=(calling,))) == STREAM


def test_a_capture_without_any_configured_reader_says_whom_it_has() -> None:
    with pytest.raises(BadCaptureError, match=r"has 10\.0\.0\.2:5084 to 10\.0\.0\.1:40000"):
        NetworkCapture(next_generation(ipv4(tcp(1, STREAM))), (GATE,))


@pytest.mark.parametrize("data", [b"", b"hello", b"\xd4\xc3\xb2\xa1\x02"])
def test_what_is_no_capture_is_refused(data: bytes) -> None:
    with pytest.raises(BadCaptureError):
        NetworkCapture(data, (DOCK,))


def test_a_capture_that_breaks_off_is_played_up_to_there_and_told() -> None:
    capture = NetworkCapture(classic(*connection(STREAM))[:-5], (DOCK,))

    assert received(list(capture.records())) == STREAM
    assert "breaks off" in capture.notes[0]


def test_times_that_are_years_apart_are_refused_instead_of_played_for_days() -> None:
    packets = connection(STREAM)
    times_us = [BEGAN_US] * (len(packets) - 1) + [BEGAN_US + SPAN_US_MAX + 1]

    with pytest.raises(BadCaptureError, match="spans 7 days"):
        NetworkCapture(classic(*packets, times_us=times_us), (DOCK,))


def test_a_clock_that_was_set_back_while_capturing_makes_nothing_older() -> None:
    packets = connection(STREAM)
    times_us = [BEGAN_US - 1_000_000 * n for n in range(len(packets))]

    found = list(NetworkCapture(classic(*packets, times_us=times_us), (DOCK,)).records())

    assert received(found) == STREAM
    assert len({one.utc_us for one in found}) == 1
