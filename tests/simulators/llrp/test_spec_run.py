"""What ends an AISpec, what starts a ROSpec, when a report goes out: every trigger there is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from simulators.llrp.antenna_spec import AntennaSpec, AntennaStop, Observation
from simulators.llrp.codec import encode
from simulators.llrp.parts import Bits, Message, Part, message, part
from simulators.llrp.profile import Vendor
from simulators.llrp.spec_run import SPEC_NEXT, SpecOrder, SpecRun, SpecState
from simulators.llrp.status import StatusCode

Make = Callable[..., Any]
START_US = 1_700_000_000_000_000
ANY_TAG = {"MB": 1, "Match": 1, "Pointer": 0, "TagMask": Bits(0, b""), "TagData": Bits(0, b"")}
ACCESS = {"AccessSpecID": 9, "AntennaID": 0, "ProtocolID": 1, "CurrentState": 0, "ROSpecID": 0}
EVENTS = part(
    "ReaderEventNotificationSpec",
    *(part("EventNotificationState", EventType=n, NotificationState=1) for n in (2, 6)),
)


def _observed(kind: Observation, *, tags: int = 0, tries: int = 0, quiet_ms: int = 0) -> Part:
    seen = part(
        "TagObservationTrigger",
        TriggerType=kind,
        NumberOfTags=tags,
        NumberOfAttempts=tries,
        T=quiet_ms,
        Timeout=900,
    )
    return part("AISpecStopTrigger", seen, AISpecStopTriggerType=3, DurationTrigger=0)


def _of_1_1(reader: Any, name: str, *inside: Part, **fields: int) -> int:  # noqa: ANN401 - played
    """Send a request as LLRP 1.1; the status of its answer."""
    request = replace(message(name, 7, *inside, **fields), version=2)
    reader.device.receive(encode(request), reader.now_us)
    answer = next(one for one in reader.taken() if one.first("LLRPStatus"))
    return next(answer.all("LLRPStatus")).number("StatusCode")


def _begun(play: Make, spec: Part, **how: Any) -> Any:  # noqa: ANN401 - the played reader
    """A reader of LLRP 1.1 that has this ROSpec enabled and tells of AISpecs and ROSpecs."""
    reader = play(vendor=Vendor.ZEBRA, **how)
    assert _of_1_1(reader, "SET_PROTOCOL_VERSION", ProtocolVersion=2) == 0
    assert _of_1_1(reader, "SET_READER_CONFIG", EVENTS, ResetToFactoryDefault=0) == 0
    assert _of_1_1(reader, "ADD_ROSPEC", spec) == 0
    assert _of_1_1(reader, "ENABLE_ROSPEC", ROSpecID=1) == 0
    return reader


def _events(messages: list[Message], name: str) -> list[tuple[int, Part]]:
    """Each event of that name with its time in ms since the reader was switched on."""
    found = []
    for one in messages:
        for data in one.all("ReaderEventNotificationData"):
            at_us = data.inside[0].number("Microseconds")
            found += [((at_us - START_US) // 1000, event) for event in data.all(name)]
    return found


def _run(observation: Observation | None, **limits: int) -> SpecRun:
    spec = AntennaSpec(1, 1, (1, 2), AntennaStop.TAGS, 0, 0, (), observation=observation)
    run = SpecRun(replace(spec, **limits))  # type: ignore[arg-type]
    run.obey(SpecOrder.BEGIN, 0)
    return run


@pytest.mark.parametrize("state", SpecState)
@pytest.mark.parametrize("order", SpecOrder)
def test_an_aispec_takes_the_steps_of_its_table_only(state: SpecState, order: SpecOrder) -> None:
    run = _run(None)
    run.state = state
    if (state, order) in SPEC_NEXT:
        run.obey(order, 5)
        assert run.state is SPEC_NEXT[state, order]
    else:
        with pytest.raises(KeyError):
            run.obey(order, 5)
        assert run.state is state


def test_n_reads_end_an_aispec_even_if_they_are_of_one_tag() -> None:
    run = _run(Observation.N_READS, stop_tags=3)
    run.heard(2, [], 10)
    assert not run.wants_end(10)
    run.heard(1, [], 20)
    assert run.wants_end(20)


def test_n_tags_end_an_aispec_only_when_they_differ() -> None:
    run = _run(Observation.N_TAGS, stop_tags=2)
    run.heard(5, [b"a"] * 5, 10)
    assert not run.wants_end(10)
    run.heard(2, [b"a", b"b"], 20)
    assert run.wants_end(20)


def test_a_quiet_time_ends_an_aispec_and_every_read_puts_it_off() -> None:
    run = _run(Observation.NO_MORE_READS, quiet_us=100)
    run.heard(1, [], 90)
    assert run.ends_us(100) == 190
    assert not run.wants_end(189)
    assert run.wants_end(190)


def test_a_known_tag_does_not_put_off_the_end_that_waits_for_new_ones() -> None:
    run = _run(Observation.NO_MORE_TAGS, quiet_us=100)
    run.heard(1, [b"a"], 50)
    run.heard(1, [b"a"], 90)
    assert run.wants_end(150)


def test_attempts_are_turns_of_all_antennas() -> None:
    run = _run(Observation.ATTEMPTS, attempts=2)
    for _ in range(3):
        run.turn_over()
    assert not run.wants_end(10)
    run.turn_over()
    assert run.wants_end(10)


@pytest.mark.parametrize(
    ("stop", "least_ms", "most_ms"),
    [
        (_observed(Observation.N_READS, tags=40), 180, 260),
        (_observed(Observation.NO_MORE_READS, quiet_ms=100), 900, 920),
        (_observed(Observation.ATTEMPTS, tries=2), 320, 340),
        (_observed(Observation.N_TAGS, tags=20), 200, 900),
        (_observed(Observation.N_TAGS, tags=21), 900, 920),
        (_observed(Observation.NO_MORE_TAGS, quiet_ms=100), 120, 700),
    ],
)
def test_an_aispec_ends_by_its_observation_or_at_its_timeout(
    play: Make, a_rospec: Make, stop: Part, least_ms: int, most_ms: int
) -> None:
    """20 tags, 200 reads a second, turns of 40 ms on each of 4 antennas."""
    reader = _begun(play, a_rospec(spec_stop=stop))
    at_ms, _ = _events(reader.run(2.0), "AISpecEvent")[0]
    assert least_ms <= at_ms <= most_ms


@pytest.mark.parametrize("kind", [Observation.N_TAGS, Observation.NO_MORE_TAGS])
def test_unique_observations_are_unknown_to_1_0_1(
    play: Make, a_rospec: Make, kind: Observation
) -> None:
    status = play().status("ADD_ROSPEC", a_rospec(spec_stop=_observed(kind, tags=1)))
    assert status.number("StatusCode") == StatusCode.MESSAGE_PARAMETER_ERROR
    way, inner = [], status.first("ParameterError")
    while inner is not None:
        way.append(inner.number("ParameterType"))
        field, inner = inner.first("FieldError"), inner.first("ParameterError")
    assert way == [177, 183, 184, 185]
    assert field == part("FieldError", FieldNum=1, ErrorCode=StatusCode.UNKNOWN_FIELD)


def _periodic(offset_ms: int, period_ms: int, utc_us: int | None) -> Part:
    stamp = () if utc_us is None else (part("UTCTimestamp", Microseconds=utc_us),)
    value = part("PeriodicTriggerValue", *stamp, Offset=offset_ms, Period=period_ms)
    return part("ROSpecStartTrigger", value, ROSpecStartTriggerType=2)


@pytest.mark.parametrize(
    ("start", "starts_ms"),
    [
        (_periodic(100, 500, None), [100, 600, 1100, 1600]),
        (_periodic(100, 500, START_US + 200_000), [300, 800, 1300, 1800]),
        (_periodic(100, 500, START_US - 1_000_000_000), [100, 600, 1100, 1600]),
        (_periodic(100, 0, START_US + 200_000), [300]),
        (_periodic(0, 0, START_US - 1_000), []),
    ],
)
def test_a_periodic_start_keeps_its_row_whatever_runs_between(
    play: Make, a_rospec: Make, start: Part, starts_ms: list[int]
) -> None:
    reader = _begun(play, a_rospec(start=start, stop_ms=170))
    told = _events(reader.run(2.0), "ROSpecEvent")
    begun = [at_ms for at_ms, event in told if event.number("EventType") == 0]
    assert begun == [pytest.approx(at_ms, abs=20) for at_ms in starts_ms]


def test_a_period_that_ends_while_the_rospec_still_runs_is_passed_over(
    play: Make, a_rospec: Make
) -> None:
    reader = _begun(play, a_rospec(start=_periodic(0, 500, None), stop_ms=700))
    told = _events(reader.run(3.1), "ROSpecEvent")
    begun = [at_ms for at_ms, event in told if event.number("EventType") == 0]
    assert begun == [pytest.approx(at_ms, abs=20) for at_ms in (0, 1000, 2000, 3000)]


def test_a_start_at_a_time_of_day_goes_by_the_readers_own_clock(
    play: Make, a_rospec: Make
) -> None:
    reader = play("clock-2000")
    reader.status("SET_READER_CONFIG", EVENTS, ResetToFactoryDefault=0)
    switched_on_us = 946_684_800_000_000
    start = _periodic(0, 0, switched_on_us + 500_000)
    assert reader.status("ADD_ROSPEC", a_rospec(start=start)).number("StatusCode") == 0
    reader.status("ENABLE_ROSPEC", ROSpecID=1)
    assert _events(reader.run(0.4), "ROSpecEvent") == []
    assert len(_events(reader.run(0.2), "ROSpecEvent")) == 1


def test_a_reader_without_utc_refuses_a_start_at_a_time_of_day(play: Make, a_rospec: Make) -> None:
    status = play("uptime-only").status("ADD_ROSPEC", a_rospec(start=_periodic(0, 0, START_US)))
    assert status.number("StatusCode") == StatusCode.MESSAGE_PARAMETER_ERROR


@pytest.mark.parametrize(
    ("trigger", "number", "reports"),
    [(3, 1, 2), (4, 1, 2), (5, 250, 8), (6, 250, 8), (4, 0, 0), (3, 0, 3), (2, 0, 0)],
)
def test_reports_go_out_by_time_or_at_their_end(
    play: Make, a_rospec: Make, a_report_spec: Make, trigger: int, number: int, reports: int
) -> None:
    """AISpecs of 700 ms in a ROSpec without end: 3, 5 report at their end, 4, 6 and 2 do not."""
    ends = part("AISpecStopTrigger", AISpecStopTriggerType=1, DurationTrigger=700)
    spec = a_rospec(spec_stop=ends, report=a_report_spec(number, trigger=trigger))
    looping = Part(spec.name, spec.fields, (*spec.inside, part("LoopSpec", LoopCount=0)))
    reader = _begun(play, looping)
    told = [one for one in reader.run(2.21) if one.name == "RO_ACCESS_REPORT"]
    ends_of_specs = 3 if trigger in (3, 5) and number else 0
    assert len(told) == reports + ends_of_specs
    read = sum(
        part.first("TagSeenCount").number("TagCount") for one in told for part in one.inside
    )
    if reports:
        assert 350 <= read <= 442


def test_a_timed_report_counts_each_tag_once_for_each_antenna(
    play: Make, a_rospec: Make, a_report_spec: Make, reads: Make
) -> None:
    reader = _begun(play, a_rospec(report=a_report_spec(1, trigger=4)))
    told = [one for one in reader.run(1.02) if one.name == "RO_ACCESS_REPORT"]
    assert len(told) == 1
    keys = [(one.inside[0], one.first("AntennaID")) for one in reads(told)]
    assert len(keys) == len({str(one) for one in keys})


def test_results_of_access_may_be_reported_by_themselves(
    play: Make, a_report_spec: Make, reads: Make
) -> None:
    reader = play()
    at_once = part("AccessReportSpec", AccessReportTrigger=1)
    assert (
        reader.status("SET_READER_CONFIG", at_once, ResetToFactoryDefault=0).number("StatusCode")
        == 0
    )
    reader.inventory(a_report_spec(0, trigger=0))
    stop = part("AccessSpecStopTrigger", AccessSpecStopTrigger=1, OperationCountValue=3)
    every = part("C1G2TagSpec", part("C1G2TargetTag", **ANY_TAG))
    read = part("C1G2Read", OpSpecID=1, AccessPassword=0, MB=2, WordPointer=0, WordCount=2)
    spec = part("AccessSpec", stop, part("AccessCommand", every, read), **ACCESS)
    assert reader.status("ADD_ACCESSSPEC", spec).number("StatusCode") == 0
    assert reader.status("ENABLE_ACCESSSPEC", AccessSpecID=9).number("StatusCode") == 0
    told = reads(reader.run(1.0))
    assert len(told) == 3
    assert all(one.first("C1G2ReadOpSpecResult") for one in told)
    assert reader.ask("GET_ACCESSSPECS")[0].first("AccessSpec") is None
