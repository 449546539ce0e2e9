"""The gateway's site in a simulated day: a file's settings, the day's own hall and people."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from edge.model.places import Floor
from edge.settings.exceptions_file import SHIPPED
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Person, Scanner, Settings, Work, load
from edge.settings.reader import Reader
from simulators.day.radio import pace_of
from simulators.hall import (
    PACK_STATION,
    STATION_READER,
    ZONE_READER,
    floor_toml,
    standard_hall,
)

SCANNER = "pack-scanner"
READERS = (ZONE_READER, STATION_READER)
BROKERS = ("broker-1", "broker-2")
PICKERS_MAX = 9
PACKERS = ("2001", "2002")
LEADER = "3001"
PORT = 1883


@dataclass(frozen=True, slots=True)
class Site:
    """Where the gateway of the day stands."""

    settings: Settings
    floor: Floor


def picker_badges(count: int) -> list[str]:
    """Badges of so many pickers."""
    return [str(1001 + number) for number in range(count)]


def site_of(config: Path | None, data_dir: Path) -> Site:
    """The site of a day.

    Args:
        config: a gateway's file; its way of working is taken, its devices and people are the
            day's. None for the defaults.
        data_dir: where the journal lies.

    Raises:
        ConfigurationError: the file is wrong.
    """
    base = load(config) if config is not None else Settings()
    gateway = base.gateway.model_copy(
        update={
            "data_dir": data_dir,
            "exceptions_file": SHIPPED,
            "calibration_file": None,
            "gs1_company_prefix": "9521234",
        }
    )
    return Site(
        base.model_copy(
            update={
                "gateway": gateway,
                "work": base.work if config is not None else _nobody_counts(base.work),
                "journal": base.journal.model_copy(update={"archive_dir": None, "reserve": False}),
                "mqtt": base.mqtt.model_copy(
                    update={
                        "enabled": True,
                        "host": BROKERS[0],
                        "port": PORT,
                        "standby": [f"{BROKERS[1]}:{PORT}"],
                    }
                ),
                "reader": tuple(_reader(name) for name in READERS),
                "scanner": (Scanner(name=SCANNER, path="/dev/simulated", station=PACK_STATION),),
                "module": (),
                "light": (),
                "person": tuple(_person(badge, role) for badge, role in _crew().items()),
            }
        ),
        _hall_floor(),
    )


def _nobody_counts(work: Work) -> Work:
    """On a day without a file of its own a picker looks where a leader would have to count."""
    return work.model_copy(update={"sure_wait_minutes": 5.0})


def _reader(name: str) -> Reader:
    """Reports gathered for a moment, so that a day has few of them."""
    wait_ms = round(pace_of(name).step_s * 1000)
    return Reader(name=name, host="192.0.2.1", report_every=0, report_after_ms=wait_ms)


def _crew() -> Mapping[str, str]:
    crew = dict.fromkeys(picker_badges(PICKERS_MAX), "picker")
    return crew | dict.fromkeys(PACKERS, "packer") | {LEADER: "supervisor"}


def _person(badge: str, role: str) -> Person:
    return Person.model_construct(badge=badge, name=f"Badge {badge}", role=role, pin_hash="")


@cache
def _hall_floor() -> Floor:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "floor.toml"
        file.write_text(floor_toml(standard_hall()), encoding="utf-8")
        return load_floor(file)
