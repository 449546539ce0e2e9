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


PLAIN_GATEWAY = """
[gateway]
data_dir = "data"
[mqtt]
enabled = false
[web]
port = {web_port}
"""
"""Pages and no broker; what a test is about comes behind it."""
SUPERVISOR = """
[[person]]
badge = "s1"
name = "Chen"
role = "supervisor"
pin_hash = "{pin_hash}"
"""
"""Who is signed in while the daemon is `running`."""
HALL = '[[location]]\nid = "hall"\nkind = "zone"\n'
"""A floor of one place."""


def hall_of(reader: str) -> str:
    """The same, which one antenna of this reader hears."""
    return f'{HALL}[[antenna]]\nreader = "{reader}"\nport = 1\nlocation = "hall"\n'


def configured(folder: Path, gateway: str, floor: str, *, web_port: int = 0) -> Path:
    """The files of a gateway in a folder; `gateway` may have a {pin_hash} and a {web_port}."""
    (folder / "floor.toml").write_text(floor)
    (folder / "exceptions.toml").write_text(TROUBLES.read_text(encoding="utf-8"))
    file = folder / "gateway.toml"
    text = gateway.replace("{web_port}", str(web_port))
    file.write_text(text.replace("{pin_hash}", hash_pin(PIN)))
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
