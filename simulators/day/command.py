"""`warehouse-sim day`: a whole simulated day in fast time, told as JSON."""

import json
import logging
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from edge.settings.faults import ConfigurationError
from edge.web.server import WebServerError
from simulators.day.flows import Flow
from simulators.day.judge import Judge
from simulators.day.page import page_of
from simulators.day.plan import Faults, Story
from simulators.day.playing import played
from simulators.day.report import report_of
from simulators.day.stage import Stage, tell_on_stderr

SCRATCH = Path("/dev/shm")  # noqa: S108 - memory where there is some; every file in a folder of ours


_SPEED = 10.0


def quiet() -> None:
    """The product's log is not wanted: a day has its own report."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=False,
    )


def day_report(
    story: Story,
    config: Path | None,
    *,
    page: Path | None = None,
    ends_when_broken: bool = False,
    stage: Stage | None = None,
) -> tuple[dict[str, Any], Judge]:
    """Play a story on a scratch disk; its report and its judge.

    Args:
        story: what happens.
        config: a gateway's file; None for the defaults.
        page: where the report goes as HTML; None for nowhere.
        ends_when_broken: the day is over as soon as a promise is broken.
        stage: where people look at it; None where nobody does.

    Raises:
        ConfigurationError: the file is wrong.
        WebServerError: the stage has no port.
        OSError: the page cannot be written.
    """
    with tempfile.TemporaryDirectory(
        prefix="warehouse-day-", dir=SCRATCH if SCRATCH.is_dir() else None
    ) as folder:
        day, judge = played(
            story, config, Path(folder), ends_when_broken=ends_when_broken, stage=stage
        )
        report = report_of(day, judge)
        if config is not None:
            report["command"] += f" --config {shlex.quote(str(config))}"
        if page is not None:
            page.write_text(page_of(day, judge, report), encoding="utf-8")
        return report, judge


def kept_of(text: str | None) -> tuple[int, ...] | None:
    """Numbers of the timetable's entries that happen.

    Raises:
        BadParameter: no such numbers.
    """
    if text is None:
        return None
    if text == "none":
        return ()
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter("write numbers with commas, or none") from error


def flows_of(text: str | None) -> tuple[Flow, ...] | None:
    """What is done besides; None for what the seed draws.

    Raises:
        BadParameter: no such flow.
    """
    if text is None:
        return None
    try:
        return tuple(Flow(part) for part in text.split(",")) if text != "none" else ()
    except ValueError as error:
        raise typer.BadParameter(f"write none, or some of {', '.join(Flow)}") from error


def _cannot_be_written(page: Path | None) -> str:
    """Why there can be no such page, asked before a long day is played; empty where it can."""
    if page is None or (page.parent.is_dir() and not page.is_dir()):
        return ""
    return f"{page} is a folder" if page.is_dir() else f"there is no folder {page.parent}"


def _refuse_what_does_nothing(
    watch: int | None,
    speed: float | None,
    kept: tuple[int, ...] | None,
    faults: Faults,
    *,
    step: bool,
) -> None:
    """Options that ask for what the others rule out."""
    if step and watch is None:
        raise typer.BadParameter("a day is stepped where it is shown: add --watch 0")
    if speed is not None and watch is None:
        raise typer.BadParameter(
            "else a day is played as fast as can be: add --watch 0", param_hint="--speed"
        )
    if kept and faults is Faults.NONE:
        raise typer.BadParameter(
            "of no faults none can be kept: add --faults light or heavy", param_hint="--keep"
        )


def _tell_what_was_not_kept(kept: tuple[int, ...] | None, report: dict[str, Any]) -> None:
    """Numbers that were to be kept, and that the day's timetable does not have."""
    known = {int(one.partition(":")[0]) for one in report["faults"]}
    if missing := sorted(set(kept or ()) - known):
        told = ", ".join(map(str, missing))
        sys.stderr.write(f"--keep: this day's timetable has no entry {told}\n")


def day_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    config: Annotated[
        Path | None,
        typer.Option(help="A gateway's file; its devices and people are the day's own."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Settles everything.")] = 1,
    orders: Annotated[int, typer.Option(min=1, max=5000, help="Orders of the day.")] = 120,
    faults: Annotated[Faults, typer.Option(help="How much goes wrong.")] = Faults.NONE,
    pickers: Annotated[int, typer.Option(min=1, max=9, help="People who pick.")] = 4,
    html: Annotated[
        Path | None, typer.Option(help="The report as a page with plots goes there.")
    ] = None,
    keep: Annotated[
        str | None, typer.Option(help="Only these entries of the day's faults happen.")
    ] = None,
    flows: Annotated[
        str | None, typer.Option(help="What is done besides, with commas, or none; not by seed.")
    ] = None,
    slips: Annotated[
        float, typer.Option(min=0, max=50, help="So many times as often as usual hands slip.")
    ] = 1.0,
    watch: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Show it on this port; 0 takes a free one."),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(min=0.01, help="Played seconds in a real one, where it is shown; 10."),
    ] = None,
    step: Annotated[  # noqa: FBT002 - an option of the command line
        bool, typer.Option("--step", help="Where it is shown, go on by words from standard input.")
    ] = False,
) -> None:
    """A whole simulated day in fast time; one JSON report, exit 1 if any promise broke."""
    quiet()
    if page_fault := _cannot_be_written(html):
        raise typer.BadParameter(page_fault, param_hint="--html")
    kept = kept_of(keep)
    _refuse_what_does_nothing(watch, speed, kept, faults, step=step)
    besides = flows_of(flows)
    if config is not None and besides:
        raise typer.BadParameter(
            "a file's own way of working is played; leave out one of them",
            param_hint="--flows with --config",
        )
    story = Story(seed, orders, faults, pickers, kept, slips=slips, flows=besides)
    stage = None
    if watch is not None:
        stage = Stage(watch, speed or _SPEED, sys.stdin if step else None, tell_on_stderr)
    try:
        report, judge = day_report(story, config, page=html, stage=stage)
    except (ConfigurationError, WebServerError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from error
    _tell_what_was_not_kept(kept, report)
    if stage is not None and stage.has_seen_enough:
        sys.stderr.write("ended before its end: it is not judged\n")
        return
    typer.echo(json.dumps(report, ensure_ascii=False))
    if judge.broken:
        sys.stderr.write(f"broken; play it again with: {story.command()}\n")
        raise typer.Exit(1)
