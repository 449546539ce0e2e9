"""What is asked of a reader beyond sllurp: LLRP 1.1, its own ROSpecs, and what it cannot do."""

import struct
from collections.abc import Callable

import pytest

from drivers.llrp.answers import versioned
from drivers.llrp.attempt import VENDORS, Attempt, Wish
from drivers.llrp.outputs import Reads
from drivers.llrp.phase import Phase
from tests.drivers.llrp.llrp_bytes import Tag, message, report, tlv
from tests.drivers.llrp.peer import capabilities, greeting, status
from tests.drivers.llrp.playing import ARRIVED_US, SECOND_US, Play, play

CHECKS = ["GET_READER_CONFIG", "GET_ROSPECS"]
"""What a reader is asked when it is set up."""


def answering(made: Play, own: dict[int, Callable[[int], bytes | None]]) -> Play:
    """The play, its peer answering these requests in its own way."""
    made.peer.answer = lambda kind, body, number: (
        own[kind](number) if kind in own else made.peer.usual(kind, body, number)
    )
    return made


def supported(version: int) -> Callable[[int], bytes]:
    return lambda number: message(56, bytes([1, version]) + status(), number, version=2)


# -- LLRP 1.1


def test_a_reader_is_not_asked_for_1_1_unless_the_settings_want_it() -> None:
    made = play()

    made.set_up()

    assert "GET_SUPPORTED_VERSION" not in made.names()


def test_a_reader_that_speaks_1_1_is_spoken_to_in_1_1() -> None:
    made = answering(
        play(version="auto"),
        {46: supported(2), 47: lambda number: message(57, status(), number, version=2)},
    )

    made.set_up()

    assert made.names()[:3] == ["GET_SUPPORTED_VERSION", "SET_PROTOCOL_VERSION", "CUSTOM_MESSAGE"]
    assert {one["version"] for one in made.sent} == {2}
    assert made.sent[1]["ProtocolVersion"] == 2
    assert made.session.phase is Phase.RUNNING
    assert made.session.attempt.has(Wish.NEWER)


@pytest.mark.parametrize(
    "answer",
    [
        lambda number: message(100, status(110, "M_UnsupportedVersion"), number),
        supported(1),
        lambda number: message(56, b"\1\2" + status(101, "no"), number),
        lambda _number: None,
    ],
    ids=["by an error message", "it has 1.0.1 only", "by its own answer", "by silence"],
)
def test_a_reader_without_1_1_stays_on_1_0_1(answer: Callable[[int], bytes | None]) -> None:
    made = answering(play(version="1.1"), {46: answer})

    made.set_up()
    made.wait(5.2)
    made.set_up()  # the greeting's repetition answers nothing

    assert made.session.phase is Phase.RUNNING
    assert {one["version"] for one in made.sent[1:]} == {1}
    assert "stays on 1.0.1" in " ".join(made.up.notes)
    assert not made.session.attempt.has(Wish.NEWER), "is not asked again on the next connection"


def test_a_message_keeps_all_but_its_version() -> None:
    before = message(20, b"body", 7)

    assert versioned(before, 2) == message(20, b"body", 7, version=2)


# -- a reader that ran before


def reconnected(change: Callable[[bytes], bytes] = bytes, **settings: object) -> Play:
    """A second connection to a reader that kept the ROSpec of the first, or changed it."""
    first = play(vendor_extensions=False, **settings)
    kept: list[bytes] = []
    first.receive(greeting())
    while request := first.session.to_send():
        at = 0
        while at < len(request):
            head, length, number = struct.unpack_from("!HII", request, at)
            if head & 0x3FF == 20:
                kept.append(request[at + 10 : at + length])
            first.receive_if_any(first.peer.usual(head & 0x3FF, b"", number))
            at += length
    (rospec,) = kept
    active = change(rospec[:9] + b"\2" + rospec[10:])
    again = play(first.session.attempt, vendor_extensions=False, **settings)
    again.peer.capabilities = capabilities(holding=True)
    return answering(again, {26: lambda number: message(36, status() + active, number)})


def test_a_rospec_that_is_still_ours_runs_on() -> None:
    made = reconnected(antennas=(1, 2))

    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert made.names()[-4:] == ["GET_REPORT", "GET_ROSPECS", *CHECKS], (
        "nothing is deleted or added"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda rospec: rospec[:-1] + bytes([rospec[-1] ^ 0x80]),
        lambda rospec: rospec[:9] + b"\0" + rospec[10:],
        lambda rospec: rospec + rospec,
        lambda _rospec: b"",
    ],
    ids=["changed", "disabled", "two of them", "none"],
)
def test_a_rospec_that_is_not_quite_ours_is_replaced(change: Callable[[bytes], bytes]) -> None:
    made = reconnected(change)

    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert made.names()[-6:] == [
        "DELETE_ACCESSSPEC",
        "DELETE_ROSPEC",
        "ADD_ROSPEC",
        "ENABLE_ROSPEC",
        *CHECKS,
    ]


@pytest.mark.parametrize(
    "answer",
    [lambda n: message(36, status(109), n), lambda _n: None],
    ids=["by refusal", "by silence"],
)
def test_a_reader_that_does_not_tell_its_rospecs_gets_ours(
    answer: Callable[[int], bytes | None],
) -> None:
    made = answering(play(Attempt(VENDORS, ran=True)), {26: answer})

    made.set_up()
    made.wait(5.2)
    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert made.names()[-2:] == ["ENABLE_ROSPEC", "GET_READER_CONFIG"]
    assert "does not tell its ROSpecs" in " ".join(made.up.notes)


@pytest.mark.parametrize("ahead_us", [0, 7 * SECOND_US, -1_500_000_000_000_000], ids=str)
def test_reads_held_during_an_outage_keep_their_time(ahead_us: int) -> None:
    """Whatever the reader's clock says; also one that counts from 1970."""
    made = reconnected()
    latency_us = 15_000
    stamp = tlv(128, struct.pack("!Q", ARRIVED_US + ahead_us - latency_us))
    made.peer.greeting = lambda: greeting(stamp=stamp)
    made.set_up()
    outage = [30, 20, 10, 1]

    (told,) = made.receive(
        report(*(Tag(last_utc=ARRIVED_US + ahead_us - ago * SECOND_US) for ago in outage))
    )

    assert isinstance(told, Reads)
    true_us = [ARRIVED_US - ago * SECOND_US for ago in outage]
    errors_us = [seen - true for seen, true in zip(told.batch.seen_us, true_us, strict=True)]
    assert max(map(abs, errors_us)) <= 20_000


# -- what it cannot do


def test_each_thing_that_is_wanted_and_not_offered_is_one_sentence() -> None:
    made = play(antennas=(1, 2, 7), power_dbm=27.0, mode=1000)
    made.peer.impinj = False
    made.peer.capabilities = capabilities(band=False)
    refused: list[int] = []

    def answer(kind: int, body: bytes, number: int) -> bytes | None:
        if kind == 20 and len(refused) < 2:
            refused.append(number)
            return message(30, status(100, "M_ParameterError"), number)
        return made.peer.usual(kind, body, number)

    made.peer.answer = answer
    made.set_up()

    told = " ".join(made.up.notes)
    for part in ("Impinj", "powers", "no mode 1000", "7 are not read", "own settings", "hold"):
        assert part in told
    assert len(made.up.notes) == 6


def test_a_reader_that_offers_everything_has_no_notes() -> None:
    made = play(antennas=(1, 2), power_dbm=27.0, mode=1000)
    made.peer.capabilities = capabilities(holding=True)

    made.set_up()

    assert made.up.notes == ()
