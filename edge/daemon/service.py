"""The daemon in the foreground: start, be watched, end on a signal."""

import gc
import json
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from edge.clock import Clock
from edge.daemon.notify import Notifier, watchdog_interval_s
from edge.daemon.supervisor import Supervisor, guard
from edge.floor.memory import made_to_stay

BEAT_S = 2.0
STUCK_US = 20_000_000
"""Without a turn of the floor loop for this long, systemd is no longer told that all is well."""
OLD_AFTER = 100
"""Searches of younger objects before all that live are searched for garbage. Among 30,000 that a
busy hall holds that takes 20 to 50 ms, in which nobody is served; with Python's own 10 it came
every seven seconds. Circles that have grown old wait longer for it; there are hardly any."""
SWITCH_S = 0.0005
"""So long a thread that reckons keeps the interpreter from one that wants it. A commit lets go of
it a dozen times: with Python's own 5 ms a scan waited as often for the planner."""


@dataclass(frozen=True, slots=True)
class OnSignal:
    """What follows from signals.

    Attributes:
        ending: called before everything stops, so that others are told.
        reload: called after SIGHUP, within two seconds.
        stop_wanted: set by SIGTERM and SIGINT, and shared by all runs of one process: a signal
            that comes between two of them ends the next.
    """

    ending: Callable[[], None]
    reload: Callable[[], None]
    stop_wanted: threading.Event = field(default_factory=threading.Event)


class Daemon:
    """One run of the gateway.

    Args:
        supervisor: with every service.
        clock: monotonic time for the watchdog.
        progressed_us: monotonic time of the floor loop's last good turn.
        beat: called every two seconds, to tell the central system of health.
        announcement: what is printed as one JSON line when everything has started.
        on_signal: what follows from signals.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        clock: Clock,
        progressed_us: Callable[[], int],
        beat: Callable[[], None],
        announcement: Callable[[], Mapping[str, object]],
        on_signal: OnSignal,
    ) -> None:
        self._supervisor = supervisor
        self._clock = clock
        self._progressed_us = progressed_us
        self._beat = beat
        self._announcement = announcement
        self._on_signal = on_signal
        self._notifier = Notifier()
        self._reload_wanted = False
        self._ending = threading.Event()
        self._failure: Exception | None = None

    def end_because(self, failure: Exception) -> None:
        """Stop everything; `run` then raises `failure`. Any thread may say so."""
        self._failure = self._failure or failure
        self._ending.set()

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then stop everything.

        Raises:
            Whatever keeps a service from starting, and what `end_because` was told.
        """
        self._heed_signals()
        self._start()
        self._announce()
        self._serve()
        if self._failure is None:  # else it begins anew, or its end tells what happened
            self._notifier.tell("STOPPING=1")
        self._on_signal.ending()
        self._supervisor.stop()
        if self._failure is not None:
            raise self._failure

    def _heed_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._want_stop())
        signal.signal(signal.SIGHUP, lambda *_: self._want_reload())
        if self._on_signal.stop_wanted.is_set():
            self._ending.set()

    def _start(self) -> None:
        with made_to_stay():
            self._supervisor.start()
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, OLD_AFTER)
        sys.setswitchinterval(SWITCH_S)

    def _announce(self) -> None:
        self._notifier.tell("READY=1")
        sys.stdout.write(json.dumps(self._announcement()) + "\n")
        sys.stdout.flush()
        structlog.get_logger("daemon").info("gateway ready")

    def _serve(self) -> None:
        """Until the end is wanted: tell how it goes, and that all is well, in equal steps."""
        interval_s = min(watchdog_interval_s() or BEAT_S, BEAT_S)
        while not self._ending.wait(interval_s):
            guard(self._beat, "health could not be told")
            if self._reload_wanted:
                self._reload_wanted = False
                guard(self._on_signal.reload, "configuration could not be looked at again")
            if self._clock.monotonic_us() - self._progressed_us() < STUCK_US:
                self._notifier.tell("WATCHDOG=1")

    def _want_stop(self) -> None:
        self._on_signal.stop_wanted.set()
        self._ending.set()

    def _want_reload(self) -> None:
        self._reload_wanted = True
