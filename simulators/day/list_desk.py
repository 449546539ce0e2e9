"""A desk with a reader to itself, at which lists of numbers go onto new tags.

The reader is no part of the gateway: its time is handed on by whoever works with it, so that a
command that waits is over at one instant of the day. Between command and reader is what would be
there in a shop: the driver's session, and frames byte for byte.
"""

import threading
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from typing_extensions import override

from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.tags import Access, Reported
from edge.clock import PlayedClock
from edge.compose.tags import Presence, TagBench
from simulators.air import Dwell, Sightings
from simulators.day.radio import RadioReader, ReaderLink
from simulators.day.true_time import TrueTime
from simulators.faults import PlannedFault
from simulators.llrp.tag_memory import TagMemory
from simulators.radio import ETSI

READER = "list-desk"
_STEP_US = 100_000
_ANSWER_S_MAX = 120.0
"""By far more than a driver takes to say what became of an access."""
_READS_PER_S = 12.0
_LEVEL_DBM = -46.0
_EPC_BITS = 96

Moment = Callable[[], None]
"""Called where a process may end; raises what ends it."""


class DeskAir:
    """Tags that lie on the desk, under its one antenna."""

    antennas = 1

    def __init__(self, tags: Sequence[str], chance: np.random.Generator) -> None:
        self._raw = np.frombuffer(bytes.fromhex("".join(tags)), np.uint8).reshape(len(tags), -1)
        self._chance = chance

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; see `Air`."""
        if dwell.antenna != 1:
            return Sightings.none()
        chance = self._chance
        reads = int(chance.poisson(_READS_PER_S * len(self._raw) * dwell.span_us / 1e6))
        seen = dwell.from_us + np.sort(chance.integers(0, max(dwell.span_us, 1), reads))
        return Sightings(
            epc=self._raw[chance.integers(0, len(self._raw), reads)],
            epc_bits=np.full(reads, _EPC_BITS, np.uint16),
            rssi_dbm=(_LEVEL_DBM + chance.normal(size=reads)).astype(np.float32),
            phase_rad=(chance.random(reads) * 2 * np.pi).astype(np.float32),
            channel=ETSI.channel_at(seen),
            doppler_hz=np.zeros(reads, np.float32),
            seen_us=seen,
            count=np.ones(reads, np.uint16),
        )

    def slots(self) -> None:
        """Rounds are not played here."""


class ListDesk:
    """The desk with one lot of tags on it, over all processes that work there.

    Args:
        tags: EPCs that the tags were born with.
        faults: what goes wrong with the reader.
        began_us: UTC microseconds.
        chance: for what is heard, and for pauses.

    Attributes:
        clock: the desk's own.
    """

    def __init__(
        self,
        tags: Sequence[str],
        faults: tuple[PlannedFault, ...],
        began_us: int,
        chance: np.random.Generator,
    ) -> None:
        self.clock = PlayedClock(began_us)
        self._chance = chance
        air = DeskAir(tags, chance)
        self._reader = RadioReader(READER, air, TrueTime(self.clock, began_us), faults)
        self._tids = [bytes(TagMemory.of(bytes.fromhex(one), _EPC_BITS).banks[2]) for one in tags]

    def tags(self) -> dict[str, TagMemory]:
        """By TID, the tags that were ever asked for, as they really are."""
        found = {tid.hex(): self._reader.device.tag_of(tid) for tid in self._tids}
        return {tid: tag for tid, tag in found.items() if tag is not None}

    def bench(self, moment: Moment, wait_s: float) -> TagBench:
        """What one process has of the reader; the connection of the one before is gone."""
        self._reader.leave()
        life = _Life(self._reader, self.clock, moment, self._chance)
        return TagBench(cast("LlrpWire", life), READER, life.presence, wait_s)


class _Link(ReaderLink):
    """Looked at by whoever waits, not by a task of its own."""

    @override
    def _keep_working(self) -> None:
        pass

    def step(self) -> None:
        """Hear the reader."""
        self._step()


class _Life:
    """The wire of one process."""

    def __init__(
        self,
        reader: RadioReader,
        clock: PlayedClock,
        moment: Moment,
        chance: np.random.Generator,
    ) -> None:
        self.presence = Presence(_PlayedEvent(self._step, clock))
        settings = LlrpSettings(device=READER, host="192.0.2.2")
        self._link = _Link(settings, reader, self.presence, clock, chance)
        self._clock = clock
        self._moment = moment

    def access(self, _device: str, access: Access, reported: Reported) -> None:
        """Have something done; it is over when this returns."""
        self._moment()
        told = threading.Event()

        def over(report: object) -> None:
            reported(report)  # type: ignore[arg-type]  # as the driver gives it
            told.set()

        self._link.access(access, over)
        until_us = self._clock.monotonic_us() + int(_ANSWER_S_MAX * 1e6)
        self._moment()
        while not told.is_set():
            if self._clock.monotonic_us() > until_us:
                raise AssertionError("the driver never says what became of an access")
            self._step()
        self._moment()

    def _step(self) -> None:
        self._clock.advance_us(_STEP_US)
        self._link.step()


class _PlayedEvent(threading.Event):
    """Waited for in the desk's time."""

    def __init__(self, step: Callable[[], None], clock: PlayedClock) -> None:
        super().__init__()
        self._step = step
        self._clock = clock

    @override
    def wait(self, timeout: float | None = None) -> bool:
        until_us = self._clock.monotonic_us() + int((timeout or 0.0) * 1e6)
        while not self.is_set() and self._clock.monotonic_us() < until_us:
            self._step()
        return self.is_set()
