"""A reader without a wire: what it answers, what it reports, how it keeps alive."""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.llrp import codec
from simulators.llrp.parts import Bits, Message, Part, message, part
from simulators.llrp.profile import Vendor
from simulators.llrp.status import StatusCode

Make = Callable[..., Any]
START_US = 1_700_000_000_000_000


def _events(messages: list[Message]) -> list[Part]:
    """What each READER_EVENT_NOTIFICATION tells besides its time."""
    told = [one for one in messages if one.name == "READER_EVENT_NOTIFICATION"]
    return [one.inside[0].inside[1] for one in told]


def _keepalive(period_ms: int) -> Part:
    return part("KeepaliveSpec", KeepaliveTriggerType=1, PeriodicTriggerValue=period_ms)


def test_the_first_message_says_that_the_connection_is_taken_and_when(play: Make) -> None:
    reader = play()
    reader.device.disconnect()
    first = reader.connect()[0]
    data = first.inside[0]
    assert first.name == "READER_EVENT_NOTIFICATION"
    assert data.inside[0] == part("UTCTimestamp", Microseconds=START_US)
    assert data.inside[1] == part("ConnectionAttemptEvent", Status=0)


def test_a_second_client_is_told_that_there_is_one_and_the_first_hears_of_it(play: Make) -> None:
    reader = play()
    refusal = codec.decode(reader.device.refusal(reader.now_us))
    assert _events([refusal]) == [part("ConnectionAttemptEvent", Status=2)]
    assert _events(reader.taken()) == [part("ConnectionAttemptEvent", Status=4)]


@pytest.mark.parametrize("vendor", Vendor)
def test_capabilities_hold_what_a_strict_client_asks_for(play: Make, vendor: Vendor) -> None:
    answer = play(vendor=vendor).ask("GET_READER_CAPABILITIES", RequestedData=0)[0]
    assert [one.name for one in answer.inside] == [
        "LLRPStatus",
        "GeneralDeviceCapabilities",
        "LLRPCapabilities",
        "RegulatoryCapabilities",
        "C1G2LLRPCapabilities",
    ]
    band = next(next(answer.all("RegulatoryCapabilities")).all("UHFBandCapabilities"))
    powers = [one.number("TransmitPowerValue") for one in band.all("TransmitPowerLevelTableEntry")]
    assert powers[0] == 1000
    assert powers[-1] == 3000
    hops = next(next(band.all("FrequencyInformation")).all("FrequencyHopTable"))
    assert len(set(hops.fields["Frequency"])) == 50
    assert next(band.all("C1G2UHFRFModeTable")).inside


def test_capabilities_by_kind_hold_that_kind_only(play: Make) -> None:
    answer = play().ask("GET_READER_CAPABILITIES", RequestedData=2)[0]
    assert [one.name for one in answer.inside] == ["LLRPStatus", "LLRPCapabilities"]


def test_settings_come_back_as_they_were_set(play: Make) -> None:
    reader = play()
    transmitter = part("RFTransmitter", HopTableID=1, ChannelIndex=0, TransmitPower=41)
    status = reader.status(
        "SET_READER_CONFIG",
        part("AntennaConfiguration", transmitter, AntennaID=2),
        _keepalive(500),
        part("EventsAndReports", HoldEventsAndReportsUponReconnect=1),
        ResetToFactoryDefault=0,
    )
    assert status.number("StatusCode") == 0
    told = reader.ask(
        "GET_READER_CONFIG", AntennaID=2, RequestedData=0, GPIPortNum=0, GPOPortNum=0
    )[0]
    antenna = next(told.all("AntennaConfiguration"))
    assert transmitter in antenna.inside
    assert antenna.first("C1G2InventoryCommand") is not None
    assert _keepalive(500) in told.inside
    assert part("EventsAndReports", HoldEventsAndReportsUponReconnect=1) in told.inside
    assert reader.device.settings.power_dbm(2) == 20.0
    assert reader.device.settings.power_dbm(1) == 30.0


def test_reads_come_at_the_rate_asked_for_and_from_every_antenna(play: Make, reads: Make) -> None:
    reader = play()
    reader.inventory()
    found = reads(reader.run(2.0))
    assert 390 <= len(found) <= 400
    assert {next(one.all("AntennaID")).number("AntennaID") for one in found} == {1, 2, 3, 4}


def test_a_rospec_reads_on_the_antennas_that_it_names_only(play: Make, reads: Make) -> None:
    reader = play()
    reader.inventory(antennas=(3,))
    found = reads(reader.run(0.5))
    assert {next(one.all("AntennaID")).number("AntennaID") for one in found} == {3}


def test_a_read_carries_what_the_selector_asks_for(
    play: Make, reads: Make, a_report_spec: Make
) -> None:
    reader = play()
    reader.inventory(a_report_spec(1, without="Seen"))
    names = [one.name for one in reads(reader.run(0.2))[0].inside]
    assert names == [
        "EPC_96",
        "ROSpecID",
        "SpecIndex",
        "InventoryParameterSpecID",
        "AntennaID",
        "PeakRSSI",
        "ChannelIndex",
        "AccessSpecID",
    ]


def test_impinjs_phase_peak_and_doppler_come_when_they_are_asked_for(
    play: Make, reads: Make, a_report_spec: Make
) -> None:
    reader = play(vendor=Vendor.IMPINJ)
    enabled = reader.ask("IMPINJ_ENABLE_EXTENSIONS")[0]
    assert enabled.name == "IMPINJ_ENABLE_EXTENSIONS_RESPONSE"
    reader.inventory(a_report_spec(1, impinj=True))
    found = reads(reader.run(0.5))
    for read in found:
        assert next(read.all("ImpinjRFPhaseAngle")).number("PhaseAngle") < 4096
        coarse = next(read.all("PeakRSSI")).number("PeakRSSI")
        assert abs(next(read.all("ImpinjPeakRSSI")).number("RSSI") / 100 - coarse) <= 0.5
        assert read.first("ImpinjRFDopplerFrequency") is not None


def test_impinjs_parameters_are_refused_before_the_extensions_are_on(
    play: Make, a_rospec: Make, a_report_spec: Make
) -> None:
    reader = play(vendor=Vendor.IMPINJ)
    report = a_report_spec(1, impinj=True)
    status = reader.status("ADD_ROSPEC", a_rospec(report=report))
    assert status.number("StatusCode") == StatusCode.MESSAGE_PARAMETER_ERROR
    path, inner = [], status.first("ParameterError")
    while inner is not None:
        path.append(inner.number("ParameterType"))
        code, inner = inner.number("ErrorCode"), inner.first("ParameterError")
    assert path == [177, 237, 1023]
    assert code == StatusCode.UNSUPPORTED_PARAMETER


def test_reports_hold_n_reads_each_and_the_rest_comes_at_the_end(
    play: Make, a_report_spec: Make
) -> None:
    reader = play()
    reader.inventory(a_report_spec(7))
    full = [one for one in reader.run(1.0) if one.name == "RO_ACCESS_REPORT"]
    assert {len(one.inside) for one in full} == {7}
    rest = reader.ask("STOP_ROSPEC", ROSpecID=1)
    sizes = [len(one.inside) for one in rest if one.name == "RO_ACCESS_REPORT"]
    assert 7 * len(full) + sum(sizes) == 200
    assert len(sizes) == 1


def test_a_report_at_the_end_counts_each_tag_once_for_each_antenna(
    play: Make, reads: Make, a_rospec: Make, a_report_spec: Make
) -> None:
    reader = play()
    reader.status("ADD_ROSPEC", a_rospec(stop_ms=1000, report=a_report_spec(0), antennas=(2,)))
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    assert reads(reader.run(0.98)) == []
    found = reads(reader.run(0.1))
    epcs = [next(one.all("EPC_96")).fields["EPC"] for one in found]
    assert len(epcs) == len(set(epcs)) > 1
    assert sum(next(one.all("TagSeenCount")).number("TagCount") for one in found) == 200
    for one in found:
        first = next(one.all("FirstSeenTimestampUTC")).number("Microseconds")
        assert first <= next(one.all("LastSeenTimestampUTC")).number("Microseconds")


def test_reads_without_a_report_trigger_wait_for_the_client_to_ask(
    play: Make, reads: Make, a_report_spec: Make
) -> None:
    reader = play()
    reader.inventory(a_report_spec(1, trigger=0))
    assert reads(reader.run(0.5)) == []
    assert len(reads(reader.ask("GET_REPORT"))) > 1
    assert reads(reader.ask("GET_REPORT")) == []


def test_reads_are_kept_while_no_client_is_there_and_held_until_it_is_ready(
    play: Make, reads: Make
) -> None:
    reader = play()
    hold = part("EventsAndReports", HoldEventsAndReportsUponReconnect=1)
    reader.status("SET_READER_CONFIG", hold, ResetToFactoryDefault=0)
    reader.inventory()
    reader.device.disconnect()
    assert reader.run(1.0) == []
    assert [one.name for one in reader.connect()] == ["READER_EVENT_NOTIFICATION"]
    assert reads(reader.run(0.5)) == []
    held = reads(reader.ask("ENABLE_EVENTS_AND_REPORTS"))
    assert len(held) == 300
    stamps = [next(one.all("LastSeenTimestampUTC")).number("Microseconds") for one in held]
    assert stamps == sorted(stamps)


def test_enabling_events_and_reports_has_no_response(play: Make) -> None:
    assert play().ask("ENABLE_EVENTS_AND_REPORTS") == []


def test_keepalives_come_in_time_and_unanswered_ones_end_the_connection(play: Make) -> None:
    reader = play()
    reader.status("SET_READER_CONFIG", _keepalive(200), ResetToFactoryDefault=0)
    alive = []
    for _ in range(10):
        alive += [one for one in reader.run(0.2) if one.name == "KEEPALIVE"]
        reader.ask("KEEPALIVE_ACK")
    assert len(alive) == 10
    assert not reader.device.closing
    told = reader.run(1.0)
    assert reader.device.closing
    assert _events(told) == [part("ConnectionCloseEvent")]


def test_closing_is_answered_before_it_happens(play: Make) -> None:
    reader = play()
    assert reader.status("CLOSE_CONNECTION").number("StatusCode") == 0
    assert reader.device.closing


@pytest.mark.parametrize(
    ("vendor", "expected"),
    [(Vendor.GENERIC, "ERROR_MESSAGE"), (Vendor.ZEBRA, "GET_SUPPORTED_VERSION_RESPONSE")],
)
def test_a_client_of_version_2_learns_that_this_is_version_1(
    play: Make, vendor: Vendor, expected: str
) -> None:
    reader = play(vendor=vendor)
    asked = Message("GET_SUPPORTED_VERSION", id=0, version=2)
    reader.device.receive(codec.encode(asked), reader.now_us)
    answer = reader.taken()[0]
    assert (answer.name, answer.id, answer.version) == (expected, 0, 2)
    code = next(answer.all("LLRPStatus")).number("StatusCode")
    assert code == (0 if vendor is Vendor.ZEBRA else StatusCode.UNSUPPORTED_VERSION)


def test_any_other_message_of_version_2_is_refused_in_its_own_version(play: Make) -> None:
    reader = play(vendor=Vendor.ZEBRA)
    asked = Message("GET_ROSPECS", id=77, version=2)
    reader.device.receive(codec.encode(asked), reader.now_us)
    answer = reader.taken()[0]
    assert (answer.name, answer.id, answer.version) == ("ERROR_MESSAGE", 77, 2)
    assert answer.inside[0].number("StatusCode") == StatusCode.UNSUPPORTED_VERSION
    assert answer.inside[0].inside == ()


def test_an_unknown_message_is_answered_and_an_error_message_never(play: Make) -> None:
    reader = play()
    reader.device.receive(codec.frame(900, 5, b"xyz"), reader.now_us)
    answer = reader.taken()[0]
    assert (answer.name, answer.id) == ("ERROR_MESSAGE", 5)
    assert answer.inside[0].number("StatusCode") == StatusCode.UNSUPPORTED_MESSAGE
    reader.device.receive(codec.encode(message("ERROR_MESSAGE", 6)), reader.now_us)
    assert reader.taken() == []


def test_a_field_without_a_meaning_is_named_by_its_number(play: Make) -> None:
    status = play().status("GET_READER_CAPABILITIES", RequestedData=9)
    assert status.number("StatusCode") == StatusCode.MESSAGE_FIELD_ERROR
    assert status.inside == (part("FieldError", FieldNum=1, ErrorCode=StatusCode.UNKNOWN_FIELD),)


def test_a_missing_parameter_is_named_with_the_way_to_it(play: Make) -> None:
    status = play().status("ADD_ROSPEC", part("ROSpec", ROSpecID=1, Priority=0, CurrentState=0))
    outer = next(status.all("ParameterError"))
    inner = next(outer.all("ParameterError"))
    assert outer.number("ParameterType") == 177
    assert inner.number("ParameterType") == 178
    assert inner.number("ErrorCode") == StatusCode.MISSING_PARAMETER


def test_a_damaged_request_is_answered_and_the_next_one_served(play: Make) -> None:
    reader = play()
    reader.device.receive(codec.frame(20, 9, b"\x00\xb1\x00\xff"), reader.now_us)
    answer = reader.taken()[0]
    assert (answer.name, answer.id) == ("ERROR_MESSAGE", 9)
    assert next(answer.inside[0].all("ParameterError")).number("ParameterType") == 177
    assert reader.status("GET_ROSPECS").number("StatusCode") == 0


def test_an_antenna_that_is_not_there_is_refused(play: Make, a_rospec: Make) -> None:
    status = play().status("ADD_ROSPEC", a_rospec(antennas=(1, 5)))
    assert status.number("StatusCode") == StatusCode.MESSAGE_PARAMETER_ERROR
    assert "antennas go to 4" in str(status.fields["ErrorDescription"])


def test_an_accessspec_reads_the_tid_of_the_tags_that_it_targets(play: Make, reads: Make) -> None:
    reader = play()
    target = part(
        "C1G2TargetTag",
        MB=1,
        Match=1,
        Pointer=32,
        TagMask=Bits(8, b"\xff"),
        TagData=Bits(8, b"\x30"),
    )
    tid = part("C1G2Read", OpSpecID=3, AccessPassword=0, MB=2, WordPointer=0, WordCount=6)
    command = part("AccessCommand", part("C1G2TagSpec", target), tid)
    stop = part("AccessSpecStopTrigger", AccessSpecStopTrigger=1, OperationCountValue=5)
    spec = part(
        "AccessSpec",
        stop,
        command,
        AccessSpecID=4,
        AntennaID=0,
        ProtocolID=1,
        CurrentState=0,
        ROSpecID=0,
    )
    assert reader.status("ADD_ACCESSSPEC", spec).number("StatusCode") == 0
    assert reader.status("ENABLE_ACCESSSPEC", AccessSpecID=4).number("StatusCode") == 0
    reader.inventory()
    found = reads(reader.run(1.0))
    results = [next(one.all("C1G2ReadOpSpecResult")) for one in found[:5]]
    assert all(one.fields["ReadData"][0] == 0xE280 for one in results)
    assert next(found[0].all("AccessSpecID")).number("AccessSpecID") == 4
    assert all(one.first("C1G2ReadOpSpecResult") is None for one in found[5:])


def test_a_new_client_gets_no_answers_that_the_last_one_asked_for(play: Make) -> None:
    reader = play()
    reader.device.receive(codec.encode(message("GET_ROSPECS", 5)), reader.now_us)
    reader.device.disconnect()
    assert [one.name for one in reader.connect()] == ["READER_EVENT_NOTIFICATION"]
