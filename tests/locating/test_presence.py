import numpy as np
import pytest

from edge.locating.presence import TABLE, Finding, State, Telling, told


@pytest.mark.parametrize(("pair", "outcome"), TABLE.items(), ids=str)
def test_the_columns_say_what_the_table_says(
    pair: tuple[State, Finding], outcome: tuple[Telling, State]
) -> None:
    tellings, after = told(np.array([pair[0]], np.uint8), np.array([pair[1]], np.uint8))

    assert (tellings[0], after[0]) == outcome


@pytest.mark.parametrize("state", [State.UNPLACED, State.DEPARTED])
@pytest.mark.parametrize("finding", [Finding.CONFIRMED, Finding.LOST, Finding.GONE])
def test_what_has_no_place_cannot_be_missed_from_it(state: State, finding: Finding) -> None:
    with pytest.raises(ValueError, match=f"{state.name} cannot be {finding.name}"):
        told(np.array([State.PRESENT, state], np.uint8), np.array([0, finding], np.uint8))


def test_a_lost_item_is_told_once() -> None:
    assert TABLE[State.PRESENT, Finding.LOST] == (Telling.STALE, State.STALE)
    assert TABLE[State.STALE, Finding.LOST] == (Telling.NOTHING, State.STALE)
