from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.reads import ReadBatch
from edge.clock import PlayedClock
from edge.floor.timekeeping import SET_US, WallClock
from edge.model.events import ItemArrived, ItemDeparted
from edge.model.ids import DeviceName
from edge.model.places import Antenna
from tests.floor.failing_gateway import Gateway
from tests.rules.small_floor import BIN_1, FLOOR

HOUR_US = 3_600_000_000
TURN_US = 1_000_000
NEIGHBOURS = [f"3034{number:020x}" for number in range(8)]
TAKEN = "3034" + "f" * 20


class Listener:
    def __init__(self) -> None:
        self.told_us: list[int] = []

    def clock_was_set(self, by_us: int) -> None:
        self.told_us.append(by_us)


@pytest.mark.parametrize("by_us", [HOUR_US, -HOUR_US, SET_US + 1])
def test_who_judges_silence_is_told_by_how_much_the_clock_was_set(by_us: int) -> None:
    clock, listener = PlayedClock(), Listener()
    wall = WallClock(clock, listener)
    wall.now_us()

    clock.advance_us(20_000)
    clock.jump_us(by_us)

    assert wall.now_us() == clock.now_us()
    assert listener.told_us == [by_us]
    wall.now_us()
    assert listener.told_us == [by_us]


def test_a_clock_that_is_slewed_was_not_set() -> None:
    clock, listener = PlayedClock(), Listener()
    wall = WallClock(clock, listener)

    for _ in range(100):
        wall.now_us()
        clock.advance_us(20_000)
        clock.jump_us(10)

    assert listener.told_us == []


class Shelf:
    """Eight pieces rest on a shelf and are read every second; a ninth is taken away."""

    def __init__(self, folder: Path, tag: str) -> None:
        self.clock = PlayedClock()
        antennas = (Antenna(DeviceName("north"), 1, BIN_1),)
        floor = replace(FLOOR, antennas=antennas)
        self.gateway = Gateway(folder / f"{tag}.sqlite", self.clock, floor)
        self.happened: list[tuple[int, object]] = []

    def live(self, seconds: float, epcs: list[str]) -> None:
        for _ in range(round(seconds * 1e6) // TURN_US):
            self.clock.advance_us(TURN_US)
            now_us = self.clock.now_us()
            seen_us = [now_us - 1000] * len(epcs)
            ones, levels = [1] * len(epcs), [-55.0] * len(epcs)
            self.gateway.inbox.put_reads(
                ReadBatch.of("north", now_us, epcs, ones, levels, seen_us=seen_us)
            )
            for fact in self.gateway.loop.turn(0):
                self.happened.append((self.clock.monotonic_us(), fact.event))

    def told(self, kind: type) -> list[tuple[int, str]]:
        return [(at, one.epc) for at, one in self.happened if isinstance(one, kind)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "jump_us",
    [
        pytest.param(lambda _: HOUR_US, id="an hour forward"),
        pytest.param(lambda _: -HOUR_US, id="an hour back"),
        pytest.param(lambda now_us: 5_000_000 - now_us, id="to 1970"),
    ],
)
def test_a_clock_that_is_set_makes_nothing_depart_early_or_late(
    tmp_path: Path, jump_us: Callable[[int], int]
) -> None:
    # given two gateways, of which one has its clock set 10 s after a piece was taken
    steady, jumping = Shelf(tmp_path, "steady"), Shelf(tmp_path, "jumping")
    for shelf in (steady, jumping):
        shelf.live(20, [*NEIGHBOURS, TAKEN])
        assert len(shelf.told(ItemArrived)) == len(NEIGHBOURS) + 1
        shelf.live(10, NEIGHBOURS)
        if shelf is jumping:
            shelf.clock.jump_us(jump_us(shelf.clock.now_us()))
        # when time goes on
        shelf.live(50, NEIGHBOURS)
    # then the piece that was taken departs at the same moment, and nothing else does
    assert [epc for _, epc in steady.told(ItemDeparted)] == [TAKEN]
    assert jumping.told(ItemDeparted) == steady.told(ItemDeparted)
