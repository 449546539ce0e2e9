"""Work on a tag that leaves, half writes, or whose answers are lost: what is told is what is."""

from collections.abc import Callable, Iterator

import pytest

from drivers.tag_look import Made, Steps, Tag, Wanted, only
from drivers.tag_work import carry_out, kill, write, write_epc
from drivers.tags import (
    Access,
    AccessReport,
    Bank,
    End,
    KillTag,
    LockMemory,
    Operation,
    Outcome,
    ReadMemory,
    Result,
    TagAnswer,
    WriteMemory,
)

TID = "e2801160200070010000abcd"
OLD, NEW = "e28011602000700100000001", "30340242201d8840009efdf7"
TAG = Tag(OLD, TID, 1)

Fate = str
"""What happens to an order: done, lost (done, its answer lost), half (written in part, then
silent), silent (nothing done, no answer), gone (the tag is not there), refused."""


class Chip:
    """A tag with a reader that has a fate for each writing order, then does as it is told."""

    def __init__(self, *fates: Fate, control: int = 6 << 11, tid: str = TID) -> None:
        self.banks = {
            Bank.RESERVED: bytearray(8),
            Bank.EPC: bytearray(b"\0\0" + control.to_bytes(2, "big") + bytes.fromhex(OLD)),
            Bank.TID: bytearray(bytes.fromhex(tid)),
            Bank.USER: bytearray(16),
        }
        self.writes = 0
        self.is_gone = False
        self._fates = iter(fates)

    @property
    def epc(self) -> str:
        words = self.banks[Bank.EPC][2] >> 3
        return bytes(self.banks[Bank.EPC][4 : 4 + 2 * words]).hex()

    def access(self, access: Access) -> AccessReport:
        (operation,) = access.operations
        if isinstance(operation, ReadMemory):
            return self._read(operation)
        fate = next(self._fates, "done")
        self.writes += 1
        if fate == "gone":
            self.is_gone = True
        if self.is_gone:
            return AccessReport(End.ABSENT)
        if fate == "refused":
            return AccessReport(End.REFUSED, reason="the reader does not answer")
        if fate in {"done", "lost", "half"}:
            self._do(operation, half=fate == "half")
        if fate == "lost":
            return AccessReport(End.UNKNOWN, reason="the link was lost")
        return self._answer(Result(Outcome.DONE if fate == "done" else Outcome.NO_RESPONSE))

    def _read(self, operation: ReadMemory) -> AccessReport:
        if self.is_gone:
            return AccessReport(End.ABSENT)
        first = 2 * operation.word
        data = bytes(self.banks[operation.bank][first : first + 2 * operation.count])
        if len(data) < 2 * operation.count:
            return self._answer(Result(Outcome.TAG_ERROR))
        return self._answer(Result(Outcome.DONE, data))

    def _do(self, operation: Operation, *, half: bool) -> None:
        match operation:
            case WriteMemory():
                data = operation.data[: 2 if half else None]
                first = 2 * operation.word
                self.banks[operation.bank][first : first + len(data)] = data
            case KillTag():
                self.is_gone = True
            case LockMemory() | ReadMemory():
                raise AssertionError("not asked for here")

    def _answer(self, result: Result) -> AccessReport:
        return AccessReport(End.ANSWERED, (TagAnswer(self.epc, 1, (result,)),))


def do(chip: Chip, steps: Steps[Made]) -> Made:
    told: list[Made] = []

    def submit(access: Access, reported: Callable[[AccessReport], None]) -> None:
        reported(chip.access(access))

    carry_out(steps, submit, told.append)
    (made,) = told
    return made


@pytest.mark.parametrize(
    ("fates", "writes"),
    [
        ((), 1),
        (("lost",), 1),
        (("half",), 2),
        (("silent", "half", "lost"), 3),
        (("refused",), 2),
    ],
)
def test_a_write_is_done_when_it_was_seen_whatever_the_answers_said(
    fates: tuple[Fate, ...], writes: int
) -> None:
    chip = Chip(*fates)
    work = do(chip, write_epc(TAG, NEW))
    assert work.done
    assert work.tag == Tag(NEW, TID, 1)
    assert (chip.epc, chip.writes) == (NEW, writes)


def test_what_is_there_already_is_not_written_again() -> None:
    chip = Chip()
    assert do(chip, write_epc(TAG, OLD)).done
    assert chip.writes == 0


def test_a_tag_that_leaves_in_the_middle_of_a_write_is_not_known() -> None:
    for fates in (("gone",), ("half", "gone"), ("lost", "gone")):
        chip = Chip(*fates)
        if fates[0] == "lost":
            chip.banks[Bank.EPC][2:4] = (5 << 11).to_bytes(2, "big")
        work = do(chip, _leaving(chip, write_epc(TAG, NEW)))
        assert work.code == "unknown", fates
        assert "read the tag" in work.text


def _leaving(chip: Chip, steps: Steps[Made]) -> Iterator[Access]:
    """The tag leaves after its first writing order."""
    access = next(steps)
    while True:
        report = yield access
        if chip.writes:
            chip.is_gone = True
        try:
            access = steps.send(report)
        except StopIteration as end:
            return end.value


def test_a_tag_that_cannot_be_written_says_so_after_three_times() -> None:
    chip = Chip(*["silent"] * 9)
    work = do(chip, write_epc(TAG, NEW))
    assert work.code == Outcome.NO_RESPONSE
    assert (chip.epc, chip.writes) == (OLD, 3)


@pytest.mark.parametrize(
    ("control", "epc", "after"),
    [
        (6 << 11, NEW, 6 << 11),
        (6 << 11, NEW[:16], 4 << 11),
        (6 << 11 | 0x0400 | 0x00AB, NEW[:16], 4 << 11 | 0x0400 | 0x00AB),
        (6 << 11 | 0x0100 | 0x00AB, NEW, 6 << 11),
    ],
)
def test_the_length_is_made_to_fit_and_an_iso_number_becomes_an_epc(
    control: int, epc: str, after: int
) -> None:
    chip = Chip(control=control)
    assert do(chip, write_epc(TAG, epc)).done
    assert chip.epc == epc
    assert int.from_bytes(chip.banks[Bank.EPC][2:4], "big") == after


def test_an_epc_that_is_too_long_is_refused_before_a_bit_is_written() -> None:
    chip = Chip()
    work = do(chip, write_epc(TAG, NEW + "0001"))
    assert work.code == Outcome.MEMORY_OVERRUN
    assert chip.writes == 0
    with pytest.raises(ValueError, match="multiple of 4"):
        next(write_epc(TAG, "abc0de"))


def test_a_write_that_the_reader_claims_and_the_tag_does_not_hold_is_no_success() -> None:
    chip = Chip(*["done"] * 9)
    chip.banks[Bank.USER] = _Stubborn(16)
    work = do(chip, write(TAG, Bank.USER, 0, b"\xca\xfe"))
    assert work.code == Outcome.READER_ERROR
    assert "holds something else" in work.text


class _Stubborn(bytearray):
    """Memory that takes nothing."""

    def __setitem__(self, key: object, value: object) -> None:
        pass


def test_a_short_tid_is_found_but_not_trusted_to_tell_tags_apart() -> None:
    with_serial, without = Chip(tid=TID[:16]), Chip(tid=TID[:8])
    found = do(with_serial, only(Wanted()))
    assert found.tag is not None
    assert (found.code, found.tag.tid) == ("done", TID[:16])
    assert do(without, only(Wanted())).code == "refused"
    assert do(without, only(Wanted(), exact=False)).done


def test_a_kill_is_believed_when_the_tag_is_silent_and_doubted_when_its_answer_is_lost() -> None:
    assert do(Chip(), kill(TAG, 1)).done
    assert do(Chip("lost"), kill(TAG, 1)).code == "unknown"
    assert do(Chip("silent"), kill(TAG, 1)).code == Outcome.NO_RESPONSE
    assert do(Chip("refused"), kill(TAG, 1)).code == "refused"
