"""What a reader has in the end beside what it was asked for: each difference is told."""

import struct
from collections.abc import Callable

import numpy as np
import pytest

from drivers.llrp.attempt import VENDORS, Attempt
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.differences import DIFFERENCES_TOLD, rospec_differences
from drivers.llrp.phase import Phase
from drivers.llrp.settings import Select
from tests.drivers.llrp.llrp_bytes import Tag, message, report, tlv
from tests.drivers.llrp.peer import capabilities, status
from tests.drivers.llrp.playing import Play, play
from tests.drivers.llrp.test_mutations import mutate

FILTER = (Select(1, 32, "30"),)


def told_rospec(made: Play, change: Callable[[bytes], bytes]) -> Play:
    """The play, its peer telling its ROSpec otherwise than it got it."""

    def answered(kind: int, body: bytes, number: int) -> bytes | None:
        active = made.peer.rospec[:9] + b"\2" + made.peer.rospec[10:]
        if kind == 26:
            return message(36, status() + change(active), number)
        return made.peer.usual(kind, body, number)

    made.peer.answer = answered
    made.peer.capabilities = capabilities(holding=True)
    return made


def swapped(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(whole: bytes) -> bytes:
        assert old in whole
        return whole.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (
            swapped(
                struct.pack("!HHHHH", 224, 10, 3, 1, 69), struct.pack("!HHHHH", 224, 10, 3, 1, 81)
            ),
            "antenna 1: TransmitPower is 30 dBm, asked was 27 dBm",
        ),
        (
            swapped(struct.pack("!HHHH", 335, 8, 1000, 0), struct.pack("!HHHH", 335, 8, 2, 0)),
            "antenna 2: ModeIndex is 2, asked was 1000",
        ),
        (
            swapped(struct.pack("!HHB", 336, 11, 0x40), struct.pack("!HHB", 336, 11, 0x80)),
            "antenna 1: Session is 2, asked was 1",
        ),
        (bytes, None),
        (lambda _whole: b"", "it has not kept its ROSpec: it reads nothing"),
        (
            lambda whole: whole[:9] + b"\0" + whole[10:],
            "its ROSpec is disabled: it reads nothing",
        ),
        (
            lambda whole: whole + whole[:4] + bytes(3) + b"\7" + whole[8:],
            "it has other ROSpecs too: 7",
        ),
    ],
)
def test_a_rospec_that_is_otherwise_than_asked_is_told(
    change: Callable[[bytes], bytes], note: str | None
) -> None:
    made = told_rospec(play(antennas=(1, 2), power_dbm=27.0, mode=1000, session=1), change)

    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert note in made.up.notes if note else made.up.notes == ()


@pytest.mark.parametrize(
    ("config", "note"),
    [
        (tlv(220, struct.pack("!BI", 1, 5_000)), None),
        (tlv(220, struct.pack("!BI", 1, 60_000)), "PeriodicTriggerValue is 60000, asked was 5000"),
        (tlv(220, struct.pack("!BI", 0, 5_000)), "KeepaliveTriggerType is 0, asked was 1"),
        (tlv(226, b"\0"), "EventsAndReports is 0, asked was 1"),
        (tlv(244, tlv(245, struct.pack("!HB", 8, 0))), "event kind 8: NotificationState is 0"),
        (tlv(244, tlv(245, struct.pack("!HB", 8, 0x80))), None),
        (tlv(225, struct.pack("!HBB", 1, 0, 1)), "input 1: Config is 0, asked was 1"),
        (tlv(221, struct.pack("!BHh", 0, 2, 600)), "nothing is connected to antenna 2"),
        (tlv(221, struct.pack("!BHh", 0, 4, 600)), None),
        (b"\xff\xff", None),
    ],
)
def test_a_configuration_that_is_otherwise_than_asked_is_told(
    config: bytes, note: str | None
) -> None:
    made = play(antennas=(1, 2), inputs=(1,))
    made.peer.capabilities = capabilities(holding=True)
    made.peer.config = config

    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert [note in one for one in made.up.notes] == [True] if note else made.up.notes == ()


def test_no_more_than_some_differences_are_told_and_the_others_counted() -> None:
    made = play(inputs=tuple(range(1, 31)))
    made.peer.capabilities = capabilities(holding=True)
    made.peer.config = b"".join(tlv(225, struct.pack("!HBB", n, 0, 0)) for n in range(1, 31))

    made.set_up()

    assert len(made.up.notes) == DIFFERENCES_TOLD + 1
    assert made.up.notes[-1] == f"and {30 - DIFFERENCES_TOLD} more differences"


def test_whatever_a_reader_tells_of_itself_in_the_end_it_reads() -> None:
    """Mutations of what it has, thousands of antennas, antennas that are named twice in one."""
    seed = 11
    rng = np.random.default_rng(seed)
    named_twice = tlv(222, struct.pack("!H", 1) + b"\x81\x00\x01")
    config = b"".join(
        (
            tlv(221, struct.pack("!BHh", 0x80, 1, 600)),
            named_twice,
            tlv(244, tlv(245, struct.pack("!HB", 8, 0x80))),
            tlv(220, struct.pack("!BI", 1, 5_000)),
            tlv(225, struct.pack("!HBB", 1, 0x80, 1)),
            tlv(226, b"\x80"),
        )
    )
    for turn in range(300):
        made = told_rospec(
            play(Attempt(VENDORS), antennas=(1, 2), inputs=(1,), selects=FILTER),
            lambda whole: mutate(rng, whole + named_twice),
        )
        made.peer.config = mutate(rng, config) if turn else 5_000 * named_twice
        made.set_up()
        assert made.session.phase is Phase.RUNNING, f"seed {seed}, turn {turn}"


def test_a_field_that_stands_twice_is_a_difference_and_no_fault() -> None:
    """A parameter AntennaID inside AntennaConfiguration makes a list of the field beside it."""
    wanted = {"AISpec": {"AntennaConfiguration": {"AntennaID": 1, "ReceiverSensitivity": 3}}}
    has = {"AntennaConfiguration": [{"AntennaID": [1, 1]}, {"AntennaID": {"AntennaID": 1}}]}
    answer = {"ROSpec": [{"ROSpecID": [1, 1]}, {"ROSpecID": 1, "CurrentState": 2, "AISpec": has}]}

    told = rospec_differences(wanted, answer, Capabilities())

    assert told == ["antenna 1 is not there", "it has other ROSpecs too: [1, 1]"]


def test_tag_focus_in_another_session_is_told() -> None:
    made = play(search="tag-focus", session=2)
    made.peer.capabilities = capabilities(holding=True)

    made.set_up()

    assert made.up.notes == ("TagFocus works in session 1 only, not in 2",)


@pytest.mark.parametrize("kind", [2, 26])
def test_a_reader_that_does_not_tell_what_it_has_reads_within_a_second_and_a_half(
    kind: int,
) -> None:
    made = play()
    made.peer.answer = lambda one, body, number: (
        None if one == kind else made.peer.usual(one, body, number)
    )
    made.set_up()
    (read,) = made.receive(report(Tag()))
    made.wait(1.6)
    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert "is not known" in " ".join(made.up.notes)
    assert read is made.told[0], "what it reads meanwhile is not held back"
