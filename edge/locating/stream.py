"""Answers of a whole recording: where each item was believed to be, on every change and regularly.

The recording is played through the same `Locator` that the floor runs, with a turn every 100 ms of
recorded time; time without reads is played in bigger steps.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from drivers.reads import ReadBatch
from edge.locating.antennas import AntennaFault, AntennaReport
from edge.locating.calibration import Calibration
from edge.locating.locator import Locator
from edge.locating.points import Position
from edge.locating.recordings import BATCH_US
from edge.locating.settings import DEFAULTS, LocatingSettings
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor

_STEP_US = 1_000_000
_LOOK_US = 1_000_000
"""Antennas are judged once a second."""
_STEPS_MAX = 2_000
"""Steps through a time without reads; in the longest of them a departure is told a little late."""
_ANSWERS_MAX = 1_000_000
"""Regular answers for one tag in a time without reads: a stamp of 1970 makes fifty years of it."""


OnFault = Callable[[AntennaReport, AntennaFault], None]
"""Is told once of each fault of an antenna that a recording shows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where an item is believed to be.

    Attributes:
        time_us: UTC microseconds.
        epc: the item's tag.
        location: None where it is not known.
        confidence: probability of `location`, or that no known place is right.
        alternatives: other places with their probabilities, most probable first.
        position: on the floor plan, where the floor's points were surveyed.
    """

    time_us: int
    epc: Epc
    location: LocationId | None
    confidence: float
    alternatives: tuple[tuple[LocationId, float], ...]
    position: Position | None = None

    def to_dict(self) -> dict[str, object]:
        """As a plain value for JSON."""
        told: dict[str, object] = {
            "time_us": self.time_us,
            "epc": self.epc,
            "location": self.location,
            "confidence": round(self.confidence, 4),
            "alternatives": [[place, round(p, 4)] for place, p in self.alternatives],
        }
        if self.position is not None:
            told["x_m"] = round(self.position.x_m, 3)
            told["y_m"] = round(self.position.y_m, 3)
            told["spread_m"] = round(self.position.spread_m, 3)
        return told


def locate_stream(
    floor: Floor,
    batches: Iterable[ReadBatch],
    calibration: Calibration | None = None,
    every_s: float | None = None,
    settings: LocatingSettings = DEFAULTS,
    on_fault: OnFault | None = None,
) -> Iterator[Answer]:
    """Play a recording.

    Args:
        floor: places and antennas.
        batches: reads, sorted by time.
        calibration: of this floor, or None.
        every_s: also answer for every known tag at each multiple of this since the first read.
        settings: see `LocatingSettings`.
        on_fault: see `OnFault`; what the same antenna has once more is not told again.

    Raises:
        CalibrationError: the calibration was made for another floor.
        ValueError: `every_s` is not more than 0, or so little that a time without reads would be
            filled with more answers than anybody reads.
    """
    if every_s is not None and not every_s > 0:
        raise ValueError("the time between answers must be more than 0 s")
    player = _Player(Locator(floor, settings, calibration), every_s, on_fault)
    for batch in batches:
        if len(batch):
            yield from player.play_to(int(batch.seen_us[0]))
            player.take(batch)
    yield from player.finish()


class _Player:
    """Runs the turns of a recording."""

    def __init__(self, locator: Locator, every_s: float | None, on_fault: OnFault | None) -> None:
        self._locator = locator
        self._on_fault = on_fault
        self._faults: set[tuple[str, int, AntennaFault]] = set()
        self._look_us = 0
        self._every_us = None if every_s is None else max(1, round(every_s * 1e6))
        self._known: dict[Epc, None] = {}
        self._turn_us: int | None = None
        self._answer_us = 0
        self._latest_us = 0

    def take(self, batch: ReadBatch) -> None:
        """Hand a batch to the next turn."""
        self._locator.observe(batch)
        raw, bits = batch.epc, batch.epc_bits
        for row in range(len(batch)):
            self._known.setdefault(Epc(raw[row, : (int(bits[row]) + 7) // 8].tobytes().hex()))
        self._latest_us = max(self._latest_us, int(batch.seen_us[-1]))

    def play_to(self, until_us: int) -> Iterator[Answer]:
        """All turns and regular answers before a time."""
        if self._turn_us is None:
            self._turn_us = until_us - until_us % BATCH_US
            self._answer_us = until_us + (self._every_us or 0)
        if self._every_us and until_us - self._answer_us > _ANSWERS_MAX * self._every_us:
            days = (until_us - self._latest_us) / 86_400e6
            raise ValueError(
                f"no reads for {days:,.0f} days before time_us {until_us}: cut the recording "
                "there, or answer more seldom (--every)"
            )
        while self._turn_us + BATCH_US <= until_us:
            far_us = (until_us - self._turn_us) // _STEPS_MAX
            step_us = BATCH_US
            if until_us - self._turn_us > _STEP_US and self._turn_us > self._latest_us:
                step_us = max(_STEP_US, far_us - far_us % BATCH_US)
            yield from self._regular_answers(self._turn_us + step_us)
            yield from self._turn(min(self._turn_us + step_us, until_us - until_us % BATCH_US))

    def finish(self) -> Iterator[Answer]:
        """The last turn, and the last regular answer."""
        if self._turn_us is not None:
            yield from self.play_to(self._latest_us + BATCH_US)
            yield from self._regular_answers(self._latest_us + BATCH_US)

    def _turn(self, at_us: int) -> Iterator[Answer]:
        self._turn_us = at_us
        changes = self._locator.turn(at_us)
        if self._on_fault is not None and at_us - self._look_us >= _LOOK_US:
            self._look_us = at_us
            self._look_at_antennas(self._on_fault)
        for epc in dict.fromkeys(change.epc for change in changes):
            yield self._answer(epc, at_us)

    def _look_at_antennas(self, on_fault: OnFault) -> None:
        for one in self._locator.antennas():
            for fault in one.faults:
                named = (one.reader, one.port, fault)
                if named not in self._faults:
                    self._faults.add(named)
                    on_fault(one, fault)

    def _regular_answers(self, until_us: int) -> Iterator[Answer]:
        """Answers due before the turn that ends at `until_us`."""
        if self._every_us is None:
            return
        while self._answer_us < until_us:
            for epc in self._known:
                yield self._answer(epc, self._answer_us)
            self._answer_us += self._every_us

    def _answer(self, epc: Epc, at_us: int) -> Answer:
        found = self._locator.where(epc)
        if found is None:
            return Answer(at_us, epc, None, 0.0, ())
        beliefs = dict(found.alternatives)
        if found.location is not None:
            beliefs[found.location] = found.probability
        ranked = sorted(((p, place) for place, p in beliefs.items()), reverse=True)
        nowhere = max(0.0, 1.0 - sum(beliefs.values()))
        confidence = beliefs.get(found.announced, 0.0) if found.announced else nowhere
        others = tuple((place, p) for p, place in ranked if place != found.announced)
        return Answer(at_us, epc, found.announced, confidence, others, found.position)
