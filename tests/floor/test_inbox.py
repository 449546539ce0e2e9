"""Commands are never dropped; reads thin out and are counted."""

import threading

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.clock import PlayedClock, SystemClock
from edge.floor.folding import fold
from edge.floor.inbox import Inbox, InboxFullError, Taken
from edge.model.ids import DeviceName
from edge.model.inputs import CentralAcknowledged, DeviceChanged
from edge.model.prompts import Answer
from tests.waiting import PATIENCE_S

A, B = "30340242201d4440000000aa", "30340242201d4440000000bb"


def change(number: int) -> DeviceChanged:
    return DeviceChanged(
        device=DeviceName(f"reader-{number}"), alive=True, reason="", silent_since_us=0, at_us=0
    )


def test_inputs_come_out_in_the_order_in_which_they_went_in() -> None:
    inbox = Inbox(SystemClock())
    for number in range(5):
        inbox.put(change(number))

    taken = inbox.take(0)

    assert [entry.input for entry in taken.entries] == [change(number) for number in range(5)]
    assert inbox.take(0).entries == ()


def test_a_sender_at_the_bound_is_told_and_nothing_of_it_is_taken() -> None:
    inbox = Inbox(SystemClock(), inputs_max=1)
    inbox.put(change(1))

    with pytest.raises(InboxFullError):
        inbox.put(change(2), wait_ms=0)

    assert len(inbox.take(0).entries) == 1


def test_a_sender_at_the_bound_goes_on_as_soon_as_there_is_room() -> None:
    inbox = Inbox(SystemClock(), inputs_max=1, wait_ms_max=10_000)
    inbox.put(change(1))
    sender = threading.Thread(target=inbox.put, args=(change(2),))
    sender.start()

    inbox.take(0)
    sender.join(PATIENCE_S)

    assert not sender.is_alive()
    assert [entry.input for entry in inbox.take(0).entries] == [change(2)]


def test_an_asker_gets_the_answer_when_it_is_settled() -> None:
    inbox = Inbox(SystemClock())
    future = inbox.ask(change(1))
    (entry,) = inbox.take(0).entries
    assert not future.done()

    assert entry.settle is not None
    entry.settle(Answer(accepted=True, code="ok", text=""))

    assert future.result(0).code == "ok"


def test_an_acknowledgement_makes_no_turn_of_its_own_and_is_taken_with_what_comes_next() -> None:
    # given a loop that waits for something
    inbox = Inbox(SystemClock())
    turns: list[Taken] = []
    loop = threading.Thread(target=lambda: turns.append(inbox.take(1000 * PATIENCE_S)))
    loop.start()

    # when the central system acknowledges, and a little later a reader comes
    acknowledged = CentralAcknowledged("e1", 7, 0)
    inbox.put(acknowledged)
    loop.join(0.05)
    was_waiting = loop.is_alive()
    inbox.put(change(1))
    loop.join(PATIENCE_S)

    # then one turn takes both
    assert was_waiting
    assert [entry.input for entry in turns[0].entries] == [acknowledged, change(1)]


def test_an_acknowledgement_is_taken_when_the_tick_is_over() -> None:
    inbox = Inbox(SystemClock())
    inbox.put(CentralAcknowledged("e1", 7, 0))

    assert len(inbox.take(1).entries) == 1


def test_reads_past_the_bound_become_one_per_tag_and_antenna_with_their_counts() -> None:
    inbox = Inbox(SystemClock(), reads_max=3)
    inbox.put_reads(ReadBatch.of("r", 1, [A, A, B], [1, 1, 1], [-60, -50, -70]))
    inbox.put_reads(ReadBatch.of("r", 2, [A, B], [2, 1], [-40, -71], seen_us=[7, 8]))

    taken = inbox.take(0)

    (batch,) = taken.batches
    assert taken.folded_count == 2
    assert sorted(zip(batch.antenna.tolist(), batch.count.tolist(), strict=True)) == [
        (1, 2),
        (1, 2),
        (2, 1),
    ]
    assert int(batch.count.sum()) == 5


def test_folding_keeps_the_newest_time_and_the_strongest_signal() -> None:
    batch = ReadBatch.of("r", 1, [A, A], [1, 1], [-40, float("nan")], seen_us=[1, 2])

    (folded,) = fold([batch])

    assert folded.seen_us.tolist() == [2]
    assert folded.rssi_dbm.tolist() == [-40.0]
    assert folded.count.tolist() == [2]


def test_folding_never_loses_a_sighting_whatever_comes() -> None:
    seed = 20261123
    generator = np.random.default_rng(seed)
    for _ in range(50):
        n = int(generator.integers(1, 200))
        epcs = [f"{int(one):024x}" for one in generator.integers(0, 9, n)]
        antennas = [int(one) for one in generator.integers(1, 4, n)]
        batch = ReadBatch.of("r", 1, epcs, antennas, [-50.0] * n)
        (folded,) = fold([batch])
        assert int(folded.count.sum()) == n, f"seed {seed}"
        keys = {(epc, antenna) for epc, antenna in zip(epcs, antennas, strict=True)}
        assert len(folded) == len(keys), f"seed {seed}"


def test_reads_end_the_wait_when_the_last_were_taken_a_tick_ago() -> None:
    clock = PlayedClock()
    inbox = Inbox(clock)
    inbox.put_reads(ReadBatch.of("r", 1, [A], [1], [-60]))
    clock.advance_us(60_000_000)
    assert len(inbox.take(60_000).batches) == 1

    clock.advance_us(60_000_000)
    inbox.put_reads(ReadBatch.of("r", 3, [A, B], [1, 1], [-60, -60]))

    assert [len(batch) for batch in inbox.take(60_000).batches] == [2]


def test_reads_that_come_a_little_early_do_not_wait_for_the_whole_tick() -> None:
    clock = PlayedClock()
    inbox = Inbox(clock)
    inbox.put_reads(ReadBatch.of("r", 1, [A], [1], [-60]))
    clock.advance_us(60_000_000)
    assert len(inbox.take(60_000).batches) == 1

    clock.advance_us(30_000_000)
    inbox.put_reads(ReadBatch.of("r", 3, [A], [1], [-60]))

    assert len(inbox.take(60_000).batches) == 1


def test_an_input_ends_the_wait_whatever_reads_do() -> None:
    inbox = Inbox(SystemClock())
    inbox.put_reads(ReadBatch.of("r", 1, [A], [1], [-60]))
    inbox.put(change(1))

    taken = inbox.take(60_000)

    assert (len(taken.entries), len(taken.batches)) == (1, 1)


def test_a_taker_that_shall_stop_does_not_wait() -> None:
    inbox = Inbox(SystemClock())
    inbox.wake()

    assert inbox.take(60_000).entries == ()
