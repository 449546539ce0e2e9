"""Impinj's extensions: FastID, TagFocus, search modes; and the slots at an AISpec's end."""

from collections.abc import Callable
from typing import Any

import pytest
from sllurp.llrp import LLRPMessage

from simulators.gen2 import Query, Target
from simulators.llrp.device import Device
from simulators.llrp.parts import Bits, Part, part
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.settings import CONTENT_FLAGS, Settings
from simulators.llrp.status import StatusCode
from simulators.llrp.tag_memory import TID, TagMemory
from simulators.tag_field import TagField

Make = Callable[..., Any]
EVERY_TAG = part(
    "C1G2TargetTag", MB=1, Match=1, Pointer=0, TagMask=Bits(0, b""), TagData=Bits(0, b"")
)


def _report(*switches: Part) -> Part:
    selector = part("TagReportContentSelector", **dict.fromkeys(CONTENT_FLAGS, 1))
    own = part("ImpinjTagReportContentSelector", *switches)
    return part("ROReportSpec", selector, own, ROReportTrigger=2, N=1)


FAST_ID = part("ImpinjEnableSerializedTID", SerializedTIDMode=1)
PHASE = part("ImpinjEnableRFPhaseAngle", RFPhaseAngleMode=1)


def _impinj(play: Make) -> Any:  # noqa: ANN401 - the played reader of conftest
    reader = play(vendor=Vendor.IMPINJ)
    reader.ask("IMPINJ_ENABLE_EXTENSIONS")
    return reader


def test_fast_id_tells_each_tags_tid_beside_its_epc(play: Make, reads: Make) -> None:
    reader = _impinj(play)
    reader.inventory(_report(FAST_ID, PHASE))
    tids: dict[object, set[object]] = {}
    for read in reads(reader.run(1.0)):
        tid = next(read.all("ImpinjSerializedTID")).fields["TID"]
        assert read.first("ImpinjRFPhaseAngle") is not None
        tids.setdefault(read.inside[0].fields["EPC"], set()).add(tid)
    assert len(tids) > 15
    assert all(len(one) == 1 for one in tids.values())
    assert len({next(iter(one)) for one in tids.values()}) == len(tids)


def test_the_tid_is_the_one_that_an_accessspec_reads(play: Make, reads: Make) -> None:
    reader = _impinj(play)
    reader.inventory(_report(FAST_ID, PHASE))
    stop = part("AccessSpecStopTrigger", AccessSpecStopTrigger=1, OperationCountValue=5)
    read_tid = part("C1G2Read", OpSpecID=1, AccessPassword=0, MB=2, WordPointer=0, WordCount=6)
    spec = part(
        "AccessSpec",
        stop,
        part("AccessCommand", part("C1G2TagSpec", EVERY_TAG), read_tid),
        AccessSpecID=4,
        AntennaID=0,
        ProtocolID=1,
        CurrentState=0,
        ROSpecID=0,
    )
    reader.status("ADD_ACCESSSPEC", spec)
    reader.status("ENABLE_ACCESSSPEC", AccessSpecID=4)
    found = [one for one in reads(reader.run(1.0)) if one.first("C1G2ReadOpSpecResult")]
    assert len(found) == 5
    for one in found:
        result, told = one.first("C1G2ReadOpSpecResult"), one.first("ImpinjSerializedTID")
        assert result.fields["ReadData"] == told.fields["TID"]
        assert one.first("AccessSpecID") == part("AccessSpecID", AccessSpecID=4)


@pytest.mark.parametrize(
    "switch",
    [
        part("ImpinjEnableGPSCoordinates", GPSCoordinatesMode=1),
        part("ImpinjEnableOptimizedRead", OptimizedReadMode=1),
        part("ImpinjEnableTxPower", TxPowerReportingMode=1),
    ],
)
def test_what_is_not_simulated_is_refused_not_swallowed(
    play: Make, a_rospec: Make, switch: Part
) -> None:
    status = _impinj(play).status("ADD_ROSPEC", a_rospec(report=_report(switch)))
    inner = status
    while (below := inner.first("ParameterError")) is not None:
        inner = below
    assert inner.number("ErrorCode") == StatusCode.UNSUPPORTED_PARAMETER


@pytest.mark.parametrize(
    ("mode", "session", "target", "suppresses"),
    [
        (0, 1, Target.BOTH_IN_TURN, False),
        (1, 2, Target.A, False),
        (2, 1, Target.BOTH_IN_TURN, False),
        (3, 1, Target.A, True),
        (3, 2, Target.A, False),
        (5, 2, Target.B, False),
    ],
)
def test_search_modes_choose_the_target_and_tag_focus_holds_in_session_1(
    mode: int,
    session: int,
    target: Target,
    suppresses: bool,  # noqa: FBT001 - a case of the test
) -> None:
    settings = Settings(PROFILES[Vendor.IMPINJ])
    singulation = part(
        "C1G2SingulationControl", Session=session, TagPopulation=32, TagTransitTime=0
    )
    search = part("ImpinjInventorySearchMode", InventorySearchMode=mode)
    command = part("C1G2InventoryCommand", singulation, search, TagInventoryStateAware=0)
    query: Query = settings.query(1, (part("AntennaConfiguration", command, AntennaID=0),))
    assert (query.session, query.target, query.suppresses) == (session, target, suppresses)


def test_an_aispecs_end_tells_its_slots_where_a_client_asks_for_them(
    play: Make, a_rospec: Make
) -> None:
    reader = play()
    field = TagField(50, 4, None, 1)
    device = Device(PROFILES[Vendor.GENERIC], field, reader.device.faults, reader.now_us)
    reader.device = device
    reader.connect()
    asked = part("EventNotificationState", EventType=7, NotificationState=1)
    reader.status(
        "SET_READER_CONFIG",
        part("ReaderEventNotificationSpec", asked),
        ResetToFactoryDefault=0,
    )
    ends = part("AISpecStopTrigger", AISpecStopTriggerType=1, DurationTrigger=500)
    reader.status("ADD_ROSPEC", a_rospec(spec_stop=ends))
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    told = [
        event
        for one in reader.run(1.1)
        for data in one.all("ReaderEventNotificationData")
        for event in data.all("AISpecEvent")
    ]
    assert len(told) == 2
    for event in told:
        slots = next(event.all("C1G2SingulationDetails"))
        assert 10 < slots.number("NumEmptySlots") < 500
        assert 5 < slots.number("NumCollisionSlots") < 500


def test_sllurp_reads_the_tid_as_it_was_told(play: Make) -> None:
    """No matter for tshark, which takes the count of the words for one of bytes."""
    reader = _impinj(play)
    reader.inventory(_report(FAST_ID, PHASE))
    reader.run(0.5)
    frames = [one.frame for one in reader.sent if one.reads]
    assert len(frames) > 50
    for frame in frames:
        told = LLRPMessage(msgbytes=frame).msgdict["RO_ACCESS_REPORT"]["TagReportData"][0]
        born = TagMemory.of(bytes.fromhex(told["EPC-96"].decode()), 96)
        assert told["ImpinjSerializedTID"] == {"TIDWordCount": 6, "TID": bytes(born.banks[TID])}
        assert told["ImpinjRFPhaseAngle"] < 4096
