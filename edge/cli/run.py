"""`warehouse-edge run`: the daemon."""

from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import bad_input_told, fail
from edge.compose.beginning import run_again_and_again
from edge.compose.gateway import build
from edge.store.errors import StoreError
from edge.web.server import WebServerError
from edge.web.sessions import SessionKeyError


def run(
    config_file: Annotated[
        Path, typer.Option("--config", help="the gateway's TOML file; see config/gateway.toml")
    ],
) -> None:
    """Run the gateway in the foreground until SIGTERM or Ctrl-C; SIGHUP looks at the file again.

    A broken file does not keep the gateway from work where one is known that worked.
    """
    with bad_input_told():
        try:
            run_again_and_again(
                config_file,
                lambda settings, faults, stop: build(settings, config_file, faults, stop).run(),
            )
        except (StoreError, WebServerError, SessionKeyError) as error:
            raise fail(str(error)) from None
