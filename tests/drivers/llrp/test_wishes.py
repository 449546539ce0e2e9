"""What a reader makes of its settings: taken, clamped, refused, forgotten; all of it is told."""

import struct
import time

import pytest

from drivers.llrp.attempt import VENDORS, Attempt, Wish
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.phase import Phase
from drivers.llrp.settings import AntennaSettings, InputTrigger, Select
from drivers.llrp.telling import device_up
from drivers.llrp.vendors import ZEBRA
from tests.drivers.llrp.llrp_bytes import Tag, custom, message, report, tlv
from tests.drivers.llrp.peer import capabilities, status
from tests.drivers.llrp.playing import Play, play

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


def test_a_reader_s_channels_are_told_in_the_order_of_its_hop_table() -> None:
    made = play(antennas=(1,))

    made.set_up()

    assert device_up("dock", made.up, 0).channels_khz == (902_750, 903_250)


def test_a_reader_that_keeps_to_fixed_channels_tells_these() -> None:
    band = {"FrequencyInformation": {"FixedFrequencyTable": {"Frequency": (865_700, 866_300)}}}

    told = Capabilities.read({"RegulatoryCapabilities": {"UHFBandCapabilities": band}})

    assert told.channels_khz == (865_700, 866_300)


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
