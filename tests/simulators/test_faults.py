"""The catalogue of faults: names, times, when they strike."""

import pytest

from simulators.faults import CATALOGUE, FaultName, FaultPlan, PlannedFault, listing


def test_every_fault_is_listed_with_its_sentence() -> None:
    lines = listing().splitlines()
    assert [line.split()[0] for line in lines] == list(FaultName)
    assert all(len(line) > 40 for line in lines)
    assert set(CATALOGUE) == set(FaultName)


PROMISED = (
    "silent half-open slow cut-mid-frame garbage oversized-length unknown-message "
    "unknown-parameter cut-field wrong-count clock-1970 clock-jump uptime-only no-uhf-band "
    "keepalive-late refuses-stop error-in-setup reboots antenna-falls-off buffer-overflow "
    "duplicated-report reordered-report burst"
)


@pytest.mark.parametrize("name", PROMISED.split())
def test_every_promised_fault_can_be_planned(name: str) -> None:
    assert PlannedFault.parse(name).name == name


def test_a_fault_is_planned_for_its_usual_time_or_the_one_that_is_said() -> None:
    assert PlannedFault.parse("silent") == PlannedFault(FaultName.SILENT, 2.0)
    assert PlannedFault.parse("silent=0.5") == PlannedFault(FaultName.SILENT, 0.5)


@pytest.mark.parametrize("text", ["slient", "silent=soon", "silent=-1", "silent=inf", "", "=3"])
def test_what_is_no_fault_or_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no fault|no number|no time"):
        PlannedFault.parse(text)


def test_nothing_strikes_before_the_first_client_but_what_lasts_from_the_start() -> None:
    plan = FaultPlan((PlannedFault.parse("clock-1970"), PlannedFault.parse("error-in-setup")))
    plan.move_to(10_000_000)
    assert plan.on(FaultName.CLOCK_1970)
    assert not plan.take(FaultName.ERROR_IN_SETUP)
    plan.begin(10_000_000)
    assert plan.take(FaultName.ERROR_IN_SETUP)
    assert not plan.take(FaultName.ERROR_IN_SETUP)


def test_the_same_fault_strikes_as_often_as_it_is_planned() -> None:
    plan = FaultPlan((PlannedFault.parse("garbage=2"), PlannedFault.parse("garbage=1")))
    plan.begin(0)
    struck = []
    for second in range(4):
        plan.move_to(second * 1_000_000)
        struck.append(plan.take(FaultName.GARBAGE))
    assert struck == [False, True, True, False]


def test_a_second_client_does_not_wind_the_plan_back() -> None:
    plan = FaultPlan((PlannedFault.parse("clock-jump=3"),))
    plan.begin(0)
    plan.begin(2_000_000)
    plan.move_to(3_000_000)
    assert plan.on(FaultName.CLOCK_JUMP)
