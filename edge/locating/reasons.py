"""Why an item is thought to be where it is: numbers in, a frozen `Reason` out.

An antenna's part in the answer is found by leaving it out: the log-odds of the place with all
evidence, less the log-odds with this antenna taken for silent. It is in nats: 0.7 doubles the
odds, 2.3 makes them ten times as high; a negative part speaks against the place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from edge.locating.antennas import AntennaFault, AntennaReport
from edge.locating.slots import LEAST_WEIGHT, NO_ANTENNA, SLOTS, Floats, Ports, Slots
from edge.locating.tags import NO_PLACE
from edge.locating.whereabouts import Whereabouts
from edge.model.ids import DeviceName, Epc, LocationId

_ODDS_MOST = 20.0
"""A part beyond this, either way, is told as this: nothing else is left to compare with."""


_MOTION_TOLD = 2.0
"""Nats: seven to one. Four pairs of phases of a recorded tag say as much, as a rule."""


class Listening(StrEnum):
    """Whether an antenna can say anything at present."""

    HEARS = "hears"
    TROUBLED = "troubled"
    SILENT = "silent"
    DOWN = "down"


class Moves(StrEnum):
    """What the phase of a tag's answers tells of it."""

    STILL = "still"
    MOVING = "moving"


@dataclass(frozen=True, slots=True)
class Motion:
    """Whether a tag lies still or is carried.

    Attributes:
        state: in one word.
        log_odds: of that word against the other, from the phases of its last reads, nats.
    """

    state: Moves
    log_odds: float


@dataclass(frozen=True, slots=True)
class AntennaPart:
    """What one antenna has to say of an item.

    Attributes:
        reader, port, location: the antenna and the place that it covers.
        rssi_dbm: decayed mean level.
        reads_per_s: of this item, from its mean gap between reads.
        age_s: since its last read of the item.
        log_odds: its part in the log-odds of the answered place, nats.
        listening: how the antenna does.
    """

    reader: DeviceName
    port: int
    location: LocationId
    rssi_dbm: float
    reads_per_s: float
    age_s: float
    log_odds: float
    listening: Listening


@dataclass(frozen=True, slots=True)
class AntennaAtPlace:
    """An antenna that covers the answered place.

    Attributes:
        silent_s: since it heard any item at all.
    """

    reader: DeviceName
    port: int
    listening: Listening
    silent_s: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is thought to be at a place.

    Attributes:
        epc: the item's tag.
        location: the place that was announced; the most probable one where none was.
        probability: of that place now.
        alternatives: the other places with their probabilities, most probable first.
        unknown: probability of a place that none of its antennas covers.
        antennas: what each antenna says, the strongest part first.
        covering: the antennas that cover the place.
        announced: whether the place was announced.
        stale: announced, but cannot be vouched for at present.
        since_us: gateway UTC microseconds since when it is announced; 0 where it is not.
        dwell_s: for how long it has been announced there.
        seen_us: gateway UTC microseconds of its last read.
        at_us: gateway UTC microseconds of this answer.
        motion: None where no phases tell enough.
    """

    epc: Epc
    location: LocationId | None
    probability: float
    alternatives: tuple[tuple[LocationId, float], ...]
    unknown: float
    antennas: tuple[AntennaPart, ...]
    covering: tuple[AntennaAtPlace, ...]
    announced: bool
    stale: bool
    since_us: int
    dwell_s: float
    seen_us: int
    at_us: int
    motion: Motion | None = None


def motion_of(carried_log_odds: float) -> Motion | None:
    """What is told of log-odds of "carried" against "lies still"; None where they are too few."""
    if abs(carried_log_odds) < _MOTION_TOLD:
        return None
    state = Moves.MOVING if carried_log_odds > 0.0 else Moves.STILL
    return Motion(state, abs(carried_log_odds))


def reason_of(
    epc: Epc,
    found: Whereabouts,
    at_us: int,
    antennas: Sequence[AntennaPart],
    covering: Sequence[AntennaAtPlace],
    motion: Motion | None = None,
) -> Reason:
    """The reason behind an answer, put together."""
    beliefs = dict(found.alternatives)
    if found.location is not None:
        beliefs[found.location] = found.probability
    place = answered_place(found)
    others = sorted(
        ((name, p) for name, p in beliefs.items() if name != place),
        key=lambda one: (-one[1], one[0]),
    )
    return Reason(
        epc=epc,
        location=place,
        probability=beliefs.get(place, 0.0) if place is not None else 0.0,
        alternatives=tuple(others),
        unknown=min(1.0, max(0.0, 1.0 - sum(beliefs.values()))),
        antennas=tuple(sorted(antennas, key=lambda one: -one.log_odds)),
        covering=tuple(covering),
        announced=found.announced is not None,
        stale=found.stale,
        since_us=found.since_us,
        dwell_s=max(0.0, (at_us - found.since_us) * 1e-6) if found.since_us else 0.0,
        seen_us=found.seen_us,
        at_us=at_us,
        motion=motion,
    )


def listening_of(report: AntennaReport, *, up: bool) -> Listening:
    """How an antenna does, in one word: the worst.

    Args:
        report: of late; made once a second.
        up: whether its reader answers at this moment.
    """
    if not up:
        return Listening.DOWN
    if AntennaFault.SILENT in report.faults:
        return Listening.SILENT
    return Listening.TROUBLED if report.faults else Listening.HEARS


def answered_place(found: Whereabouts) -> LocationId | None:
    """The announced place; the most probable one where none was announced."""
    if found.announced is not None:
        return found.announced
    if found.location is not None:
        return found.location
    return found.alternatives[0][0] if found.alternatives else None


def parts_of(
    score: Callable[[Slots], Floats], slots: Slots, places: Ports, place: int
) -> NDArray[np.float64]:
    """Each slot's part in the log-odds of a place, nats; 0 for an empty slot.

    Args:
        score: log-likelihoods, shape (5, 1), of one tag's slots; the last is "elsewhere".
        slots: of one tag, each column of shape (4, 1).
        places: shape (4,), number of the place of each slot.
        place: number of the place in question.
    """
    whole = _log_odds(score(_copied(slots)), places, place)
    parts = np.zeros(SLOTS)
    for slot in np.flatnonzero(slots.antenna[:, 0] != NO_ANTENNA).tolist():
        silenced = _copied(slots)
        silenced.level_sum[slot] *= LEAST_WEIGHT / silenced.weight[slot]
        silenced.weight[slot] = LEAST_WEIGHT
        parts[slot] = whole - _log_odds(score(silenced), places, place)
    return np.clip(parts, -_ODDS_MOST, _ODDS_MOST)


def _copied(slots: Slots) -> Slots:
    return Slots(*(getattr(slots, one.name).copy() for one in fields(slots)))


def _log_odds(log_likelihood: Floats, places: Ports, place: int) -> float:
    """Of a place against all others; the best of a place's antennas speaks for it."""
    best: dict[int, float] = {-1: float(log_likelihood[SLOTS, 0])}
    for slot, number in enumerate(places.tolist()):
        if number == NO_PLACE:
            continue
        score = float(log_likelihood[slot, 0])
        best[number] = max(best.get(number, -np.inf), score)
    others = np.array([score for number, score in best.items() if number != place])
    return best.get(place, best[-1]) - float(np.logaddexp.reduce(others))
