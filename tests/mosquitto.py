"""A real broker for a test, on a free loopback port."""

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from edge.daemon.broker import broker_path
from tests.waiting import PATIENCE_S, wait_until


def mosquitto_program() -> str:
    found = broker_path()
    if found is None:
        pytest.skip("mosquitto is not installed; install the system's package mosquitto")
    return found


class Broker:
    """A mosquitto of our own on a free loopback port."""

    def __init__(self, program: str, folder: Path, extra: str = "") -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port: int = found.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
            # "user" only counts for root, who would lose the right to read the test's files
            f"log_type none\nmax_inflight_messages 20\nuser root\n{extra}"
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._config)],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(f"mosquitto answers on port {self.port}", self._answers)

    def kill(self) -> None:
        """As a power cut does: nothing is saved, nobody is told."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_S)
            self._process = None

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), PATIENCE_S).close()
        except OSError:
            return False
        return True
