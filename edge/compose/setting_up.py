"""What the page /setup shows and does, wired: readers, backups, the way to the broker."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from drivers.driver import DeviceUp
from edge.clock import Clock
from edge.compose.backing_up import BackupDesk
from edge.compose.discovering import approved, as_found
from edge.compose.reloading import Reloader
from edge.compose.site import SiteDesk, SiteParts, Upkeep
from edge.compose.trying import try_reader
from edge.daemon.checks.certificates import certificate_dates, validity_us
from edge.floor.board import Board, Shown
from edge.model.ids import RequestId
from edge.model.sentences import recognised
from edge.settings.gateway import Settings
from edge.sync.mqtt.settings import LinkStatus
from edge.web.first_run import FirstRun


def certificates_in_use(settings: Settings) -> list[tuple[str, Path]]:
    """Every certificate that the configuration names, with whose it is."""
    web, mqtt = settings.web, settings.mqtt
    named = [
        ("web certificate", web.certificate_file),
        ("mqtt certificate", mqtt.certificate_file),
        ("mqtt authority", mqtt.ca_file),
        *((f"reader {one.name} authority", one.ca_file) for one in settings.reader),
    ]
    return [(about, path) for about, path in named if path is not None]


@dataclass(frozen=True, slots=True)
class SetUpDesks:
    """What the page /setup asks: for how it is, for changes, and for the first badge.

    Attributes:
        token: opens `first_run`; None where nobody is waited for.
    """

    looking: "SetUpDesk"
    changing: SiteDesk
    first_run: FirstRun
    token: str | None
    parts: SiteParts

    @property
    def upkeep(self) -> Upkeep:
        """Of the running gateway."""
        return self.parts.upkeep

    def attach(self, reloader: Reloader) -> None:
        """What takes a changed configuration up, and knows what of it waits."""
        self.parts.configuration.attach(reloader.reload)
        self.parts.upkeep.waits = lambda: reloader.waits


class SetUpDesk:
    """As `edge.web.dependencies.SettingUp` says; called from worker threads.

    Args:
        settings: of the gateway.
        board: shows what antennas hear and which readers were approved.
        clock: the host's.
        devices: those that answer by now, by name.
        link: how the link to the broker is; None where there is none.
        backup_desk: makes and verifies backups.
    """

    def __init__(
        self,
        settings: Settings,
        board: Board,
        clock: Clock,
        devices: Callable[[], Mapping[str, DeviceUp]],
        link: Callable[[], LinkStatus | None],
        backup_desk: BackupDesk,
    ) -> None:
        self._settings = settings
        self._board = board
        self._clock = clock
        self._devices = devices
        self._link = link
        self._backups = backup_desk
        self._trying = threading.Lock()

    def picture(self) -> Shown:
        """Readers, backups and broker as they are now."""
        return {
            "readers": self._readers(),
            "backups": self._backups.picture(),
            "broker": self._broker(),
        }

    def back_up(self, request_id: RequestId) -> str:
        """Begin one more backup; a code."""
        return self._backups.begin(request_id, "create")

    def verify_backup(self, request_id: RequestId) -> str:
        """Begin to prove the newest backup; a code."""
        return self._backups.begin(request_id, "verify")

    def try_reader(self, found: Shown) -> Shown | None:
        """What a found reader is and reads; None while another is tried."""
        if not self._trying.acquire(blocking=False):
            return None
        try:
            return try_reader(as_found(found), self._clock)
        finally:
            self._trying.release()

    def _readers(self) -> list[Shown]:
        devices = self._devices()
        sheet = self._board.look("readers/decided")
        joined = [one.device for one in approved(sheet.value if sheet else {})]
        names = dict.fromkeys([*self._settings.reader_names, *joined])
        return [self._reader(name, devices.get(name)) for name in names]

    def _reader(self, name: str, device: DeviceUp | None) -> Shown:
        sheet = self._board.look("radio")
        rows = sheet.value["antennas"] if sheet else []
        return {
            "name": name,
            "up": device is not None,
            "manufacturer": device.manufacturer if device else "",
            "model": device.model if device else "",
            "firmware": device.firmware if device else "",
            "ports": list(device.antennas) if device else [],
            "antennas": [
                {key: one[key] for key in ("port", "location", "state", "reads_per_s", "rssi_dbm")}
                for one in cast("list[Shown]", rows)
                if one["reader"] == name
            ],
        }

    def _broker(self) -> Shown:
        mqtt, status = self._settings.mqtt, self._link()
        return {
            "enabled": mqtt.enabled,
            "address": f"{mqtt.host}:{mqtt.port}",
            "tls": mqtt.tls,
            "connected": status.connected if status else False,
            "unsent": status.unsent if status else 0,
            "last_error": status.last_error if status else "",
            "last_error_said": recognised(status.last_error) if status else None,
            "certificates": [
                self._certificate(about, path)
                for about, path in certificates_in_use(self._settings)
            ],
        }

    def _certificate(self, about: str, path: Path) -> Shown:
        finding = certificate_dates(about, path, self._clock.now_us())
        begins, ends = validity_us(path) or (None, None)
        return {
            "about": about,
            "status": finding.status,
            "text": finding.text,
            "begins_us": begins,
            "ends_us": ends,
        }
