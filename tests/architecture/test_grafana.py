"""Dashboard and alert rules name metrics that exist, and every figure of health is shown."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edge.daemon.health import (
    ANTENNA_METRICS,
    ANTENNA_WORDS,
    CLOCK_METRICS,
    CLOCK_WORDS,
    METRICS,
    READER_METRICS,
)

FOLDER = Path(__file__).parents[2] / "docs" / "grafana"
NAMES = frozenset(
    {f"warehouse_edge_{name}" for name in METRICS}
    | {f"warehouse_edge_reader_{name}" for name in READER_METRICS}
    | {f"warehouse_edge_antenna_{name}" for name in (*ANTENNA_METRICS, *ANTENNA_WORDS)}
    | {f"warehouse_edge_reader_clock_{name}" for name in (*CLOCK_METRICS, *CLOCK_WORDS)}
)


def named(text: str) -> set[str]:
    return set(re.findall(r"\bwarehouse_edge_\w+", text))


def dashboard() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("file", ["dashboard.json", "alerts.yaml"])
def test_only_metrics_that_exist_are_named(file: str) -> None:
    assert named((FOLDER / file).read_text(encoding="utf-8")) <= NAMES


def test_the_dashboard_shows_every_metric() -> None:
    assert named(json.dumps(dashboard())) == NAMES


def test_panels_have_names_of_their_own_and_do_not_lie_on_one_another() -> None:
    panels = dashboard()["panels"]

    covered = [
        (x, y)
        for one in panels
        for x in range(one["gridPos"]["x"], one["gridPos"]["x"] + one["gridPos"]["w"])
        for y in range(one["gridPos"]["y"], one["gridPos"]["y"] + one["gridPos"]["h"])
    ]

    assert len({one["id"] for one in panels}) == len(panels)
    assert len(set(covered)) == len(covered)
    assert max(x for x, _ in covered) < 24
