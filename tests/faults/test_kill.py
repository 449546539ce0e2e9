"""Killed at any instant, the gateway has lost nothing that it told."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from edge.drills.books import ToldFact
from edge.drills.child import WritingChild

if TYPE_CHECKING:
    from tests.faults.conftest import Oracle

pytestmark = pytest.mark.fault
KILLS = int(os.environ.get("WAREHOUSE_EDGE_KILLS", "25"))
SEED = 20_260_102


def test_nothing_that_was_told_is_lost_when_the_daemon_is_killed(
    tmp_path: Path, start: Callable[..., WritingChild], oracle: "Oracle"
) -> None:
    """One store through all the kills: each start goes on where the last one was cut off."""
    rng = np.random.default_rng(SEED)
    path = tmp_path / "edge.db"
    told: list[ToldFact] = []
    for run in range(KILLS):
        child = start(path)
        child.wait_for_first()
        child.go_on_for(rng.uniform(0.0, 0.12))
        told += child.kill()
        if run % 5 == 4 or run == KILLS - 1:
            verdict = oracle.judge(path, told)
            assert verdict.lost == (), f"seed {SEED}, kill {run}"
            assert verdict.broken == (), f"seed {SEED}, kill {run}"
    assert len(told) > KILLS


def test_the_oracle_notices_a_daemon_that_tells_before_the_commit(
    tmp_path: Path, start: Callable[..., WritingChild], oracle: "Oracle"
) -> None:
    """The test above is worth nothing unless it fails on the mistake that it is for."""
    rng = np.random.default_rng(SEED)
    for run in range(10):
        path = tmp_path / f"{run}.db"
        child = start(path, "--bug", "early")
        child.wait_for_first()
        child.go_on_for(rng.uniform(0.0, 0.02))
        verdict = oracle.judge(path, child.kill())
        assert verdict.broken == (), "what was committed is whole all the same"
        if verdict.lost:
            return
    pytest.fail("10 kills between telling and committing lost nothing: the oracle is blind")


def test_the_oracle_notices_a_daemon_that_commits_a_fact_twice(
    tmp_path: Path, start: Callable[..., WritingChild], oracle: "Oracle"
) -> None:
    path = tmp_path / "edge.db"
    child = start(path, "--bug", "twice", "--turns", "3")

    verdict = oracle.judge(path, child.end())

    assert {"doubled", "reordered"} <= {one.partition(":")[0] for one in verdict.broken}
