"""A small slice of `make fuzz`, the same one each time."""

import os
import time
from collections import deque
from pathlib import Path

import pytest

from edge.model.inputs import MessageRefused
from edge.sync.wire.incoming import understand
from edge.sync.wire.topics import Topics
from tests import fuzz, fuzz_targets, fuzz_words

SEED = 20261123


def test_broken_input_lets_nothing_out_and_leaves_nothing_behind(tmp_path: Path) -> None:
    still = tuple(fuzz.targets(tmp_path / "names"))
    warm = fuzz.one_turn(tmp_path / "warm", SEED - 1, still, share=0.1)
    report = fuzz.one_turn(tmp_path / "turn", SEED, still)

    assert len(report.tries) == 19, f"seed {SEED}: every target had its turn"
    assert report.frames > 60_000
    assert max(report.slowest_ms[name] for name in fuzz.LLRP) < fuzz.SLOW_INPUT_MS
    (before,), (after,) = warm.resident_bytes.values(), report.resident_bytes.values()
    assert after - before < 40_000_000


def test_a_finding_names_its_seed() -> None:
    def broken(_chance: object, _tries: object) -> None:
        raise KeyError("planted")

    with pytest.raises(fuzz.FindingError, match="toy, seed 7: KeyError"):
        fuzz.one_round("toy", broken, 7, 1)


def test_an_input_that_takes_its_time_is_a_finding() -> None:
    def slow(_chance: object, tries: fuzz_targets.Tries) -> None:
        for _ in tries:
            ends = time.thread_time() + 1.1 * fuzz.SLOW_INPUT_MS / 1000
            while time.thread_time() < ends:
                pass

    with pytest.raises(fuzz.FindingError, match="toy, seed 7: an input took"):
        fuzz.one_round("toy", slow, 7, 1)


def test_a_quarter_of_a_million_changed_frames_in_all_processes() -> None:
    """Nothing comes out or hangs, no good report behind is lost; `make fuzz` makes more."""
    reports = fuzz.run(
        tries=250_000,
        seconds=float("inf"),
        seed=SEED,
        names=tuple(sorted(fuzz.LLRP)),
        workers=os.cpu_count() or 1,
    )

    report = deque(reports, maxlen=1).pop()

    assert report.frames >= 250_000
    assert set(report.tries) == fuzz.LLRP
    assert report.grown_bytes < fuzz.GROWN_BYTES_MAX


def test_each_target_has_its_share_of_tries_with_one_process_too() -> None:
    wanted = 3_500
    reports = fuzz.run(
        tries=wanted,
        seconds=float("inf"),
        seed=SEED,
        names=("barcodes", "mail", "resends"),
        workers=1,
        each=True,
    )

    report = deque(reports, maxlen=1).pop()

    assert set(report.tries) == {"barcodes", "mail", "resends"}
    assert min(report.tries.values()) >= wanted


def test_the_messages_that_are_broken_were_good_ones() -> None:
    topics = Topics("we1", "hangzhou", "gate-1")
    for name, payload in fuzz_words.MESSAGES:
        found = understand(topics, topics.base + name, payload, 1)
        assert not any(isinstance(one, MessageRefused) for one in found), name
