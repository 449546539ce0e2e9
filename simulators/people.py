"""What all simulated people share: the world, their pace, their chance, and the count of deeds."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from simulators.api import Device, RefusedError
from simulators.catalogue import Catalogue
from simulators.things import hand_of
from simulators.world import World, WorldError

WALKING_M_PER_S = 1.2
_STEP_S = 0.2
"""Real seconds between two places of somebody who walks, so that carts glide through the radio."""
_AFTER_REFUSAL_S = 1.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a badge; `role` as the gateway knows them."""

    badge: str
    pin: str
    role: str


class PeopleFileError(Exception):
    """The file of people cannot be used; the operator has to mend it."""


def people_of(values: object, name: str) -> list[Person]:
    """The people in a JSON value: a list of badge, pin and role, or `people` with such a list.

    Raises:
        PeopleFileError: something else; `name` says where it stood.
    """
    rows = values.get("people") if isinstance(values, dict) else values
    if not isinstance(rows, list):
        raise PeopleFileError(f"{name}: a list of badge, pin and role is expected")
    try:
        return [Person(str(row["badge"]), str(row["pin"]), str(row["role"])) for row in rows]
    except (KeyError, TypeError) as error:
        raise PeopleFileError(f"{name}: each entry needs badge, pin and role") from error


@dataclass(slots=True)
class Shift:
    """One shift in one warehouse.

    Attributes:
        url: of the gateway.
        speed: how many times faster than life people move and handle; the radio is not.
        chance: for slips.
        now_us: tells UTC microseconds.
        patience: how long people wait for the radio, as a multiple of the usual.
        wrong_piece_share, double_scan_share: how often a hand takes the neighbour or scans twice.
        deeds: how often what was done, for the report.
        radio_waits_s: how long pickers stood until the cart's antenna had confirmed a stop.
        devices: every handheld and page in use.
        boundless: whether a bin never runs empty (people without a warehouse around them).
    """

    world: World
    catalogue: Catalogue
    url: str
    speed: float
    chance: np.random.Generator
    now_us: Callable[[], int]
    patience: float = 1.0
    wrong_piece_share: float = 0.01
    double_scan_share: float = 0.02
    deeds: Counter[str] = field(default_factory=Counter)
    boundless: bool = False
    radio_waits_s: list[float] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)

    def device(self, person: Person) -> Device:
        """A device in this person's hands."""
        device = Device(self.url, person.badge, person.pin)
        self.devices.append(device)
        return device

    @property
    def retries(self) -> int:
        """How many requests had to be repeated so far."""
        return sum(device.retries for device in self.devices)

    async def spend(self, seconds: float) -> None:
        """Handling that takes a person so long."""
        await asyncio.sleep(seconds / self.speed)

    async def walk(self, badge: str, to: str, cart: str | None = None) -> None:
        """Somebody walks to a place, with the cart that they push."""
        goal = self.world.position(to) or (0.0, 0.0)
        start = self.world.movers.get(hand_of(badge), goal)
        corners = [start, *self.world.hall.way(start, goal), goal]
        step_m = WALKING_M_PER_S * self.speed * _STEP_S
        for (from_x, from_y), (to_x, to_y) in pairwise(corners):
            length = abs(to_x - from_x) + abs(to_y - from_y)
            steps = int(length / step_m)
            for n in range(1, steps + 1):
                part = n * step_m / length
                x_m, y_m = from_x + part * (to_x - from_x), from_y + part * (to_y - from_y)
                self._stand(badge, cart, x_m, y_m)
                await asyncio.sleep(_STEP_S)
            await self.spend((length - steps * step_m) / WALKING_M_PER_S)
        beside = goal if cart is None else self._beside(goal)
        self._stand(badge, cart, *beside)

    def _stand(self, badge: str, cart: str | None, x_m: float, y_m: float) -> None:
        for mover in (hand_of(badge), cart):
            if mover:
                self.world.walk(mover, x_m, y_m)

    def _beside(self, goal: tuple[float, float]) -> tuple[float, float]:
        """A cart stays in the middle of the aisle."""
        return self.world.hall.way(goal, goal)[0]

    def slips(self, share: float) -> bool:
        """Whether this is one of the few times that a hand slips."""
        return bool(self.chance.random() < share)

    def barcode(self, sku: str) -> str:
        """What the label of an article says: its GTIN-13, or the SKU where it has none."""
        article = self.catalogue.articles.get(sku)
        return article.gtin_13 if article else sku


@dataclass(slots=True)
class Worker:
    """Somebody at work, with a device of their own."""

    shift: Shift
    person: Person
    _device: Device = field(init=False)

    def __post_init__(self) -> None:
        self._device = self.shift.device(self.person)


async def at_work(
    shift: Shift, name: str, work: Callable[[], Awaitable[None]], told: Callable[[str], Any]
) -> None:
    """Keep somebody at work: after a refusal they catch their breath and go on."""
    while True:
        try:
            await work()
        except (RefusedError, WorldError, KeyError, ValueError) as refused:  # not understood
            shift.deeds["refusals"] += 1
            told(f"{name}: {refused!r}")
            await asyncio.sleep(_AFTER_REFUSAL_S)


def people_in(path: Path, text: Callable[[str], object]) -> list[Person]:
    """The people of a file; `text` turns its JSON into values.

    Raises:
        PeopleFileError: no such file, or not such JSON.
    """
    try:
        return people_of(text(path.read_text()), str(path))
    except OSError as error:
        raise PeopleFileError(f"{path}: {error.strerror}; name a file of people") from error
    except (ValueError, RecursionError) as error:
        raise PeopleFileError(f"{path}: {error}") from error
