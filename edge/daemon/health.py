"""Health: the few figures by which a gateway is judged, for `health`, `/readyz` and `/metrics`."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from prometheus_client import CollectorRegistry, Gauge, generate_latest


@dataclass(frozen=True, slots=True)
class Health:
    """One look at the gateway.

    Attributes:
        backlog: facts that the central system has not acknowledged.
        oldest_unsent_s: age of the oldest of them, seconds.
        connected: whether the broker is reached.
        readers_up, readers_down: LLRP readers that answer or do not.
        reads_total: reads since the start.
        reads_folded: those of them that waited too long and were folded into others.
        loop_lag_ms: since the floor loop's last turn.
        disk_free_bytes: on the journal's disk.
        clock_synchronised: whether something keeps the host's clock right.
        alerts: how many things are wrong.
        antennas_faulty: antennas with which something is wrong, those of lost readers included.
    """

    backlog: int
    oldest_unsent_s: float
    connected: bool
    readers_up: int
    readers_down: int
    reads_total: int
    reads_folded: int
    loop_lag_ms: float
    disk_free_bytes: int
    clock_synchronised: bool
    alerts: int
    antennas_faulty: int

    def as_plain(self) -> dict[str, object]:
        """As plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def disk_free_bytes(folder: Path) -> int:
    """What may still be written to a folder's disk."""
    return shutil.disk_usage(folder).free


def disk_used_share(folder: Path) -> float:
    """How full a folder's disk is for an ordinary user, 0 to 1; as `df` tells it."""
    usage = shutil.disk_usage(folder)
    blocks = usage.used + usage.free
    return usage.used / blocks if blocks else 1.0  # nothing can be written to /proc


METRICS: Mapping[str, str] = {
    "backlog": "Facts that the central system has not acknowledged",
    "oldest_unsent_s": "Age of the oldest unacknowledged fact in seconds",
    "connected": "1 while the broker is reached",
    "readers_up": "LLRP readers that answer",
    "readers_down": "LLRP readers that do not answer",
    "reads_total": "Tag reads since the start",
    "reads_folded": "Tag reads since the start that waited too long and were folded into others",
    "loop_lag_ms": "Milliseconds since the floor loop's last turn",
    "disk_free_bytes": "Free bytes on the journal's disk",
    "clock_synchronised": "1 while something keeps the host's clock right",
    "alerts": "Things that are wrong now",
    "antennas_faulty": "Antennas that are silent, slow, unplugged or of a reader that is down",
}
"""Every metric with its meaning; the name on the wire is `warehouse_edge_` + name."""


ANTENNA_METRICS: Mapping[str, str] = {
    "reads_per_s": "Reads a second of late",
    "usual_reads_per_s": "Reads a second that are usual at this hour",
    "rssi_dbm": "Mean level of late in dBm",
    "usual_rssi_dbm": "Mean level that is usual in dBm",
}
"""Figures of each antenna; on the wire `warehouse_edge_antenna_` + name, by reader and port."""
READER_METRICS: Mapping[str, str] = MappingProxyType(
    {
        "up": "1 while the LLRP reader answers",
        "reads": "Tag reads since the start",
        "errors": "What was refused or passed over since the start",
        "connections": "Connections since the start",
    }
)
"""Figures of each LLRP reader; on the wire `warehouse_edge_reader_` + name, by reader."""
CLOCK_METRICS: Mapping[str, str] = {
    "offset_ms": "Gateway time less the reader's in milliseconds",
    "drift_ppm": "How much faster than the gateway's the reader's clock runs, in millionths",
    "jumps": "How often the reader's clock jumped in this connection",
}
"""Figures of each reader's clock; on the wire `warehouse_edge_reader_clock_` + name."""

ANTENNA_WORDS: Mapping[str, str] = MappingProxyType(
    {"state": "1 beside the word for what is worst about the antenna, or good"}
)
CLOCK_WORDS: Mapping[str, str] = MappingProxyType(
    {"quality": "1 beside the word for what the reader's clock is good for"}
)
"""Words, each the label of a 1."""

Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Details:
    """Readers and antennas one by one, as plain JSON values.

    Attributes:
        readers: with name, up, reads, errors and clock.
        antennas: with reader, port, location, state and the figures of `ANTENNA_METRICS`.
    """

    readers: Rows
    antennas: Rows

    def as_plain(self) -> dict[str, object]:
        """As plain JSON values."""
        return {"readers": list(self.readers), "antennas": list(self.antennas)}


def metrics_text(look: Callable[[], Health], details: Callable[[], Details]) -> str:
    """The Prometheus text of one look."""
    health = look()
    registry = CollectorRegistry()
    for name, meaning in METRICS.items():
        Gauge(f"warehouse_edge_{name}", meaning, registry=registry).set(
            float(getattr(health, name))
        )
    shown = details()
    antennas = [((str(one["reader"]), str(one["port"])), one) for one in shown.antennas]
    readers = [((str(one["name"]),), one) for one in shown.readers]
    clocks = [(name, clock) for name, one in readers if isinstance(clock := one["clock"], Mapping)]
    qualities = [((*name, str(clock["quality"])), {"quality": 1}) for name, clock in clocks]
    states = [
        ((*name, str(one["location"]), str(one["state"])), {"state": 1}) for name, one in antennas
    ]
    of_antenna, of_reader = ("reader", "port"), ("reader",)
    _tell(registry, "antenna_", ANTENNA_METRICS, of_antenna, antennas)
    _tell(registry, "antenna_", ANTENNA_WORDS, (*of_antenna, "location", "state"), states)
    _tell(registry, "reader_", READER_METRICS, of_reader, readers)
    _tell(registry, "reader_clock_", CLOCK_METRICS, of_reader, clocks)
    _tell(registry, "reader_clock_", CLOCK_WORDS, (*of_reader, "quality"), qualities)
    return generate_latest(registry).decode()


def _tell(
    registry: CollectorRegistry,
    begins: str,
    meanings: Mapping[str, str],
    labels: Sequence[str],
    rows: Sequence[tuple[Sequence[str], Mapping[str, object]]],
) -> None:
    """Add metrics of a kind; each row is its labels' values and its figures."""
    for name, meaning in meanings.items():
        gauge = Gauge(f"warehouse_edge_{begins}{name}", meaning, labels, registry=registry)
        for values, figures in rows:
            _set(gauge, values, figures[name])


def _set(gauge: Gauge, labels: Sequence[str], value: object) -> None:
    """Give one figure; one that is not known is left out, for 0 would be a lie."""
    if isinstance(value, (int, float)):
        gauge.labels(*labels).set(value)
