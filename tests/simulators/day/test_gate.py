"""A gate of a simulated day: what goes through is heard on both sides, and told as it went."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from edge.clock import PlayedClock
from edge.model.events import ParcelShipped
from simulators.air import Dwell
from simulators.codes import sgtin_96
from simulators.day import dispatcher, driver
from simulators.day.command import quiet
from simulators.day.flows import Flow
from simulators.day.gate import Gate
from simulators.day.kernel import at_once, play
from simulators.day.plan import Story
from simulators.day.playing import played
from simulators.gate import Manner
from simulators.hall import DOCK

EPCS = [sgtin_96("09521234000013", 7, serial) for serial in (1, 2, 3)]


def test_what_goes_out_is_heard_inside_first_and_silent_when_it_is_gone() -> None:
    clock = PlayedClock(1_000_000_000_000)
    gate = Gate(5, np.random.default_rng(5), clock.now_us)
    # given a gate before which nothing moves
    assert len(gate.inventory(Dwell(1, clock.now_us(), 100_000))) == 0
    # when somebody drives three tags out
    began_us = clock.now_us()
    play(clock, gate.go(Manner.OUT, EPCS), at_once)
    # then both antennas hear them, the inner one before the outer one
    seen = {
        port: [
            at_us
            for start_us in range(began_us, clock.now_us(), 200_000)
            for at_us in gate.inventory(Dwell(port, start_us, 100_000)).seen_us.tolist()
        ]
        for port in (1, 2)
    }
    assert np.median(seen[1]) < np.median(seen[2])
    assert gate.crossed(EPCS[0], clock.now_us()) is Manner.OUT
    assert gate.crossed(EPCS[0], began_us - 1) is None
    # and nothing when it is over
    assert len(gate.inventory(Dwell(1, clock.now_us() + 1, 100_000))) == 0


def test_two_that_pass_at_one_time_are_heard_in_order_of_time() -> None:
    clock = PlayedClock(1_000_000_000_000)
    gate = Gate(6, np.random.default_rng(6), clock.now_us)

    async def both() -> None:
        await asyncio.gather(gate.go(Manner.OUT, EPCS[:1]), gate.go(Manner.IN, EPCS[1:]))

    began_us = clock.now_us()
    play(clock, both(), at_once)
    heard = [
        gate.inventory(Dwell(1, at_us, 100_000))
        for at_us in range(began_us, clock.now_us(), 100_000)
    ]
    assert all((np.diff(one.seen_us) >= 0).all() for one in heard)
    assert {row.tobytes().hex() for one in heard for row in one.epc} == set(EPCS)


def test_parcels_that_turn_back_stay_and_those_that_go_out_leave_by_the_gate_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quiet()
    # given a gate to which everything is driven, and back, before it is driven out
    monkeypatch.setattr(dispatcher, "_BACK_SHARE", 1.0)
    monkeypatch.setattr(driver, "_BACK_SHARE", 1.0)
    # when a day without faults is played
    day, judge = played(Story(3, 4, flows=(Flow.GATE,)), None, tmp_path)
    # then no promise is broken
    assert judge.broken == []
    # and parcels left through it, hardly one by a person's word
    left = [one.event for one in judge.facts if isinstance(one.event, ParcelShipped)]
    assert {one.portal for one in left} == {DOCK}
    assert len(left) == len(day.world.ledger) > 0
    assert sum(one.by is None for one in left) > len(left) / 2
