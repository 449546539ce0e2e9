"""A demonstration for stories: the real daemon and broker, a simulated floor, as processes."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from edge.daemon.broker import broker_path
from tests.waiting import PATIENCE_S, wait_until

BIN = Path(sys.executable).parent
NEEDS_BROKER = pytest.mark.skipif(broker_path() is None, reason="mosquitto is not installed")


class DemoSite:
    """`warehouse-edge demo` in a folder of its own."""

    def __init__(self, folder: Path, *, speed: float = 10.0, seed: int = 7) -> None:
        self.folder = folder
        self._out = (folder.parent / "demo.out").open("w")
        self.process = subprocess.Popen(
            [
                *(BIN / "warehouse-edge", "demo", "--data", folder, "--port", "0"),
                *("--speed", str(speed), "--seed", str(seed)),
            ],
            stdout=self._out,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until("the pages answer", self.is_live)
        except AssertionError:
            self.stop()
            raise

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE_S)
        self._out.close()

    @property
    def data(self) -> Path:
        """Where the gateway's journal is."""
        return self.folder / "data"

    @property
    def port(self) -> int:
        settings = tomllib.loads((self.folder / "gateway.toml").read_text(encoding="utf-8"))
        return int(settings["web"]["port"])

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, cookie: str = ""
    ) -> tuple[int, Any, str]:
        """Status, JSON and the cookie that was set."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {"Content-Type": "application/json", "Idempotency-Key": os.urandom(8).hex()}
        if cookie:
            headers["Cookie"] = cookie
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            told = json.loads(text) if text.startswith("{") else {}
            return answer.status, told, answer.headers.get("Set-Cookie", "").partition(";")[0]
        finally:
            connection.close()

    def is_live(self) -> bool:
        try:
            return self.request("GET", "/healthz")[0] == 200
        except (OSError, http.client.HTTPException, KeyError, tomllib.TOMLDecodeError):
            return False

    def sign_in(self, role: str) -> str:
        """The session cookie of the first person with a role."""
        people = json.loads((self.folder / "people.json").read_text(encoding="utf-8"))
        person = next(one for one in people if one["role"] == role)
        status, _, cookie = self.request(
            "POST", "/api/session", {"badge": person["badge"], "pin": person["pin"]}
        )
        assert status == 200
        return cookie

    def get(self, path: str, cookie: str) -> dict[str, Any]:
        status, told, _ = self.request("GET", path, cookie=cookie)
        assert status == 200, (path, status, told)
        return told

    def children(self) -> list[int]:
        """The process numbers of the broker, the daemon and the simulated floor."""
        pid = self.process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def child(self, *words: str) -> int:
        """The process number of the child whose command line has words that end so."""
        for child in self.children():
            said = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            if all(any(one.endswith(word) for one in said) for word in words):
                return child
        raise AssertionError(f"the demo has no child {' '.join(words)}")

    def central(self) -> Mapping[str, Any]:
        """The verdict on the central system's books."""
        told = subprocess.run(
            [
                *(BIN / "warehouse-sim", "central", "--check"),
                *("--store", self.folder / "central.sqlite"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(told.stdout.strip().splitlines()[-1])

    def journal(self, command: str) -> list[Mapping[str, Any]]:
        """What `warehouse-edge journal` prints."""
        told = subprocess.run(
            [
                *(BIN / "warehouse-edge", "journal", command),
                *("--config", self.folder / "gateway.toml"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        return [json.loads(line) for line in told.stdout.splitlines()]
