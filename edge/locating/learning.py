"""Calibrating: from recorded reads and the truth beside them to a `Calibration` with its quality.

Offsets are learnt from all labelled reads. Quality comes from blocks of time held out in turn; the
filter's way of moving (restful or lively) is chosen, and its probabilities made honest, on these
held-out blocks only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration, CalibrationError, Quality, floor_hash
from edge.locating.honesty import honest, learnt_factor
from edge.locating.judging import (
    Stream,
    Told,
    calibration_error,
    hits,
    played,
    strongest_antenna,
    strung,
)
from edge.locating.labelling import labelled
from edge.locating.pieces import Piece
from edge.locating.points import Points, misplaced, surveyed_points
from edge.locating.ranging import with_ranges
from edge.locating.recordings import Truth
from edge.locating.settings import DEFAULTS, SURVEYED, WALKED, LocatingSettings
from edge.locating.surveying import layout_survey, survey
from edge.model.ids import LocationId
from edge.model.places import Floor
from edge.model.sentences import sentence

BLOCKS = 4
"""Blocks of time, each held out once."""
_JUDGED_PIECES_MAX = 240
"""Bounds the time of judging: 80 minutes of recording; more is thinned out evenly."""
_READS_PER_ANTENNA_MIN = 20
_CLEARLY_BETTER = 0.005
"""The restful way is kept unless the walked one is right in this much more of the seconds."""
_CARRIED_DB = 3.5
"""Levels that scatter by more than this within a place are of an item that was carried about: at
rest they scatter by 1 to 2 dB."""
_CLEARLY_WORSE = -0.03
"""An item that was carried about gets the walked way unless that is worse by this much."""


def calibrate(
    floor: Floor,
    batches: Iterable[ReadBatch],
    truths: Sequence[Truth],
    chance: np.random.Generator,
    settings: LocatingSettings = DEFAULTS,
) -> Calibration:
    """Learn a calibration and judge it.

    Args:
        floor: the floor of the recordings.
        batches: reads, sorted by time.
        truths: where items really were, sorted by time.
        chance: the survey's network begins with it; the same seed learns the same.
        settings: what is tuned away from, where that is better.

    Raises:
        CalibrationError: the recordings are too short, or name places that no antenna covers.
    """
    lessons = labelled(floor, batches, truths)
    names = tuple(f"{one.reader}/{one.port}" for one in floor.antennas)
    points = surveyed_points(floor, names, lessons.xy_m, lessons.level_dbm)
    if points is not None:
        points = with_ranges(floor, points, lessons.phasors)
    try:
        made = _of_places(floor, lessons.pieces, settings, chance)
    except CalibrationError as why:
        if points is None:
            raise
        made = _of_points(floor, points, settings, str(why))
    return made if points is None else _with_points(made, floor, points)


def _of_points(floor: Floor, points: Points, settings: LocatingSettings, why: str) -> Calibration:
    """Offsets from points, and the layout for the places, where these were not recorded."""
    offsets = {}
    for name, levels in zip(points.antennas, zip(*points.level_dbm, strict=True), strict=True):
        heard = [one for one in levels if one is not None]
        if heard:
            offsets[name] = float(np.mean(heard))
    return Calibration(
        floor_hash(floor),
        offsets,
        tuned={"level_rate": WALKED["level_rate"]},
        survey=layout_survey(floor, settings.window_s),
        warnings=(sentence("points_only", error=why),),
    )


def _with_points(made: Calibration, floor: Floor, points: Points) -> Calibration:
    doubted = (sentence("no_fall", antenna=name) for name in misplaced(floor, points))
    warnings = (*made.warnings, *doubted)
    if not points.tell:
        told = sentence(
            "zone_only",
            error_m=f"{points.error_m:.2f}",
            middle_m=f"{points.middle_error_m:.2f}",
        )
        warnings = (*warnings, told)
    if points.ranges is not None and not points.ranges.tell:
        agreed = {
            "coherence": f"{points.ranges.coherence:.2f}",
            "chance": f"{points.ranges.by_chance:.2f}",
        }
        warnings = (*warnings, sentence("ranges_unused", **agreed))
    return replace(made, points=points, warnings=warnings)


def _of_places(
    floor: Floor,
    pieces: Sequence[Piece],
    settings: LocatingSettings,
    chance: np.random.Generator,
) -> Calibration:
    places = {piece.place for piece in pieces}
    if len(places) < 2:  # noqa: PLR2004 - one place teaches nothing about telling places apart
        raise CalibrationError(sentence("few_places"))
    blocks = _blocks(pieces)
    judged = [
        _Block(strung(_thinned(test)), _learnt(floor, train, settings.window_s, chance))
        for train, test in _held_out(blocks)
    ]
    made = _learnt(floor, pieces, settings.window_s, chance)
    return _judged(floor, judged, settings, made)


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """A held-out stream and what was learnt without it."""

    stream: Stream
    learnt: Calibration


def _blocks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces of each place in order of time, dealt into blocks of neighbours."""
    blocks: list[list[Piece]] = [[] for _ in range(BLOCKS)]
    by_place: dict[LocationId, list[Piece]] = {}
    for piece in pieces:
        by_place.setdefault(piece.place, []).append(piece)
    for own in by_place.values():
        for number, piece in enumerate(own):
            blocks[number * BLOCKS // len(own)].append(piece)
    return blocks


def _held_out(blocks: list[list[Piece]]) -> list[tuple[list[Piece], list[Piece]]]:
    """Each block that has two places or more, with all others to learn from."""
    pairs = []
    for test in blocks:
        train = [piece for other in blocks if other is not test for piece in other]
        if len({piece.place for piece in test}) > 1 and len({piece.place for piece in train}) > 1:
            pairs.append((train, test))
    if not pairs:
        raise CalibrationError(sentence("too_little"))
    return pairs


def _thinned(pieces: list[Piece]) -> list[Piece]:
    most = _JUDGED_PIECES_MAX // BLOCKS
    if len(pieces) <= most:
        return pieces
    return [pieces[i] for i in np.linspace(0, len(pieces) - 1, most).astype(int).tolist()]


def _learnt(
    floor: Floor, pieces: Sequence[Piece], window_s: float, chance: np.random.Generator
) -> Calibration:
    """Offsets as means over places of means within a place, so that no place counts more."""
    offsets: dict[str, float] = {}
    spreads: dict[str, float] = {}
    recorded = {piece.place for piece in pieces}
    covered = dict.fromkeys(antenna.location for antenna in floor.antennas)
    warnings = [sentence("place_unrecorded", place=one) for one in covered if one not in recorded]
    for number, antenna in enumerate(floor.antennas):
        heard: dict[LocationId, list[NDArray[np.float32]]] = {}
        for piece in pieces:
            levels = piece.rssi_dbm[piece.antenna == number]
            if len(levels):
                heard.setdefault(piece.place, []).append(levels)
        name = f"{antenna.reader}/{antenna.port}"
        joined = {place: np.concatenate(levels) for place, levels in heard.items()}
        if sum(map(len, joined.values())) < _READS_PER_ANTENNA_MIN:
            warnings.append(sentence("antenna_little", antenna=name))
            continue
        offsets[name] = float(np.mean([levels.mean() for levels in joined.values()]))
        spreads[name] = float(np.mean([levels.std() for levels in joined.values()]))
        own = joined.get(antenna.location)
        if antenna.location in recorded and (own is None or own.mean() < offsets[name]):
            warnings.append(sentence("antenna_elsewhere", antenna=name, place=antenna.location))
    if not offsets:
        raise CalibrationError(sentence("none_heard"))
    made = Calibration(floor_hash(floor), offsets, spreads, warnings=tuple(warnings))
    table = survey(floor, pieces, made.offsets_of(floor), window_s, chance)
    return replace(made, survey=table)


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """What a way of locating told of the held-out streams."""

    tuned: dict[str, float]
    surveyed: bool
    told: list[Told]
    hit: NDArray[np.bool_]

    def of(self, learnt: Calibration) -> Calibration:
        """What was learnt, to be used in this way."""
        return replace(learnt, tuned=self.tuned, survey=learnt.survey if self.surveyed else None)


def _tried(
    floor: Floor,
    judged: list[_Block],
    settings: LocatingSettings,
    tuned: dict[str, float],
    *,
    surveyed: bool,
) -> _Trial:
    way = _Trial(tuned, surveyed, [], np.zeros(0, np.bool_))
    told = [played(floor, one.stream, settings, way.of(one.learnt)) for one in judged]
    return replace(way, told=told, hit=_hits(judged, told))


def _hits(judged: list[_Block], told: list[Told]) -> NDArray[np.bool_]:
    return np.concatenate([hits(one.stream, tell) for one, tell in zip(judged, told, strict=True)])


def _best_way(
    floor: Floor, judged: list[_Block], settings: LocatingSettings, made: Calibration
) -> _Trial:
    """The restful way for items that lie still; for carried ones the survey, where it proved."""
    restful = _tried(floor, judged, settings, {}, surveyed=False)
    walked = _tried(floor, judged, settings, dict(SURVEYED), surveyed=True)
    gain = walked.hit.mean() - restful.hit.mean()
    carried = np.mean(list(made.spread_db.values())) >= _CARRIED_DB
    return walked if gain > (_CLEARLY_WORSE if carried else _CLEARLY_BETTER) else restful


def _judged(
    floor: Floor, judged: list[_Block], settings: LocatingSettings, made: Calibration
) -> Calibration:
    """With the better way of locating, honest probabilities, and how good that is."""
    way = _best_way(floor, judged, settings, made)
    hit, told = way.hit, np.concatenate([tell.probability for tell in way.told], axis=1)
    factor = learnt_factor(told[:, told[0] > 0.0], hit[told[0] > 0.0])
    sureness = factor * way.tuned.get("sureness", settings.sureness)
    modest = replace(way, tuned={**way.tuned, "sureness": sureness}).of(made)
    plain = [played(floor, one.stream, settings, None) for one in judged]
    loudest = [strongest_antenna(floor, one.stream) for one in judged]
    truth = [place for one in judged for place in one.stream.truth]
    quality = Quality(
        seconds=len(hit),
        accuracy=float(hit.mean()),
        accuracy_uncalibrated=float(_hits(judged, plain).mean()),
        strongest_antenna=float(_hits(judged, loudest).mean()),
        majority=max(truth.count(place) for place in set(truth)) / len(truth),
        accuracy_by_block=tuple(
            float(hits(one.stream, tell).mean())
            for one, tell in zip(judged, way.told, strict=True)
        ),
        confusion=_confusion(truth, way.told),
        calibration_error=calibration_error(honest(told, factor)[0], hit),
    )
    return replace(modest, quality=quality, warnings=(*made.warnings, *_no_better(quality)))


def _no_better(quality: Quality) -> tuple[str, ...]:
    """Says so, where a rule that needs no calibration was right more often."""
    others = max(quality.accuracy_uncalibrated, quality.strongest_antenna, quality.majority)
    if quality.accuracy >= others:
        return ()
    told = {"right": f"{100 * quality.accuracy:.1f}", "others": f"{100 * others:.1f}"}
    return (sentence("no_better", **told),)


def _confusion(truth: list[LocationId], told: list[Told]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    answers = [place for tell in told for place in tell.place]
    for true, answer in zip(truth, answers, strict=True):
        row = table.setdefault(str(true), {})
        row[str(answer or "")] = row.get(str(answer or ""), 0) + 1
    return table
