"""Reads of several readers, decoded and told together: one turn of whoever listens."""

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, HearsTogether, Listener, Scan
from drivers.llrp.outputs import Unread
from drivers.llrp.together import Decoded, Waiting, decode_together
from drivers.reads import SomeReads, by_reader

OWN_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What a mistake of ours in decoding would raise: it must cost this connection, not all."""


class _Held(NamedTuple):
    """Reports that wait, and who is told of a fault in decoding them."""

    unread: Unread
    failed: Callable[[Exception], None]


class Gathering:
    """A listener that keeps the reads of a turn together; everything else goes on at once.

    Args:
        listener: who is told in the end.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._together = (
            listener.reads_together if isinstance(listener, HearsTogether) else self._one_by_one
        )
        self._held: list[SomeReads | _Held] = []

    def reads(self, batch: SomeReads) -> None:
        """Kept until the turn's end."""
        self._held.append(batch)

    def reports(self, unread: Unread, failed: Callable[[Exception], None]) -> None:
        """Kept until the turn's end and decoded then.

        Args:
            unread: the reports.
            failed: told of a fault of ours in decoding them, behind the reads of all others.
        """
        self._held.append(_Held(unread, failed))

    def tell_reads(self) -> None:
        """The turn's end: tell them one behind the other."""
        held, self._held = self._held, []
        waiting = [one.unread.waiting for one in held if isinstance(one, _Held)]
        found = iter(_decoded(waiting))
        batches: list[SomeReads] = []
        failures: list[tuple[_Held, Exception]] = []
        for one in held:
            if not isinstance(one, _Held):
                batches.append(one)
                continue
            outcome = next(found)
            if isinstance(outcome, Exception):
                failures.append((one, outcome))
                continue
            one.unread.decoded(*outcome)
            if len(outcome[0]):
                batches.append(outcome[0])
        if batches:
            self._together(batches)
        for one, fault in failures:
            one.failed(fault)

    def _one_by_one(self, batches: Sequence[SomeReads]) -> None:
        for batch in by_reader(batches):
            self._listener.reads(batch)

    def scan(self, scan: Scan) -> None:
        """Readers do not scan; whoever does is passed on."""
        self._listener.scan(scan)

    def device_up(self, change: DeviceUp) -> None:
        """Told behind the reads that came before."""
        self.tell_reads()
        self._listener.device_up(change)

    def device_down(self, change: DeviceDown) -> None:
        """Told behind the reads that came before."""
        self.tell_reads()
        self._listener.device_down(change)

    def device_event(self, event: DeviceEvent) -> None:
        """Told behind the reads that came before."""
        self.tell_reads()
        self._listener.device_event(event)


def _decoded(waiting: list[Waiting]) -> list[Decoded | Exception]:
    """What each holds, or the fault that it met; one alone where they cannot be read together."""
    try:
        return list(decode_together(waiting))
    except OWN_FAULTS:
        return [_alone(one) for one in waiting]


def _alone(waiting: Waiting) -> Decoded | Exception:
    try:
        return waiting.alone()
    except OWN_FAULTS as fault:
        return fault
