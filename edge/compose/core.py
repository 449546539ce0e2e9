"""What every part of a gateway is wired to."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.random import Generator

from edge.clock import Clock, SystemClock
from edge.compose.damage import Damage
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.handhelds import Handhelds
from edge.floor.inbox import Inbox
from edge.floor.letters import Letters
from edge.floor.locating_desk import LocatingDesk
from edge.model.fault_sentences import fault
from edge.model.ids import IdMaker, uuid7_head, uuid7_tail
from edge.model.places import Floor
from edge.settings.exceptions_file import TroubleTable
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings
from edge.store import present

STORE_FILE = present.STORE_FILE
LETTERS_FILE = "letters.json"
VERSION = "0.1.0"


_CHANCE_BYTES, _CHANCE_DIGITS = 10, 19
_IDS_AT_ONCE = 256


def new_id_maker() -> IdMaker:
    """Makes ids from the host's clock and chance; for any thread.

    Chance is asked of the host in blocks: each call gives the interpreter away.
    """
    clock = SystemClock()
    tails: deque[str] = deque()
    newest = (0, "")

    def make() -> str:
        nonlocal newest
        try:
            tail = tails.pop()
        except IndexError:
            fresh = _tails()
            tail = fresh.pop()
            tails.extend(fresh)
        now_ms = clock.now_us() // 1000
        known_ms, head = newest
        if now_ms != known_ms:
            head = uuid7_head(now_ms)
            newest = now_ms, head
        return head + tail

    return make


def _tails() -> list[str]:
    """The last 21 characters of ids, which nobody can foresee."""
    block = secrets.token_hex(_CHANCE_BYTES * _IDS_AT_ONCE)
    starts = range(0, len(block), 2 * _CHANCE_BYTES)
    return [uuid7_tail(block[at : at + _CHANCE_DIGITS]) for at in starts]


def seeded(seed: int) -> Generator:
    """Chance that a seed settles, for commands that can be repeated."""
    return np.random.default_rng(seed)


@dataclass(frozen=True, slots=True)
class Core:
    """What every part of the daemon is wired to."""

    settings: Settings
    floor: Floor
    troubles: tuple[TroubleTable, ...]
    clock: Clock
    make_id: IdMaker
    inbox: Inbox
    board: Board
    alerts: Alerts
    desk: LocatingDesk
    store_path: Path
    letters: Letters
    damage: Damage = field(default_factory=Damage)
    handhelds: Handhelds = field(default_factory=lambda: Handhelds(Alerts(), 0))


def make_data_dir(data_dir: Path) -> None:
    """The folder of the journal.

    Raises:
        ConfigurationError: it cannot be made or written to.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = fault("data_dir_unusable", folder=data_dir, error=error.strerror)
        raise ConfigurationError([f"gateway.data_dir: {reason}"]) from None
