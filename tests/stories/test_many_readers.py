"""Thirty-two busy readers and one gateway: nothing that is read is lost, nothing is told twice."""

from pathlib import Path

import pytest

from tests.benchmarks.loaded_site import MOSQUITTO, Load, fill_store, loaded_site

pytestmark = [
    pytest.mark.story,
    pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed"),
]

RESIDENTS = 40


def test_every_read_of_thirty_two_readers_is_received_and_every_arrival_acknowledged(
    tmp_path: Path,
) -> None:
    # given: a floor where every resident lay before the restart, and somebody at work
    store = tmp_path / "filled.sqlite"
    fill_store(store, RESIDENTS)
    folder = tmp_path / "site"
    folder.mkdir()
    with loaded_site(folder, store=store) as site:
        # when: each reader tells a thousand reads a second, one in each message
        outcome = site.play(Load(32_000, 3.0, RESIDENTS))
        books = site.central

        # then: the daemon counts what the readers count, and newcomers have arrived once
        assert outcome.sent == 96_000
        assert (outcome.received, outcome.folded) == (outcome.sent, 0)
        assert books.health["readers_up"] == 32
        assert outcome.arrived > 0
        assert (books.gaps, books.doubled) == (0, 0)
        assert books.health["backlog"] == 0


def test_ten_tags_in_a_message_are_ten_reads(tmp_path: Path) -> None:
    with loaded_site(tmp_path, report_every=10) as site:
        outcome = site.play(Load(32 * 506, 1.0, RESIDENTS))

        assert (outcome.received, outcome.folded) == (outcome.sent, 0)
        assert outcome.sent == 32 * 500  # whole messages only
