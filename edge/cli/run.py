"""`warehouse-edge run`: the daemon."""

from pathlib import Path
from typing import Annotated

import typer

from edge import log
from edge.cli.console import bad_input_told, fail
from edge.compose.checking import check_files
from edge.compose.gateway import build
from edge.compose.mending import run_and_mend
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import load
from edge.store.errors import StoreError
from edge.web.server import WebServerError
from edge.web.sessions import SessionKeyError


def run(
    config_file: Annotated[
        Path, typer.Option("--config", help="the gateway's TOML file; see config/gateway.toml")
    ],
) -> None:
    """Run the gateway in the foreground until SIGTERM or Ctrl-C."""
    with bad_input_told():
        faults = check_files(config_file)
        if faults:
            raise ConfigurationError(faults)
        settings = load(config_file)
        log.configure(settings.log.level)
        try:
            run_and_mend(settings, lambda: build(settings, config_file).run())
        except (StoreError, WebServerError, SessionKeyError) as error:
            raise fail(str(error)) from None
