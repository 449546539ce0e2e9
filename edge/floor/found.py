"""Readers that were found and that nobody has decided about: remembered, shown, told."""

import threading
from dataclasses import dataclass
from typing import cast

from drivers.llrp.found import FoundReader
from edge.clock import Clock
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board, Shown

FOUND_MOST = 1_024


@dataclass(frozen=True, slots=True)
class _Entry:
    reader: FoundReader
    first_us: int | None
    last_us: int | None


@dataclass(frozen=True, slots=True)
class _Decided:
    """What the board says of one decision: `name` is None where the reader is ignored."""

    reader: FoundReader
    name: str | None


class FoundReaders:
    """Thread-safe; the search tells what it finds, the loop shows what was decided.

    Nothing here is a fact: what was found is found again after a restart. Puts up the sheet
    `readers/found`, and one alert while a reader waits for a decision.

    Args:
        board: where it is shown, and where the decisions are.
        alerts: gets `reader_found`.
        clock: the host's.
    """

    def __init__(self, board: Board, alerts: Alerts, clock: Clock) -> None:
        self._board = board
        self._alerts = alerts
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()
        board.watch("readers/decided", lambda _: self.show())

    def note(self, reader: FoundReader) -> None:
        """A reader was found, again or for the first time; past the bound it is left out."""
        now_us = self._clock.now_us()
        with self._lock:
            known = self._entries.get(reader.id)
            if known is None and len(self._entries) >= FOUND_MOST:
                return
            first_us = known.first_us if known else now_us
            if known is not None and reader.busy and not known.reader.busy:
                reader = known.reader  # somebody uses it now; what it told stays true
            self._entries[reader.id] = _Entry(reader, first_us, now_us)
        self.show()

    def busy_addresses(self) -> set[tuple[str, int]]:
        """Readers that served somebody else: their client is told of each knock, so one it is."""
        with self._lock:
            return {
                (one.reader.host, one.reader.port)
                for one in self._entries.values()
                if one.reader.busy
            }

    def show(self) -> None:
        """Put up what was found with what was decided, and tell whether somebody must decide."""
        sheet = self._board.look("readers/decided")
        decided = _decisions(sheet.value if sheet else {})
        with self._lock:
            entries = dict(self._entries)
        for one in decided.values():  # whoever is in use is not searched, and stays in view
            entries.setdefault(one.reader.id, _Entry(one.reader, None, None))
        rows = [_view(entry, decided.get(found_id)) for found_id, entry in entries.items()]
        rows.sort(key=lambda one: str(one["id"]))
        self._board.show("readers/found", {"readers": rows})
        waiting = [one for one in rows if one["state"] == "waiting"]
        if not waiting:
            self._alerts.end("reader-found")
            return
        where = ", ".join(f"{one['host']}:{one['port']}" for one in waiting[:3])
        text = f"found and not decided about: {where}; approve or ignore under /api/readers/found"
        now_us = self._clock.now_us()
        values = {"where": where}
        self._alerts.begin(Alert("reader-found", "reader_found", "warning", text, now_us, values))


def _decisions(shown: Shown) -> dict[str, _Decided]:
    """Every decided reader by its id."""
    rows = [*cast("list[Shown]", shown.get("approved", []))]
    rows += cast("list[Shown]", shown.get("ignored", []))
    return {
        str(one["id"]): _Decided(
            FoundReader(
                host=str(one["host"]),
                port=cast("int", one["port"]),
                tls=one["tls"] is True,
                certificate_sha256=str(one["certificate_sha256"]),
            ),
            cast("str | None", one["name"]),
        )
        for one in rows
    }


def _view(entry: _Entry, decided: _Decided | None) -> dict[str, object]:
    reader = entry.reader
    return {
        "id": reader.id,
        "state": "waiting" if decided is None else "approved" if decided.name else "ignored",
        "name": decided.name if decided else None,
        "host": reader.host,
        "port": reader.port,
        "tls": reader.tls,
        "certificate_sha256": reader.certificate_sha256,
        "instance": reader.instance,
        "busy": reader.busy,
        "manufacturer": reader.manufacturer,
        "model": reader.model,
        "firmware": reader.firmware,
        "protocol": reader.protocol,
        "antennas": reader.antennas,
        "first_found_us": entry.first_us,
        "last_found_us": entry.last_us,
    }
