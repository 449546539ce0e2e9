"""How far a resting tag is from each antenna, told from its phases over the reader's frequencies.

The phase of an answer turns by 4 pi d / c with each hertz: its slope over the frequencies is the
distance. What cables, front ends and channels add is the same wherever the tag lies, so it is
learnt from points that somebody measured; what the tag adds is the same on all channels. Distances
are compared by a matched filter: where all channels' phases agree, once turned back by the way
that a distance would have turned them, there the tag may be. Angles are doubled, as in `motion`.

The frequencies are those of the reader's own hop table, entry by entry; a wrong table makes noise
of it. Whether ranges help is judged at the points, and they are left out where they do not.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edge.model.places import Antenna, Floor

Doubles = NDArray[np.float64]
Phasors = NDArray[np.complex128]

_LIGHT_M_PER_S = 299_792_458.0
_RAD_PER_KHZ_M = 2.0 * 4.0 * math.pi * 1e3 / _LIGHT_M_PER_S
"""Of the doubled phase."""
CHANNELS_MIN = 8
"""Fewer channels of a table, or heard of a tag by an antenna, tell no range."""
_TAG_HEIGHT_M = 1.0
"""A tag lies about as high as a hand."""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Ranges:
    """What points taught of ranges.

    Attributes:
        antennas: "reader/port" of the rows.
        offset_rad: by antenna, by channel: what it adds to the doubled phase; None where a
            channel was not heard.
        weight: nats that full agreement of the channels is worth.
        coherence: of the channels at the points' true distances, each without its own point.
        by_chance: the same at the distances of other points.
    """

    antennas: tuple[str, ...]
    offset_rad: tuple[tuple[float | None, ...], ...]
    weight: float
    coherence: float
    by_chance: float

    @property
    def tell(self) -> bool:
        """Whether positions are better with them."""
        return self.weight > 0.0

    def __post_init__(self) -> None:
        """Refuses a table with holes.

        Raises:
            ValueError: a size does not fit, or a number is not finite.
        """
        offsets = [one for row in self.offset_rad for one in row if one is not None]
        numbers = (*offsets, self.weight, self.coherence, self.by_chance)
        if len(self.offset_rad) != len(self.antennas) or not all(map(math.isfinite, numbers)):
            raise ValueError("the table of ranges has holes")

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """From a plain value as JSON gives it."""
        return cls(
            antennas=tuple(map(str, value["antennas"])),
            offset_rad=tuple(
                tuple(None if one is None else float(one) for one in row)
                for row in value["offset_rad"]
            ),
            weight=float(value["weight"]),
            coherence=float(value["coherence"]),
            by_chance=float(value["by_chance"]),
        )

    def to_dict(self) -> dict[str, object]:
        """The reverse of `from_dict`."""
        return {
            "antennas": list(self.antennas),
            "offset_rad": [list(row) for row in self.offset_rad],
            "weight": self.weight,
            "coherence": self.coherence,
            "by_chance": self.by_chance,
        }


class Ruler:
    """The distances that an antenna's channels agree on.

    Args:
        frequency_khz: shape (antennas, channels), NaN where a reader has no such channel.
        offset: shape (antennas, channels), unit phasors of what each adds, 0 where not known.
    """

    def __init__(self, frequency_khz: Doubles, offset: Phasors) -> None:
        self._frequency_khz = np.nan_to_num(frequency_khz)
        self._back = np.conj(offset) * np.isfinite(frequency_khz)

    @property
    def channels(self) -> int:
        """Channels of the longest table."""
        return int(self._frequency_khz.shape[1])

    def agreement(self, heard: Phasors, far_m: Doubles) -> Doubles:
        """How far the channels agree, 0 to 1, by antenna and candidate.

        Args:
            heard: shape (antennas, channels), mean doubled phasors of a tag, 0 where not heard.
            far_m: shape (antennas, candidates).

        Returns:
            Shape (antennas, candidates); 0 for an antenna that heard it on too few channels.
        """
        known = heard * self._back
        total = np.abs(known).sum(axis=1)
        enough = (np.abs(known) > 0.0).sum(axis=1) >= CHANNELS_MIN
        found = np.zeros(far_m.shape)
        for antenna in np.flatnonzero(enough).tolist():
            turned = turns(self._frequency_khz[antenna], far_m[antenna])
            found[antenna] = np.abs(known[antenna] @ np.conj(turned)) / total[antenna]
        return found


def mean_phasors(
    antenna: NDArray[np.int64],
    channel: NDArray[np.int64],
    phase_rad: NDArray[np.float32],
    shape: tuple[int, int],
) -> Phasors:
    """Means of doubled phases by antenna and channel (from 1); 0 where there is none."""
    found, count = np.zeros(shape, np.complex128), np.zeros(shape)
    np.add.at(found, (antenna, channel - 1), np.exp(2j * phase_rad.astype(np.float64)))
    np.add.at(count, (antenna, channel - 1), 1.0)
    return found / np.maximum(count, 1.0)


def turns(frequency_khz: Doubles, far_m: Doubles) -> Phasors:
    """What distances add to the doubled phase on each frequency; shape (channels, distances)."""
    return np.exp(1j * _RAD_PER_KHZ_M * np.multiply.outer(frequency_khz, far_m))


def frequencies_of(floor: Floor) -> Doubles | None:
    """By antenna and channel, NaN where there is none; None where no reader's table is known."""
    tables = [floor.hop_tables_khz.get(one.reader, ()) for one in floor.antennas]
    channels = max(map(len, tables), default=0)
    if channels < CHANNELS_MIN:
        return None
    found = np.full((len(tables), channels), np.nan)
    for row, table in zip(found, tables, strict=True):
        row[: len(table)] = table
    return found


def distances_m(antennas: Sequence[Antenna], xy_m: Doubles) -> Doubles:
    """From each antenna to tags at these points; NaN for one whose place nobody measured."""
    found = np.full((len(antennas), len(xy_m)), np.nan)
    for row, one in zip(found, antennas, strict=True):
        if one.x_m is not None and one.y_m is not None:
            rise_m = 0.0 if one.z_m is None else one.z_m - _TAG_HEIGHT_M
            flat_m = np.hypot(xy_m[:, 0] - one.x_m, xy_m[:, 1] - one.y_m)
            row[:] = np.hypot(flat_m, rise_m)
    return found


def learnt_offsets(heard: Phasors, frequency_khz: Doubles, far_m: Doubles) -> Phasors:
    """What each antenna and channel adds, from points at known distances.

    Turned back by their distances, the phases of a point differ from those of another by one angle
    for all channels: a matrix of rank one, whose first right singular vector has the offsets.

    Args:
        heard: shape (points, antennas, channels), mean doubled phasors, 0 where not heard.
        frequency_khz: shape (antennas, channels).
        far_m: shape (antennas, points).

    Returns:
        Shape (antennas, channels), unit phasors, 0 where nothing was heard.
    """
    offset = np.zeros(frequency_khz.shape, np.complex128)
    for antenna, (khz, far) in enumerate(zip(frequency_khz, far_m, strict=True)):
        if not np.isfinite(far).all():
            continue
        back = heard[:, antenna] * np.conj(turns(np.nan_to_num(khz), far)).T
        back[:, ~np.isfinite(khz)] = 0.0
        first = np.linalg.svd(back, full_matrices=False)[2][0]
        size = np.abs(first)
        offset[antenna] = np.where(size > _LEAST, first / np.maximum(size, _LEAST), 0.0)
    return offset


def ruler_of(floor: Floor, ranges: Ranges) -> Ruler | None:
    """The ruler of what points taught; None where the readers' tables are not known any more."""
    frequency_khz = frequencies_of(floor)
    if frequency_khz is None or not ranges.tell:
        return None
    offset = np.zeros(frequency_khz.shape, np.complex128)
    by_name = dict(zip(ranges.antennas, ranges.offset_rad, strict=True))
    for row, one in zip(offset, floor.antennas, strict=True):
        for channel, rad in enumerate(by_name.get(f"{one.reader}/{one.port}", ())[: len(row)]):
            row[channel] = 0.0 if rad is None else np.exp(1j * rad)
    return Ruler(frequency_khz, offset)
