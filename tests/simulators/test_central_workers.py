"""Several workers on one shared subscription, a real broker and a real PostgreSQL.

The gateways of these tests keep their journal as a real one does: what is not acknowledged comes
again when it is asked for. Their books of what was acknowledged judge the workers.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from simulators.central_address import open_books
from tests.simulators.postgres import Cluster
from tests.waiting import PATIENCE_S, ended, wait_until

pytestmark = pytest.mark.fault
BATCH = 10
SILENT_S = 1.0
"""Without an acknowledgement for so long, a gateway sends again."""
HASTY_WORKER = str(Path(__file__).with_name("hasty_worker.py"))


class Journal:
    """A gateway's journal with its link: sends, sends again, remembers what was acknowledged."""

    def __init__(self, broker: tuple[str, int], name: str, count: int) -> None:
        self.name = name
        self.base = f"we1/site/{name}"
        self.count = count
        """Facts in the journal; `write` makes them more."""
        self.acknowledged = 0
        self._wanted: list[int] = [1]
        self._closed = False
        self._changed = threading.Condition()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_message = self._hear
        self._client.connect(*broker)
        self._client.subscribe([(f"{self.base}/ack", 1), (f"{self.base}/request/resend", 1)])
        self._client.loop_start()
        self._sender = threading.Thread(target=self._send, daemon=True)
        self._sender.start()

    def _hear(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        said = json.loads(message.payload)
        with self._changed:
            if message.topic.endswith("/ack"):
                self.acknowledged = max(self.acknowledged, said["upto"])
            else:
                self._wanted.append(said["from"])
            self._changed.notify_all()

    def _send(self) -> None:
        while not self._closed:
            with self._changed:
                while not self._wanted and not self._closed:
                    before = self.acknowledged
                    if not self._changed.wait(SILENT_S) and self.acknowledged == before:
                        self._wanted = [before + 1]  # a probe
                first = min(self._wanted, default=self.count + 1)
                self._wanted.clear()
            for start in range(first, self.count + 1, BATCH):
                numbers = range(start, min(start + BATCH, self.count + 1))
                payload = json.dumps([self._event(number) for number in numbers])
                if not self._closed:
                    self._client.publish(f"{self.base}/event/pick", payload, 1).wait_for_publish(
                        PATIENCE_S
                    )

    def _event(self, seq: int) -> dict[str, object]:
        return {
            "gateway": self.name,
            "epoch": f"epoch-of-{self.name}",
            "seq": seq,
            "id": f"{self.name}-{seq}",
            "type": "pick.picked",
            "data": {"n": seq},
        }

    def write(self, more: int) -> None:
        """So many facts more."""
        with self._changed:
            self._wanted.append(self.count + 1)
            self.count += more
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._sender.join(PATIENCE_S)
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def journals(broker: tuple[str, int]) -> Iterator[Callable[[int, int], list[Journal]]]:
    made: list[Journal] = []

    def make(gateways: int, events: int) -> list[Journal]:
        made.extend(Journal(broker, f"gate-{n}", events) for n in range(gateways))
        return made

    yield make
    for one in made:
        one.close()


@contextmanager
def workers(
    broker: tuple[str, int], address: str, count: int, program: tuple[str, ...] = ()
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Worker processes; who is killed is not started again, unless the test does."""
    options = ["--broker", f"{broker[0]}:{broker[1]}", "--store", address, "--share", "central"]
    command = [sys.executable, *(program or ("-m", "simulators", "central")), *options]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]
    try:
        with psycopg.connect(address, autocommit=True) as books:
            wait_until("the workers have opened the books", lambda: _connections(books) > count)
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait(PATIENCE_S)


def _connections(books: "psycopg.Connection[tuple[int]]") -> int:
    row = books.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    ).fetchone()
    return row[0] if row else 0


@contextmanager
def held(address: str, table: str) -> Iterator[Callable[[], bool]]:
    """A table that nobody gets while this lasts; tells whether somebody waits for it."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    with closing(psycopg.connect(address)) as books:
        books.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield lambda: books.execute(waiting, (table,)).fetchone() != (0,)


def told(made: list[Journal]) -> int:
    return sum(one.acknowledged for one in made)


def lost_of(address: str, made: list[Journal]) -> int:
    """Facts that a gateway was told to be stored, and that are not in the database: plain SQL."""
    with psycopg.connect(address) as books:
        rows = books.execute("SELECT gateway, seq FROM events").fetchall()
    found = set(rows)
    return sum(
        (one.name, seq) not in found for one in made for seq in range(1, one.acknowledged + 1)
    )


def judge(address: str, made: list[Journal]) -> None:
    store = open_books(address)
    assert lost_of(address, made) == 0
    assert (store.missing(), store.doubled()) == (0, 0)
    assert store.stored() == sum(one.count for one in made)
    with psycopg.connect(address) as books:
        twice = books.execute("SELECT count(*) - count(DISTINCT id) FROM events").fetchone()
    assert twice == (0,)
    store.close()


def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    broker: tuple[str, int],
    postgres: Cluster,
    journals: Callable[[int, int], list[Journal]],
) -> None:
    address = postgres.database()
    with workers(broker, address, 4) as running:
        made = journals(4, 2_000)
        wait_until("work is under way", lambda: told(made) > 300)

        os.kill(running[0].pid, signal.SIGKILL)
        os.kill(running[1].pid, signal.SIGKILL)

        wait_until("everything is acknowledged", lambda: told(made) == 8_000)
    judge(address, made)


def test_a_database_that_crashes_loses_and_doubles_nothing(
    broker: tuple[str, int],
    postgres: Cluster,
    journals: Callable[[int, int], list[Journal]],
) -> None:
    address = postgres.database()
    with workers(broker, address, 2):
        made = journals(2, 2_000)
        wait_until("work is under way", lambda: told(made) > 200)
        with held(address, "gateways") as waiting:
            for one in made:
                one.write(2_000)
            wait_until("a batch has begun and is not committed", waiting)

            postgres.stop("immediate")
            postgres.start()

        wait_until("everything is acknowledged", lambda: told(made) == 8_000)
    judge(address, made)


def test_the_books_notice_a_worker_that_acknowledges_before_it_commits(
    broker: tuple[str, int],
    postgres: Cluster,
    journals: Callable[[int, int], list[Journal]],
) -> None:
    """The tests above are worth nothing unless they fail on the mistake that they are for."""
    address = postgres.database()
    with workers(broker, address, 1, (HASTY_WORKER,)) as running:
        made = journals(1, 1_000)
        wait_until("work is under way", lambda: told(made) > 100)
        running[0].kill()
        running[0].wait(PATIENCE_S)
        assert lost_of(address, made) > 0


def test_the_command_keeps_its_workers_running_and_sends_orders(
    broker: tuple[str, int],
    postgres: Cluster,
    journals: Callable[[int, int], list[Journal]],
) -> None:
    address = postgres.database()
    command = [sys.executable, "-m", "simulators", "central", "--workers", "2", "--progress"]
    command += ["--broker", f"{broker[0]}:{broker[1]}", "--store", address]
    running = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        with psycopg.connect(address, autocommit=True) as books:
            wait_until("both workers have opened the books", lambda: _connections(books) == 4)
            children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
            before = children.read_text().split()
            os.kill(int(before[0]), signal.SIGKILL)
            wait_until(
                "it is started again", lambda: set(children.read_text().split()) - set(before)
            )
            wait_until("it has opened the books", lambda: _connections(books) == 4)
        made = journals(2, 200)
        wait_until("everything is acknowledged", lambda: told(made) == 400)
    finally:
        running.terminate()
        out, _ = ended(running)
    last = json.loads(out.splitlines()[-1])
    assert (last["gateways"], last["events"], last["lost"], last["doubled"]) == (2, 400, 0, 0)
