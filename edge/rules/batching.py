"""Which orders are walked together, so that all walks together are shortest.

Orders first join by what joining saves (Clarke and Wright 1964, with exact lengths); then they
are exchanged between batches (`exchange`) as long as the effort lasts. The longer, the better;
there is an answer from the beginning.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, inf

import numpy as np

from edge.rules.contents import FAR
from edge.rules.exchange import Exchange, exchanged
from edge.rules.instances import BatchInstance, BatchOrder, Point, RouteInstance
from edge.rules.lengths import Lengths
from edge.rules.routing import Route, shortest_route

MOST_PAIRS = 60_000
"""Pairs of orders measured for the first answer, some tenths of a second; larger waves are joined
in parts of the hall."""
LEAST_PART = 40
"""Orders of such a part: enough to fill some carts well."""
MOST_EXCHANGED = 150
"""Orders among which every exchange is weighed; larger waves are improved in such parts."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders walked together.

    Attributes:
        orders: their ids, in the order of the instance.
        length: of the shortest walk, in the unit of the instance.
    """

    orders: tuple[str, ...]
    length: float


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """A whole wave.

    Attributes:
        length: of all walks together.
        batches: every order is in one of them.
    """

    length: float
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search for better batches; the first bound that is reached ends it.

    Attributes:
        rounds: most rounds; with it alone the same seed gives the same plan. None for no bound.
        seconds: longest time, told by `elapsed_s`.
        elapsed_s: seconds since the planning began.
    """

    rounds: int | None = None
    seconds: float = inf
    elapsed_s: Callable[[], float] = lambda: 0.0

    def __post_init__(self) -> None:
        if self.rounds is None and self.seconds == inf:
            raise ValueError("an effort needs a bound: give rounds or seconds")

    def share_used(self, rounds: int) -> float:
        """The used share after so many rounds: from 0 to 1, or more when late."""
        of_rounds = 0.0 if self.rounds is None else rounds / self.rounds if self.rounds else 1.0
        of_time = self.elapsed_s() / self.seconds if self.seconds > 0 else 1.0
        return max(of_rounds, of_time)


def plan_batches(
    instance: BatchInstance, chance: np.random.Generator, effort: Effort
) -> BatchPlan:
    """Batches with a small total length of their shortest walks.

    Args:
        instance: the wave.
        chance: decides where the search looks.
        effort: how long it looks.
    """
    by_id = {order.id: order for order in instance.orders}
    walked = [
        Batch(batch, walk_of(instance, [by_id[name] for name in batch]).length)
        for batch in orders_together(instance, chance, effort)
    ]
    return BatchPlan(fsum(batch.length for batch in walked), tuple(walked))


def orders_together(
    instance: BatchInstance, chance: np.random.Generator, effort: Effort
) -> list[tuple[str, ...]]:
    """Which orders share a walk, as `plan_batches` has it; in the sequence of the wave."""
    ranked = sorted(instance.orders, key=lambda order: len(order.stops))
    batches = _batched(instance, ranked, chance, effort) if ranked else []
    place = {order.id: index for index, order in enumerate(instance.orders)}
    named = [
        tuple(sorted((ranked[order].id for order in batch), key=place.__getitem__))
        for batch in batches
    ]
    return sorted(named, key=lambda batch: place[batch[0]])


def walk_of(instance: BatchInstance, orders: Sequence[BatchOrder]) -> Route:
    """The shortest walk to all stops of some orders of a wave."""
    stops = tuple(stop for order in orders for stop in order.stops)
    return shortest_route(
        RouteInstance(instance.aisle_x, instance.cross_y, instance.start, instance.end, stops)
    )


@dataclass(frozen=True, slots=True)
class _Wave:
    """A wave with its orders ranked by size, as `Exchange` wants them."""

    instance: BatchInstance
    points: list[list[Point]]
    sizes: list[int]
    limits: tuple[int, int]
    lengths: Lengths


def _wave_of(instance: BatchInstance, ranked: Sequence[BatchOrder]) -> _Wave:
    points = [[(instance.aisle_x[aisle], y) for aisle, y in order.stops] for order in ranked]
    sizes = [len(order.stops) for order in ranked]
    limits = (
        min(instance.capacity, sum(sizes)),
        min(instance.orders_max or len(ranked), len(ranked)),
    )
    return _Wave(instance, points, sizes, limits, Lengths(instance, [[], *points]))


def _batched(
    instance: BatchInstance,
    ranked: Sequence[BatchOrder],
    chance: np.random.Generator,
    effort: Effort,
) -> list[list[int]]:
    """Batches of indices into the orders, which are ranked by size."""
    wave = _wave_of(instance, ranked)
    savings = _Savings(wave.lengths, wave.sizes, wave.limits)
    part = max(LEAST_PART, MOST_PAIRS // len(ranked))
    alone = _along_the_hall(wave, [[order] for order in range(len(ranked))])
    batches = [
        batch
        for first in range(0, len(alone), part)
        for batch in savings.joined([order for (order,) in alone[first : first + part]])
    ]
    if effort.share_used(0) >= 1:
        return batches
    if len(ranked) <= MOST_EXCHANGED:
        exchange = Exchange(wave.lengths, wave.sizes, wave.limits, batches)
        return exchanged(exchange, chance, effort.share_used)
    return _exchanged_in_parts(wave, ranked, batches, chance, effort)


def _exchanged_in_parts(
    wave: _Wave,
    ranked: Sequence[BatchOrder],
    batches: list[list[int]],
    chance: np.random.Generator,
    effort: Effort,
) -> list[list[int]]:
    """Exchange orders among neighbouring batches, then among neighbours of the second sight."""
    rounds_done = 0
    # The second sight may have one part more than the first.
    slices = 2 * len(_parts(_along_the_hall(wave, batches), 0)) + 1
    turn = 0
    for shift in (0, MOST_EXCHANGED // 2):
        parts = _parts(_along_the_hall(wave, batches), shift)
        batches = []
        for part in parts:
            orders = sorted(order for batch in part for order in batch)
            number = {order: index for index, order in enumerate(orders)}
            of_part = _wave_of(wave.instance, [ranked[order] for order in orders])
            began, before = turn, rounds_done

            def share_used(rounds: int, began: int = began, before: int = before) -> float:
                nonlocal rounds_done
                rounds_done = before + rounds
                return slices * effort.share_used(rounds_done) - began

            exchange = Exchange(
                of_part.lengths,
                of_part.sizes,
                wave.limits,
                [[number[order] for order in batch] for batch in part],
            )
            better = exchanged(exchange, chance, share_used)
            batches += [[orders[index] for index in batch] for batch in better]
            turn += 1
    return batches


def _along_the_hall(wave: _Wave, batches: Sequence[list[int]]) -> list[list[int]]:
    """The batches by the farthest aisle that they visit, so that neighbours can exchange."""

    def farthest(batch: list[int]) -> tuple[float, float, list[int]]:
        visited = [x for order in batch for x, _ in wave.points[order]]
        return max(visited, default=-inf), fsum(visited) / max(1, len(visited)), batch

    return sorted((list(batch) for batch in batches), key=farthest)


def _parts(batches: Sequence[list[int]], shift: int) -> list[list[list[int]]]:
    """Neighbouring batches in parts of a bearable number of orders; the first one smaller."""
    parts: list[list[list[int]]] = []
    room = shift
    for batch in batches:
        if not parts or len(batch) > room:
            room = MOST_EXCHANGED - (shift if not parts else 0)
            parts.append([])
        parts[-1].append(batch)
        room -= len(batch)
    return parts


class _Savings:
    """Joins batches as long as a pair saves length (Clarke and Wright 1964).

    Args:
        lengths: of the wave's batches; its orders are numbered from 1.
        sizes: stops of each order, numbered from 0.
        limits: most stops and most orders of a batch.
    """

    def __init__(self, lengths: Lengths, sizes: Sequence[int], limits: tuple[int, int]) -> None:
        self._lengths = lengths
        self._sizes = sizes
        self._limits = limits

    def joined(self, orders: Sequence[int]) -> list[list[int]]:
        """Batches of the given orders."""
        batches = [[order] for order in orders]
        contents = self._lengths.contents([[order + 1] for order in orders])
        alone = self._lengths.pairs(contents, self._lengths.contents([[]]))[:, 0]
        saving = alone[:, None] + alone - self._lengths.pairs(contents, contents)
        size = np.array([self._sizes[order] for order in orders])
        count = np.ones(len(orders), np.int64)
        np.fill_diagonal(saving, -FAR)
        while True:
            fits = (size[:, None] + size <= self._limits[0]) & (
                count[:, None] + count <= self._limits[1]
            )
            best = int(np.where(fits, saving, -FAR).argmax())
            kept, lost = divmod(best, len(batches))
            if not fits[kept, lost] or saving[kept, lost] <= 0:
                return [batch for batch in batches if batch]
            batches[kept] += batches[lost]
            batches[lost] = []
            size[kept] += size[lost]
            count[kept] += count[lost]
            alone[kept] += alone[lost] - saving[kept, lost]
            contents.absorb(kept, lost)
            others = [index for index, batch in enumerate(batches) if batch and index != kept]
            joint = self._lengths.pairs(contents.some(kept, kept + 1), contents)[0]
            saving[lost] = saving[:, lost] = -FAR
            saving[kept, others] = saving[others, kept] = (alone[kept] + alone - joint)[others]
