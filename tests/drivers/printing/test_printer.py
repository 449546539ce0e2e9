"""The label printer's thread before the simulated printer."""

import json
import queue
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from drivers.backoff import Backoff
from drivers.printing.printer import JOBS_MAX, LabelPrinter, PrinterSettings
from tests.waiting import PATIENCE_S, ended

SIMULATOR = "import typer; from simulators.printer import printer_command as c; typer.run(c)"
LABEL = "^XA^CI28^FO10,10^A0N,20,20^FH^FDNorth _5E South 北^FS^BCN,99,N,N,N^FD>;>800340^FS^XZ"


class Heard:
    """What the printer's thread told."""

    def __init__(self) -> None:
        self.told: queue.Queue[tuple[str, str]] = queue.Queue()
        self.sent: list[str] = []

    def sending(self, _: str, job: str) -> None:
        self.sent.append(job)

    def printed(self, _: str, job: str) -> None:
        self.told.put(("printed", job))

    def troubled(self, _: str, reason: str) -> None:
        self.told.put(("troubled", reason))

    def next(self) -> tuple[str, str]:
        return self.told.get(timeout=PATIENCE_S)

    def until(self, job: str) -> None:
        while self.next() != ("printed", job):
            pass


class Simulated:
    """A simulated printer in a process of its own."""

    def __init__(self, state: str, port: int = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SIMULATOR, "--port", str(port), "--state", state],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(str(self.line()["printer"]["port"]))

    def line(self) -> dict[str, dict[str, object]]:
        assert self._process.stdout is not None
        said: dict[str, dict[str, object]] = json.loads(self._process.stdout.readline())
        return said

    def become(self, state: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{state}\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        ended(self._process)


@pytest.fixture
def simulated(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    printer = Simulated(getattr(request, "param", "ready"))
    yield printer
    printer.stop()


@contextmanager
def working(port: int, *, answers: bool = True) -> Iterator[tuple[LabelPrinter, Heard]]:
    heard = Heard()
    backoff = Backoff(np.random.default_rng(1), first_us=20_000, most_us=50_000)
    printer = LabelPrinter(PrinterSettings("p", "127.0.0.1", port, answers), heard, backoff)
    printer.start()
    yield printer, heard
    printer.stop()
    assert not printer.alive


def test_labels_come_out_in_their_order_with_every_sign(simulated: Simulated) -> None:
    with working(simulated.port) as (printer, heard):
        for job in ("one", "two"):
            assert printer.print(job, LABEL.encode())

        assert [heard.next(), heard.next()] == [("printed", "one"), ("printed", "two")]

    label = {"texts": ["North ^ South 北"], "barcodes": [">;>800340"]}
    assert [simulated.line(), simulated.line()] == [{"label": label}] * 2


@pytest.mark.parametrize("simulated", ["paper-out"], indirect=True)
def test_without_paper_the_label_waits_and_comes_out_once(simulated: Simulated) -> None:
    with working(simulated.port) as (printer, heard):
        printer.print("kept", LABEL.encode())
        assert heard.next() == ("troubled", "it has no labels left")
        assert heard.sent == [], "nothing of it can be out"

        simulated.become("ready")
        heard.until("kept")
    simulated.become("pause")

    assert [next(iter(simulated.line())) for _ in range(3)] == ["state", "label", "state"]


def test_a_printer_that_is_not_there_is_told_and_the_label_waits_for_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with working(port) as (printer, heard):
        printer.print("kept", LABEL.encode())
        kind, reason = heard.next()
        assert (kind, "refused" in reason) == ("troubled", True)

        simulated = Simulated("ready", port)
        heard.until("kept")
    assert next(iter(simulated.line())) == "label"
    simulated.stop()


def test_one_that_answers_nothing_is_trusted_with_what_it_took() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with working(server.getsockname()[1], answers=False) as (printer, heard):
            printer.print("sent", LABEL.encode())
            wire, _ = server.accept()

            assert heard.next() == ("printed", "sent")
        assert wire.makefile("rb").read() == LABEL.encode()
        wire.close()


def test_labels_beyond_the_bound_are_refused_and_none_that_waits_is_lost() -> None:
    with working(1) as (printer, _):
        taken = sum(printer.print(str(number), b"^XA^XZ") for number in range(JOBS_MAX + 5))

    assert taken == JOBS_MAX
