"""A small slice of `make fuzz`, the same one each time."""

from pathlib import Path

import pytest

from edge.model.inputs import MessageRefused
from edge.sync.wire.incoming import understand
from edge.sync.wire.topics import Topics
from tests import fuzz, fuzz_targets

SEED = 20261123


def test_broken_input_lets_nothing_out_and_leaves_nothing_behind(tmp_path: Path) -> None:
    report = fuzz.run(tmp_path, tries=40_000, seconds=60, seed=SEED)

    assert len(report.tries) == 15, f"seed {SEED}: every target had its turn"
    assert report.tries.total() > 10_000
    assert report.grown_bytes < 40_000_000


def test_a_finding_names_its_seed() -> None:
    def broken(_chance: object, _tries: int) -> None:
        raise KeyError("planted")

    with pytest.raises(fuzz.FindingError, match="toy, seed 7: KeyError"):
        fuzz.one_round("toy", broken, 7, 1)


def test_the_messages_that_are_broken_were_good_ones() -> None:
    topics = Topics("we1", "hangzhou", "gate-1")
    for name, payload in fuzz_targets.MESSAGES:
        found = understand(topics, topics.base + name, payload, 1)
        assert not any(isinstance(one, MessageRefused) for one in found), name
