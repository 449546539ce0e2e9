"""`warehouse-edge run`: the daemon."""

import os
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import bad_input_told, fail
from edge.floor.memory import give_back_libraries, keep_little, made_to_stay, missing
from edge.settings.history import history_folder
from edge.store.present import STORE_FILE, ReadAhead

READERS_MAX = 3
BIG_BYTES = 64 * 1024 * 1024
"""A smaller store is read sooner than somebody else is started for it."""


def run(
    config_file: Annotated[
        Path, typer.Option("--config", help="the gateway's TOML file; see config/gateway.toml")
    ],
) -> None:
    """Run the gateway in the foreground until SIGTERM or Ctrl-C; SIGHUP looks at the file again.

    A broken file does not keep the gateway from work where one is known that worked.
    """
    keep_little()
    with bad_input_told(), _read_ahead(config_file) as ahead:
        with made_to_stay(), missing("rich"):  # the log's library would draw with it, 5 MiB
            from edge.compose.running import FATAL, run_gateway  # noqa: PLC0415 - 1 s, `ahead` reads
        give_back_libraries()
        try:
            run_gateway(config_file, ahead)
        except FATAL as error:
            raise fail(str(error)) from None


def _read_ahead(config_file: Path) -> ReadAhead:
    """Begin to read a big store while the rest is imported; each takes a second or more."""
    store = history_folder(config_file).with_name(STORE_FILE)
    cores = len(os.sched_getaffinity(0))
    big = store.exists() and store.stat().st_size >= BIG_BYTES
    return ReadAhead(store, min(cores, READERS_MAX) if big and cores > 1 else 0)
