"""How a gateway begins: its first badge's token, and beginning anew on a changed configuration."""

import secrets
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog

from edge import log
from edge.clock import Clock
from edge.compose.mending import run_and_mend
from edge.compose.reloading import start_settings
from edge.settings.gateway import Settings
from edge.web.first_run import FirstRun, token_of

_CHANCE_BYTES = 32
_log = structlog.get_logger("daemon")


class BeginAnewError(Exception):
    """The gateway is to begin anew in the same process, on the configuration as it is then."""


def run_again_and_again(
    config_file: Path, run: Callable[[Settings, list[str], threading.Event], None]
) -> None:
    """Run the gateway until it ends; when somebody had it begin anew, look at the file again.

    Args:
        config_file: of the gateway.
        run: given the settings and the faults of the file, see `start_settings`, and what says
            that somebody wants the gateway stopped.

    Raises:
        ConfigurationError: the file is broken, and none is known that worked.
        Whatever else `run` raises.
    """
    stop_wanted = threading.Event()
    while not stop_wanted.is_set():
        settings, faults = start_settings(config_file)
        log.configure(settings.log.level)
        try:
            run_and_mend(settings, partial(run, settings, faults, stop_wanted))
        except BeginAnewError:
            _log.info("the gateway begins anew")
        else:
            return


def first_run_of(settings: Settings, clock: Clock) -> tuple[FirstRun, str | None]:
    """The door for the first badge, and the token that opens it; none where nobody is waited for.

    Nobody is waited for once anybody may sign in: people who stand in the file are let in.
    """
    token = None if settings.person else token_of(secrets.token_bytes(_CHANCE_BYTES))
    return FirstRun(token, clock), token
