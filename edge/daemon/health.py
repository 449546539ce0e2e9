"""Health: the few figures by which a gateway is judged, for `health`, `/readyz` and `/metrics`."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
CLOCK_METRICS: Mapping[str, str] = {
    "offset_ms": "Gateway time less the reader's in milliseconds",
    "drift_ppm": "How much faster than the gateway's the reader's clock runs, in millionths",
    "jumps": "How often the reader's clock jumped in this connection",
}
"""Figures of each reader's clock; on the wire `warehouse_edge_reader_clock_` + name."""

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
    for name, meaning in ANTENNA_METRICS.items():
        gauge = Gauge(
            f"warehouse_edge_antenna_{name}", meaning, ("reader", "port"), registry=registry
        )
        for one in shown.antennas:
            _set(gauge, (str(one["reader"]), str(one["port"])), one[name])
    for name, meaning in CLOCK_METRICS.items():
        gauge = Gauge(
            f"warehouse_edge_reader_clock_{name}", meaning, ("reader",), registry=registry
        )
        for one in shown.readers:
            clock = one["clock"]
            if isinstance(clock, Mapping):
                _set(gauge, (str(one["name"]),), clock[name])
    return generate_latest(registry).decode()


def _set(gauge: Gauge, labels: tuple[str, ...], value: object) -> None:
    """Give one figure; one that is not known is left out, for 0 would be a lie."""
    if isinstance(value, (int, float)):
        gauge.labels(*labels).set(value)
