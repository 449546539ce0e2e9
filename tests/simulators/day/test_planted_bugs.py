"""The laws are worth what they find: each planted bug is found by the law that is meant for it."""

from pathlib import Path

import pytest

from simulators.day.command import quiet
from simulators.day.plan import SHARES, Faults, Shares, Story
from simulators.day.playing import played
from tests.simulators.day import planted_flows, planted_tags, planted_work  # noqa: F401 - enter their bugs
from tests.simulators.day.planted import BUGS, Bug


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_found(bug: Bug, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    quiet()
    shares = Shares(slips=0.0, posts_twice=bug.twice, cancelled=bug.cancelled)
    monkeypatch.setitem(SHARES, Faults.NONE, shares)
    story = Story(bug.seed, bug.orders, Faults.NONE, 2, closing_s=bug.closing_s, flows=bug.flows)
    # given a day on which nothing breaks
    # when the bug is planted in the product
    bug.plant(monkeypatch)
    _, judge = played(story, None, tmp_path, list(bug.entries), ends_when_broken=True)
    # then the law that is meant for it says so
    assert bug.law in {one.law for one in judge.broken}, judge.broken


def test_there_are_enough_of_them() -> None:
    assert len(BUGS) >= 15
    assert len({bug.name for bug in BUGS}) == len(BUGS)
