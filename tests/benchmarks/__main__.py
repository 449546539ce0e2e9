"""`make bench`: every figure beside its baseline, as a table and as `build/bench.json`.

    python -m tests.benchmarks [--only NAME]... [--quick] [--out FILE]

Every figure is the median of several rounds in which ours and the baseline take turns. Rates are
per second of CPU time, so that other work on the machine hardly counts.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    answering,
    between_commits,
    busy_house,
    decoding,
    end_to_end,
    following,
    growing,
    many_pickers,
    opening_pages,
    orders_in,
    passing,
    phases,
    tags_known,
    waves,
    writing,
)
from tests.benchmarks.figures import QUICK, Effort, Figure

BENCHMARKS: Mapping[str, Callable[[Effort], list[Figure]]] = {
    "decode_1": decoding.decode_1,
    "decode_50": decoding.decode_50,
    "decode_mixed": decoding.decode_mixed,
    "tag_table_1k": following.tag_table_1k,
    "tag_table_1m": following.tag_table_1m,
    "tags_known": tags_known.tags_known,
    "phases": phases.phases,
    "locating_100k": following.locating_100k,
    "end_to_end_32k": end_to_end.end_to_end_32k,
    "end_to_end_200k": end_to_end.end_to_end_200k,
    "end_to_end_most": end_to_end.end_to_end_most,
    "start_1m": end_to_end.start_1m,
    "portal": passing.portal,
    "scan_to_prompt": answering.scan_to_prompt,
    "fifty_pickers": many_pickers.scan_to_prompt_50,
    "orders_in": orders_in.orders_in,
    "page_open": opening_pages.page_open,
    "disk_bytes_per_fact": writing.disk_bytes_per_fact,
    "between_commits": between_commits.between_commits,
    "plan_1000_lines": waves.plan_1000_lines,
    "growth": growing.growth,
}
LONG: Mapping[str, Callable[[Effort], list[Figure]]] = {
    "start_10m": end_to_end.start_10m,  # it writes for a quarter of an hour
    "busy_house": busy_house.busy_house,
}
"""Measured only where it is asked for by its name."""


def table_of(figures: list[Figure]) -> Table:
    """The table at the end."""
    table = Table("name", "value", "unit", "baseline", "of the baseline", "ratio")
    for column in (1, 4, 5):
        table.columns[column].justify = "right"
    for one in figures:
        table.add_row(
            one.name,
            f"{one.value:,.4g}" if one.value < 1000 else f"{one.value:,.0f}",
            one.unit,
            one.baseline,
            f"{one.baseline_value:,.4g}"
            if one.baseline_value < 1000
            else f"{one.baseline_value:,.0f}",
            f"{one.ratio:.1f}",
        )
    return table


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description="every figure beside its baseline")
    parser.add_argument("--only", action="append", metavar="NAME", help="may be given again")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work; rough figures")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    asked = parser.parse_args()
    effort = QUICK if asked.quick else Effort()
    every = {**BENCHMARKS, **LONG}
    names = [
        name
        for name in BENCHMARKS
        if not asked.only
        or any(name.startswith(one) or one.startswith(name) for one in asked.only)
    ]
    names += [name for name in LONG if name in (asked.only or ())]
    if not names:
        parser.error(f"--only: there are {', '.join(every)}")
    figures: list[Figure] = []
    console = Console()
    for name in names:
        with console.status(name):
            figures += every[name](effort)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    rounded = [asdict(one) for one in figures]
    asked.out.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    console.print(table_of(figures))


if __name__ == "__main__":
    main()
