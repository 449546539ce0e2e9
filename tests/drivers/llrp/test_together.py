"""The reports of many readers, decoded in one pass, read as they would one reader at a time."""

import random

import pytest

from drivers.driver import DeviceDown
from drivers.llrp.framing import FrameSplitter, ReportRun
from drivers.llrp.gathering import Gathering
from drivers.llrp.outputs import Unread
from drivers.llrp.reports import ReportDecoder, ReportError
from drivers.llrp.together import Waiting, decode_together
from drivers.reads import ReadBatch
from tests.drivers.fakes import Ears
from tests.drivers.llrp.llrp_bytes import Tag, report
from tests.drivers.llrp.tag_reports import close, rows

NOW_US = 1_800_000_000_000_000
EPC_128 = bytes(range(16))


def runs_of(data: bytes) -> list[ReportRun]:
    return [one for one in FrameSplitter().feed(data) if isinstance(one, ReportRun)]


def read(number: int, stamp_us: int | None, epc: bytes | None = None) -> Tag:
    raw = epc or number.to_bytes(12, "big")
    return Tag(
        epc=raw,
        epc_bits=8 * len(raw),
        antenna=number % 4 + 1,
        rssi=-60,
        last_utc=stamp_us,
        count=1,
    )


class Site:
    """Readers that are decoded together, and the same ones decoded one at a time."""

    def __init__(self, readers: int) -> None:
        self.together = [ReportDecoder(f"reader-{number}") for number in range(readers)]
        self.alone = [ReportDecoder(f"reader-{number}") for number in range(readers)]

    def beat(
        self, said: list[bytes], at_us: int
    ) -> list[tuple[tuple[ReadBatch, list[ReportError]], tuple[ReadBatch, list[ReportError]]]]:
        """What each reader's bytes hold: decoded together, and alone."""
        waiting = [
            Waiting(decoder, runs_of(data), at_us)
            for decoder, data in zip(self.together, said, strict=True)
        ]
        alone = [
            decoder.decode(runs_of(data), at_us)
            for decoder, data in zip(self.alone, said, strict=True)
        ]
        return list(zip(decode_together(waiting), alone, strict=True))


def same(
    one: tuple[ReadBatch, list[ReportError]], other: tuple[ReadBatch, list[ReportError]]
) -> bool:
    (batch, errors), (expected, expected_errors) = one, other
    return (
        close(rows(batch), rows(expected))
        and batch.seen_us.tolist() == expected.seen_us.tolist()
        and (batch.reader, batch.arrived_us, batch.clock)
        == (expected.reader, expected.arrived_us, expected.clock)
        and errors == expected_errors
    )


def some_bytes(chance: random.Random, now_us: int) -> bytes:
    """A reader's beat: often of one layout, at times with a longer EPC, no stamp, or a fault."""
    said = b""
    for _ in range(chance.randint(1, 6)):
        kind = chance.random()
        stamp_us = None if kind < 0.05 else now_us - chance.randint(0, 50_000)
        epc = EPC_128 if 0.05 <= kind < 0.1 else None
        tags = [read(chance.randint(0, 9999), stamp_us, epc) for _ in range(chance.randint(1, 3))]
        whole = report(*tags)
        if kind > 0.97:
            at = chance.randrange(10, len(whole))
            whole = whole[:at] + bytes([chance.randrange(256)]) + whole[at + 1 :]
        said += whole
    return said


@pytest.mark.parametrize("seed", range(12))
def test_readers_read_together_as_they_do_alone(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - stories, no secrets
    site = Site(readers=5)
    skew_us = [chance.choice([0, 5_000_000, -86_400_000_000 * 400]) for _ in range(5)]

    for beat in range(20):
        at_us = NOW_US + beat * 200_000
        said = [some_bytes(chance, at_us + one) for one in skew_us]

        assert all(same(*pair) for pair in site.beat(said, at_us)), f"seed {seed}, beat {beat}"


def test_a_reader_whose_clock_stands_is_dated_by_arrival_among_others() -> None:
    site = Site(readers=3)
    pairs = []
    for beat in range(20):
        at_us = NOW_US + beat * 1_000_000
        said = [report(read(1, at_us)), report(read(2, 5_000_000)), report(read(3, at_us - 9))]
        pairs = site.beat(said, at_us)
        assert all(same(*pair) for pair in pairs)

    (standing, _), _ = pairs[1]
    assert standing.seen_us.tolist() == [standing.arrived_us]


def test_one_pass_reads_all_when_layouts_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(readers=4)
    site.beat([report(read(1, NOW_US))] * 4, NOW_US)  # by that their layouts are known
    monkeypatch.setattr(ReportDecoder, "decode", None)

    waiting = [
        Waiting(one, runs_of(report(read(number, NOW_US))), NOW_US)
        for number, one in enumerate(site.together)
    ]

    found = [batch.epc[0, -1] for batch, _ in decode_together(waiting)]
    assert found == [0, 1, 2, 3]


def test_a_fault_of_ours_costs_one_reader_only_and_comes_behind_all_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ears, told = Ears(), list[object]()
    gathering = Gathering(ears)
    good, bad = ReportDecoder("dock"), ReportDecoder("shelf")
    monkeypatch.setattr(bad, "expected", lambda _: 1 / 0)
    monkeypatch.setattr(bad, "decode", lambda *_: 1 / 0)
    for decoder in (bad, good):
        waiting = Waiting(decoder, runs_of(report(read(1, NOW_US))), NOW_US)
        gathering.reports(
            Unread(waiting, lambda batch, _: told.append(len(batch))),
            lambda fault: gathering.device_down(DeviceDown("shelf", NOW_US, NOW_US, str(fault))),
        )

    gathering.tell_reads()

    heard = [ears.told.get() for _ in range(ears.told.qsize())]
    assert told == [1]
    assert [type(one) for one in heard] == [ReadBatch, DeviceDown]
