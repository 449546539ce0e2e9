"""Reads of one turn are told together, and never behind what happened after them."""

from collections.abc import Sequence

from drivers.driver import DeviceDown
from drivers.llrp.gathering import Gathering
from drivers.reads import ReadBatch
from tests.drivers.fakes import Ears, Told


def read(reader: str) -> ReadBatch:
    return ReadBatch.of(reader, 1, ["30340242201d4440000000aa"], [1], [-60.0])


def told(ears: Ears) -> list[Told]:
    return [ears.told.get() for _ in range(ears.told.qsize())]


def test_reads_are_told_at_the_end_of_the_turn_in_their_order() -> None:
    ears = Ears()
    gathering = Gathering(ears)
    first, second = read("dock"), read("shelf")
    gathering.reads(first)
    gathering.reads(second)
    assert told(ears) == []

    gathering.tell_reads()
    gathering.tell_reads()

    assert told(ears) == [first, second]


def test_whoever_is_glad_of_it_is_told_the_reads_of_a_turn_at_once() -> None:
    class Together(Ears):
        def reads_together(self, batches: Sequence[ReadBatch]) -> None:
            at_once.append(list(batches))

    at_once: list[list[ReadBatch]] = []
    gathering = Gathering(Together())
    first, second = read("dock"), read("shelf")
    gathering.reads(first)
    gathering.reads(second)

    gathering.tell_reads()
    gathering.tell_reads()

    assert at_once == [[first, second]]


def test_a_reader_goes_behind_its_last_reads() -> None:
    ears = Ears()
    gathering = Gathering(ears)
    batch, down = read("dock"), DeviceDown("dock", 2, 1, "unplugged")
    gathering.reads(batch)

    gathering.device_down(down)

    assert told(ears) == [batch, down]
