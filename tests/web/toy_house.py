"""The web room before the toy floor: people, tokens, a server on loopback."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from edge.clock import Clock, SystemClock
from edge.floor.finding import FinderDesk
from edge.model.ids import Badge
from edge.web.app import create_app
from edge.web.dependencies import Trouble, WebDependencies
from edge.web.people import Person, Role, Scope, ServiceToken
from edge.web.pins import hash_pin
from edge.web.server import WebServer
from tests.web.toy_floor import ToyFloor
from tests.web.toy_goods import toy_plan
from tests.web.toy_lookups import ToyLookups

PIN = "4711"
_PIN_HASH = hash_pin(PIN)
BADGES = {
    Role.PICKER: Badge("p1"),
    Role.PACKER: Badge("k1"),
    Role.SUPERVISOR: Badge("s1"),
    Role.ADMINISTRATOR: Badge("a1"),
}
METRICS_TOKEN = "metrics-token-of-the-toy"  # noqa: S105 - opens the toy only
TROUBLES = (
    Trouble("short", ("pick",), "Not enough here", "数量不足"),
    Trouble("damaged", ("pick",), "Damaged", "商品破损"),
    Trouble("blocked", ("pick", "drop"), "Way is blocked", "通道受阻"),
    Trouble("barcode_unreadable", ("pick",), "Barcode unreadable", "条码无法读取"),
)


@dataclass(frozen=True)
class House:
    """A toy floor and the web room's dependencies that belong to it."""

    floor: ToyFloor
    given: WebDependencies
    finder: FinderDesk


def open_house(folder: Path, clock: Clock | None = None) -> House:
    """A house whose toy floor is running; stop it when done."""
    plan = toy_plan()
    clock = clock or SystemClock()
    floor = ToyFloor(plan, clock)
    floor.start()
    names = ("Ana", "Bo", "Chen", "Dana")
    finder = FinderDesk(plan, floor.board, clock)
    finder.start()
    given = WebDependencies(
        inbox=floor.inbox,
        board=floor.board,
        clock=clock,
        floor=plan,
        people=tuple(
            Person(badge, name, role, _PIN_HASH)
            for (role, badge), name in zip(BADGES.items(), names, strict=True)
        ),
        tokens=(
            ServiceToken(
                "prometheus",
                hashlib.sha256(METRICS_TOKEN.encode()).hexdigest(),
                frozenset({Scope.METRICS}),
            ),
        ),
        session_key_path=folder / "session.key",
        lookups=ToyLookups(),
        finder=finder,
        troubles=TROUBLES,
        metrics=lambda: "we1_up 1\n",
        protocol=lambda: {"asyncapi": "3.0.0"},
        ready=lambda: {"ready": True},
        secure=False,
        readers=frozenset({"gate"}),
    )
    return House(floor, given, finder)


def serve(given: WebDependencies) -> WebServer:
    """The pages on a free port of loopback; stop the server when done."""
    server = WebServer(create_app(given), "127.0.0.1", 0)
    server.start()
    return server
