"""What the web room is given by whoever wires the daemon; it reaches for nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge.clock import Clock
from edge.floor.board import Board
from edge.floor.calibration_steps import Step
from edge.floor.handhelds import Handhelds
from edge.floor.inbox import Inbox
from edge.floor.letters import Letters
from edge.model.ids import Badge, Epc, RequestId
from edge.model.places import Floor
from edge.model.prompts import Answer
from edge.web.first_run import FirstRun
from edge.web.people import Person, ServiceToken
from edge.web.setup_bodies import AntennaPlace

Row = Mapping[str, object]
"""One JSON object."""


class Lookups(Protocol):
    """Searches in the store; called from worker threads, several at once."""

    def items(self, text: str, limit: int) -> Sequence[Row]:
        """Items by the beginning of their EPC or article number, by article name, or by place.

        Each row has epc, sku, name, location, probability and since_us.
        """
        ...

    def item(self, epc: str) -> Row | None:
        """One item by its EPC (lower-case hex); None for one that was never known."""
        ...

    def history(self, subject: str, limit: int) -> Sequence[Row]:
        """What happened to an item, order or parcel, the newest first: seq, type, at and text."""
        ...

    def heat(self, subject: str, *, is_sku: bool, from_us: int, to_us: int) -> Row:
        """For how long an item, or all items of an article, were at each place."""
        ...


class Explainer(Protocol):
    """Reasons; called from worker threads, several at once."""

    def why(self, epc: str) -> Row | None:
        """Why an item is thought to be where it is; None for one never heard.

        Raises:
            EnquiriesFullError, NoReasonError: it cannot be told just now.
        """
        ...


class Calibrating(Protocol):
    """Calibration, one step after the other; its picture is on the board's topic `calibration`."""

    def take(self, request_id: RequestId, step: Step) -> Answer:
        """Take a step; the same id again has no second effect."""
        ...


class SettingUp(Protocol):
    """What the page /setup shows and does; called from worker threads, several at once."""

    def picture(self) -> Row:
        """Configured and approved readers, backups, and the way to the broker, as they are now."""
        ...

    def back_up(self, request_id: RequestId) -> str:
        """Begin one more backup; `begun` or `at_work`. The same id again has no second effect."""
        ...

    def verify_backup(self, request_id: RequestId) -> str:
        """Begin to prove the newest backup; `begun`, `at_work` or `no_backup`; likewise."""
        ...

    def try_reader(self, found: Row) -> Row | None:
        """What a found reader is and reads, within seconds; None while another is tried."""
        ...


class Configuring(Protocol):
    """Changes the configuration; called from worker threads, several at once.

    What changes it answers why not, in sentences for people, or nothing where it is done.
    """

    def picture(self) -> Row:
        """The configuration as its files have it, without secrets, and what is done of it."""
        ...

    def set_site(self, site: Mapping[str, str]) -> Sequence[str]:
        """Who and where the gateway is."""
        ...

    def set_broker(self, broker: Mapping[str, str | int | bool | None]) -> Sequence[str]:
        """The way to the central system."""
        ...

    def try_broker(self, broker: Mapping[str, str | int | bool | None]) -> Row:
        """Whether a broker takes us; `good` and `text`, within seconds."""
        ...

    def look_at(self, host: str, port: int) -> str:
        """Look for a reader: `found`, `silent`, `in_use` or `unknown_host`, within seconds."""
        ...

    def place_antennas(self, reader: str, antennas: Sequence[AntennaPlace]) -> Sequence[str]:
        """Which place each antenna of a reader hears."""
        ...

    def add_person(self, person: Mapping[str, str], pin: str) -> Sequence[str]:
        """Somebody who may sign in."""
        ...

    def make_certificates(self, names: Sequence[str], host: str) -> Sequence[str]:
        """An authority of the gateway's own, and pages by TLS."""
        ...

    def roll_back(self, number: int) -> Sequence[str]:
        """Back to a configuration that worked."""
        ...

    def faults(self) -> Sequence[str]:
        """Why the files would not be taken up."""
        ...

    def doors(self) -> Mapping[str, str]:
        """Where handhelds come in: `url`, and of the gateway's authority `ca_sha256`, `ca_pem`."""
        ...

    def begin_anew(self) -> None:
        """Begin anew on the files as they are; returns at once."""
        ...


class LogLevels(Protocol):
    """What is written to the log; called from any thread."""

    def levels(self) -> Row:
        """The common level, and parts that have another, with the seconds left."""
        ...

    def set_level(self, part: str, level: str, minutes: float) -> None:
        """Give a part a level of its own for a while.

        Raises:
            ValueError: there is no such part.
        """
        ...


class Finder(Protocol):
    """Looks for one tag for each person; how near it is stands on the board (`find/{badge}`)."""

    def begin(self, badge: Badge, epc: Epc, alive: Callable[[], bool]) -> None:
        """Look for a tag while `alive` says so.

        Raises:
            SearchesFullError: too many people look for something.
        """
        ...

    def end(self, badge: Badge) -> None:
        """The person looks no longer."""
        ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that a picker may report instead of doing as prompted.

    Attributes:
        kinds: prompt kinds at which it may be reported.
        text_en, text_zh: the words on its button.
        short_en, short_zh: what may be typed or scanned instead; empty for nothing.
    """

    code: str
    kinds: tuple[str, ...]
    text_en: str
    text_zh: str
    short_en: str = ""
    short_zh: str = ""


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """How long a sign-in holds.

    Attributes:
        idle_s: without any request.
        absolute_s: at most, however busy.
        lock_s: without an act of the person, until only their PIN opens it; 0 for never.
    """

    idle_s: int = 4 * 3600
    absolute_s: int = 14 * 3600
    lock_s: int = 0


@dataclass(frozen=True, slots=True)
class WebDependencies:
    """Everything that the web room needs.

    Attributes:
        session_key_path: file of the key that seals sessions; made when it does not exist.
        metrics: the Prometheus text, made when asked.
        ready: the readiness report; its key `ready` is a boolean.
        protocol: the MQTT interface in AsyncAPI.
        readers: names of the readers that can work on tags.
        enrolled_devices_only: whether people sign in on enrolled devices only.
        secure: whether the server speaks TLS; cookies are then Secure and host-bound.
    """

    inbox: Inbox
    board: Board
    clock: Clock
    floor: Floor
    people: tuple[Person, ...]
    tokens: tuple[ServiceToken, ...]
    session_key_path: Path
    lookups: Lookups
    finder: Finder
    handhelds: Handhelds
    letters: Letters
    explainer: Explainer
    calibration: Calibrating
    setting_up: SettingUp
    configuring: Configuring
    first_run: FirstRun
    log_levels: LogLevels
    troubles: tuple[Trouble, ...]
    metrics: Callable[[], str]
    ready: Callable[[], Row]
    protocol: Callable[[], Row]
    secure: bool
    enrolled_devices_only: bool = False
    readers: frozenset[str] = frozenset()
    session_times: SessionTimes = SessionTimes()
