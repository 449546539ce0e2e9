"""Looking over how gates are heard: which way a tag went is told by its every read."""

from collections.abc import Iterator

from edge.daemon.checks.finding import Finding, warning
from edge.locating.portal_stays import BIN_MS
from edge.model.ids import DeviceName
from edge.model.places import Floor
from edge.settings.gateway import Settings
from edge.settings.reader import Reader

_LATE_MS = 1_000
"""A tag that is told of so late may have been taken for silent, which ends its stay (1.5 s)."""


def gates_heard_poorly(settings: Settings, floor: Floor) -> Iterator[Finding]:
    """Readers of gates that are asked for less than they hear, or too seldom."""
    sided = frozenset(floor.sided_portals)
    at_gates = {one.reader: one.location for one in floor.antennas if one.location in sided}
    for reader in settings.reader:
        gate = at_gates.get(DeviceName(reader.name))
        fault = _fault_of(reader) if gate is not None else None
        if fault is not None:
            text = f"reader {reader.name} {fault}"
            yield warning(f"gate {gate}", text, "set report_every = 1; or 64 and a wait of 250 ms")


def _fault_of(reader: Reader) -> str | None:
    """Why a gate cannot rely on it; with report_every = 0 a report has one row for a tag."""
    wait_ms = reader.report_after_ms
    if reader.report_every == 0 and wait_ms > BIN_MS:
        return (
            f"tells each tag once in {wait_ms} ms (report_every = 0), and every read is needed "
            "to tell in from out"
        )
    if reader.report_every != 1 and wait_ms > _LATE_MS:
        return f"tells what it hears up to {wait_ms} ms later, and its tags seem to be gone before"
    return None
