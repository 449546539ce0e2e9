"""How far it is to walk from place to place, and where a tag cannot have got to yet.

Items are carried along aisles and cross aisles; they do not jump through racks, however well an
antenna hears through one. Two things follow for the filter:

- what leaves a place is taken to have gone near rather than far: the belief that leaks to a place
  `d` metres to walk from the announced one counts `1 / (1 + d / 10 m)`;
- a place is out of reach while what lies beyond the hearing of both places' antennas cannot have
  been gone, at the speed of a vehicle, since the tag was last believed at its announced place by
  half or more. What speaks for a place out of reach speaks for "on the way", which is elsewhere,
  and not for having arrived.

A place without a position, a cart, and a floor without aisles leave everything possible.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import Rows, grown
from edge.locating.slots import SLOTS, Floats, Ints, Ports
from edge.locating.tags import NO_PLACE
from edge.model.ids import LocationId
from edge.model.places import Floor, LocationKind

_NEAR_M = 10.0
"""So far to walk halves the chance that a tag went there."""
_HEARING_M = 8.0
"""So far from a place, on the way, a tag may still be heard there best."""
_FASTEST_M_PER_S = 3.0
"""Of trucks in aisles; people walk at 1.2 to 1.6."""
_HELD_BACK_S_MAX = 12.0
"""No tag is held back longer than this, however far it is: the announced place may be wrong."""
_BELIEVED = np.float32(0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What walking says of m tags that are looked at.

    Attributes:
        nearness: shape (5, m), how likely a tag that leaves goes to each slot's place, against the
            others; the last row is "elsewhere".
        out_of_reach: shape (4, m), places that the tag cannot have walked to yet.
    """

    nearness: Floats
    out_of_reach: NDArray[np.bool_]


class Walking:
    """Follows when each tag was last where it is announced.

    Args:
        floor: places, aisles and cross aisles.
        places: ids by place number.

    Attributes:
        tells: whether the floor's geometry says anything; without it nothing is kept of a tag.
    """

    def __init__(self, floor: Floor, places: tuple[LocationId, ...]) -> None:
        covered = dict.fromkeys(antenna.location for antenna in floor.antennas)
        distance_m = walking_m(floor, tuple(covered))
        self.tells = bool(np.isfinite(distance_m).any() and np.nanmax(distance_m) > 0.0)
        number_of = {place: number for number, place in enumerate(covered)}
        none = len(number_of)
        self._number_of = np.array([number_of.get(place, none) for place in places], np.int64)
        known = np.nan_to_num(np.pad(distance_m, (0, 1), constant_values=np.nan), nan=0.0)
        self._nearness = (1.0 / (1.0 + known / _NEAR_M)).astype(np.float32)
        needed_s = np.clip((known - 2.0 * _HEARING_M) / _FASTEST_M_PER_S, 0.0, _HELD_BACK_S_MAX)
        self._needed_ms = np.ceil(needed_s * 1e3).astype(np.int32)
        self._there_ms = np.zeros(0, np.int32)
        """By row: when the tag was last believed to be at its announced place."""

    @property
    def nbytes(self) -> int:
        """Bytes held for tags."""
        return self._there_ms.nbytes

    def shift_times(self, by_ms: int) -> None:
        """Move the zero of all times forward."""
        np.maximum(self._there_ms - np.int32(by_ms), 0, out=self._there_ms)

    def look(self, rows: Rows, places: Ports, announced: Ports, at_ms: Ints) -> Walk:
        """What walking says of tags that were read.

        Args:
            rows: of m tags.
            places: shape (4, m), the place of each slot.
            announced: shape (m,), `NO_PLACE` for none.
            at_ms: when each was read.
        """
        self._make_room(rows)
        home = self._numbers(announced)
        there = self._numbers(places)
        past_ms = at_ms - self._there_ms.take(rows)
        nearness = np.ones((SLOTS + 1, len(rows)), np.float32)
        nearness[:SLOTS] = self._nearness[home, there]
        needed_ms = np.ascontiguousarray(self._needed_ms[home, there])
        return Walk(nearness, needed_ms > past_ms)

    def believed(
        self, rows: Rows, places: Ports, announced: Ports, belief: Floats, at_ms: Ints
    ) -> None:
        """Take in what was believed after the look; arguments as there."""
        at_home = (belief * (places == announced)).sum(axis=0) >= _BELIEVED
        self._there_ms[rows[at_home]] = at_ms[at_home]

    def release(self, row: int) -> None:
        """A tag is known to have got somewhere: nothing is out of its reach now."""
        if row < len(self._there_ms):
            self._there_ms[row] = 0

    def _numbers(self, places: Ports) -> NDArray[np.int64]:
        numbers = self._number_of.take(places, mode="clip")
        return np.where(places == NO_PLACE, len(self._needed_ms) - 1, numbers)

    def _make_room(self, rows: Rows) -> None:
        needed = int(rows.max(initial=-1)) + 1
        if needed > len(self._there_ms):
            self._there_ms.resize(grown(len(self._there_ms), needed), refcheck=False)


def walking_m(floor: Floor, places: tuple[LocationId, ...]) -> NDArray[np.float64]:
    """Metres to walk between the edges of places; NaN where nothing is known of them.

    A place belongs to the nearest point of an aisle or a cross aisle. Its own size is taken off at
    both ends, so that zones that touch are no walk apart.

    Args:
        floor: places, aisles and cross aisles.
        places: n of its places.

    Returns:
        Shape (n, n).
    """
    if not (floor.aisle_x_m and floor.cross_y_m):
        return np.full((len(places), len(places)), np.nan)
    aisles, crosses = np.array(floor.aisle_x_m), np.array(floor.cross_y_m)
    points = np.array([_standing(floor, place, aisles, crosses) for place in places])
    points = points.reshape(-1, 3)
    x, y, half = points.T
    across, along = np.abs(x[:, None] - x), np.abs(y[:, None] - y)
    by_cross = across + _detour(y, crosses)
    by_aisle = along + _detour(x, aisles)
    on_aisle, on_cross = np.isin(x, aisles), np.isin(y, crosses)
    walk = np.where(on_aisle[:, None] | on_aisle, by_cross, by_aisle)
    walk = np.where((across == 0.0) & on_aisle, along, walk)
    walk = np.where((along == 0.0) & on_cross, across, walk)
    return np.asarray(np.maximum(walk - half[:, None] - half, 0.0))


def _detour(at: NDArray[np.float64], turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least way from each to each, along one axis, by way of any of the turns."""
    to_turn = np.abs(at[:, None] - turns)
    return np.asarray((to_turn[:, None, :] + to_turn[None, :, :]).min(axis=2))


def _standing(
    floor: Floor, place: LocationId, aisles: NDArray[np.float64], crosses: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Where one stands to reach a place, and half its size; NaN if nobody can tell."""
    found = floor.locations.get(place)
    if found is None or found.kind is LocationKind.CART or found.x_m == found.y_m == 0.0:
        return np.nan, np.nan, 0.0
    in_aisles = np.stack([aisles, np.full(len(aisles), found.y_m).clip(*_ends(crosses))], axis=1)
    in_crosses = np.stack([np.full(len(crosses), found.x_m).clip(*_ends(aisles)), crosses], axis=1)
    points = np.concatenate([in_aisles, in_crosses])
    apart = np.hypot(points[:, 0] - found.x_m, points[:, 1] - found.y_m)
    x, y = points[apart.argmin()].tolist()
    return x, y, max(found.width_m, found.depth_m) / 2.0


def _ends(turns: NDArray[np.float64]) -> tuple[float, float]:
    return float(turns.min()), float(turns.max())
