"""Better batches by exchanging orders between them.

Theory of operation. Write down for every pair of orders what it changes in the length of q's
batch if p takes the place of q (one table, kept up to date batch by batch). A free place of a
batch counts as an order that asks for nothing, so that moving is an exchange as well. Then every
exchange in a ring (p takes q's place, q takes r's, r takes p's) costs the sum of its entries, as
long as all are of different batches; the best ring of two or three is found by operations on
whole tables (Thompson and Psaraftis 1993, "Cyclic transfer algorithms"). When no ring helps, some
random cheap rings shake the batches, and the search goes on from there or returns
(iterated local search, with a tolerance for longer waves that sinks to nothing).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.rules.contents import FAR, Floats
from edge.rules.lengths import Lengths

LEAST_GAIN = 1e-5
"""As a share of the present length: above the noise of single precision."""
MOST_IN_RINGS_OF_THREE = 260
"""Orders and batches; the table of rings grows with the third power: 17 million at most."""
REMEMBERED_NUMBERS = 12_000_000
"""Single-precision numbers of batches already measured: 48 MB."""
TOLERANCE = 0.006
"""Share of the length that a shaken wave may be longer at first, to be gone on from."""
MOST_KICKS = 3


class Exchange:
    """A wave's batches and what every exchange between them costs.

    Orders are numbered from 0; `lengths` numbers them from 1, its 0 asks for nothing.

    Args:
        lengths: of the wave's batches.
        sizes: stops of each order, ascending: so those that fit are always the first.
        capacity: most stops of a batch.
        orders_max: most orders of a batch.
        batches: to start with; each order in one of them, none too big.
    """

    def __init__(
        self,
        lengths: Lengths,
        sizes: Sequence[int],
        limits: tuple[int, int],
        batches: Sequence[Sequence[int]],
    ) -> None:
        self._lengths = lengths
        self._sizes = np.array(sizes, np.int64)
        self._capacity, self._orders_max = limits
        # One batch stays empty, so that a new one can always be opened.
        self._batches = [list(batch) for batch in batches] + [[]]
        orders, slots = len(sizes), len(self._batches)
        self._batch_of = np.zeros(orders + slots, np.intp)
        for slot, batch in enumerate(self._batches):
            self._batch_of[batch] = slot
            self._batch_of[orders + slot] = slot
        self._cost = np.full((orders + slots, orders + slots), FAR, np.float32)
        self._length = np.zeros(slots)
        self._measured: dict[tuple[int, ...], Floats] = {}
        self._numbers = 0
        for slot in range(slots):
            self._refresh(slot)

    @property
    def length(self) -> float:
        """The present total, in single precision."""
        return float(self._length.sum())

    @property
    def batches(self) -> list[list[int]]:
        """The present batches, the empty one left out."""
        return [sorted(batch) for batch in self._batches if batch]

    def improve(self, may_go_on: Callable[[], bool]) -> None:
        """Take the best ring until none helps or time is up."""
        while may_go_on():
            ring = self._best_pair() or self._best_three()
            if ring is None:
                return
            self._turn(ring)

    def shake(self, chance: np.random.Generator) -> None:
        """Turn a few random rings of two, cheap ones more likely."""
        for _ in range(int(chance.integers(2, MOST_KICKS + 1))):
            order = int(chance.integers(len(self._sizes)))
            costs = self._cost[order] + self._cost[:, order]
            open_to = int(np.isfinite(costs).sum())
            if open_to:
                rank = min(int(chance.geometric(0.2)), open_to) - 1
                self._turn((order, int(np.argpartition(costs, rank)[rank])))

    def saved(self) -> tuple[list[list[int]], NDArray[np.intp], Floats, NDArray[np.float64]]:
        """Everything that `restore` needs to come back to here."""
        return (
            [list(batch) for batch in self._batches],
            self._batch_of.copy(),
            self._cost.copy(),
            self._length.copy(),
        )

    def restore(
        self, saved: tuple[list[list[int]], NDArray[np.intp], Floats, NDArray[np.float64]]
    ) -> None:
        """Come back to what was saved."""
        batches, batch_of, cost, length = saved
        self._batches = [list(batch) for batch in batches]
        self._batch_of, self._cost, self._length = batch_of.copy(), cost.copy(), length.copy()

    def _least_gain(self) -> float:
        return -LEAST_GAIN * self.length

    def _best_pair(self) -> tuple[int, ...] | None:
        both = self._cost + self._cost.T
        best = int(both.argmin())
        first, second = divmod(best, len(both))
        return (first, second) if both[first, second] < self._least_gain() else None

    def _best_three(self) -> tuple[int, ...] | None:
        count = len(self._cost)
        if count > MOST_IN_RINGS_OF_THREE:
            return None
        least, ring = self._least_gain(), None
        back = np.ascontiguousarray(self._cost.T)
        # Every ring can start anywhere: the cheapest entry of a helping ring helps by itself.
        for first in range(count):
            opening = self._cost[first]
            useful = np.flatnonzero(opening < 0)
            if not useful.size:
                continue
            rings = self._cost[useful] + opening[useful, None] + back[first]
            best = int(rings.argmin())
            row, third = divmod(best, count)
            if rings[row, third] < least:
                least, ring = float(rings[row, third]), (first, int(useful[row]), third)
        return ring

    def _turn(self, ring: tuple[int, ...]) -> None:
        """Let each of the ring take the place of the next."""
        slots = [int(self._batch_of[node]) for node in ring]
        orders = len(self._sizes)
        for node, slot in zip(ring, slots, strict=True):
            if node < orders:
                self._batches[slot].remove(node)
        for node, slot in zip(ring, [*slots[1:], slots[0]], strict=True):
            if node < orders:
                self._batches[slot].append(node)
                self._batch_of[node] = slot
        self._measure([tuple(sorted(self._batches[slot])) for slot in slots])
        for slot in slots:
            self._refresh(slot)
        if all(self._batches):
            self._open_batch()

    def _open_batch(self) -> None:
        """Add an empty batch at the end of all tables."""
        count = len(self._cost)
        cost = np.full((count + 1, count + 1), FAR, np.float32)
        cost[:count, :count] = self._cost
        cost[count, :count] = self._cost[count - 1]
        cost[count, self._batches[-1]] = self._leaving_cost(len(self._batches) - 1)
        self._cost = cost
        self._batches.append([])
        self._batch_of = np.append(self._batch_of, len(self._batches) - 1)
        self._length = np.append(self._length, 0.0)
        self._refresh(len(self._batches) - 1)

    def _leaving_cost(self, slot: int) -> Floats:
        rows = self._rows(tuple(sorted(self._batches[slot])))
        by_order = dict(zip(sorted(self._batches[slot]), rows[1:, 0] - rows[0, 0], strict=True))
        return np.array([by_order[order] for order in self._batches[slot]], np.float32)

    def _refresh(self, slot: int) -> None:
        """Write down anew what it costs to take a place in a batch."""
        orders, members = len(self._sizes), sorted(self._batches[slot])
        rows = self._rows(tuple(members))
        length = float(rows[0, 0]) if members else 0.0
        self._length[slot] = length
        size = int(self._sizes[members].sum())
        for place, row in zip([orders + slot, *members], rows, strict=True):
            is_order = place < orders
            room = self._capacity - size + (int(self._sizes[place]) if is_order else 0)
            if not is_order and len(members) >= self._orders_max:
                room = -1
            fitting = int(np.searchsorted(self._sizes, room, side="right")) if room >= 0 else 0
            column = self._cost[:, place]
            column[:] = FAR
            column[:fitting] = row[1 : fitting + 1] - np.float32(length)
            if is_order:
                column[orders:] = row[0] - np.float32(length)
            column[members] = FAR
            column[orders + slot] = FAR

    def _rows(self, members: tuple[int, ...]) -> Floats:
        """The lengths of a batch, and of it without each member, with each order added."""
        self._measure([members])
        return self._measured[members]

    def _measure(self, batches: Sequence[tuple[int, ...]]) -> None:
        """Measure batches that are not known yet.

        Once for each: searches come back to the same batches again and again. Together: the
        more at once, the less each costs.
        """
        unknown = [members for members in batches if members not in self._measured]
        if not unknown:
            return
        if self._numbers > REMEMBERED_NUMBERS:
            self._measured.clear()
            self._numbers = 0
            unknown = list(batches)
        fitting = max(self._fitting(members) for members in unknown)
        bases = [base for members in unknown for base in _with_gaps(members)]
        lengths = iter(self._lengths.with_each(bases, fitting))
        for members in unknown:
            rows = np.full((1 + len(members), len(self._sizes) + 1), FAR, np.float32)
            for row in rows:
                row[:fitting] = next(lengths)
            if len(members) == 1:
                rows[1, 0] = 0.0  # a batch without orders is not walked
            self._measured[members] = rows
            self._numbers += rows.size

    def _fitting(self, members: tuple[int, ...]) -> int:
        """How many orders, from the first, can fit into a batch in place of its largest."""
        room = self._capacity - int(self._sizes[list(members)].sum())
        room += int(self._sizes[members[-1]]) if members else 0
        return 1 + int(np.searchsorted(self._sizes, room, side="right"))


def _with_gaps(members: tuple[int, ...]) -> list[list[int]]:
    """The batch, then the batch without each member, as `Lengths` numbers orders."""
    numbered = [order + 1 for order in members]
    return [numbered, *(numbered[:at] + numbered[at + 1 :] for at in range(len(members)))]


def exchanged(
    exchange: Exchange,
    chance: np.random.Generator,
    share_used: Callable[[int], float],
) -> list[list[int]]:
    """The best batches found until the share of the effort that is used up reaches 1.

    Args:
        exchange: the wave, with batches to start from.
        chance: decides how the batches are shaken.
        share_used: told the rounds done, gives the used share of the effort, 0 to 1.
    """
    rounds = 0
    exchange.improve(lambda: share_used(rounds) < 1)
    best, least = exchange.batches, exchange.length
    here = exchange.saved()
    length_here = least
    while (used := share_used(rounds)) < 1:
        rounds += 1
        exchange.shake(chance)
        exchange.improve(lambda: share_used(rounds) < 1)  # noqa: B023 - called at once
        length = exchange.length
        if length < least * (1 - LEAST_GAIN):
            best, least = exchange.batches, length
        if length <= length_here + TOLERANCE * (1 - used) * least * chance.random():
            here, length_here = exchange.saved(), length
        else:
            exchange.restore(here)
    return best
