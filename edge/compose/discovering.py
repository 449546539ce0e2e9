"""Discovery of readers, wired: what is found waits, what is approved joins the wire."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from typing import cast

import structlog

from drivers.llrp.found import TLS_PORT, SearchPlan
from drivers.llrp.reader import LlrpWire
from drivers.llrp.search import Search
from drivers.llrp.settings import LlrpSettings
from edge.clock import Clock, SystemClock
from edge.compose.readers import trusted
from edge.floor.board import Board, Shown
from edge.floor.found import FoundReaders
from edge.settings.gateway import Discovery

_JOIN_S = 3.0
_log = structlog.get_logger("discovery")


def one_search(
    subnets: Sequence[str], listen_s: float, port: int, stopping: threading.Event
) -> Search:
    """A search that no configuration names.

    Raises:
        ValueError: a subnet is none, or they have too many addresses.
    """
    networks = tuple(IPv4Network(one) for one in subnets)
    plan = SearchPlan(listen_s=listen_s, subnets=networks, ports=(port, TLS_PORT))
    return Search(plan, SystemClock(), stopping)


class Discoverer:
    """Searches again and again, in a thread of its own.

    Args:
        settings: where and how often.
        clock: the host's.
        in_use: addresses with ports that are left alone.
        found: told of what is found.
    """

    def __init__(
        self,
        settings: Discovery,
        clock: Clock,
        in_use: Callable[[], Collection[tuple[str, int]]],
        found: FoundReaders,
    ) -> None:
        self._settings = settings
        self._in_use = in_use
        self._found = found
        self._stopping = threading.Event()
        plan = SearchPlan(
            multicast=settings.mdns,
            subnets=settings.subnets,
            ports=(settings.port, TLS_PORT),
        )
        self._search = Search(plan, clock, self._stopping)
        self._thread = threading.Thread(target=self._run, name="llrp-discovery", daemon=True)

    def start(self) -> None:
        """Begin, where there is anything to look through."""
        if self._settings.mdns or self._settings.subnets:
            self._thread.start()

    def stop(self) -> None:
        """End the search at hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            busy = self._found.busy_addresses()  # asking again would tell their clients of it
            for reader in self._search.run({*self._in_use(), *busy}):
                self._found.note(reader)
            self._stopping.wait(60 * self._settings.every_minutes)


class Joining:
    """Lets approved readers join the wire: those of former days at the start, others at once."""

    def __init__(self, board: Board, wire: LlrpWire, configured: Collection[str]) -> None:
        """Watch the board from now on.

        Args:
            board: the floor loop shows there what was approved.
            wire: runs the readers.
            configured: names of the configuration file, which wins.
        """
        self._board = board
        self._wire = wire
        self._known = set(configured)
        board.watch("readers/decided", self._look)

    def _look(self, _topic: str) -> None:
        """Add what was approved since the last look."""
        sheet = self._board.look("readers/decided")
        for one in approved(sheet.value if sheet else {}):
            if one.device not in self._known:
                self._known.add(one.device)
                self._wire.add(one)
                _log.info("approved reader runs", device=one.device, host=one.host)


def approved(shown: Shown) -> list[LlrpSettings]:
    """The approved readers of the board's sheet as their driver wants them."""
    return [
        replace(
            as_found(one),
            device=str(one["name"]),
            antennas=tuple(cast("list[int]", one["antennas"])),
        )
        for one in cast("list[Shown]", shown.get("approved", []))
    ]


def as_found(shown: Mapping[str, object]) -> LlrpSettings:
    """A found reader of the board's sheet, on all its antennas, under its address."""
    pin = str(shown["certificate_sha256"])
    return LlrpSettings(
        device=str(shown["id"]),
        host=str(shown["host"]),
        port=cast("int", shown["port"]),
        session=1,
        tls=trusted(None, pin) if shown["tls"] else None,
        certificate_sha256=pin,
    )
