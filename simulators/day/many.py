"""`warehouse-sim days`: a thousand days, and the table of what they came to.

Each day is played in a process of a small pool. A day that breaks a promise is played again and
again, shorter each time, and told as the one command that plays its shortest story. With a file
to keep them in, days that this version has played are not played again.
"""

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic, process_time
from typing import Annotated, Any

import typer

from edge.cli.bars import each_watched
from simulators.day.command import day_report, quiet
from simulators.day.kept import Kept, Played
from simulators.day.odds import share_between
from simulators.day.plan import Faults, Story
from simulators.day.shrinking import shortest

_SHRUNK_MAX = 5
"""Failing days that are made short; more would take the night."""
_CYCLES_LOOKED_FOR = (100_000, 20, 100)
"""A day makes few circles and is over soon: looking for them as usual is a tenth of its cost."""


def play_one(story: Story) -> Played:
    """Play a day; whatever goes wrong with the simulation itself is told, not raised."""
    quiet()
    gc.set_threshold(*_CYCLES_LOOKED_FOR)
    began_s = process_time()
    try:
        report, _ = day_report(story, None)
    except Exception as error:  # noqa: BLE001 - one day of a thousand must not end the others
        return Played(story, {}, repr(error), process_time() - began_s)
    return Played(story, report, "", process_time() - began_s)


def still_breaks(laws: frozenset[str], story: Story) -> bool:
    """Whether a story breaks one of these laws."""
    quiet()
    report, _ = day_report(story, None, ends_when_broken=True)
    return any(one["promise"] in laws for one in report["broken"])


def shortened(story: Story, report: dict[str, Any]) -> Story:
    """The shortest story that breaks what this one broke."""
    laws = frozenset(one["promise"] for one in report["broken"])
    entries = tuple(int(text.partition(":")[0]) for text in report["faults"])
    named = replace(story, flows=tuple(report["flows"]))
    return shortest(named, entries, partial(still_breaks, laws))


def days_command(
    seeds: Annotated[int, typer.Option(min=1, help="So many days.")] = 1000,
    first: Annotated[int, typer.Option(min=0, help="The first one's seed.")] = 1,
    orders: Annotated[int, typer.Option(min=1, help="Orders of each day.")] = 8,
    faults: Annotated[Faults, typer.Option(help="How much goes wrong.")] = Faults.HEAVY,
    processes: Annotated[int, typer.Option(min=1, help="Played at one time.")] = 2,
    keep: Annotated[
        Path | None, typer.Option(help="Days are kept there; what stands there is not played.")
    ] = None,
) -> None:
    """Many simulated days; a table at the end, exit 1 if any promise of any day broke."""
    stories = [Story(first + number, orders, faults) for number in range(seeds)]
    began_s = monotonic()
    kept = _kept_in(keep)
    played = list(kept.known(stories)) if kept is not None else []
    known = {one.story for one in played}
    left = [story for story in stories if story not in known]
    with ProcessPoolExecutor(processes) as pool:
        for one in each_watched(pool.map(play_one, left, chunksize=1), len(left), "days"):
            played.append(one)
            if kept is not None:
                kept.keep(one)
            _tell(one)
        failed = [one for one in played if one.report.get("broken")]
        stories = [one.story for one in failed[:_SHRUNK_MAX]]
        reports = [one.report for one in failed[:_SHRUNK_MAX]]
        for story in pool.map(shortened, stories, reports):
            sys.stdout.write(f"shortest: {story.command()}\n")
    for line in table(played, monotonic() - began_s):
        sys.stdout.write(line + "\n")
    if failed or any(one.failure for one in played):
        raise typer.Exit(1)


def _kept_in(keep: Path | None) -> Kept | None:
    """The days that were kept before; whether more can be is tried before any is played."""
    if keep is None:
        return None
    try:
        keep.touch()
        return Kept(keep)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise typer.BadParameter(
            f"days cannot be kept there: {error!r}", param_hint="--keep"
        ) from error


def _tell(one: Played) -> None:
    if one.failure:
        sys.stdout.write(f"seed {one.story.seed}: the simulation failed: {one.failure}\n")
    for broken in one.report.get("broken", [])[:1]:
        sys.stdout.write(f"seed {one.story.seed}: {broken['promise']}: {broken['text']}\n")
        sys.stdout.write(f"  {one.story.command()}\n")
    sys.stdout.flush()


def table(played: list[Played], wall_s: float) -> Iterator[str]:
    """What many days came to, a line for each figure."""
    reports = [one.report for one in played if one.report]
    total: Counter[str] = Counter()
    for report in reports:
        for name in ("orders", "lines", "items", "facts", "restarts", "lost", "doubled"):
            total[name] += report[name]
        for name in ("right_lines", "short_lines", "wrong_lines", "redelivered"):
            total[name] += report[name]
        for name in ("due_orders", "late_orders"):
            total[name] += report[name]
        total["faults"] += len(report["faults"])
        total["minutes"] += round(report["minutes"])
    judged = total["right_lines"] + total["wrong_lines"]
    rows = {
        "days": len(played),
        "days that broke a promise": sum(bool(one["broken"]) for one in reports),
        "days that the simulation failed": sum(bool(one.failure) for one in played),
        "orders": total["orders"],
        "lines": total["lines"],
        "items": total["items"],
        "facts": total["facts"],
        "faults": total["faults"],
        "restarts": total["restarts"],
        "lost": total["lost"],
        "doubled": total["doubled"],
        "redelivered": total["redelivered"],
        "lines right, of those not told short": f"{total['right_lines'] / max(1, judged):.4%}",
        "lines wrong, of a million": _of_a_million(total["wrong_lines"], judged),
        "lines told short": total["short_lines"],
        "orders late, of a million": _of_a_million(total["late_orders"], total["due_orders"]),
        "simulated hours": f"{total['minutes'] / 60:.0f}",
        "core seconds a day": _mean([one.cpu_s for one in played]),
        "minutes": f"{wall_s / 60:.1f}",
    }
    width = max(map(len, rows))
    for name, value in rows.items():
        yield f"{name:<{width}}  {value}"


def _of_a_million(hits: int, tries: int) -> str:
    low, high = share_between(hits, max(1, tries))
    return f"{low * 1e6:.0f} to {high * 1e6:.0f} (95 % sure), {hits} of {tries} seen"


def _mean(values: list[float]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else "-"
