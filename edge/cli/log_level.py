"""`warehouse-edge log-level`: more or less of one part in the log, for a while."""

from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import bad_input_told, print_json
from edge.cli.gate import own_gate
from edge.settings.gateway import load


def log_level(
    part: Annotated[str, typer.Argument(help="such as devices, link or web")],
    level: Annotated[str, typer.Argument(help="debug, info, warning, error")],
    config: Annotated[Path, typer.Option(help="the gateway's TOML file")] = Path("gateway.toml"),
    minutes: Annotated[float, typer.Option(min=0.1, max=1440, help="then as before")] = 15.0,
) -> None:
    """Change what one part writes to the log, while the gateway works.

    On the gateway, as a user who may read its session key.
    """
    with bad_input_told():
        gate = own_gate(load(config))
        print_json(
            gate.post("/api/log-levels", {"part": part, "level": level, "minutes": minutes})
        )
