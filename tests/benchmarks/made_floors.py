"""Made-up floors of many antennas, all of which hear every tag: prints a table.

    python -m tests.benchmarks.made_floors [--antennas 12] [--readers 3] [--tags 8] [--seed 1]

A zone of 4 m for each antenna, gains 2 dB apart, tags 2 dB, levels that fall by 22 dB a decade of
distance, 3 dB of shadow: for a carried tag one that changes within 2 s, for a resting one another
at each place. Calibrated with one carried tag, two minutes a place; judged on others each second.
"""

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration
from edge.locating.learning import calibrate
from edge.locating.locator import Locator
from edge.locating.recordings import Truth
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from tests.benchmarks.zone_streams import calibration_error

START_US = 1_700_000_000_000_000
STEP_S = 0.1
ZONE_M, COLUMNS = 4.0, 4
DB_A_DECADE, AT_1_M_DBM, GAIN_DB, TAG_DB, SHADOW_DB, SHADOW_S, NOISE_DB = 22, -42, 2, 2, 3, 2, 1.5
READS_PER_S = 8.0
"""Of one tag by one reader."""
STRONGEST_S, SETTLED_S = 3.0, 5.0

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Hall:
    """A floor and how its antennas really hear."""

    floor: Floor
    places: list[LocationId]
    middle_m: Doubles
    gain_db: Doubles

    @classmethod
    def of(cls, antennas: int, readers: int, chance: np.random.Generator) -> "Hall":
        """As many zones as antennas, in rows of four."""
        places = [LocationId(f"zone-{number}") for number in range(antennas)]
        at = np.arange(antennas)
        middle_m = (np.stack([at % COLUMNS, at // COLUMNS], axis=1) + 0.5) * ZONE_M
        areas = {
            place: Location(place, LocationKind.ZONE, None, x, y, ZONE_M, ZONE_M)
            for place, (x, y) in zip(places, middle_m.tolist(), strict=True)
        }
        hung = tuple(
            Antenna(DeviceName(f"r{n % readers}"), n // readers + 1, places[n], x, y, 2.0)
            for n, (x, y) in enumerate(middle_m.tolist())
        )
        return cls(Floor(areas, hung), places, middle_m, chance.normal(0, GAIN_DB, antennas))


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """One tag: its zone at each step, and its reads by step, antenna and level, one row each."""

    zone: Ints
    step: Ints
    antenna: Ints
    rssi_dbm: Doubles


def told_story(hall: Hall, zone: Ints, chance: np.random.Generator, *, carried: bool) -> Story:
    """What antennas hear of a tag that is in these zones."""
    steps, antennas = len(zone), len(hall.gain_db)
    stay = np.cumsum(np.diff(zone, prepend=zone[:1]) != 0)
    shadow = chance.normal(0, SHADOW_DB, (int(stay.max()) + 1, antennas))[stay]
    inside_m = chance.uniform(-0.42, 0.42, (int(stay.max()) + 1, 2))[stay] * ZONE_M
    if carried:
        keeps = np.exp(-STEP_S / SHADOW_S)
        fresh = chance.normal(0, SHADOW_DB * np.sqrt(1 - keeps**2), (steps, antennas))
        walked = np.cumsum(chance.normal(0, 0.15, (steps, 2)), axis=0) + inside_m[0]
        inside_m = (np.abs((walked / ZONE_M + 0.5) % 2 - 1) - 0.5) * ZONE_M
        for step in range(1, steps):
            shadow[step] = keeps * shadow[step - 1] + fresh[step]
    at_m = hall.middle_m[zone] + inside_m
    squared = ((at_m[:, np.newaxis] - hall.middle_m) ** 2).sum(axis=2) + 1.0
    level = AT_1_M_DBM + hall.gain_db + chance.normal(0, TAG_DB) + shadow
    level -= DB_A_DECADE * 0.5 * np.log10(squared)
    readers = len({one.reader for one in hall.floor.antennas})
    read = chance.random(level.shape) < READS_PER_S * STEP_S * readers / antennas
    step, antenna = np.nonzero(read)
    heard = np.round(level[step, antenna] + chance.normal(0, NOISE_DB, len(step)), 1)
    return Story(zone, step, antenna, heard)


def batches(hall: Hall, stories: list[Story], step: int) -> list[ReadBatch]:
    """What comes of all tags in one step, by reader."""
    found: dict[str, list[tuple[str, int, float]]] = {}
    for number, one in enumerate(stories):
        begin, end = np.searchsorted(one.step, [step, step + 1])
        for read in range(begin, end):
            antenna = hall.floor.antennas[int(one.antenna[read])]
            row = (f"{number:024x}", antenna.port, float(one.rssi_dbm[read]))
            found.setdefault(antenna.reader, []).append(row)
    at_us = START_US + round(step * STEP_S * 1e6)
    return [
        ReadBatch.of(
            reader, at_us, *map(list, zip(*rows, strict=True)), seen_us=[at_us] * len(rows)
        )
        for reader, rows in found.items()
    ]


def learnt(hall: Hall, chance: np.random.Generator) -> Calibration:
    """With one tag, a minute in each zone, twice."""
    order = np.concatenate([chance.permutation(len(hall.places)) for _ in range(2)])
    zone = np.repeat(order, round(60 / STEP_S))
    story = told_story(hall, zone, chance, carried=True)
    reads = [one for step in range(len(zone)) for one in batches(hall, [story], step)]
    truths = [
        Truth(START_US + stay * 60_000_000, Epc(f"{0:024x}"), hall.places[at])
        for stay, at in enumerate(order.tolist())
    ]
    return calibrate(hall.floor, reads, truths, np.random.default_rng(1))


def strongest(hall: Hall, story: Story) -> list[LocationId | None]:
    """The zone of the antenna with the highest mean level of the last seconds, each second."""
    told: list[LocationId | None] = []
    for end in range(round(1 / STEP_S), len(story.zone) + 1, round(1 / STEP_S)):
        begin, until = np.searchsorted(story.step, [end - round(STRONGEST_S / STEP_S), end])
        heard = story.antenna[begin:until]
        count = np.bincount(heard, minlength=len(hall.places))
        total = np.bincount(heard, story.rssi_dbm[begin:until], len(hall.places))
        mean = np.where(count > 0, total / np.maximum(count, 1), -np.inf)
        told.append(hall.places[int(mean.argmax())] if len(heard) else None)
    return told


def located(
    hall: Hall, stories: list[Story], calibration: Calibration | None
) -> tuple[list[list[LocationId | None]], Doubles]:
    """The locator's answers each second, and its confidence, by tag."""
    locator = Locator(hall.floor, calibration=calibration)
    told: list[list[LocationId | None]] = [[] for _ in stories]
    sure: list[list[float]] = [[] for _ in stories]
    for step in range(len(stories[0].zone)):
        for batch in batches(hall, stories, step):
            locator.observe(batch)
        locator.turn(START_US + round((step + 1) * STEP_S * 1e6))
        if (step + 1) % round(1 / STEP_S):
            continue
        for number in range(len(stories)):
            found = locator.where(Epc(f"{number:024x}"))
            place = None if found is None else found.announced
            beliefs = dict(found.alternatives) if found else {}
            if found is not None and found.location is not None:
                beliefs[found.location] = found.probability
            told[number].append(place)
            sure[number].append(beliefs.get(place, 0.0) if place else np.nan)
    return told, np.array(sure)


def judge(
    hall: Hall, stories: list[Story], told: list[list[LocationId | None]], sure: Doubles
) -> str:
    """Right and steady in percent, and the error of the confidence."""
    a_second = round(1 / STEP_S)
    truth = np.array([one.zone[a_second - 1 :: a_second] for one in stories])
    rows = [[hall.places.index(at) if at else -1 for at in row] for row in told]
    hit = np.array(rows) == truth
    settled = np.ones_like(hit)
    for back in range(1, round(SETTLED_S) + 1):
        settled[:, back:] &= truth[:, back:] == truth[:, :-back]
    known = np.isfinite(sure)
    error = calibration_error(sure[known], hit[known]) if known.any() else np.nan
    return f"{100 * hit.mean():6.1f} {100 * hit[settled].mean():7.1f} {error:10.3f}"


def main() -> None:
    """Measure carried and resting tags."""
    parser = argparse.ArgumentParser(description="locating on made-up floors of many antennas")
    parser.add_argument("--antennas", type=int, default=12)
    parser.add_argument("--readers", type=int, default=3)
    parser.add_argument("--tags", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = np.random.default_rng(asked.seed)
    hall = Hall.of(asked.antennas, asked.readers, chance)
    calibration = learnt(hall, chance)
    for carried, rest_s in ((True, (15, 40)), (False, (50, 120))):
        stories = []
        for _ in range(asked.tags):
            stays = chance.uniform(*rest_s, 20) / STEP_S
            zones = np.cumsum(chance.integers(1, len(hall.places), 20)) % len(hall.places)
            zone = np.repeat(zones, stays.astype(int))[: round(240 / STEP_S)]
            stories.append(told_story(hall, zone, chance, carried=carried))
        _print(f"\n{'carried' if carried else 'resting':28}  right  steady conf.error")
        loudest = [strongest(hall, one) for one in stories]
        nothing = np.full((len(stories), len(loudest[0])), np.nan)
        _print(f"{'strongest antenna, 3 s':28} {judge(hall, stories, loudest, nothing)}")
        for name, made in (("not calibrated", None), ("calibrated", calibration)):
            _print(f"{name:28} {judge(hall, stories, *located(hall, stories, made))}")


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a table is what it is for


if __name__ == "__main__":
    main()
