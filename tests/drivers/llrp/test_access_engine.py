"""The access engine by hand: each wait has an end, answers fit by type and id, doubt is told."""

import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from drivers.llrp.access import AccessEngine, State
from drivers.llrp.access_frames import accessspec
from drivers.llrp.framing import Frame, FrameSplitter, ReportRun
from drivers.tags import (
    Access,
    AccessReport,
    Bank,
    End,
    KillTag,
    LockField,
    LockHow,
    LockMemory,
    Mask,
    Outcome,
    ReadMemory,
    WriteMemory,
)
from simulators.llrp.codec import decode, encode
from simulators.llrp.parts import Message
from tests.drivers.llrp.llrp_bytes import message, tlv
from tests.drivers.llrp.peer import status

EPC = bytes.fromhex("30340242201d8840009efdf7")
MASK = (Mask(Bank.EPC, 32, EPC),)
WRITE = Access(MASK, (WriteMemory(Bank.USER, 0, b"\xca\xfe"),), wait_ms=2_000)
SECOND_US = 1_000_000
SEED = 5
_ADDRESSES = (bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
EVERY = Access(
    (*MASK, Mask(Bank.TID, 0, b"\xe2\x80")),
    (
        ReadMemory(Bank.TID, 0, 6),
        WriteMemory(Bank.USER, 1, b"\x01\x02", 7),
        WriteMemory(Bank.USER, 1, b"\x01\x02", 7, blocks=True),
        LockMemory(((LockHow.LOCK, LockField.EPC), (LockHow.UNLOCK, LockField.USER)), 7),
        KillTag(0xDEAD),
    ),
    antenna=3,
    every=True,
)


class Bench:
    """An engine, and a reader that answers as told."""

    def __init__(self, *, gathers: bool = False, now_us: int = 0) -> None:
        self.errors: list[str] = []
        self.now_us = now_us
        self.engine = AccessEngine(
            5 * SECOND_US, gathers=gathers, now_us=now_us, error=self.errors.append
        )

    def asked(self) -> list[Message]:
        """What the engine sends, decoded by the simulator's codec, which is strict."""
        data, found = self.engine.to_send(1), []
        while data:
            length = int.from_bytes(data[2:6], "big")
            found.append(decode(data[:length]))
            data = data[length:]
        return found

    def answer(self, asked: Message, code: int = 0, text: str = "") -> None:
        kinds = {"DELETE_ACCESSSPEC": 51, "ADD_ACCESSSPEC": 50, "ENABLE_ACCESSSPEC": 52}
        frame = Frame(kinds[asked.name], 1, asked.id, status(code, text), 0)
        assert self.engine.is_answer(frame)
        self.engine.answer(frame, self.now_us)

    def until(self, state: State) -> Message:
        """Answer well until the engine is in a state; the last request."""
        while True:
            (asked,) = self.asked()
            if self.engine.state is state:
                return asked
            self.answer(asked)
            if self.engine.state is state:
                return asked

    def wait(self, seconds: float) -> None:
        self.now_us += int(seconds * SECOND_US)
        self.engine.tick(self.now_us)

    def hears(self, *results: bytes) -> None:
        """A tag report with these results."""
        tag = tlv(240, b"\x8d" + EPC + b"\x81\x00\x02" + b"".join(results))
        (run,) = FrameSplitter().feed(message(61, tag, 7))
        assert isinstance(run, ReportRun)
        self.engine.reports([run], self.now_us)

    def ended(self) -> AccessReport:
        ((number, report),) = self.engine.take()
        assert number == 9
        return report


def wrote(number: int, code: int = 0) -> bytes:
    return tlv(350, struct.pack("!BHH", code, number, 0 if code else 1))


def begun(access: Access = WRITE, **settings: bool) -> Bench:
    bench = Bench(**settings)  # type: ignore[arg-type]
    bench.engine.begin(9, access, 0)
    return bench


def operation(asked: Message) -> int:
    """The OpSpecID that an ADD_ACCESSSPEC asks for."""
    (spec,) = asked.inside
    command = next(spec.all("AccessCommand"))
    return command.inside[1].number("OpSpecID")


def test_every_operation_is_written_as_the_standard_says() -> None:
    data = accessspec(1, 10, EVERY)
    whole = message(40, data, 5)
    decoded = decode(whole)

    assert encode(decoded) == whole
    (spec,) = decoded.inside
    command = next(spec.all("AccessCommand"))
    assert [one.name for one in command.inside] == [
        "C1G2TagSpec",
        "C1G2Read",
        "C1G2Write",
        "C1G2BlockWrite",
        "C1G2Lock",
        "C1G2Kill",
    ]
    assert [one.number("OpSpecID") for one in command.inside[1:]] == [10, 11, 12, 13, 14]
    assert command.inside[5].number("KillPassword") == 0xDEAD
    assert spec.number("AntennaID") == 3


def test_an_access_deletes_adds_enables_hears_and_deletes() -> None:
    bench = begun()
    (clearing,) = bench.asked()
    assert (clearing.name, clearing.fields["AccessSpecID"]) == ("DELETE_ACCESSSPEC", 0)
    bench.answer(clearing, 101, "there is none")  # normal while tidying up
    (adding,) = bench.asked()
    bench.answer(adding)
    (enabling,) = bench.asked()
    bench.answer(enabling)
    bench.hears(wrote(operation(adding)))
    (ending,) = bench.asked()
    assert bench.engine.take() == [], "not before nothing can happen any more"
    bench.answer(ending)
    report = bench.ended()

    assert report.end is End.ANSWERED
    (answer,) = report.answers
    assert (answer.epc, answer.antenna) == (EPC.hex(), 2)
    assert answer.results[0].outcome is Outcome.DONE
    assert answer.results[0].words_written == 1
    assert bench.errors == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (1, Outcome.MEMORY_OVERRUN),
        (2, Outcome.MEMORY_LOCKED),
        (3, Outcome.LOW_POWER),
        (4, Outcome.TAG_ERROR),
        (5, Outcome.NO_RESPONSE),
        (6, Outcome.READER_ERROR),
        (7, Outcome.WRONG_PASSWORD),
        (250, Outcome.READER_ERROR),
    ],
)
def test_each_code_of_a_write_has_its_meaning(code: int, outcome: Outcome) -> None:
    bench = begun()
    number = operation(bench.until(State.ENABLING) and _added(bench))
    bench.hears(wrote(number, code))
    bench.engine.lost("cable cut")
    assert bench.ended().answers[0].results[0].outcome is outcome


def _added(bench: Bench) -> Message:
    """What was asked to be added, from the engine's own job."""
    job = bench.engine._job
    assert job is not None
    return decode(message(40, accessspec(1, job.first_operation, job.access), 5))


def test_results_of_others_and_answers_with_another_id_mean_nothing() -> None:
    bench = begun()
    bench.until(State.WORKING)
    number = operation(_added(bench))
    bench.hears(wrote(number + 1))
    bench.hears(tlv(349, struct.pack("!BHH", 0, number, 0)))  # a read's result
    late = Frame(51, 1, 12345, status(), 0)

    assert not bench.engine.is_answer(late)
    assert bench.engine.state is State.WORKING
    assert bench.engine.take() == []


@pytest.mark.parametrize(
    ("state", "end"),
    [
        (State.CLEARING, End.REFUSED),
        (State.ADDING, End.REFUSED),
        (State.ENABLING, End.UNKNOWN),
        (State.ENDING, End.UNKNOWN),
    ],
)
def test_a_reader_that_does_not_answer_is_not_waited_for(state: State, end: End) -> None:
    bench = begun()
    if state is State.ENDING:
        bench.until(State.WORKING)
        bench.wait(2.1)
    elif state is not State.CLEARING:
        bench.until(state)
    assert bench.engine.state is state
    bench.wait(4.9)
    assert bench.engine.take() == []
    bench.wait(0.2)
    report = bench.ended()
    assert report.end is end
    assert "within 5 s" in report.reason


@pytest.mark.parametrize(
    ("state", "end"),
    [
        (State.CLEARING, End.REFUSED),
        (State.ADDING, End.REFUSED),
        (State.ENABLING, End.UNKNOWN),
        (State.WORKING, End.UNKNOWN),
    ],
)
def test_a_lost_link_tells_what_is_not_known(state: State, end: End) -> None:
    bench = begun()
    if state is not State.CLEARING:
        bench.until(state)
    bench.engine.lost("the cable was cut")
    report = bench.ended()
    assert (report.end, report.reason) == (end, "the cable was cut")


def test_a_refusal_tells_the_readers_own_words_and_the_next_access_goes_on() -> None:
    bench = begun()
    bench.engine.begin(10, WRITE, 0)
    (clearing,) = bench.asked()
    bench.answer(clearing)
    (adding,) = bench.asked()
    bench.engine.error_message(adding.id, 109, "no such parameter", bench.now_us)
    report = bench.ended()

    assert report.end is End.REFUSED
    assert "109 no such parameter" in report.reason
    assert [one.name for one in bench.asked()] == ["DELETE_ACCESSSPEC"]
    assert bench.engine.state is State.CLEARING


def test_a_result_that_comes_while_all_is_tidied_up_still_counts() -> None:
    bench = begun()
    bench.until(State.WORKING)
    number = operation(_added(bench))
    bench.wait(2.1)
    (ending,) = bench.asked()
    bench.answer(ending)
    assert [one.name for one in bench.asked()] == ["GET_REPORT"]
    bench.hears(wrote(number))
    assert bench.ended().end is End.ANSWERED


def test_a_tag_that_never_came_is_absent() -> None:
    bench = begun()
    bench.until(State.WORKING)
    bench.wait(2.1)
    (ending,) = bench.asked()
    bench.answer(ending)
    bench.wait(0.6)
    assert bench.ended().end is End.ABSENT


def test_a_reader_that_gathers_is_asked_four_times_a_second() -> None:
    bench = begun(gathers=True)
    bench.until(State.WORKING)
    for _ in range(8):
        bench.wait(0.1)
    assert [one.name for one in bench.asked()] == ["GET_REPORT"] * 2


def test_too_many_wait_at_once_are_refused_and_nothing_is_done_twice() -> None:
    bench = begun()
    for number in range(20):
        bench.engine.begin(100 + number, WRITE, 0)
    refused = bench.engine.take()
    assert [number for number, _ in refused] == [116, 117, 118, 119]
    assert all(report.end is End.REFUSED for _, report in refused)


def test_tshark_finds_nothing_wrong_in_what_is_asked(tmp_path: Path) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed")
    frames = [message(40, accessspec(1, 10, EVERY), 5)]
    frames += [message(kind, b"\0\0\0\1", 6) for kind in (41, 42)]
    file = tmp_path / "asked.pcap"
    file.write_bytes(raw_ip_capture(frames))
    told = subprocess.run(
        [tshark, "-r", str(file), "-V", "-O", "llrp"], capture_output=True, text=True, check=True
    ).stdout
    assert told.count("Low Level Reader Protocol") == len(frames)
    assert "Malformed" not in told
    for name in ("C1G2 Read", "C1G2 Write", "C1G2 Block Write", "C1G2 Lock", "C1G2 Kill"):
        assert f"TLV Parameter: {name}" in told, name


def raw_ip_capture(frames: list[bytes]) -> bytes:
    """Each frame in a TCP segment to port 5084, as raw IP (link type 101)."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    seq = 1
    for frame in frames:
        tcp = struct.pack("!HHIIBBHHH", 40000, 5084, seq, 1, 0x50, 0x18, 8192, 0, 0) + frame
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, *_ADDRESSES)
        out += struct.pack("<IIII", 0, 0, 20 + len(tcp), 20 + len(tcp)) + head + tcp
        seq += len(frame)
    return out


def test_no_bytes_of_a_report_harm_the_engine() -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(3_000):
        bench = begun()
        bench.until(State.WORKING)
        tag = bytearray(
            tlv(240, b"\x8d" + EPC + b"\x81\x00\x02" + wrote(operation(_added(bench))))
        )
        for _ in range(int(rng.integers(1, 4))):
            tag[int(rng.integers(len(tag)))] = int(rng.integers(256))
        (run,) = FrameSplitter().feed(message(61, bytes(tag), 7))
        assert isinstance(run, ReportRun)
        bench.engine.reports([run], 0)
        assert bench.engine.state in {State.WORKING, State.ENDING}, f"seed {SEED}"
