"""How one LLRP reader is to be connected and set up: plain values, handed down."""

import ssl
from dataclasses import dataclass
from typing import Literal

SILENCE_MS_MAX = 10_000
"""A dead reader is noticed within this time, whatever its keepalive interval is."""


@dataclass(frozen=True, slots=True)
class LlrpSettings:
    """One reader.

    Attributes:
        device: its name in the configuration.
        host, port: its address; LLRP's own port is 5084, with TLS 5085.
        listen: the reader calls the gateway: `port` is the gateway's, and `host` the number of
            the address from which this reader comes.
        antennas: ports to read on, from 1; empty for all that the reader has.
        power_dbm: transmit power; the nearest entry of the reader's own table is taken. None
            leaves the reader's own setting.
        mode: mode identifier from the reader's own table; None leaves the reader's own setting.
        session: Gen2 session, 0 to 3. 2 keeps a read tag quiet for a while, so that others speak.
        population: tags expected in the field at once; the reader starts its slots from it.
        report_every: tags in a report; 1 for the shortest delay.
        report_after_ms: with `report_every` above 1, report after this time at the latest; 0 for
            no limit.
        keepalive_ms: sign of life wanted from the reader, 500 to 6,600. No byte for one and a
            half of these means that the link is dead.
        request_timeout_ms: limit for connecting and for each answer.
        vendor_extensions: try the vendor's own fields (phase, Doppler, finer RSSI) first.
        tls: certificates to speak TLS with; None speaks plainly.
        certificate_sha256: SHA-256 of the only certificate that is taken with TLS, 64 hex digits;
            empty takes every one that `tls` trusts.
        version: LLRP version to agree on. "auto" and "1.1" ask the reader for 1.1; one that does
            not answer or refuses stays on 1.0.1, and with "1.1" that is noted.
    """

    device: str
    host: str
    port: int = 5084
    listen: bool = False
    antennas: tuple[int, ...] = ()
    power_dbm: float | None = None
    mode: int | None = None
    session: int = 2
    population: int = 32
    report_every: int = 1
    report_after_ms: int = 0
    keepalive_ms: int = 5_000
    request_timeout_ms: int = 5_000
    vendor_extensions: bool = True
    tls: ssl.SSLContext | None = None
    certificate_sha256: str = ""
    version: Literal["auto", "1.0.1", "1.1"] = "1.0.1"

    @property
    def silence_us(self) -> int:
        """No byte for so long means that the link is dead."""
        return min(1_500 * self.keepalive_ms, 1_000 * SILENCE_MS_MAX)
