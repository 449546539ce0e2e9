"""Old facts go only when the central system has them, and the chain still proves the rest."""

from typing import TYPE_CHECKING

from edge.clock import PlayedClock
from edge.model.events import ItemDeparted
from edge.model.ids import Epc, LocationId, Sku
from edge.store.pruning import PRUNED_AT_ONCE_MAX
from edge.store.queries import Queries
from edge.store.reader import JournalReader

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

HOUR_US = 3_600_000_000


def test_nothing_goes_that_was_not_acknowledged(gateway: "Gateway", clock: PlayedClock) -> None:
    gateway.happen(*gateway.arrivals(0, 10))
    clock.advance_us(HOUR_US)
    assert gateway.store.prune(0, 0) == 0
    gateway.store.acknowledge(gateway.store.epoch, 4)
    assert gateway.store.prune(0, 0) == 4
    assert gateway.store.verify().facts == 6


def test_the_newest_rows_and_hours_stay(gateway: "Gateway", clock: PlayedClock) -> None:
    for first in range(0, 50, 10):
        gateway.happen(*gateway.arrivals(first, 10))
        clock.advance_us(HOUR_US)
    gateway.store.acknowledge(gateway.store.epoch, 50)
    assert gateway.store.prune(keep_rows=35, keep_us=0) == 15
    assert gateway.store.prune(keep_rows=0, keep_us=2 * HOUR_US) == 15
    assert gateway.store.verify().facts == 20


def test_a_clock_that_was_set_back_makes_no_hole(gateway: "Gateway", clock: PlayedClock) -> None:
    gateway.happen(*gateway.arrivals(0, 5))
    clock.jump_us(-100 * HOUR_US)
    gateway.happen(*gateway.arrivals(5, 5))
    gateway.store.acknowledge(gateway.store.epoch, 10)
    clock.jump_us(100 * HOUR_US)
    assert gateway.store.prune(keep_rows=0, keep_us=HOUR_US) == 0


def test_what_is_left_is_still_proved_and_goes_on(gateway: "Gateway", clock: PlayedClock) -> None:
    facts = gateway.happen(*gateway.arrivals(0, 10))
    gateway.store.acknowledge(gateway.store.epoch, 8)
    clock.advance_us(HOUR_US)
    gateway.store.prune(keep_rows=0, keep_us=0)
    reader = JournalReader(gateway.path)

    (added,) = gateway.happen(*gateway.arrivals(10, 1))

    assert added.seq == 11
    assert reader.facts_after(8, 9, 100_000) == [*facts[8:], added]
    assert reader.facts_after(0, 9, 100_000) == [*facts[8:], added]
    assert gateway.store.verify().good
    gateway.store._connection.execute("DELETE FROM facts WHERE position = 9")
    assert not gateway.store.verify().good
    reader.close()


def test_a_journal_that_was_pruned_to_nothing_goes_on_counting(
    gateway: "Gateway", clock: PlayedClock
) -> None:
    gateway.happen(*gateway.arrivals(0, 10))
    gateway.store.acknowledge(gateway.store.epoch, 10)
    clock.advance_us(HOUR_US)
    assert gateway.store.prune(keep_rows=0, keep_us=0) == 10
    gateway.store._sound = False  # as after a failed commit: everything is read anew
    gateway.reload()
    assert gateway.store.last_seq == 10
    (added,) = gateway.happen(*gateway.arrivals(10, 1))
    assert added.seq == 11
    assert gateway.store.verify().good


def test_pruning_goes_in_slices(gateway: "Gateway", clock: PlayedClock) -> None:
    gateway.happen(*gateway.arrivals(0, PRUNED_AT_ONCE_MAX + 5))
    gateway.store.acknowledge(gateway.store.epoch, PRUNED_AT_ONCE_MAX + 5)
    clock.advance_us(HOUR_US)
    assert gateway.store.prune(keep_rows=0, keep_us=0) == PRUNED_AT_ONCE_MAX
    assert gateway.store.prune(keep_rows=0, keep_us=0) == 5
    assert gateway.store.prune(keep_rows=0, keep_us=0) == 0


def test_departed_items_and_histories_go_with_their_time(
    gateway: "Gateway", clock: PlayedClock
) -> None:
    first, second = gateway.arrivals(0, 2)
    gateway.happen(first, second, ItemDeparted(first.epc, Sku("S-1"), LocationId("A-01"), 1))
    gateway.store.acknowledge(gateway.store.epoch, 3)
    clock.advance_us(HOUR_US)
    gateway.store.prune(keep_rows=0, keep_us=0)
    queries = Queries(gateway.path)

    assert queries.item(first.epc) is None
    assert queries.item(second.epc) is not None
    assert queries.history(Epc(first.epc), 9) == []
    (subjects,) = gateway.store._connection.execute("SELECT count(*) FROM subjects").fetchone()
    assert subjects == 0
    queries.close()
