"""`warehouse-edge run`: the daemon."""

from pathlib import Path
from typing import Annotated

import typer

from edge import log
from edge.cli.console import bad_input_told, fail
from edge.compose.gateway import build
from edge.compose.mending import run_and_mend
from edge.compose.reloading import start_settings
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
        settings, faults = start_settings(config_file)
        log.configure(settings.log.level)
        try:
            run_and_mend(settings, lambda: build(settings, config_file, faults).run())
        except (StoreError, WebServerError, SessionKeyError) as error:
            raise fail(str(error)) from None
