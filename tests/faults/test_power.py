"""With its power cut at any instant, the gateway has lost nothing that it told."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from edge.drills.child import WritingChild
from edge.drills.disks import PowerDisk

if TYPE_CHECKING:
    from tests.faults.conftest import Judgement, Oracle

pytestmark = pytest.mark.fault
CUTS = int(os.environ.get("WAREHOUSE_EDGE_POWER_CUTS", "3"))
SEED = 20_260_103


def cut_once(
    disk: PowerDisk, start: Callable[..., WritingChild], oracle: "Oracle", span_s: float, *bug: str
) -> "Judgement":
    """Only what was heard before the cut counts: what is told while it falls may be later."""
    path = disk.mount / "edge.db"
    child = start(path, *bug)
    child.wait_for_first()
    told = child.go_on_for(span_s)
    disk.cut_power()
    child.kill()
    disk.restore_power()
    return oracle.judge(path, told)


def test_nothing_that_was_told_is_lost_when_the_power_is_cut(
    new_disk: Callable[[], PowerDisk], start: Callable[..., WritingChild], oracle: "Oracle"
) -> None:
    rng = np.random.default_rng(SEED)
    disk = new_disk()
    for cut in range(CUTS):
        verdict = cut_once(disk, start, oracle, rng.uniform(0.05, 0.4))
        assert verdict.lost == (), f"seed {SEED}, cut {cut}"
        assert verdict.broken == (), f"seed {SEED}, cut {cut}"
        assert verdict.kept > 0


def test_the_oracle_notices_a_daemon_that_does_not_wait_for_the_disk(
    new_disk: Callable[[], PowerDisk], start: Callable[..., WritingChild], oracle: "Oracle"
) -> None:
    for _ in range(3):
        verdict = cut_once(new_disk(), start, oracle, 0.2, "--bug", "unsynced")
        if verdict.lost:
            return
    pytest.fail("3 power cuts without syncing lost nothing: the oracle is blind")
