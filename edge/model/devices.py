"""Readers that were found on the network, and what somebody decided about them."""

from dataclasses import dataclass

from edge.model.ids import Badge, DeviceName


@dataclass(frozen=True, slots=True)
class FoundDecision:
    """What was decided about a found reader.

    Attributes:
        found_id: names the place on the network where it was found.
        name: as it is run; None where it is ignored.
        host, port: where it is.
        tls: it speaks TLS, with just the certificate of `certificate_sha256`.
        antennas: ports to read on; empty for all.
        by: who decided.
    """

    found_id: str
    name: DeviceName | None
    host: str
    port: int
    tls: bool
    certificate_sha256: str
    antennas: tuple[int, ...]
    by: Badge
