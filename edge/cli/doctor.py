"""`warehouse-edge doctor`: is this gateway fit for work?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge.cli.console import NO, harmless
from edge.cli.gate import own_ready
from edge.clock import SystemClock
from edge.compose.doctor import examine
from edge.daemon.checks.finding import Finding, Status

_SIGNS = {Status.GOOD: "[green]✓[/]", Status.WARNING: "[yellow]![/]", Status.BAD: "[red]✗[/]"}


def doctor(
    config: Annotated[Path, typer.Option(help="the gateway's TOML file")] = Path("gateway.toml"),
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON object instead of a table")
    ] = False,
) -> None:
    """Look over host, clock, disk, ports, readers, broker and dates; exit 1 if work would stop.

    Nothing is changed. Readers and the broker are asked for real; a gateway that runs holds its
    readers and is asked for them itself, as a user who may read its session key.
    """
    findings = list(examine(config, SystemClock(), own_ready))
    fit = all(one.status is not Status.BAD for one in findings)
    if as_json:
        told = {"fit": fit, "findings": [asdict(one) for one in findings]}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        Console().print(_table(findings))
    if not fit:
        raise typer.Exit(NO)


def _table(findings: list[Finding]) -> Table:
    table = Table("", "what", "seen", "what to do", box=None, pad_edge=False)
    for one in findings:
        told = (str(harmless(text)) for text in (one.about, one.text, one.remedy))
        table.add_row(_SIGNS[one.status], *map(escape, told))
    return table
