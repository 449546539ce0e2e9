from edge.drills.report import Run, report

KEPT = Run(acknowledged=10, lost=0, doubled=0, reordered=0, recovery_ms=50.0)


def test_runs_are_added_up_and_the_slow_recovery_shows() -> None:
    slow = Run(acknowledged=5, lost=0, doubled=0, reordered=0, recovery_ms=900.0)

    found = report("kill", [KEPT] * 18 + [slow] * 2)

    assert (found.runs, found.acknowledged, found.kept) == (20, 190, 190)
    assert found.recovery_ms_p95 == slow.recovery_ms
    assert found.good


def test_one_lost_fact_in_many_runs_breaks_the_promise() -> None:
    found = report("power", [KEPT] * 9 + [Run(10, 1, 0, 0, 50.0)])

    assert (found.acknowledged, found.kept, found.lost) == (100, 99, 1)
    assert not found.good


def test_an_exercise_with_nothing_to_lose_proves_nothing() -> None:
    assert not report("disk", [Run(0, 0, 0, 0, 1.0)]).good
