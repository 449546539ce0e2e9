"""The daemon of a configuration as a process, and a supervisor who is signed in."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from edge.compose.core import STORE_FILE
from edge.store.reader import JournalReader
from edge.web.pins import hash_pin
from tests.waiting import PATIENCE_S, ended

ROOT = Path(__file__).parents[2]
TROUBLES = ROOT / "config" / "exceptions.toml"
BADGE, PIN = "s1", "4711"


def configured(folder: Path, gateway: str, floor: str) -> Path:
    """The files of a gateway in a folder; `gateway` has a place for {pin_hash}."""
    (folder / "floor.toml").write_text(floor)
    (folder / "exceptions.toml").write_text(TROUBLES.read_text(encoding="utf-8"))
    file = folder / "gateway.toml"
    file.write_text(gateway.replace("{pin_hash}", hash_pin(PIN)))
    return file


def kinds_in(data: Path) -> Counter[str]:
    """How many facts of each kind the journal of a gateway holds; it may be at work."""
    with closing(JournalReader(data / STORE_FILE)) as reader:
        return Counter(one.event.type for one in reader.facts_after(0, 100_000, 10**8))


@contextmanager
def running(config: Path) -> Iterator[httpx.Client]:
    """The daemon while it runs; the client is signed in."""
    with running_daemon(config) as (_, client):
        yield client


@contextmanager
def running_daemon(config: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """The same with its process, for signals."""
    daemon = subprocess.Popen(
        [sys.executable, "-m", "edge", "run", "--config", config],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert daemon.stdout is not None
    ready = next(line for line in daemon.stdout if '"ready": true' in line)
    try:
        with httpx.Client(base_url=json.loads(ready)["url"], timeout=PATIENCE_S) as client:
            assert client.post("/api/session", json={"badge": BADGE, "pin": PIN}).is_success
            yield daemon, client
    finally:
        daemon.terminate()
        ended(daemon)


PLAIN_GATEWAY = """
[gateway]
data_dir = "data"
floor_file = "floor.toml"
exceptions_file = "exceptions.toml"
[mqtt]
enabled = false
[web]
port = {port}
"""
"""Pages and no broker; what a test is about comes behind it."""


def hall_of(reader: str) -> str:
    """A floor of one place, which one antenna of this reader hears."""
    place = '[[location]]\nid = "hall"\nkind = "zone"\n'
    return f'{place}[[antenna]]\nreader = "{reader}"\nport = 1\nlocation = "hall"\n'
