"""What the page /setup shows of the toy warehouse: two readers, one of them down, and backups."""

from typing import cast

from edge.floor.board import Board, Shown
from edge.model.ids import RequestId
from edge.web.dependencies import Row

BACKUP = "journal-20261128T130500Z.sqlite"


class ToySetUp:
    """As `SettingUp` says; a backup that was begun is made when the test says so.

    Args:
        board: shows the floor's antennas.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self.running: str | None = None
        self.last: Row | None = None
        self.begun: list[RequestId] = []
        self.tried: list[str] = []
        self.count = 0

    def end(self, *, good: bool = True) -> None:
        """What runs is over."""
        text = "" if good else "row 17 does not fit its checksum"
        self.last = {"task": self.running, "good": good, "facts": 4711, "rows": 90, "text": text}
        self.count += self.running == "create" and good
        self.running = None

    def picture(self) -> Row:
        """As `SettingUp` says."""
        newest = {"name": BACKUP, "made_us": 1_795_871_100_000_000, "bytes": 7_340_032}
        return {
            "readers": [self._reader("north", up=True), self._reader("south", up=False)],
            "backups": {
                "folder": "/var/lib/warehouse-edge/backups",
                "second_folder": None,
                "count": self.count,
                "newest": newest if self.count else None,
                "running": self.running,
                "last": self.last,
            },
            "broker": {
                "enabled": True,
                "address": "broker.example:8883",
                "tls": True,
                "connected": False,
                "unsent": 12,
                "last_error": "the broker refused the connection: not authorised",
                "certificates": [
                    {
                        "about": "mqtt authority",
                        "status": "warning",
                        "text": "/etc/warehouse-edge/ca.pem: good until 2026-12-11, 13 days",
                        "begins_us": 1_765_411_200_000_000,
                        "ends_us": 1_796_947_200_000_000,
                    }
                ],
            },
        }

    def back_up(self, request_id: RequestId) -> str:
        """As `SettingUp` says."""
        return self._begin(request_id, "create")

    def verify_backup(self, request_id: RequestId) -> str:
        """As `SettingUp` says."""
        return self._begin(request_id, "verify") if self.count else "no_backup"

    def try_reader(self, found: Row) -> Row | None:
        """As `SettingUp` says."""
        self.tried.append(str(found["id"]))
        return {
            "answers": True,
            "manufacturer": "Impinj",
            "model": "R700",
            "firmware": "8.1.0",
            "antennas": [1, 2, 3, 4],
            "notes": [],
            "reads": 42,
            "tags": [
                {"epc": "30395dfa8000000000000001", "antenna": 1, "count": 30, "rssi_dbm": -52.5},
                {"epc": "30395dfa8000000000000002", "antenna": 3, "count": 12, "rssi_dbm": None},
            ],
            "reason": "",
        }

    def _begin(self, request_id: RequestId, task: str) -> str:
        if request_id in self.begun:
            return "begun"
        if self.running is not None:
            return "at_work"
        self.begun.append(request_id)
        self.running = task
        return "begun"

    def _reader(self, name: str, *, up: bool) -> Row:
        sheet = self._board.look("floor")
        antennas = cast("list[Shown]", sheet.value["antennas"]) if sheet else []
        return {
            "name": name,
            "up": up,
            "manufacturer": "Zebra" if up else "",
            "model": "FX9600" if up else "",
            "firmware": "3.32" if up else "",
            "ports": [1, 2] if up else [],
            "antennas": [
                {
                    "port": one["port"],
                    "location": one["location"],
                    "state": "good" if up else "down",
                    "reads_per_s": 18.2 if up else 0.0,
                    "rssi_dbm": -58.0 if up else None,
                }
                for one in antennas
                if one["reader"] == name
            ],
        }
