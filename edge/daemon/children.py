"""Child processes of a command: started, watched, restarted if they die, ended together."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

END_S_MAX = 2.5


def program(name: str) -> str:
    """The full path of one of our own programs, which stands beside the running Python."""
    return str(Path(sys.executable).with_name(name))


class Child:
    """One program with its output in a log file; JSON lines on its standard output are kept.

    Args:
        name: for messages and the log file.
        command: program and arguments.
        log_dir: where `NAME.log` is written.
        restart: whether it is started again when it dies by itself.
    """

    def __init__(
        self, name: str, command: Sequence[str], log_dir: Path, *, restart: bool = False
    ) -> None:
        self.name = name
        self._command = list(command)
        self._log_path = log_dir / f"{name}.log"
        self._restart = restart
        self._process: subprocess.Popen[str] | None = None
        self._said: queue.SimpleQueue[Mapping[str, object]] = queue.SimpleQueue()
        self.restarts = 0

    def start(self) -> None:
        """Start it, in a process group of its own, so that Ctrl-C reaches only the parent."""
        with self._log_path.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs and the broker
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        threading.Thread(
            target=self._listen, args=(self._process,), name=f"listen-{self.name}", daemon=True
        ).start()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        if process.stdout is None:
            return
        with process.stdout as said, self._log_path.open("a", encoding="utf-8") as log:
            for line in said:
                log.write(line)
                log.flush()
                if line.startswith("{"):
                    self._keep(line)

    def _keep(self, line: str) -> None:
        try:
            self._said.put(json.loads(line))
        except json.JSONDecodeError:
            return  # a program may print what it likes; it stands in the log

    def hear(self, wait_s: float) -> Mapping[str, object] | None:
        """The next JSON object that it printed; None if none came in time."""
        try:
            return self._said.get(timeout=wait_s)
        except queue.Empty:
            return None

    def newest(self) -> Mapping[str, object] | None:
        """The last JSON object that it printed since the last call; None if there was none."""
        last = None
        while (said := self.hear(0)) is not None:
            last = said
        return last

    @property
    def pid(self) -> int:
        """Its process number; 0 before the start."""
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def revive(self) -> bool:
        """Start it again if it died and may be restarted; whether that was done."""
        if self.is_running or not self._restart:
            return False
        self.restarts += 1
        self.start()
        return True

    def ask_to_end(self) -> None:
        """Send SIGTERM."""
        if self.is_running and self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._let_go(self._process)

    def end(self, wait_s: float = END_S_MAX) -> None:
        """Wait for its end; kill it when it takes too long."""
        self.ask_to_end()
        if self._process is None:
            return
        try:
            self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.kill()
        self._let_go(self._process)

    @staticmethod
    def _let_go(process: "subprocess.Popen[str]") -> None:
        """Close our end of its standard input; the listening thread closes the other."""
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
