"""Programs of the product and of the simulators as children that tell JSON lines."""

import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
WAIT_S_MAX = 180.0
_LOOK_S = 0.5


def free_port() -> int:
    """A port of the loopback address that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_installed() -> dict[str, str]:
    """The environment of a daemon that was installed: its unit's words, its modules compiled."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    compiled = Path(__file__).parents[2] / "build/bytecode"
    return own | unit_environment() | {"PYTHONPYCACHEPREFIX": str(compiled)}


def unit_environment() -> dict[str, str]:
    """What the daemon's unit sets."""
    unit = Path(__file__).parents[2] / "systemd/warehouse-edge.service"
    lines = unit.read_text().splitlines()
    words = [line.partition("=")[2] for line in lines if line.startswith("Environment=")]
    return dict(word.split("=", 1) for line in words for word in line.split())


def wait_until(what: str, good: Any, seconds: float = WAIT_S_MAX) -> None:  # noqa: ANN401 - any truth will do
    """Wait until `good`; tells what it waited for if that never is."""
    pause, ends = threading.Event(), time.monotonic() + seconds
    while not good():
        if time.monotonic() > ends:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        pause.wait(0.02)


class Process:
    """A child that prints JSON lines."""

    def __init__(self, log: Path, *command: str) -> None:
        self._log = log.open("w")
        self._began_s = time.monotonic()
        self.heard_s = 0.0
        """Seconds from its start to the line that was heard last."""
        self._said: queue.SimpleQueue[tuple[float, Mapping[str, Any]]] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=as_installed(),
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                told = json.loads(line)
                self._said.put((time.monotonic() - self._began_s, told))

    def hear(self, wait_s: float = WAIT_S_MAX) -> Mapping[str, Any]:
        """The next line; tells what stands in its log if it ended or said nothing in time."""
        ends_s = time.monotonic() + wait_s
        while time.monotonic() < ends_s:
            with contextlib.suppress(queue.Empty):
                self.heard_s, told = self._said.get(timeout=_LOOK_S)
                return told
            if self.process.poll() is not None:
                break
        raise AssertionError(f"it said nothing: {Path(self._log.name).read_text()[-2000:]}")

    def newest(self) -> Mapping[str, Any]:
        """The last line that it has said, waiting for one if there is none new."""
        told = self.hear()
        while not self._said.empty():
            told = self.hear()
        return told

    def last_with(self, key: str) -> Mapping[str, Any]:
        """The next line that has this key."""
        while key not in (told := self.hear()):
            pass
        return told

    def tell(self, order: Mapping[str, Any]) -> None:
        """One line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def cpu_s(self) -> float:
        """CPU seconds that it and the children that it waited for have used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS_A_SECOND

    def memory_mib(self) -> float:
        """What it has resident."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise AssertionError("it is gone")

    def end_input(self) -> None:
        """Let it know that nothing more is asked."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> None:
        """Ask it to end, and wait."""
        self.end_input()
        self.process.terminate()
        self.process.wait(20)
        self._listener.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()
