"""Every way to be refused: which status, and which parameter and field it names."""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.llrp.parts import Bits, Part, part
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.status import StatusCode
from tests.simulators.llrp.conftest import report_spec, rospec

Make = Callable[..., Any]
START = part("ROSpecStartTrigger", ROSpecStartTriggerType=0)
STOP = part("ROSpecStopTrigger", ROSpecStopTriggerType=0, DurationTriggerValue=0)
BOUNDARY = part("ROBoundarySpec", START, STOP)
NEVER = part("AISpecStopTrigger", AISpecStopTriggerType=0, DurationTrigger=0)
INVENTORY = part("InventoryParameterSpec", InventoryParameterSpecID=1, ProtocolID=1)
KEEPALIVE = part("KeepaliveSpec", KeepaliveTriggerType=0, PeriodicTriggerValue=0)
MASK = part("C1G2TagInventoryMask", MB=1, Pointer=0, TagMask=Bits(0, b""))
FILTER = part("C1G2Filter", MASK, T=0)
STRANGE = part("Unknown", Type=900, Data=b"")


def _aispec(*inside: Part, antennas: tuple[int, ...] = (0,)) -> Part:
    return part("AISpec", NEVER, *(inside or (INVENTORY,)), AntennaIDs=antennas)


def _rospec(*inside: Part, priority: int = 0, state: int = 0, number: int = 1) -> Part:
    return part("ROSpec", *inside, ROSpecID=number, Priority=priority, CurrentState=state)


def _antenna(*inside: Part, antenna: int = 0) -> Part:
    return part("AntennaConfiguration", *inside, AntennaID=antenna)


def _transmitter(hop_table: int, channel: int, power: int) -> Part:
    return part("RFTransmitter", HopTableID=hop_table, ChannelIndex=channel, TransmitPower=power)


def _command(*inside: Part) -> Part:
    return part("C1G2InventoryCommand", *inside, TagInventoryStateAware=0)


def _control(mode: int, tari: int = 0) -> Part:
    return part("C1G2RFControl", ModeIndex=mode, Tari=tari)


def _set(*inside: Part) -> tuple[str, tuple[Part, ...], dict[str, int]]:
    return "SET_READER_CONFIG", inside, {"ResetToFactoryDefault": 0}


def _add(*inside: Part, **of: int) -> tuple[str, tuple[Part, ...], dict[str, int]]:
    return "ADD_ROSPEC", (_rospec(*inside, **of),), {}


def _named(status: Part) -> tuple[int, list[int], int, int]:
    """Status, the types on the way to the culprit, its field, and what is wrong with it."""
    way, at, code = [], status, 0
    while (below := at.first("ParameterError")) is not None:
        way.append(below.number("ParameterType"))
        at, code = below, below.number("ErrorCode")
    field = at.first("FieldError")
    if field is None:
        return status.number("StatusCode"), way, 0, code
    return status.number("StatusCode"), way, field.number("FieldNum"), field.number("ErrorCode")


def _config(number: int, *of: int) -> list[int]:
    """The way to a part of an AntennaConfiguration in SET_READER_CONFIG."""
    return [222, *of, number]


CASES = {
    "a field of the message without a meaning": (
        (
            "GET_READER_CONFIG",
            (),
            {"AntennaID": 0, "RequestedData": 99, "GPIPortNum": 0, "GPOPortNum": 0},
        ),
        (101, [], 2, 208),
    ),
    "an antenna of the message that is not there": (
        (
            "GET_READER_CONFIG",
            (),
            {"AntennaID": 9, "RequestedData": 0, "GPIPortNum": 0, "GPOPortNum": 0},
        ),
        (101, [], 1, 301),
    ),
    "a message without its parameter": (("ADD_ROSPEC", (), {}), (103, [177], 0, 203)),
    "a message with one too many": (_set(KEEPALIVE, KEEPALIVE), (104, [220], 0, 204)),
    "a parameter of another message": (_set(STOP), (102, [182], 0, 202)),
    "an unknown parameter in a message": (_set(STRANGE), (107, [900], 0, 207)),
    "a vendor's parameter in a message": (
        _set(part("Custom", VendorIdentifier=1, ParameterSubtype=1, Data=b"")),
        (111, [1023], 0, 209),
    ),
    "a parameter without its parameter": (_add(BOUNDARY), (100, [177, 183], 0, 203)),
    "a parameter with one too many": (
        _add(BOUNDARY, BOUNDARY, _aispec()),
        (100, [177, 178], 0, 204),
    ),
    "a parameter in the wrong place": (
        _add(BOUNDARY, _aispec(), KEEPALIVE),
        (100, [177, 220], 0, 202),
    ),
    "an unknown parameter deep inside": (
        _add(BOUNDARY, _aispec(INVENTORY, STRANGE)),
        (100, [177, 183, 900], 0, 207),
    ),
    "a field of a parameter without a meaning": (
        _set(part("KeepaliveSpec", KeepaliveTriggerType=7, PeriodicTriggerValue=0)),
        (100, [220], 1, 208),
    ),
    "a rospec that starts its life active": (
        _add(BOUNDARY, _aispec(), state=2),
        (100, [177], 3, 300),
    ),
    "a rospec without a number": (_add(BOUNDARY, _aispec(), number=0), (100, [177], 1, 300)),
    "a priority beyond the levels": (_add(BOUNDARY, _aispec(), priority=8), (100, [177], 2, 301)),
    "more specs than there is room for": (
        _add(BOUNDARY, *[_aispec()] * 33),
        (100, [177, 183], 0, 205),
    ),
    "two inventories in an aispec": (
        _add(BOUNDARY, _aispec(INVENTORY, INVENTORY)),
        (100, [177, 183, 186], 0, 205),
    ),
    "an antenna that is not there": (
        _add(BOUNDARY, _aispec(antennas=(1, 5))),
        (100, [177, 183], 1, 301),
    ),
    "another air protocol": (
        _add(
            BOUNDARY,
            _aispec(part("InventoryParameterSpec", InventoryParameterSpecID=1, ProtocolID=2)),
        ),
        (100, [177, 183, 186], 2, 300),
    ),
    "a periodic start without its period": (
        _add(
            part("ROBoundarySpec", part("ROSpecStartTrigger", ROSpecStartTriggerType=2), STOP),
            _aispec(),
        ),
        (100, [177, 178, 179, 180], 0, 203),
    ),
    "a configuration of no antenna": (_set(_antenna(antenna=9)), (100, [222], 1, 301)),
    "a sensitivity beyond the table": (
        _set(_antenna(part("RFReceiver", ReceiverSensitivity=43))),
        (100, _config(223), 1, 301),
    ),
    "a hop table that is not there": (
        _set(_antenna(_transmitter(2, 0, 1))),
        (100, _config(224), 1, 301),
    ),
    "a channel beyond the table": (
        _set(_antenna(_transmitter(1, 51, 1))),
        (100, _config(224), 2, 301),
    ),
    "a power beyond the table": (
        _set(_antenna(_transmitter(1, 0, 82))),
        (100, _config(224), 3, 301),
    ),
    "a mode that is not there": (
        _set(_antenna(_command(_control(77)))),
        (100, _config(335, 330), 1, 301),
    ),
    "a tari that the mode has not": (
        _set(_antenna(_command(_control(2, 6_250)))),
        (100, _config(335, 330), 2, 301),
    ),
    "more filters than there is room for": (
        _set(_antenna(_command(*[FILTER] * 3))),
        (100, _config(331, 330), 0, 205),
    ),
    "a filter that would set flags": (
        _set(
            _antenna(
                _command(
                    part(
                        "C1G2Filter",
                        MASK,
                        part("C1G2TagInventoryStateAwareFilterAction", Target=1, Action=0),
                        T=0,
                    )
                )
            )
        ),
        (100, _config(333, 330, 331), 0, 209),
    ),
    "an input that is not there": (
        _set(part("GPIPortCurrentState", GPIPortNum=5, Config=1, State=2)),
        (100, [225], 1, 301),
    ),
    "a rospec that is not there": (("START_ROSPEC", (), {"ROSpecID": 4}), (101, [], 1, 300)),
    "an accessspec that is not there": (
        ("ENABLE_ACCESSSPEC", (), {"AccessSpecID": 4}),
        (101, [], 1, 300),
    ),
    "a report by time in 1.0.1": (
        _add(BOUNDARY, _aispec(), report_spec(1, trigger=4)),
        (100, [177, 237], 1, 208),
    ),
    "a loop in 1.0.1": (
        _add(BOUNDARY, _aispec(), part("LoopSpec", LoopCount=2)),
        (100, [177, 355], 0, 207),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_names_its_culprit(play: Make, case: str) -> None:
    (name, inside, fields), expected = CASES[case]
    reader = play()
    before = reader.ask(
        "GET_READER_CONFIG", AntennaID=0, RequestedData=0, GPIPortNum=0, GPOPortNum=0
    )[0].inside
    assert _named(reader.status(name, *inside, **fields)) == expected
    after = reader.ask(
        "GET_READER_CONFIG", AntennaID=0, RequestedData=0, GPIPortNum=0, GPOPortNum=0
    )[0].inside
    assert after == before
    assert reader.ask("GET_ROSPECS")[0].first("ROSpec") is None


def test_as_many_rospecs_as_there_is_room_for(play: Make) -> None:
    reader = play()
    most = PROFILES[Vendor.GENERIC].rospecs_most
    for number in range(1, most + 1):
        assert reader.status("ADD_ROSPEC", rospec(number)).number("StatusCode") == 0
    refused = reader.status("ADD_ROSPEC", rospec(most + 1))
    assert _named(refused) == (StatusCode.MESSAGE_OVERFLOW_PARAMETER, [177], 0, 205)


def test_more_operations_than_there_is_room_for(play: Make) -> None:
    every = part(
        "C1G2TargetTag", MB=1, Match=1, Pointer=0, TagMask=Bits(0, b""), TagData=Bits(0, b"")
    )
    reads = [
        part("C1G2Read", OpSpecID=n, AccessPassword=0, MB=2, WordPointer=0, WordCount=1)
        for n in range(9)
    ]
    spec = part(
        "AccessSpec",
        part("AccessSpecStopTrigger", AccessSpecStopTrigger=0, OperationCountValue=0),
        part("AccessCommand", part("C1G2TagSpec", every), *reads),
        AccessSpecID=1,
        AntennaID=0,
        ProtocolID=1,
        CurrentState=0,
        ROSpecID=0,
    )
    assert _named(play().status("ADD_ACCESSSPEC", spec)) == (100, [207, 209, 341], 0, 205)


@pytest.mark.parametrize(
    "operation",
    [
        part("ClientRequestOpSpec", OpSpecID=1),
        part(
            "C1G2BlockPermalock",
            OpSpecID=1,
            AccessPassword=0,
            MB=3,
            BlockPointer=0,
            BlockMask=(1,),
        ),
    ],
)
def test_an_operation_that_the_capabilities_deny_is_refused(play: Make, operation: Part) -> None:
    every = part(
        "C1G2TargetTag", MB=1, Match=1, Pointer=0, TagMask=Bits(0, b""), TagData=Bits(0, b"")
    )
    spec = part(
        "AccessSpec",
        part("AccessSpecStopTrigger", AccessSpecStopTrigger=0, OperationCountValue=0),
        part("AccessCommand", part("C1G2TagSpec", every), operation),
        AccessSpecID=1,
        AntennaID=0,
        ProtocolID=1,
        CurrentState=0,
        ROSpecID=0,
    )
    _, way, _, code = _named(play().status("ADD_ACCESSSPEC", spec))
    assert way[:2] == [207, 209]
    assert code in (StatusCode.UNSUPPORTED_PARAMETER, StatusCode.UNKNOWN_PARAMETER)
