"""The gateway from its file to its end: what `warehouse-edge run` does once all is imported."""

from pathlib import Path

from edge.compose.beginning import run_again_and_again
from edge.compose.gateway import build
from edge.store.errors import StoreError
from edge.store.present import ReadAhead
from edge.web.server import WebServerError
from edge.web.sessions import SessionKeyError

FATAL = (StoreError, WebServerError, SessionKeyError)
"""What keeps a gateway from running; each says in its own words what is to be done."""


def run_gateway(config_file: Path, ahead: ReadAhead) -> None:
    """Run it until it ends.

    Args:
        config_file: of the gateway.
        ahead: reads the items of its store already.

    Raises:
        ConfigurationError: the file is broken, and none is known that worked.
        Whatever is in `FATAL`.
    """
    run_again_and_again(
        config_file,
        lambda settings, faults, stop: build(settings, config_file, faults, stop, ahead).run(),
    )
