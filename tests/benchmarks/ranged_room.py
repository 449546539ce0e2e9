"""Positions of resting tags by levels alone and with ranges from phase: prints a table.

    python -m tests.benchmarks.ranged_room [--seeds N]

A simulated square room with an antenna in each corner, measured at a grid of points with a tag
at rest: fifty channels in a shuffled order, a phase offset of each antenna and channel, another
of each point, a second way to every antenna (`simulators.surroundings.Ways`), readers
that may be off by half a turn. Then the tag lies at other spots, played through the `Locator`.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration
from edge.locating.learning import calibrate
from edge.locating.locator import Locator
from edge.locating.recordings import Truth
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from simulators import radio
from simulators.surroundings import Ways

READER, EPC, ROOM = DeviceName("r"), Epc("30" * 12), LocationId("room")
START_US, TURN_US = 1_700_000_000_000_000, 100_000
LINK = radio.Link(noise_db=1.0)
SHADE_DB = 2.0


@dataclass(frozen=True, slots=True)
class Room:
    """What is simulated.

    Attributes:
        seed: settles all chance.
        side_m: of the square.
        along: points of the grid along each side.
        reads_per_s: of the tag, by all antennas together; rests_s: at each point.
    """

    seed: int
    side_m: float = 4.572
    along: int = 8
    reads_per_s: float = 16.0
    rests_s: float = 30.0

    @property
    def hop_table_khz(self) -> tuple[int, ...]:
        """The reader's own, in its order."""
        return radio.FCC.channels_khz

    def floor(self, table_khz: tuple[int, ...] | None) -> Floor:
        """The room, with a table of the reader's channels or without."""
        corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        antennas = tuple(
            Antenna(READER, port, ROOM, x_m=x * self.side_m, y_m=y * self.side_m, z_m=1.0)
            for port, (x, y) in enumerate(corners, 1)
        )
        tables: Mapping[DeviceName, tuple[int, ...]] = {READER: table_khz} if table_khz else {}
        places = {ROOM: Location(ROOM, LocationKind.ZONE)}
        return Floor(places, antennas, hop_tables_khz=tables)

    def grid_m(self) -> NDArray[np.float64]:
        """The measured points."""
        axis = np.linspace(0.4, self.side_m - 0.4, self.along)
        return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)

    def heard(self, xy_m: NDArray[np.float64], number: int, at_us: int) -> list[ReadBatch]:
        """What the antennas hear of the tag while it lies at one spot, a batch a turn."""
        chance = np.random.default_rng((self.seed, number))
        count = int(self.reads_per_s * self.rests_s)
        seen_us = at_us + np.sort(chance.integers(0, int(self.rests_s * 1e6), count))
        port = chance.integers(1, 5, count)
        channel = radio.FCC.channel_at(seen_us)
        level, phase = self._on_the_way(xy_m, number, port, radio.FCC.wavelength_m(channel))
        phase += radio.channel_offset_rad(self.seed, port, channel) + chance.random() * 2 * np.pi
        phase += LINK.phase_noise_rad * chance.normal(size=count)
        phase += np.pi * chance.integers(0, 2, count)
        level = np.round(level + LINK.noise_db * chance.normal(size=count))
        whole = replace(
            ReadBatch.of(
                *(READER, at_us, [EPC] * count, port.tolist(), level.tolist()),
                seen_us=seen_us.tolist(),
            ),
            phase_rad=(phase % (2 * np.pi)).astype(np.float32),
            channel=channel.astype(np.uint16),
        )
        turns = np.arange(at_us, at_us + int(self.rests_s * 1e6), TURN_US)
        bounds = [*np.searchsorted(seen_us, turns).tolist(), count]
        return [_part(whole, begin, end) for begin, end in pairwise(bounds) if end > begin]

    def _on_the_way(
        self,
        xy_m: NDArray[np.float64],
        number: int,
        port: NDArray[np.int64],
        wavelength_m: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Level and phase of each read by what lies between antenna and tag."""
        level, phase = np.zeros(len(port)), np.zeros(len(port))
        seed = self.seed * 1000 + number
        for antenna in self.floor(None).antennas:
            far_m = float(np.hypot(xy_m[0] - (antenna.x_m or 0.0), xy_m[1] - (antenna.y_m or 0.0)))
            ways = Ways.of(seed, antenna.port, np.array([far_m]), np.ones(1))
            own = port == antenna.port
            gain = ways.heard(np.zeros(int(own.sum())), wavelength_m[own])
            shade_db = SHADE_DB * radio.settled_normal(41, seed, antenna.port)
            level[own] = radio.rssi_dbm(far_m, LINK) + 20 * np.log10(np.abs(gain)) + shade_db
            phase[own] = -np.angle(gain)
        return level, phase

    def calibration(self, floor: Floor) -> Calibration:
        """What `calibrate` makes of the points."""
        batches, truths, at_us = [], [], START_US
        for number, xy_m in enumerate(self.grid_m()):
            batches += self.heard(xy_m, number, at_us)
            truths.append(Truth(at_us, EPC, ROOM, (float(xy_m[0]), float(xy_m[1]))))
            at_us += int((self.rests_s + 5.0) * 1e6)
        return calibrate(floor, batches, truths, np.random.default_rng(1))

    def errors_m(self, calibration: Calibration, floor: Floor, spots: int) -> list[float]:
        """Of the positions that the locator tells of a tag at spots that nobody measured."""
        chance = np.random.default_rng(self.seed + 77)
        errors = []
        for number in range(spots):
            xy_m = chance.uniform(0.4, self.side_m - 0.4, 2)
            locator = Locator(floor, calibration=calibration)
            for batch in self.heard(xy_m, 10_000 + number, START_US):
                locator.observe(batch)
                locator.turn(int(batch.seen_us[-1]))
            found = locator.where(EPC)
            if found is not None and found.position is not None:
                off = found.position.x_m - xy_m[0], found.position.y_m - xy_m[1]
                errors.append(float(np.hypot(*off)))
        return errors


def _part(whole: ReadBatch, begin: int, end: int) -> ReadBatch:
    columns = {
        name: getattr(whole, name)[begin:end]
        for name in (
            *("epc", "epc_bits", "antenna", "rssi_dbm", "phase_rad", "channel", "doppler_hz"),
            *("seen_us", "first_seen_us", "last_seen_us", "count"),
        )
    }
    return replace(whole, **columns)


def rows(seed: int, spots: int) -> Iterator[tuple[str, float, float, str]]:
    """Lines of the table: table of channels, error left out, error elsewhere, and ranges."""
    room = Room(seed)
    wrong = tuple(np.random.default_rng(9).permutation(room.hop_table_khz).tolist())
    for name, table in (("none", None), ("its own", room.hop_table_khz), ("a wrong one", wrong)):
        floor = room.floor(table)
        made = room.calibration(floor)
        if made.points is None:
            continue
        told = "-"
        if (ranges := made.points.ranges) is not None:
            told = f"{ranges.coherence:.2f} / {ranges.by_chance:.2f}, weight {ranges.weight:g}"
        elsewhere = float(np.mean(room.errors_m(made, floor, spots)))
        yield name, made.points.error_m, elsewhere, told


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="ranges from phase in a simulated room")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--spots", type=int, default=20)
    asked = parser.parse_args()
    print("seed  table        left out m  elsewhere m  coherence / by chance")  # noqa: T201
    for seed in range(1, asked.seeds + 1):
        for name, left_m, elsewhere_m, told in rows(seed, asked.spots):
            line = f"{seed:4}  {name:12} {left_m:8.2f} {elsewhere_m:12.2f}   {told}"
            print(line, flush=True)  # noqa: T201 - a table is what it is for


if __name__ == "__main__":
    main()
