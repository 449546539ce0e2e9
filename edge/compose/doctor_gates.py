"""Looking over how gates are heard: which way a tag went is told by its every read."""

from collections.abc import Iterator

from edge.daemon.checks.finding import Finding, warning
from edge.locating.portal_stays import BIN_MS
from edge.model.ids import DeviceName
from edge.model.places import Floor
from edge.settings.gateway import Settings
from edge.settings.reader import Reader


def gates_heard_poorly(settings: Settings, floor: Floor) -> Iterator[Finding]:
    """Readers of gates that are asked for less than they hear."""
    sided = frozenset(floor.sided_portals)
    at_gates = {one.reader: one.location for one in floor.antennas if one.location in sided}
    for reader in settings.reader:
        gate = at_gates.get(DeviceName(reader.name))
        if gate is not None and _tells_a_tag_seldom(reader):
            yield warning(
                f"gate {gate}",
                f"reader {reader.name} tells each tag once in {reader.report_after_ms} ms "
                "(report_every = 0), and every read is needed to tell in from out",
                "set report_every = 1; or 64, and keep report_after_ms",
            )


def _tells_a_tag_seldom(reader: Reader) -> bool:
    """With report_every = 0 a report has one row for a tag and antenna, however often heard."""
    return reader.report_every == 0 and reader.report_after_ms > BIN_MS
