"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, on a free port.

PostgreSQL refuses to be run by root, so root runs it as the user that its package has made.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

SERVER_USER = "postgres"
PACKAGE = "postgresql"


def _program(name: str) -> str:
    """Debian keeps the server's programs apart, one folder for each version."""
    found = [shutil.which(name), *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))]
    for path in reversed(found):
        if path:
            return str(path)
    return pytest.skip(f"{name} is not installed; install the system's package {PACKAGE}")


class Cluster:
    """One server with its data; made by `cluster`."""

    def __init__(self, folder: Path, as_user: Sequence[str]) -> None:
        self._data = folder / "data"
        self._folder = folder
        self._as_user = as_user
        self._numbers = count(1)
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port: int = found.getsockname()[1]
        self._run(_program("initdb"), "-D", self._data, "-A", "trust", "-U", "edge", "--no-sync")

    def start(self) -> None:
        """Start it, and wait until it answers; it is as durable as it comes."""
        options = f"-p {self.port} -h 127.0.0.1 -k '' -c max_connections=200"
        log = self._folder / "log"
        self._run(
            _program("pg_ctl"),
            "-D",
            self._data,
            "-o",
            options,
            "-l",
            log,
            "-w",
            "-t",
            "60",
            "start",
        )

    def stop(self, how: str = "fast") -> None:
        """End it; `immediate` is as a crash: nothing is written out, nobody is told."""
        self._run(_program("pg_ctl"), "-D", self._data, "-m", how, "-w", "stop")

    @property
    def runs(self) -> bool:
        """Whether it was started and not stopped since."""
        return (self._data / "postmaster.pid").exists()

    def database(self) -> str:
        """Address of a new, empty database."""
        name = f"books_{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._address(name)

    def cpu_s(self) -> float:
        """Processor seconds of the server and of every connection that has ended."""
        pid = (self._data / "postmaster.pid").read_text(encoding="ascii").split()[0]
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return sum(map(int, stat[11:15])) / os.sysconf("SC_CLK_TCK")

    def _address(self, name: str) -> str:
        return f"postgresql://edge@127.0.0.1:{self.port}/{name}"

    def _run(self, *command: object) -> None:
        with (self._folder / "said").open("w+") as said:  # a pipe would be held by the server
            done = subprocess.run(
                [*self._as_user, *map(str, command)],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
            )
            said.seek(0)
            assert done.returncode == 0, said.read()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server that is taken down at the end."""
    folder = Path(tempfile.mkdtemp(prefix="books-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, SERVER_USER)
        as_user = ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups"]
    try:
        made = Cluster(folder, as_user)
        made.start()
        try:
            yield made
        finally:
            if made.runs:  # a test may have failed between its end and its new start
                made.stop("immediate")
    finally:
        shutil.rmtree(folder)
