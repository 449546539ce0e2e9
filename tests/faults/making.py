"""Lines made, each in a process of its own, and a word all the while on how long it takes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.faults.lines.line import Found, Line
from tests.faults.schedule import left_s, phases
from tests.faults.table import Measured, seconds_of_page

LINE_S_MAX = 3_600.0
"""What takes longer is ended, and its row says so."""
TIDYING_S_MAX = 60.0
"""For a line that is ended to take down its disks, brokers and namespaces."""
TOLD_EVERY_S = 60.0
UNKNOWN_S = 120.0
"""Expected of a line that no row of the page tells of."""
COMPLAINT_CHARACTERS_MAX = 300


def make_all(
    lines: Sequence[Line], scale: float, seed: int, keep: Callable[[Measured], None]
) -> bool:
    """Make the lines as the schedule says; tells on standard error what goes on.

    Args:
        lines: to be made.
        scale: how large a part of their tries.
        seed: settles the instants.
        keep: is given each line as soon as it is measured; from any thread.

    Returns:
        Whether every promise held.
    """
    by_name = {line.name: line for line in lines}
    page_s = seconds_of_page()
    expected_s = {name: scale * page_s.get(name, UNKNOWN_S) for name in by_name}
    planned = phases(list(by_name), expected_s)
    progress = _Progress(lambda spent_s: left_s(planned, expected_s, spent_s))
    running: set[subprocess.Popen[str]] = set()
    is_over = threading.Event()

    def make(name: str) -> bool:
        progress.begins(name)
        process = _started(by_name[name], scale, seed)
        running.add(process)
        one = measured(by_name[name], scale, process)
        running.remove(process)
        if not is_over.is_set():  # what was cut off tells nothing
            keep(one)
        progress.ends(name, f"{one.verdict}: {one.text} ({one.spent_s:.0f} s)")
        return one.good

    held: list[bool] = []
    with progress.told():
        for phase in planned:
            with ThreadPoolExecutor(phase.places) as places:
                try:
                    held += places.map(make, phase.names)
                except BaseException:  # such as Ctrl-C
                    is_over.set()
                    places.shutdown(wait=False, cancel_futures=True)
                    _end(tuple(running))
                    raise
    return all(held)


def _started(line: Line, scale: float, seed: int) -> "subprocess.Popen[str]":
    """In a session of its own, so that it is ended together with what it has started."""
    tries = max(1, round(line.tries * scale))
    options = ("--here", str(tries), "--seed", str(seed))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults", *options, line.name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def measured(
    line: Line, scale: float, process: "subprocess.Popen[str]", most_s: float = LINE_S_MAX
) -> Measured:
    """What a line's process finds; where it finds nothing, or not in time, the row says why."""
    began_s = time.monotonic()
    found, complaint = None, ""
    try:
        told, complaint = process.communicate(timeout=most_s)
        found = Found(**json.loads(told.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        complaint = f"not done after {most_s:,.0f} s"
        with process:  # which closes what it might still say
            _end((process,))
    except (IndexError, ValueError):
        complaint = " ".join(complaint.split())[-COMPLAINT_CHARACTERS_MAX:]
    return Measured(line, scale, time.monotonic() - began_s, found, "" if found else complaint)


def _end(processes: "Sequence[subprocess.Popen[str]]") -> None:
    """As with Ctrl-C, so that they take down what they have set up; then all by force."""
    for how in (signal.SIGINT, signal.SIGKILL):
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, how)
        until_s = time.monotonic() + TIDYING_S_MAX
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until_s - time.monotonic()))


class _Progress:
    """Tells which lines go on and how long it still takes; from any thread."""

    def __init__(self, left_s: Callable[[Mapping[str, float]], float]) -> None:
        self._left_s = left_s
        self._began_s: dict[str, float] = {}
        self._over: list[str] = []
        self._lock = threading.Lock()
        self._done = threading.Event()

    def begins(self, name: str) -> None:
        with self._lock:
            self._began_s[name] = time.monotonic()
        self._tell(f"{name}: begun")

    def ends(self, name: str, what: str) -> None:
        with self._lock:
            self._over.append(name)
        self._tell(f"{name}: {what}")

    @contextmanager
    def told(self) -> Iterator[None]:
        """Meanwhile a word comes every minute."""
        thread = threading.Thread(target=self._tell_on)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _tell_on(self) -> None:
        while not self._done.wait(TOLD_EVERY_S):
            with self._lock:
                running = [name for name in self._began_s if name not in self._over]
            self._tell(f"{', '.join(running)}: at work")

    def _tell(self, what: str) -> None:
        now_s = time.monotonic()
        with self._lock:
            spent_s = {
                name: float("inf") if name in self._over else now_s - began_s
                for name, began_s in self._began_s.items()
            }
            minutes = self._left_s(spent_s) / 60
        sys.stderr.write(f"{what}; about {minutes:.0f} min left\n")
        sys.stderr.flush()
