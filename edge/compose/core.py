"""What every part of a gateway is wired to."""

import secrets
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
from edge.floor.locating_desk import LocatingDesk
from edge.model.ids import IdMaker, uuid7
from edge.model.places import Floor
from edge.settings.exceptions_file import TroubleTable
from edge.settings.gateway import Settings

STORE_FILE = "journal.sqlite"
VERSION = "0.1.0"


def new_id_maker() -> IdMaker:
    """Makes ids from the host's clock and chance."""
    clock = SystemClock()
    return lambda: uuid7(clock.now_us(), secrets.randbits(74))


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
    damage: Damage = field(default_factory=Damage)
    handhelds: Handhelds = field(default_factory=lambda: Handhelds(Alerts(), 0))
