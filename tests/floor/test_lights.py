"""Stack lights: which output is on when, and that a reader's own output really is."""

import threading

import pytest

from edge.clock import SystemClock
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board
from edge.floor.lights import Lamps, LightRule, Lights
from edge.model.ids import Badge, LocationId, RequestId
from edge.model.places import Floor, Location, LocationKind
from edge.model.posted import StationScanned
from edge.model.prompts import Answer
from tests.waiting import PATIENCE_S

GREEN = LightRule("right", "", "gate", 1, 2_000_000)
RED = LightRule("wrong", "pack-1", "gate", 2, 5_000_000)
SIREN = LightRule("critical", "", "gate", 3, 1_000_000)
SLOT = LightRule("slot", "W1-02", "wall", 4, 1_000_000)


def test_a_flash_ends_after_its_time_and_a_second_one_lengthens_it() -> None:
    lamps = Lamps((GREEN,))

    lamps.flash("right", "pack-1", 0)
    assert lamps.changes(0) == [(("gate", 1), True)]
    lamps.flash("right", "pack-2", 1_000_000)

    assert lamps.changes(2_500_000) == []
    assert lamps.next_us() == 3_000_000
    assert lamps.changes(3_000_000) == [(("gate", 1), False)]
    assert lamps.next_us() is None


def test_a_rule_of_one_place_is_dark_at_the_others() -> None:
    lamps = Lamps((RED,))

    lamps.flash("wrong", "pack-2", 0)
    assert lamps.changes(0) == []
    lamps.flash("wrong", "pack-1", 0)

    assert lamps.changes(0) == [(("gate", 2), True)]


def test_what_lasts_keeps_its_output_on_and_two_reasons_share_one_output() -> None:
    both = LightRule("right", "", "gate", 3, 2_000_000)
    lamps = Lamps((SIREN, both))

    lamps.last("critical", frozenset({""}))
    lamps.flash("right", "pack-1", 0)
    assert lamps.changes(0) == [(("gate", 3), True)]
    lamps.last("critical", frozenset())

    assert lamps.changes(1_000_000) == []
    assert lamps.changes(2_000_000) == [(("gate", 3), False)]


class Outputs:
    """Takes what is switched, and lets a test wait for it; a short flash is not missed."""

    def __init__(self) -> None:
        self.high: frozenset[tuple[str, int]] = frozenset()
        self._seen: list[frozenset[tuple[str, int]]] = []
        self._changed = threading.Condition()

    def __call__(self, reader: str, output: int, on: bool) -> None:  # noqa: FBT001 - the port's shape
        with self._changed:
            self.high = self.high ^ {(reader, output)}
            assert ((reader, output) in self.high) is on
            self._seen.append(self.high)
            self._changed.notify()

    def wait(self, high: set[tuple[str, int]]) -> None:
        """The outputs were so, after what was waited for last."""
        with self._changed:
            assert self._changed.wait_for(lambda: high in self._seen, PATIENCE_S), self._seen
            del self._seen[: self._seen.index(frozenset(high)) + 1]


@pytest.mark.parametrize("accepted", [True, False])
def test_answers_alerts_totes_and_slots_reach_their_outputs(*, accepted: bool) -> None:
    pack, wall = LocationId("pack-1"), LocationId("W1")
    floor = Floor(
        {
            pack: Location(pack, LocationKind.STATION),
            wall: Location(wall, LocationKind.WALL),
        }
    )
    board, alerts, outputs = Board(), Alerts(), Outputs()
    quick = tuple(
        LightRule(one, "", "gate", number, 50_000)
        for number, one in ((1, "right"), (2, "wrong"), (5, "complete"))
    )
    lights = Lights((*quick, SIREN, SLOT), floor, board, alerts, SystemClock())
    lights.attach(outputs)
    lights.start()
    try:
        alerts.begin(Alert("x", "device_lost", "critical", "gone", 1))
        outputs.wait({("gate", 3)})
        alerts.begin(Alert("y", "message_refused", "warning", "odd", 1))
        alerts.end("x")
        outputs.wait(set())
        slots = [{"slot": "W1-02", "state": "lit"}]
        board.show("wall/W1", {"hand": {"slot": "W1-02"}, "slots": slots})
        outputs.wait({("wall", 4)})
        board.show("wall/W1", {"hand": None, "slots": [{"slot": "W1-02", "state": "complete"}]})
        outputs.wait({("gate", 5)})
        outputs.wait(set())
        board.show("pack/pack-1", {"verdict": "match"})
        outputs.wait({("gate", 5)})
        outputs.wait(set())
        scan = StationScanned(RequestId("r"), pack, Badge("b"), "x", 1)
        lights.answered(scan, Answer(accepted, "checked", ""))
        outputs.wait({("gate", 1 if accepted else 2)})
        alerts.begin(Alert("z", "device_lost", "critical", "gone", 1))
    finally:
        lights.stop()
    assert outputs.high == frozenset()
