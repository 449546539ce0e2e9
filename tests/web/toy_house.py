"""The web room before the toy floor: people, tokens, a server on loopback."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from edge import log
from edge.clock import Clock, SystemClock
from edge.compose.calibrating import CommandLearner
from edge.compose.configuring import ConfigurationDesk
from edge.compose.site import SiteDesk, SiteParts, Upkeep
from edge.floor.alerts import Alerts
from edge.floor.calibrating import CalibratingParts, CalibrationBench
from edge.floor.explaining import Explainer
from edge.floor.finding import FinderDesk
from edge.floor.found import FoundReaders
from edge.floor.handhelds import Handhelds
from edge.floor.letters import Letters
from edge.floor.lookups import Lookups
from edge.model.ids import Badge
from edge.model.places import Floor
from edge.settings.calibration_file import save_calibration
from edge.web.app import create_app
from edge.web.dependencies import Trouble, WebDependencies
from edge.web.first_run import FirstRun
from edge.web.people import Person, Role, Scope, ServiceToken
from edge.web.pins import hash_pin
from edge.web.server import WebServer
from tests.web.toy_floor import ToyFloor
from tests.web.toy_goods import floor_text, toy_plan
from tests.web.toy_lookups import ToyLookups
from tests.web.toy_radio import FastClock, ToyRadio
from tests.web.toy_setup import ToySetUp

PIN = "4711"
_PIN_HASH = hash_pin(PIN)
BADGES = {
    Role.PICKER: Badge("p1"),
    Role.PACKER: Badge("k1"),
    Role.SUPERVISOR: Badge("s1"),
    Role.ADMINISTRATOR: Badge("a1"),
}
METRICS_TOKEN = "metrics-token-of-the-toy"  # noqa: S105 - opens the toy only
TROUBLES_FILE = Path(__file__).parents[2] / "config" / "exceptions.toml"
TROUBLES = (
    Trouble("short", ("pick",), "Not enough here", "数量不足", "FEW", "少"),
    Trouble("damaged", ("pick",), "Damaged", "商品破损"),
    Trouble("blocked", ("pick", "drop"), "Way is blocked", "通道受阻"),
    Trouble("barcode_unreadable", ("pick",), "Barcode unreadable", "条码无法读取"),
)


SPEED = 15.0
"""The radio's time runs so much faster than ours."""


@dataclass(frozen=True)
class House:
    """A toy floor with its radio, and the web room's dependencies that belong to it."""

    floor: ToyFloor
    radio: ToyRadio
    bench: CalibrationBench
    given: WebDependencies
    finder: FinderDesk
    setting_up: ToySetUp
    site: ConfigurationDesk

    def people_of_site(self) -> tuple[Person, ...]:
        """Who stands in the house's own configuration file."""
        return tuple(
            Person(Badge(one.badge), one.name, Role(one.role), one.pin_hash)
            for one in self.site.settings().person
        )

    def stop(self) -> None:
        """End its threads."""
        self.finder.stop()
        self.bench.stop()
        self.radio.stop()
        self.floor.stop()


def open_house(folder: Path, clock: Clock | None = None) -> House:
    """A house whose toy floor is running; stop it when done."""
    plan = toy_plan()
    clock = clock or SystemClock()
    floor = ToyFloor(plan, clock)
    floor.start()
    radio = ToyRadio(plan, FastClock(SPEED))
    bench = _bench(plan, floor, radio, folder)
    radio.start()
    bench.start()
    lookups = ToyLookups()
    for row in lookups.ROWS:
        radio.put(str(row["epc"]), str(row["location"]))
    names = ("Ana", "Bo", "Chen", "Dana")
    finder = FinderDesk(plan, floor.board, clock)
    finder.start()
    setting_up = ToySetUp(floor.board)
    site = _site_files(folder / "site")
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
        lookups=lookups,
        explainer=Explainer(radio.desk.enquiries, cast("Lookups", lookups)),
        calibration=bench,
        setting_up=setting_up,
        configuring=_site_desk(site, floor, clock, lookups),
        first_run=FirstRun(None, clock),
        log_levels=log,
        finder=finder,
        handhelds=Handhelds(Alerts(), 0),
        letters=Letters(floor.board, clock),
        troubles=TROUBLES,
        metrics=lambda: "we1_up 1\n",
        protocol=lambda: {"asyncapi": "3.0.0"},
        ready=lambda: {"ready": True},
        secure=False,
        readers=frozenset({"gate"}),
    )
    return House(floor, radio, bench, given, finder, setting_up, site)


def _site_files(folder: Path) -> ConfigurationDesk:
    """The real desk on files of its own; what is written there nobody takes up."""
    folder.mkdir()
    file = folder / "gateway.toml"
    file.write_text('[gateway]\ndata_dir = "data"\n[mqtt]\nenabled = false\n', encoding="utf-8")
    (folder / "floor.toml").write_text("", encoding="utf-8")
    (folder / "exceptions.toml").write_text(TROUBLES_FILE.read_text("utf-8"), encoding="utf-8")
    return ConfigurationDesk(file)


def _site_desk(
    site: ConfigurationDesk, floor: ToyFloor, clock: Clock, lookups: ToyLookups
) -> SiteDesk:
    """The real desk before the toy floor."""
    return SiteDesk(
        SiteParts(
            configuration=site,
            running=site.settings(),
            board=floor.board,
            clock=clock,
            found=FoundReaders(floor.board, Alerts(), clock),
            in_use=set,
            devices=dict,
            link=lambda: None,
            upkeep=Upkeep(),
            located=lambda limit: lookups.ROWS[:limit],
        )
    )


def _bench(plan: Floor, floor: ToyFloor, radio: ToyRadio, folder: Path) -> CalibrationBench:
    """The real bench, which learns with the real command."""
    floor_file = folder / "floor.toml"
    floor_file.write_text(floor_text(plan), encoding="utf-8")
    return CalibrationBench(
        CalibratingParts(
            floor=plan,
            clock=radio.clock,
            board=floor.board,
            desk=radio.desk,
            learner=CommandLearner(floor_file, plan),
            folder=folder / "calibrations",
            save=lambda made: save_calibration(folder / "calibration.json", made),
            known=None,
        )
    )


def serve(given: WebDependencies) -> WebServer:
    """The pages on a free port of loopback; stop the server when done."""
    server = WebServer(create_app(given), "127.0.0.1", 0)
    server.start()
    return server
