"""`warehouse-edge run`: the daemon."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from edge.cli.console import bad_input_told, fail
from edge.floor.memory import keep_little
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
        running = _imported("edge.compose.running")
        try:
            running.run_gateway(config_file, ahead)
        except running.FATAL as error:
            raise fail(str(error)) from None


def _read_ahead(config_file: Path) -> ReadAhead:
    """Begin to read a big store while the rest is imported; each takes a second or more."""
    store = history_folder(config_file).with_name(STORE_FILE)
    cores = len(os.sched_getaffinity(0))
    big = store.exists() and store.stat().st_size >= BIG_BYTES
    return ReadAhead(store, min(cores, READERS_MAX) if big and cores > 1 else 0)


def _imported(name: str) -> ModuleType:
    """A part of the program, which stays: looked through for garbage it would take longer.

    The log's library would import `rich` for colours, which no daemon prints: 3 MiB, a twentieth
    of the modules.
    """
    gc.disable()
    with _as_if_absent("rich"):
        module = import_module(name)
    gc.freeze()
    gc.enable()
    return module


@contextmanager
def _as_if_absent(library: str) -> Iterator[None]:
    """Whoever can do without a library does, unless it is imported already."""
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment] # says that it is not there
    try:
        yield
    finally:
        del sys.modules[library]
