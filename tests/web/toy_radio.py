"""A toy radio: a real locator hears tags of a played world, in time that runs faster than ours."""

import math
import threading
import time
from dataclasses import dataclass, field

import numpy as np
from typing_extensions import override

from drivers.reads import ReadBatch
from edge.clock import SystemClock
from edge.floor.alerts import Alerts
from edge.floor.locating_desk import LocatingDesk
from edge.locating.locator import Locator
from edge.model.places import Floor
from tests.waiting import PATIENCE_S

REST_S = 0.02
READS_PER_S = 6.0
"""Of each antenna and tag, in the radio's time."""
RAD_PER_M = 38.0
"""Of the phase, there and back."""


class FastClock(SystemClock):
    """A clock that runs `speed` times as fast as the host's, from the host's time on."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._zero_us = super().now_us()
        self._began = time.monotonic()

    @override
    def now_us(self) -> int:
        return self._zero_us + int((time.monotonic() - self._began) * self._speed * 1e6)


@dataclass
class Field:
    """Where tags are, on the floor plan in metres."""

    places: dict[str, tuple[float, float]] = field(default_factory=dict)


class ToyRadio:
    """Reads every tag from every antenna, louder from near, in a thread of its own.

    Args:
        plan: the floor.
        clock: the radio's time.
        seed: of the levels' scatter.
    """

    def __init__(self, plan: Floor, clock: FastClock, seed: int = 7) -> None:
        self.alerts = Alerts()
        self.desk = LocatingDesk(plan, self.alerts)
        self.field = Field()
        self.locator = Locator(plan)
        self._plan = plan
        self.clock = clock
        self._chance = np.random.default_rng(seed)
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="toy radio", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Fall silent."""
        self._over.set()
        self._thread.join(PATIENCE_S)

    def forget(self) -> None:
        """A fresh day: no tag has been heard yet, and nobody has calibrated."""
        self.locator = Locator(self._plan)

    def put(self, epc: str, location: str) -> None:
        """Lay a tag into a place."""
        place = next(one for one in self._plan.locations.values() if one.id == location)
        with self._lock:
            self.field.places[epc] = (place.x_m, place.y_m)

    def put_at(self, epc: str, x_m: float, y_m: float) -> None:
        """Lay a tag anywhere on the floor."""
        with self._lock:
            self.field.places[epc] = (x_m, y_m)

    def take_away(self, epc: str) -> None:
        """Nobody hears the tag any more."""
        with self._lock:
            self.field.places.pop(epc, None)

    def _run(self) -> None:
        last_us = self.clock.now_us()
        while not self._over.wait(REST_S):
            now_us = self.clock.now_us()
            with self._lock:
                tags = dict(self.field.places)
            batches = tuple(self._batches(tags, last_us, now_us))
            locator = self.locator
            for batch in batches:
                locator.observe(batch)
            locator.turn(now_us)
            self.desk.turn(locator, batches, now_us)
            last_us = now_us

    def _batches(
        self, tags: dict[str, tuple[float, float]], from_us: int, to_us: int
    ) -> list[ReadBatch]:
        found = []
        for antenna in self._plan.antennas:
            place = self._plan.locations[antenna.location]
            for epc, (x_m, y_m) in tags.items():
                count = int(self._chance.poisson(READS_PER_S * (to_us - from_us) / 1e6))
                if not count:
                    continue
                far = max(0.5, math.hypot(x_m - place.x_m, y_m - place.y_m))
                level = -48.0 - 22.0 * math.log10(far) + self._chance.normal(0, 2.0, count)
                at_us = np.sort(self._chance.integers(from_us, to_us, count))
                phase_rad = (far * RAD_PER_M + self._chance.normal(0, 0.1, count)) % math.tau
                heard = level, phase_rad, at_us
                found.append(_batch(antenna.reader, antenna.port, epc, heard))
        return found


def _batch(
    reader: str, port: int, epc: str, heard: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> ReadBatch:
    level, phase_rad, at_us = heard
    n = len(level)
    raw = np.tile(np.frombuffer(bytes.fromhex(epc), np.uint8), (n, 1))
    absent = np.full(n, np.nan, np.float32)
    return ReadBatch(
        reader=reader,
        arrived_us=int(at_us[-1]),
        epc=raw,
        epc_bits=np.full(n, 8 * raw.shape[1], np.uint16),
        antenna=np.full(n, port, np.uint16),
        rssi_dbm=level.astype(np.float32),
        phase_rad=phase_rad.astype(np.float32),
        channel=np.ones(n, np.uint16),
        doppler_hz=absent,
        seen_us=at_us.astype(np.int64),
        first_seen_us=np.full(n, -1, np.int64),
        last_seen_us=np.full(n, -1, np.int64),
        count=np.ones(n, np.uint16),
    )
