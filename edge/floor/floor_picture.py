"""The picture of the floor: places with stock and items, antennas, readers and pickers.

It is drawn a few times a second whether anybody looks or not, and of five hundred places hardly
any has changed since: what is as it was is taken from the last drawing.
"""

from collections import Counter
from collections.abc import Mapping

from edge.floor.board import Shown
from edge.floor.views import Names, name_of
from edge.model.ids import Badge, DeviceName, LocationId
from edge.model.places import Floor, Location
from edge.model.prompts import Prompt
from edge.model.state import FloorState


class FloorPicture:
    """Of one floor; used by the floor loop only."""

    def __init__(self) -> None:
        self._floor: Floor | None = None
        self._places: dict[LocationId, Shown] = {}
        self._outages: dict[DeviceName, int] = {}
        self._antennas: list[Shown] = []
        self._readers: list[Shown] = []

    def drawn(self, state: FloorState, names: Names, prompts: Mapping[Badge, Prompt]) -> Shown:
        """The picture as it is now; what was drawn before stays as it was.

        Args:
            state: of the floor.
            names: people's.
            prompts: what each picker is to do now.
        """
        if state.floor is not self._floor or state.outages != self._outages:
            self._outages = dict(state.outages)
            self._antennas = _antennas(state.floor, self._outages)
            self._readers = _readers(state.floor, self._outages)
        if state.floor is not self._floor:
            self._floor = state.floor
            self._places = {
                one.id: _place(one, [], 0, None) for one in state.floor.locations.values()
            }
        self._draw_places(state)
        return {
            "locations": list(self._places.values()),
            "antennas": self._antennas,
            "readers": self._readers,
            "pickers": [_picker(state, prompts[badge], names) for badge in state.pickers],
            "aisle_x_m": list(state.floor.aisle_x_m),
            "cross_y_m": list(state.floor.cross_y_m),
        }

    def _draw_places(self, state: FloorState) -> None:
        stock = _stock(state)
        items = Counter({location: len(epcs) for location, epcs in state.near.items()})
        for (_, location), count in state.seen.items():
            items[location] += count
        stale = {
            one.location: self._outages[one.reader]
            for one in state.floor.antennas
            if one.reader in self._outages
        }
        for one in state.floor.locations.values():
            drawn = self._places[one.id]
            now = stock.get(one.id, []), items.get(one.id, 0), stale.get(one.id)
            if now != (drawn["stock"], drawn["items"], drawn["stale_since_us"]):
                self._places[one.id] = _place(one, *now)


def _antennas(floor: Floor, outages: Mapping[DeviceName, int]) -> list[Shown]:
    return [
        {
            "reader": antenna.reader,
            "port": antenna.port,
            "location": antenna.location,
            "x_m": antenna.x_m,
            "y_m": antenna.y_m,
            "alive": antenna.reader not in outages,
        }
        for antenna in floor.antennas
    ]


def _readers(floor: Floor, outages: Mapping[DeviceName, int]) -> list[Shown]:
    return [
        {
            "device": reader,
            "alive": reader not in outages,
            "silent_since_us": outages.get(reader, 0),
        }
        for reader in dict.fromkeys(one.reader for one in floor.antennas)
    ]


def _place(one: Location, stock: list[Shown], items: int, stale_since_us: int | None) -> Shown:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "parent": one.parent,
        "x_m": one.x_m,
        "y_m": one.y_m,
        "width_m": one.width_m,
        "depth_m": one.depth_m,
        "stock": stock,
        "items": items,
        "stale_since_us": stale_since_us,
    }


def _stock(state: FloorState) -> Mapping[LocationId, list[Shown]]:
    stock: dict[LocationId, list[Shown]] = {}
    for one in state.stock.values():
        if one.quantity or one.reserved:
            stock.setdefault(one.location, []).append(
                {
                    "sku": one.sku,
                    "name": name_of(state, one.sku),
                    "quantity": one.quantity,
                    "reserved": one.reserved,
                }
            )
    return stock


def _picker(state: FloorState, prompt: Prompt, names: Names) -> Shown:
    return {
        "badge": prompt.badge,
        "name": names.get(prompt.badge, prompt.badge),
        "ready": state.pickers[prompt.badge].ready,
        "location": prompt.location,
        "walk_id": prompt.walk_id,
        "done": max(0, prompt.stop - 1),
        "stops": prompt.stops,
    }
