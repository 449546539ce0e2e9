"""What a reader makes of its settings: taken, clamped, refused, forgotten; all of it is told."""

import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from drivers.driver import DeviceEvent, EventKind
from drivers.llrp.attempt import VENDORS, Attempt, Wish
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.differences import DIFFERENCES_TOLD, rospec_differences
from drivers.llrp.outputs import Output
from drivers.llrp.session import Phase
from drivers.llrp.settings import AntennaSettings, InputTrigger, Select
from drivers.llrp.telling import device_up
from drivers.llrp.vendors import ZEBRA
from tests.drivers.llrp.llrp_bytes import Tag, custom, message, report, tlv
from tests.drivers.llrp.peer import capabilities, status
from tests.drivers.llrp.test_mutations import mutate
from tests.drivers.llrp.test_session import ARRIVED_US, SECOND_US, Play, play, running

FILTER = (Select(1, 32, "30"),)
FULL: dict[str, object] = {
    "antennas": (1, 2),
    "power_dbm": 27.0,
    "mode": 1000,
    "search": "dual",
    "selects": FILTER,
    "start": InputTrigger(1),
    "stop": InputTrigger(1, high=False),
}


def parameter_error(*path: int) -> bytes:
    """An LLRPStatus that names a parameter by the way that leads to it, the outermost first."""
    inner = tlv(288, struct.pack("!HH", 1, 107))
    for kind in reversed(path):
        inner = tlv(289, struct.pack("!HH", kind, 107) + inner)
    return tlv(287, struct.pack("!HH", 100, 0) + inner)


def refusing(made: Play, kind: int, answer: int, wrong: bytes, has: bytes) -> Play:
    """The play, its peer refusing each request of a kind that holds certain bytes."""

    def answered(one: int, body: bytes, number: int) -> bytes | None:
        if one == kind and has in body:
            return message(answer, wrong, number)
        return made.peer.usual(one, body, number)

    made.peer.answer = answered
    made.peer.capabilities = capabilities(holding=True)
    return made


# -- refused in part


@pytest.mark.parametrize(
    ("path", "wish", "note"),
    [
        ((177, 183, 186, 222, 330, 331, 332), Wish.SELECTS, "reads every tag"),
        ((177, 183, 186, 222, 224), Wish.POWER, "refuses the power"),
        ((177, 183, 186, 222, 330, 335), Wish.MODE, "refuses the mode"),
        ((177, 183, 186, 222, 330, 336), Wish.SINGULATION, "session and population"),
        ((177, 178, 179, 181), Wish.TRIGGERS, "reads all the time"),
        ((177, 178, 182), Wish.TRIGGERS, "reads all the time"),
        ((177, 183, 186, 222, 330, 1023), Wish.SEARCH, "no search mode dual"),
    ],
)
def test_a_refusal_that_names_its_parameter_costs_just_that(
    path: tuple[int, ...], wish: Wish, note: str
) -> None:
    culprit = struct.pack("!H", path[-1] if path[-1] != 332 else 331)
    if wish is Wish.SEARCH:
        culprit = struct.pack("!II", 25882, 23)
    if wish is Wish.TRIGGERS:
        culprit = struct.pack("!H", 181)
    made = refusing(play(**FULL), 20, 30, parameter_error(*path), culprit)

    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert made.session.attempt == Attempt(frozenset({wish}), ran=True)
    assert [one for one in made.up.notes if note in one], made.up.notes
    assert made.names().count("ADD_ROSPEC") == 2


def test_vendor_s_fields_that_are_refused_by_name_cost_neither_filter_nor_power() -> None:
    wrong = parameter_error(177, 237, 1023)
    made = refusing(play(**{**FULL, "search": None}), 20, 30, wrong, struct.pack("!II", 25882, 50))

    made.set_up()

    assert made.session.attempt.without == {Wish.FIELDS, Wish.EXTENSIONS}


@pytest.mark.parametrize(
    ("kind", "wish", "note"),
    [(225, Wish.INPUTS, "watch its inputs"), (244, Wish.EVENTS, "unnoticed")],
)
def test_a_reader_that_refuses_inputs_or_events_reads_all_the_same(
    kind: int, wish: Wish, note: str
) -> None:
    made = refusing(play(**FULL), 3, 13, parameter_error(kind), struct.pack("!H", kind))

    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert made.session.attempt.without == {wish}
    assert note in " ".join(made.up.notes)


def test_what_was_refused_is_not_asked_again_on_the_next_connection() -> None:
    wrong, culprit = parameter_error(177, 183, 186, 222, 330, 331), struct.pack("!H", 331)
    first = refusing(play(**FULL), 20, 30, wrong, culprit)
    first.set_up()

    again = play(first.session.attempt, **FULL)
    again.peer.capabilities = capabilities(holding=True)
    again.set_up()

    assert again.names().count("ADD_ROSPEC") == 1
    assert again.up.notes == first.up.notes


@pytest.mark.parametrize("wrong", [status(100, "no"), b"", b"\xff" * 40, parameter_error(65535)])
def test_a_refusal_that_names_nothing_known_is_asked_for_less_and_less(wrong: bytes) -> None:
    made = refusing(play(**FULL), 20, 30, wrong, struct.pack("!H", 331))

    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert Wish.SELECTS in made.session.attempt.without
    assert Wish.POWER not in made.session.attempt.without


# -- clamped and not offered


@pytest.mark.parametrize(
    ("wanted_dbm", "note"),
    [
        (33.0, "power 33 dBm wanted, 30 dBm taken: its table ends there"),
        (5.0, "power 5 dBm wanted, 10 dBm taken: its table ends there"),
        (27.1, "power 27.1 dBm wanted, 27 dBm taken: the nearest of its table"),
    ],
)
def test_a_power_that_is_not_in_the_table_is_told_with_the_one_that_is_taken(
    wanted_dbm: float, note: str
) -> None:
    made = play(antennas=(1, 2), power_dbm=wanted_dbm)
    made.peer.capabilities = capabilities(holding=True)

    made.set_up()

    assert made.up.notes == (note,)


def test_a_power_of_one_antenna_is_told_with_its_antenna() -> None:
    made = play(antennas=(1, 2), power_dbm=27, overrides=(AntennaSettings(2, power_dbm=31.5),))
    made.peer.capabilities = capabilities(holding=True)

    made.set_up()

    assert made.up.notes == (
        "antenna 2: power 31.5 dBm wanted, 30 dBm taken: its table ends there",
    )


def test_what_no_part_of_the_reader_offers_is_one_sentence_each() -> None:
    made = play(
        Attempt(VENDORS),
        mode="dense",
        search="tag-focus",
        vendor_extensions=False,
        overrides=(AntennaSettings(2, power_dbm=20),),
    )
    made.peer.capabilities = b""
    made.set_up()

    told = " ".join(made.up.notes)
    for part in ("no mode for dense", "no search mode tag-focus", "settings of its own", "hold"):
        assert part in told
    assert len(made.up.notes) == 4


def test_a_reader_that_tells_of_endless_tables_and_antennas_is_set_up_at_once() -> None:
    general = struct.pack("!HHIIH", 65_535, 0, 1, 1, 0)
    powers = b"".join(tlv(145, struct.pack("!Hh", n % 65_536, n % 3_000)) for n in range(60_000))
    overrides = tuple(AntennaSettings(port, power_dbm=port / 8) for port in range(1, 256))
    made = play(antennas=tuple(range(1, 256)), overrides=overrides)
    made.peer.capabilities = tlv(137, general) + tlv(143, bytes(4) + tlv(144, powers[:60_000]))

    began_s = time.process_time()
    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert len(made.up.antennas) == 255
    assert len(made.up.told.powers_dbm) <= 1_000
    assert time.process_time() - began_s < 5


# -- what it has in the end


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


# -- makes


def test_zebra_is_known_by_its_parameters_and_asked_for_its_phase() -> None:
    made = play(antennas=(1,))
    made.peer.impinj = False
    made.peer.capabilities = capabilities(holding=True) + custom(161, 1, bytes(4))

    made.set_up()
    made.receive(report(Tag(extra=custom(161, 709, b"\x40\0"))))

    assert made.up.vendor is ZEBRA
    assert made.up.notes == ()
    assert device_up("dock", made.up, 0).manufacturer == "25882, without Impinj extensions"


def test_zebra_s_fields_that_are_refused_cost_just_the_phase() -> None:
    made = refusing(
        play(antennas=(1,), power_dbm=27),
        20,
        30,
        parameter_error(177, 237, 1023),
        struct.pack("!II", 161, 708),
    )
    made.peer.impinj = False
    made.peer.capabilities = capabilities(holding=True) + custom(161, 1, bytes(4))

    made.set_up()

    assert made.up.notes == ("it refuses Zebra's own fields: its reads have no phase",)


# -- events


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
