"""What goes wrong inside a reader, fault by fault."""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.llrp import codec
from simulators.llrp.bits import MalformedError
from simulators.llrp.outbox import Outgoing
from simulators.llrp.parts import Message, Part, part
from simulators.llrp.profile import Vendor
from simulators.llrp.status import StatusCode
from simulators.llrp.wire import Then, Wire, cut_in_a_field, wrong_count

Make = Callable[..., Any]
START_US = 1_700_000_000_000_000
HOUR_US = 3_600_000_000


def _stamp(reader_told: Message) -> Part:
    return reader_told.inside[0].inside[0]


def _events(messages: list[Message]) -> list[Part]:
    told = [one for one in messages if one.name == "READER_EVENT_NOTIFICATION"]
    return [one.inside[0].inside[1] for one in told]


def _last_seen_us(reads: list[Part], name: str = "LastSeenTimestampUTC") -> list[int]:
    return [next(one.all(name)).number("Microseconds") for one in reads]


def test_a_clock_in_1970_stamps_reads_and_events_alike(play: Make, reads: Make) -> None:
    reader = play("clock-1970")
    reader.inventory()
    assert max(_last_seen_us(reads(reader.run(1.0)))) < 1_100_000
    reader.device.disconnect()
    assert _stamp(reader.connect()[0]) == part("UTCTimestamp", Microseconds=1_000_000)


def test_a_clock_without_a_battery_starts_in_2000(play: Make, reads: Make) -> None:
    reader = play("clock-2000")
    reader.inventory()
    stamps = _last_seen_us(reads(reader.run(1.0)))
    assert 946_684_800_000_000 <= min(stamps) <= max(stamps) < 946_684_801_100_000


def test_reads_of_antenna_1_may_be_told_as_antenna_2s(play: Make, reads: Make) -> None:
    reader = play("wrong-antenna")
    reader.inventory(antennas=(1,))
    found = reads(reader.run(0.5))
    assert {next(one.all("AntennaID")).number("AntennaID") for one in found} == {2}


def test_a_clock_jumps_an_hour_and_stays_there(play: Make, reads: Make) -> None:
    reader = play("clock-jump=0.5")
    reader.inventory()
    before = _last_seen_us(reads(reader.run(0.4)))
    reader.run(0.2)
    after = _last_seen_us(reads(reader.run(0.4)))
    assert max(before) < START_US + 500_000
    assert min(after) > START_US + HOUR_US


def test_a_reader_without_utc_stamps_with_its_uptime_and_says_so(play: Make, reads: Make) -> None:
    reader = play("uptime-only")
    reader.inventory()
    found = reads(reader.run(0.5))
    assert max(_last_seen_us(found, "LastSeenTimestampUptime")) < 600_000
    assert found[0].first("LastSeenTimestampUTC") is None
    told = reader.ask("GET_READER_CAPABILITIES", RequestedData=1)[0]
    assert told.inside[1].number("HasUTCClockCapability") == 0
    reader.device.disconnect()
    assert _stamp(reader.connect()[0]).name == "Uptime"


def test_a_reader_may_leave_its_band_out(play: Make) -> None:
    told = play("no-uhf-band").ask("GET_READER_CAPABILITIES", RequestedData=0)[0]
    assert next(told.all("RegulatoryCapabilities")).first("UHFBandCapabilities") is None


def test_late_keepalives_come_every_third_period(play: Make) -> None:
    reader = play("keepalive-late")
    spec = part("KeepaliveSpec", KeepaliveTriggerType=1, PeriodicTriggerValue=200)
    reader.status("SET_READER_CONFIG", spec, ResetToFactoryDefault=0)
    alive = [one for one in reader.run(1.8) if one.name == "KEEPALIVE"]
    assert len(alive) == 3


@pytest.mark.parametrize("name", ["STOP_ROSPEC", "DISABLE_ROSPEC", "DELETE_ROSPEC"])
def test_a_stubborn_reader_reads_on(play: Make, reads: Make, name: str) -> None:
    reader = play("refuses-stop")
    reader.inventory()
    status = reader.status(name, ROSpecID=1)
    assert status.number("StatusCode") == StatusCode.DEVICE_ERROR
    assert reads(reader.run(0.2))


def test_an_error_in_set_up_comes_once(play: Make, a_rospec: Make) -> None:
    reader = play("error-in-setup")
    answer = reader.ask("ADD_ROSPEC", a_rospec())[0]
    assert answer.name == "ERROR_MESSAGE"
    assert answer.inside[0].number("StatusCode") == StatusCode.DEVICE_ERROR
    assert reader.status("ADD_ROSPEC", a_rospec()).number("StatusCode") == 0


def test_an_antenna_that_falls_off_hears_nothing_and_is_reported(play: Make, reads: Make) -> None:
    reader = play("antenna-falls-off=0.5")
    state = part("EventNotificationState", EventType=8, NotificationState=1)
    events = part("ReaderEventNotificationSpec", state)
    reader.status("SET_READER_CONFIG", events, ResetToFactoryDefault=0)
    reader.inventory()
    told = reader.run(0.6)
    assert _events(told) == [part("AntennaEvent", EventType=0, AntennaID=1)]
    later = reads(reader.run(0.5))
    assert {next(one.all("AntennaID")).number("AntennaID") for one in later} == {2, 3, 4}
    properties = reader.ask(
        "GET_READER_CONFIG", AntennaID=0, RequestedData=2, GPIPortNum=0, GPOPortNum=0
    )[0]
    connected = [one.number("AntennaConnected") for one in properties.all("AntennaProperties")]
    assert connected == [0, 1, 1, 1]


def test_an_overflow_costs_a_second_of_reads_and_is_told(play: Make, reads: Make) -> None:
    reader = play("buffer-overflow=0.5")
    reader.inventory()
    told = reader.run(3.0)
    assert _events(told) == [part("ReportBufferOverflowErrorEvent")]
    assert 390 <= len(reads(told)) <= 410


def test_kept_reports_end_at_the_bound_and_the_oldest_go(play: Make, reads: Make) -> None:
    reader = play(rate=1_000.0, kept=500)
    reader.inventory()
    reader.run(0.1)
    reader.device.disconnect()
    reader.run(1.0)
    kept = reads(reader.connect())
    assert len(kept) == 500
    assert max(_last_seen_us(kept)) > reader.now_us - 10_000


def test_impinj_may_be_refused_or_only_claimed(play: Make) -> None:
    refused = play("impinj-refused", vendor=Vendor.IMPINJ).ask("IMPINJ_ENABLE_EXTENSIONS")[0]
    assert refused.inside[0].number("StatusCode") == StatusCode.DEVICE_ERROR
    pretender = play("claims-impinj")
    told = pretender.ask("GET_READER_CAPABILITIES", RequestedData=1)[0]
    assert told.inside[1].number("DeviceManufacturerName") == 25_882
    assert pretender.ask("IMPINJ_ENABLE_EXTENSIONS")[0].name == "ERROR_MESSAGE"


def test_odd_numbers_come_in_capabilities_and_events(play: Make) -> None:
    reader = play("odd-enums")
    told = reader.ask("GET_READER_CAPABILITIES", RequestedData=3)[0]
    assert told.inside[1].number("CommunicationsStandard") == 20
    reader.inventory()
    odd = _events(reader.run(0.1))
    assert [(one.name, one.number("EventType")) for one in odd] == [("AISpecEvent", 1)]


def test_empty_reports_come_every_second_while_nothing_is_seen(play: Make) -> None:
    reader = play("empty-reports", rate=0.0)
    reader.inventory()
    found = [one for one in reader.run(3.0) if one.name == "RO_ACCESS_REPORT"]
    assert [one.inside for one in found] == [()] * 3


def test_a_burst_is_ten_times_the_reads_for_five_seconds(play: Make, reads: Make) -> None:
    reader = play("burst=1", rate=100.0)
    reader.inventory()
    each_second = [len(reads(reader.run(1.0))) for _ in range(8)]
    assert each_second[0] == pytest.approx(100, abs=5)
    assert each_second[1:6] == pytest.approx([1000] * 5, abs=50)
    assert each_second[7] == pytest.approx(100, abs=5)


def test_unknown_parameters_stand_behind_every_read(play: Make, reads: Make) -> None:
    reader = play("unknown-parameter")
    reader.inventory()
    for read in reads(reader.run(0.2)):
        assert [one.name for one in read.inside[-2:]] == ["Unknown", "Custom"]


def test_a_reboot_forgets_everything(play: Make, reads: Make) -> None:
    reader = play()
    reader.inventory()
    reader.run(0.5)
    reader.device.disconnect()
    reader.device.reboot(reader.now_us)
    reader.connect()
    assert reader.ask("GET_ROSPECS")[0].first("ROSpec") is None
    assert reads(reader.run(0.5)) == []


def _sent(wire: Wire, outgoing: list[Outgoing]) -> list[int]:
    """Message ids in the order in which the wire sends them."""
    data, found = wire.send(outgoing).data, []
    while data:
        size = codec.frame_length(data)
        found.append(codec.decode(data[:size]).id)
        data = data[size:]
    return found


def _reports(count: int) -> list[Outgoing]:
    return [Outgoing(codec.frame(61, n + 1, b""), 1, is_report=True) for n in range(count)]


def test_every_tenth_report_is_doubled(play: Make) -> None:
    wire = Wire(play("duplicated-report").device.faults)
    assert _sent(wire, _reports(20)) == [*range(1, 11), 10, *range(11, 21), 20]


def test_every_tenth_report_is_swapped_with_the_next(play: Make) -> None:
    wire = Wire(play("reordered-report").device.faults)
    sent = _sent(wire, _reports(15)) + _sent(wire, [])
    assert sent == [*range(1, 10), 11, 10, *range(12, 16)]


def test_a_frame_cut_in_two_is_the_last_thing_sent(play: Make) -> None:
    reader = play("cut-mid-frame=0")
    report = _reports(1)[0].frame
    sendable = Wire(reader.device.faults).send(_reports(1))
    assert sendable.then is Then.CLOSE
    assert sendable.data == report + report[: len(report) // 2]


@pytest.mark.parametrize("number", [1, 3])
def test_damaged_reports_are_refused_with_the_way_to_the_damage(
    play: Make, a_report_spec: Make, number: int
) -> None:
    reader = play()
    reader.inventory(a_report_spec(number))
    reader.run(0.2)
    report = next(one.frame for one in reader.sent if one.reads == number)
    with pytest.raises(MalformedError, match="a field is cut short") as cut:
        codec.decode(cut_in_a_field(report))
    assert cut.value.path == (240,)
    with pytest.raises(MalformedError, match="a list is cut short") as counted:
        codec.decode(wrong_count())
    assert counted.value.path == (240, 241)
