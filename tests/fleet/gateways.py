"""Many small real gateways on this machine: started, killed, lost with their disks, made anew."""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from edge.compose.books import journal_counts
from edge.compose.core import STORE_FILE, new_id_maker
from edge.daemon.children import Child, program
from edge.settings.exceptions_file import SHIPPED
from edge.store import backup
from edge.store.rotating import backups, rotate

SITE = "fleet"
KEEP_US = 86_400_000_000
TICK_MS = 200
"""A small gateway's beat: fifty of them share two cores."""


class Gateway:
    """One gateway with its folder.

    Args:
        number: from 0; names it.
        folder: of all gateways.
        broker_port: on loopback.
    """

    def __init__(self, number: int, folder: Path, broker_port: int) -> None:
        self.name = f"gate-{number:03d}"
        self.folder = folder / self.name
        self.data, self._copies = self.folder / "data", self.folder / "copies"
        self._config = self.folder / "gateway.toml"
        self._copies.mkdir(parents=True)
        shutil.copyfile(SHIPPED, self.folder / "exceptions.toml")
        shutil.copyfile(folder / "floor.toml", self.folder / "floor.toml")
        self._config.write_text(
            f'[gateway]\nsite = "{SITE}"\nname = "{self.name}"\ndata_dir = "{self.data}"\n'
            f'[backup]\nfolder = "{self.data / "backups"}"\nsecond_folder = "{self._copies}"\n'
            f'[timing]\ntick_ms = {TICK_MS}\n[mqtt]\nhost = "127.0.0.1"\nport = {broker_port}\n'
            f"keepalive_s = 10\nabsent_s = 10.0\nreconnect_s_max = 5.0\n"
            '[web]\nport = 0\n[log]\nlevel = "warning"\n',
            encoding="utf-8",
        )
        command = [program("warehouse-edge"), "run", "--config", str(self._config)]
        self.daemon = Child(self.name, command, self.folder)

    @property
    def journal(self) -> Path:
        """The file of its journal."""
        return self.data / STORE_FILE

    def has_started(self) -> bool:
        """Whether it says that it is ready.

        Raises:
            RuntimeError: it has ended instead.
        """
        if not self.daemon.is_running:
            raise RuntimeError(f"{self.name} has ended; see {self.folder / self.name}.log")
        return self.daemon.newest() is not None

    def is_drained(self) -> bool:
        """Whether the central system has acknowledged all that it has, by its own word."""
        counts = journal_counts(self.data)
        return 0 < counts.last_seq == counts.acknowledged

    def back_up(self) -> None:
        """As the timer does."""
        rotate(self.journal, self.data / "backups", self._copies, KEEP_US, time.time_ns() // 1000)

    def burn(self) -> None:
        """Killed, and its disk is gone."""
        self.daemon.kill()
        shutil.rmtree(self.data)

    def make_anew(self) -> None:
        """From the newest copy in the second place, with a new epoch; not started."""
        self.data.mkdir(mode=0o700)
        backup.restore(backups(self._copies)[-1], self.journal, new_id_maker())

    def facts(self) -> Iterator[tuple[str, str, int]]:
        """Id, epoch and seq of each fact that it has, by plain SQL; nobody may be writing."""
        with closing(sqlite3.connect(self.journal)) as journal:
            epochs = journal.execute(
                "SELECT first_position, epoch FROM epochs ORDER BY first_position DESC"
            ).fetchall()
            for position, fact_id in journal.execute("SELECT position, id FROM facts"):
                first, epoch = next(one for one in epochs if one[0] <= position)
                yield fact_id, epoch, position - first + 1

    def cpu_s(self) -> float:
        """Processor seconds of its present process."""
        stat = Path(f"/proc/{self.daemon.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / 100

    def resident_mib(self) -> float:
        """Memory of its present process."""
        status = Path(f"/proc/{self.daemon.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def floor_file(folder: Path) -> None:
    """The hall that all gateways of the fleet have."""
    command = [sys.executable, "-m", "simulators", "catalogue"]
    subprocess.run(
        [*command, "--floor-out", str(folder / "floor.toml")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
