"""What happens to a reader and its outputs: told in its own time, never in a flood."""

import struct
from typing import Any

import pytest

from drivers.driver import DeviceEvent, EventKind
from drivers.llrp.outputs import Output
from drivers.llrp.phase import Phase
from tests.drivers.llrp.llrp_bytes import message, tlv
from tests.drivers.llrp.peer import status
from tests.drivers.llrp.playing import ARRIVED_US, SECOND_US, Play, running


def event(*parts: bytes, ago_us: int = 0) -> bytes:
    stamp = tlv(128, struct.pack("!Q", ARRIVED_US - ago_us))
    return message(63, tlv(246, stamp + b"".join(parts)), 0)


def happened(made: Play, data: bytes) -> list[Any]:
    return [one for one in made.receive(data) if isinstance(one, DeviceEvent)]


@pytest.mark.parametrize(
    ("part", "kind", "port", "detail"),
    [
        (tlv(255, struct.pack("!BH", 0, 3)), EventKind.ANTENNA_DISCONNECTED, 3, ""),
        (tlv(255, struct.pack("!BH", 1, 52)), EventKind.ANTENNA_CONNECTED, 52, ""),
        (tlv(248, struct.pack("!HB", 2, 0x80)), EventKind.INPUT_HIGH, 2, ""),
        (tlv(248, struct.pack("!HB", 2, 0)), EventKind.INPUT_LOW, 2, ""),
        (tlv(249, struct.pack("!BII", 0, 1, 0)), EventKind.INVENTORY_STARTED, 0, "ROSpec 1"),
        (tlv(249, struct.pack("!BII", 1, 1, 0)), EventKind.INVENTORY_ENDED, 0, "ROSpec 1"),
        (
            tlv(249, struct.pack("!BII", 2, 1, 7)),
            EventKind.INVENTORY_ENDED,
            0,
            "ROSpec 1, another one came before it",
        ),
        (tlv(250, b"\x50"), EventKind.BUFFER_FILLING, 0, "80 % full"),
        (tlv(251), EventKind.BUFFER_OVERFLOWED, 0, "reports were thrown away"),
        (
            tlv(252, struct.pack("!H", 3) + b"hot" + b"\x81\0\2"),
            EventKind.EXCEPTION,
            2,
            "hot",
        ),
    ],
)
def test_what_happens_to_a_reader_is_told(
    part: bytes, kind: EventKind, port: int, detail: str
) -> None:
    made = running()

    (told,) = happened(made, event(part))

    assert (told.device, told.kind, told.port, told.detail) == ("dock", kind, port, detail)


def test_an_event_that_the_reader_held_back_has_its_own_time() -> None:
    made = running()
    happened(made, event(tlv(248, struct.pack("!HB", 2, 0))))

    (told,) = happened(made, event(tlv(255, struct.pack("!BH", 0, 1)), ago_us=40 * SECOND_US))

    assert told.at_us == ARRIVED_US - 40 * SECOND_US


@pytest.mark.parametrize(
    "part", [tlv(255, struct.pack("!BH", 9, 1)), tlv(249, struct.pack("!BII", 7, 1, 0)), tlv(999)]
)
def test_an_event_of_a_kind_that_nobody_knows_tells_nothing(part: bytes) -> None:
    assert happened(running(), event(part)) == []


def test_an_input_that_chatters_fills_nobody_s_log() -> None:
    made = running()
    chatter = b"".join(event(tlv(248, struct.pack("!HB", 1, 0x80 * (n % 2)))) for n in range(500))

    told = happened(made, chatter)
    made.wait(6)
    made.receive(message(62))
    made.wait(6)
    later = happened(made, event(tlv(248, struct.pack("!HB", 1, 0))))

    assert len(told) == 100
    assert "more than 100 events" in made.session.errors[-1]
    assert len(later) == 1


# -- outputs


def test_an_output_that_is_refused_is_told_and_the_reader_reads_on() -> None:
    made = running()
    made.session.set_outputs({9: True})
    (request,) = made.requests()

    assert request["GPOWriteData"] == {"GPOPortNumber": 9, "GPOData": 1}
    told: list[Output] = made.receive(message(13, status(101, "no such port"), request["id"]))

    assert told == [
        DeviceEvent(
            "dock", ARRIVED_US, EventKind.EXCEPTION, 0, "output 9 refused: status 101 no such port"
        )
    ]
    assert made.session.phase is Phase.RUNNING


def test_an_output_that_is_set_is_no_event() -> None:
    made = running()
    made.session.set_outputs({1: True, 2: False})
    (request,) = made.requests()

    assert made.receive(message(13, status(), request["id"])) == []
    assert made.receive(message(100, status(101), request["id"])) == [], "answered already"
