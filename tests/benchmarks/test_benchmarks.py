"""The benchmarks run and say what they promise."""

import json
import subprocess
import sys
from pathlib import Path

import httpx

from tests.benchmarks.many_pickers import echo
from tests.waiting import PATIENCE_S


def test_a_quick_benchmark_writes_a_figure_beside_its_baseline(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"

    subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks"),
            *("--quick", "--only", "decode_1", "--out", out),
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
        timeout=PATIENCE_S,
    )

    (figure,) = json.loads(out.read_text(encoding="utf-8"))
    assert set(figure) == {"name", "value", "unit", "baseline", "baseline_value", "ratio"}
    assert figure["name"] == "decode_1"
    assert figure["value"] > figure["baseline_value"] > 0
    assert figure["ratio"] == figure["value"] / figure["baseline_value"]


def test_the_benchmarks_that_need_no_other_program_find_the_work_that_they_measure(
    tmp_path: Path,
) -> None:
    names = ("decode_mixed", "tag_table_1k", "portal", "plan_1000_lines")
    out = tmp_path / "bench.json"

    subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks", "--quick", "--out", out),
            *(word for name in names for word in ("--only", name)),
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
        timeout=4 * PATIENCE_S,
    )

    figures = json.loads(out.read_text(encoding="utf-8"))
    assert {one["name"] for one in figures} >= set(names)
    assert all(one["value"] > 0 and one["baseline_value"] > 0 for one in figures)


def test_a_benchmark_that_is_not_there_is_refused_with_those_that_are() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--only", "nothing"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert told.returncode == 2
    assert "decode_50" in told.stderr


def test_the_application_that_pickers_are_compared_with_echoes_a_scan(tmp_path: Path) -> None:
    with echo(tmp_path) as port:
        told = httpx.post(
            f"http://127.0.0.1:{port}/api/scan", json={"prompt_id": "W/1", "code": "A-01"}
        )

    assert told.json()["code"] == "A-01"
