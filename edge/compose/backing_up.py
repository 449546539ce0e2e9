"""Backups from a page: the command `backup` in a child, one at a time, at the lowest priority.

A child, because proving a copy walks every row of it: in the gateway's own process that would hold
up the floor loop. Nobody waits for it; whoever looks sees how far it is.
"""

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from edge.model.ids import RequestId
from edge.model.sentences import recognised
from edge.settings.gateway import Backup
from edge.store.rotating import files, made_at

_NICE = 15
Task = Literal["create", "verify"]


@dataclass(slots=True)
class _Running:
    task: Task
    child: subprocess.Popen[bytes]
    out: IO[bytes]
    errors: IO[bytes]


class BackupDesk:
    """Thread-safe.

    Args:
        config_file: the gateway's own, for the command; None where none is, as in tests of parts.
        where: the folders of the backups.
    """

    def __init__(self, config_file: Path | None, where: Backup) -> None:
        self._config_file = config_file
        self._where = where
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._last: dict[str, object] | None = None
        self._last_request: RequestId | None = None

    def start(self) -> None:
        """Nothing runs before somebody asks."""

    def stop(self) -> None:
        """End what runs; an unfinished copy has no name yet, so nothing is harmed."""
        with self._lock:
            if self._running is not None:
                self._running.child.kill()
                self._running.child.wait()

    def begin(self, request_id: RequestId, task: Task) -> str:
        """Begin a task.

        Returns:
            `begun`, `at_work` (another one runs), or `no_backup` (there is none to be verified).
            The same id again has no second effect.
        """
        with self._lock:
            self._look()
            if request_id == self._last_request:
                return "begun"
            if self._running is not None:
                return "at_work"
            if task == "verify" and not files(self._where.folder):
                return "no_backup"
            self._last_request = request_id
            out = tempfile.TemporaryFile()  # noqa: SIM115 - both live as long as the child
            errors = tempfile.TemporaryFile()  # noqa: SIM115
            child = subprocess.Popen(  # noqa: S603 - our own command, no shell
                self._command(task), stdin=subprocess.DEVNULL, stdout=out, stderr=errors
            )
            self._running = _Running(task, child, out, errors)
            return "begun"

    def picture(self) -> dict[str, object]:
        """Where backups lie, which is the newest, what runs, and what came of the last task."""
        with self._lock:
            self._look()
            running = self._running.task if self._running else None
            last = self._last
        made = files(self._where.folder)
        second = self._where.second_folder
        return {
            "folder": str(self._where.folder),
            "second_folder": str(second) if second else None,
            "count": len(made),
            "newest": _view(made[-1]) if made else None,
            "running": running,
            "last": last,
        }

    def _command(self, task: Task) -> list[str]:
        command = ["nice", "-n", str(_NICE), sys.executable, "-m", "edge", "backup", task]
        if task == "verify":
            return [*command, str(files(self._where.folder)[-1])]
        return [*command, "--config", str(self._config_file)]

    def _look(self) -> None:
        """Take up what has ended; under the lock."""
        running = self._running
        if running is None or running.child.poll() is None:
            return
        self._running = None
        with running.out, running.errors:
            running.out.seek(0)
            running.errors.seek(0)
            told, fault = running.out.read().decode(), running.errors.read().decode().strip()
        self._last = _result(running.task, running.child.returncode, told, fault)


def _result(task: Task, code: int, told: str, fault: str) -> dict[str, object]:
    report: dict[str, object] = json.loads(told) if told else {}
    problems = report.get("problems")
    words = [str(one) for one in problems] if isinstance(problems, list) else []
    text = "; ".join(words) or fault.splitlines()[-1] if words or fault else ""
    return {
        "task": task,
        "good": code == 0,
        "facts": report.get("facts"),
        "rows": report.get("rows"),
        "text": text,
        "text_said": recognised(text),
    }


def _view(path: Path) -> dict[str, object]:
    return {
        "name": path.name,
        "made_us": int(made_at(path).timestamp()) * 1_000_000,
        "bytes": path.stat().st_size,
    }
