"""How readers are reached: settings and addresses become what the driver wants."""

import ssl
from pathlib import Path
from urllib.parse import SplitResult, parse_qs

from drivers.llrp.settings import LlrpSettings
from edge.settings.gateway import Reader

PORTS = {"llrp": 5084, "llrps": 5085}
"""Assigned to LLRP, plain and with TLS (LLRP 1.1, section 16)."""


def configured_reader(one: Reader) -> LlrpSettings:
    """A reader of the configuration as its driver wants it."""
    plain = one.model_dump(exclude={"name", "tls", "ca_file"})
    if one.tls and "port" not in one.model_fields_set:
        plain["port"] = PORTS["llrps"]
    tls = trusted(one.ca_file, one.certificate_sha256) if one.tls else None
    return LlrpSettings(device=one.name, tls=tls, **plain)


def trusted(ca_file: Path | None, pin: str) -> ssl.SSLContext:
    """Whom to believe: an authority, or just the one certificate that is pinned."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    if pin and ca_file is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the connection compares the certificate itself
    return context


def reader_at(
    parts: SplitResult, antennas: tuple[int, ...], power_dbm: float | None
) -> LlrpSettings:
    """A reader that only an address names: `llrp://` or `llrps://HOST[:PORT][?sha256=PIN]`."""
    pin = parse_qs(parts.query).get("sha256", [""])[0].lower()
    return LlrpSettings(
        device=parts.geturl(),
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        tls=trusted(None, pin) if parts.scheme == "llrps" else None,
        certificate_sha256=pin,
        antennas=antennas,
        power_dbm=power_dbm,
    )
