"""What a reader is asked: the ROSpec and the configuration, byte by byte and by their meaning."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sllurp.llrp import LLRPMessage
from sllurp.llrp_proto import LLRPROSpec

from drivers.llrp.attempt import VENDORS, Attempt, Wish
from drivers.llrp.capabilities import Capabilities, Mode
from drivers.llrp.definitions import MESSAGES, PARAMETERS, Definition
from drivers.llrp.encoding import message_body, message_number
from drivers.llrp.framing import Frame
from drivers.llrp.messages import decode_frame
from drivers.llrp.reader_config import reader_config
from drivers.llrp.rospec import rospec
from drivers.llrp.settings import Aim, AntennaSettings, InputTrigger, LlrpSettings, Select
from drivers.llrp.vendors import GENERIC, IMPINJ

FM0_FAST = Mode(0, 0, 2, 2, 640_000, 6_250)
MILLER_2 = Mode(1, 1, 2, 2, 640_000, 6_250)
DENSE_4 = Mode(2, 2, 0, 3, 274_000, 20_000)
DENSE_8 = Mode(3, 3, 0, 3, 170_600, 20_000)
AUTO_SET = Mode(1000, 0, 0, 0, 40_000, 6_250)
AUTO_STATIC = Mode(1004, 0, 0, 0, 40_000, 6_250)
R420 = (FM0_FAST, MILLER_2, DENSE_4, DENSE_8, AUTO_SET, AUTO_STATIC)

TOLD = Capabilities(
    antennas=4,
    inputs=4,
    holds_reports=True,
    powers_dbm={index: 10 + (index - 1) / 4 for index in range(1, 82)},
    hop_table=3,
    modes=R420,
)
PLAIN = Attempt(VENDORS)


def decoded(name: str, values: dict[str, Any]) -> dict[str, Any]:
    return decode_frame(Frame(message_number(name), 1, 0, message_body(name, values), 0))


def asked(attempt: Attempt = PLAIN, told: Capabilities = TOLD, **wanted: object) -> dict[str, Any]:
    """The ROSpec for these settings, as it stands on the wire."""
    settings = LlrpSettings("dock", "reader", **wanted)  # type: ignore[arg-type]
    found: dict[str, Any] = decoded("ADD_ROSPEC", {"ROSpec": rospec(settings, attempt, told)})
    return dict(found["ROSpec"])


def antennas(spec: dict[str, Any]) -> list[dict[str, Any]]:
    found = spec["AISpec"]["InventoryParameterSpec"]["AntennaConfiguration"]
    return found if isinstance(found, list) else [found]


# -- the encoder


def some_value(rng: np.random.Generator, kind: str) -> object:
    count = int(rng.integers(4))
    match kind:
        case "utf8v":
            return "é" * count
        case "u1v":
            return {"bits": 8 * count, "hex": rng.bytes(count).hex()}
        case "u8v":
            return rng.bytes(count).hex()
        case "u16v" | "u32v":
            return rng.integers(1 << 16, size=count).tolist()
        case "u96":
            return None
        case _:
            bits = int(kind[1:])
            least = -(1 << (bits - 1)) if kind[0] == "s" else 0
            return least + int.from_bytes(rng.bytes(8), "big") % (1 << bits)


def filled(rng: np.random.Generator, definition: Definition) -> object:
    """A parameter with values at random; bare where it has one field."""
    values = {name: some_value(rng, kind) for name, kind in definition.fields if name != "_"}
    bare = len(values) == 1 and not definition.has_parameters
    only = next(iter(values.values()), None)
    return only if bare and not isinstance(only, list) else values


def every_parameter() -> Iterator[Definition]:
    for number, definition in PARAMETERS.items():
        if number > 127 and all(kind != "u96" for _, kind in definition.fields):
            yield definition


def test_what_is_written_is_read_as_it_was_meant() -> None:
    """Every parameter of the standard with values at random, alone and one beside the other."""
    seed = 5
    rng = np.random.default_rng(seed)
    for definition in every_parameter():
        for _ in range(20):
            one, two = filled(rng, definition), filled(rng, definition)
            for meant in (one, [one, two]):
                told = decoded("ADD_ROSPEC", {definition.name: meant})
                assert told[definition.name] == meant, f"{definition.name}, seed {seed}"


def test_every_message_with_fields_is_written_as_it_is_read() -> None:
    rng = np.random.default_rng(6)
    for definition in MESSAGES.values():
        if definition.name == "RO_ACCESS_REPORT":
            continue
        values = {name: some_value(rng, kind) for name, kind in definition.fields if name != "_"}
        assert values.items() <= decoded(definition.name, values).items()


def test_a_number_that_does_not_fit_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="KeepaliveSpec PeriodicTriggerValue = 4294967296"):
        message_body(
            "SET_READER_CONFIG",
            {
                "ResetToFactoryDefault": 0,
                "KeepaliveSpec": {"KeepaliveTriggerType": 1, "PeriodicTriggerValue": 1 << 32},
            },
        )


# -- the ROSpec


@pytest.mark.parametrize("attempt", [Attempt(), PLAIN], ids=["Impinj", "generic"])
def test_the_rospec_is_byte_for_byte_sllurp_s_where_sllurp_can_write_it(attempt: Attempt) -> None:
    content = dict.fromkeys(
        ("EnableROSpecID", "EnableSpecIndex", "EnableInventoryParameterSpecID"), False
    ) | dict.fromkeys(("EnableAntennaID", "EnableChannelIndex", "EnableFirstSeenTimestamp"), True)
    own = ("EnableRFPhaseAngle", "EnablePeakRSSI", "EnableRFDopplerFrequency")
    theirs = LLRPROSpec(
        {"ModeIdentifier": 1000, "MaxTari": 6_250},
        1,
        antennas=(1, 2),
        tx_power=61,
        tag_content_selector=content,
        session=1,
        tag_population=64,
        tari=0,
        frequencies={"HopTableId": 3},
        impinj_tag_content_selector=dict.fromkeys(own, True) if attempt.has(Wish.FIELDS) else None,
    )
    theirs["ROReportSpec"]["N"] = 1
    settings = LlrpSettings(
        "dock", "reader", antennas=(1, 2), power_dbm=25.0, mode=1000, session=1, population=64
    )

    ours = rospec(settings, attempt, TOLD)

    written = LLRPMessage(msgdict={"ADD_ROSPEC": {"ID": 0, "ROSpec": theirs}}).msgbytes
    assert message_body("ADD_ROSPEC", {"ROSpec": ours}) == written[10:]


def test_each_antenna_has_what_it_has_otherwise_than_its_reader() -> None:
    one, two, three = antennas(
        asked(
            antennas=(1, 2, 3),
            power_dbm=30.0,
            mode=2,
            session=2,
            population=100,
            overrides=(
                AntennaSettings(2, power_dbm=20.0, mode=0),
                AntennaSettings(3, session=0, population=5),
            ),
        )
    )

    powers = [one["RFTransmitter"]["TransmitPower"] for one in (one, two, three)]
    commands = [one["C1G2InventoryCommand"] for one in (one, two, three)]
    assert powers == [81, 41, 81]
    assert [command["C1G2RFControl"]["ModeIndex"] for command in commands] == [2, 0, 2]
    singulation = [command["C1G2SingulationControl"] for command in commands]
    assert [one["Session"] for one in singulation] == [2, 2, 0]
    assert [one["TagPopulation"] for one in singulation] == [100, 100, 5]


def test_with_an_antenna_of_its_own_kind_all_antennas_are_named() -> None:
    spec = asked(overrides=(AntennaSettings(4, power_dbm=10.0),))

    assert spec["AISpec"]["AntennaIDs"] == [1, 2, 3, 4]
    assert ["RFTransmitter" in one for one in antennas(spec)] == [False, False, False, True]


@pytest.mark.parametrize(
    ("aim", "modes", "identifier"),
    [
        ("dense", R420, 2),
        ("fast", R420, 0),
        ("auto", R420, 1000),
        ("auto", (*R420[:4], AUTO_STATIC), 1004),
        ("dense", (FM0_FAST, DENSE_8), 3),
        ("dense", (FM0_FAST, Mode(7, 2, 2, 2, 640_000), DENSE_4), 2),
        ("fast", (DENSE_8, DENSE_4, MILLER_2), 1),
        ("fast", (Mode(4, 0, 2, 2, 640_000, 12_500), FM0_FAST), 0),
        ("dense", (FM0_FAST, MILLER_2), None),
        ("auto", R420[:4], None),
        ("fast", (), None),
    ],
)
def test_a_mode_is_chosen_by_what_it_has_to_be_good_for(
    aim: Aim, modes: tuple[Mode, ...], identifier: int | None
) -> None:
    (one,) = antennas(asked(Attempt(), Capabilities(modes=modes), mode=aim))

    control = one["C1G2InventoryCommand"].get("C1G2RFControl")
    assert control == (None if identifier is None else {"ModeIndex": identifier, "Tari": 0})


def test_what_only_impinj_counts_as_automatic_is_a_mode_like_others_elsewhere() -> None:
    modes = (DENSE_4, Mode(1000, 0, 2, 2, 640_000))

    assert Capabilities(modes=modes).mode_for("fast", IMPINJ) == 2
    assert Capabilities(modes=modes).mode_for("fast", GENERIC) == 1000


def test_the_first_filter_decides_for_all_tags_and_each_later_one_only_silences() -> None:
    selects = (
        Select(1, 32, "30a"),
        Select(2, 0, "e280", exclude=True),
        Select(3, 16, "ff"),
    )
    (one,) = antennas(asked(selects=selects))

    found = one["C1G2InventoryCommand"]["C1G2Filter"]
    masks = [each["C1G2TagInventoryMask"] for each in found]
    actions = [each["C1G2TagInventoryStateUnawareFilterAction"] for each in found]
    assert [(mask["MB"], mask["Pointer"]) for mask in masks] == [(1, 32), (2, 0), (3, 16)]
    assert masks[0]["TagMask"] == {"bits": 12, "hex": "30a0"}
    assert actions == [0, 3, 2]
    excluding = antennas(asked(selects=selects[1:2]))[0]["C1G2InventoryCommand"]["C1G2Filter"]
    assert excluding["C1G2TagInventoryStateUnawareFilterAction"] == 4


def test_no_more_filters_are_asked_than_the_reader_says_it_takes() -> None:
    told = Capabilities(filters=1)

    (one,) = antennas(asked(told=told, selects=(Select(1, 32, "30"), Select(1, 40, "14"))))

    filtered = one["C1G2InventoryCommand"]["C1G2Filter"]
    assert filtered["C1G2TagInventoryMask"]["TagMask"]["hex"] == "30"


@pytest.mark.parametrize(("search", "number"), [("single", 1), ("dual", 2), ("tag-focus", 3)])
def test_a_search_mode_is_asked_of_a_reader_with_impinj_s_extensions(
    search: str, number: int
) -> None:
    (taken,) = antennas(asked(Attempt(), search=search))
    (plain,) = antennas(asked(search=search))

    (custom,) = taken["C1G2InventoryCommand"]["Custom"]
    assert (custom["vendor"], custom["subtype"]) == (25882, 23)
    assert int(custom["hex"], 16) == number
    assert "Custom" not in plain["C1G2InventoryCommand"]


def test_inputs_start_and_stop_the_inventory() -> None:
    boundary = asked(start=InputTrigger(1), stop=InputTrigger(2, high=False, timeout_ms=9000))[
        "ROBoundarySpec"
    ]

    started, stopped = boundary["ROSpecStartTrigger"], boundary["ROSpecStopTrigger"]
    assert started["ROSpecStartTriggerType"] == 3
    assert started["GPITriggerValue"] == {"GPIPortNum": 1, "GPIEvent": 1, "Timeout": 0}
    assert stopped["ROSpecStopTriggerType"] == 2
    assert stopped["GPITriggerValue"] == {"GPIPortNum": 2, "GPIEvent": 0, "Timeout": 9000}


def test_a_reader_that_carries_zebra_s_parameters_is_asked_for_its_phase() -> None:
    spec = asked(Attempt(frozenset({Wish.EXTENSIONS})), Capabilities(vendors=frozenset({161})))

    (custom,) = spec["ROReportSpec"]["Custom"]
    assert (custom["vendor"], custom["subtype"], custom["hex"]) == (161, 708, "10000000")


# -- the configuration


def configured(told: Capabilities = TOLD, **wanted: object) -> dict[str, Any]:
    settings = LlrpSettings("dock", "reader", **wanted)  # type: ignore[arg-type]
    return decoded("SET_READER_CONFIG", reader_config(settings, PLAIN, told))


def events_on(config: dict[str, Any]) -> list[int]:
    states = config["ReaderEventNotificationSpec"]["EventNotificationState"]
    return [one["EventType"] for one in states if one["NotificationState"]]


def test_events_that_are_used_are_switched_on_and_all_others_off() -> None:
    """Inputs 1, ROSpecs 2, buffer 3, exceptions 4, antennas 8 (LLRP 1.0.1, section 12.2.2.1)."""
    warning = Capabilities(warns_of_filling=True)

    assert events_on(configured()) == [1, 2, 4, 8]
    assert events_on(configured(warning)) == [1, 2, 3, 4, 8]
    by_time = configured(report_every=9, report_after_ms=200)
    assert events_on(by_time) == [1, 4, 8], "each report by time would end the ROSpec"


def test_inputs_that_are_watched_are_switched_on() -> None:
    config = configured(start=InputTrigger(3), stop=InputTrigger(3, high=False), inputs=(1,))

    ports = config["GPIPortCurrentState"]
    assert [(one["GPIPortNum"], one["Config"]) for one in ports] == [(1, 1), (3, 1)]


def test_holding_is_asked_of_a_reader_that_can_hold() -> None:
    assert configured()["EventsAndReports"] == 1
    assert "EventsAndReports" not in configured(Capabilities())
