"""Health: the few figures by which a gateway is judged, for `health`, `/readyz` and `/metrics`."""

import shutil
from collections.abc import Callable, Mapping
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

    def as_plain(self) -> dict[str, object]:
        """As plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def disk_free_bytes(folder: Path) -> int:
    """What may still be written to a folder's disk."""
    return shutil.disk_usage(folder).free


def disk_used_share(folder: Path) -> float:
    """How full a folder's disk is for an ordinary user, 0 to 1; as `df` tells it."""
    usage = shutil.disk_usage(folder)
    return usage.used / (usage.used + usage.free)


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
}
"""Every metric with its meaning; the name on the wire is `warehouse_edge_` + name."""


def metrics_text(look: Callable[[], Health]) -> str:
    """The Prometheus text of one look."""
    health = look()
    registry = CollectorRegistry()
    for name, meaning in METRICS.items():
        Gauge(f"warehouse_edge_{name}", meaning, registry=registry).set(
            float(getattr(health, name))
        )
    return generate_latest(registry).decode()
