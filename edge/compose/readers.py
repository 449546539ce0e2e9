"""How readers are reached: settings and addresses become what the driver wants."""

import ssl
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from drivers.llrp.settings import AntennaSettings, InputTrigger, LlrpSettings, Select
from edge.settings import reader as configured
from edge.settings.reader import Reader

PORTS = {"llrp": 5084, "llrps": 5085}
"""Assigned to LLRP, plain and with TLS (LLRP 1.1, section 16)."""


_BANKS = {"epc": 1, "tid": 2, "user": 3}
_OTHERWISE_NAMED = {"name", "tls", "ca_file", "select", "start_input", "stop_input", "antenna"}


def configured_reader(one: Reader) -> LlrpSettings:
    """A reader of the configuration as its driver wants it."""
    plain = one.model_dump(exclude=_OTHERWISE_NAMED)
    if one.tls and "port" not in one.model_fields_set:
        plain["port"] = PORTS["llrps"]
    return LlrpSettings(
        device=one.name,
        tls=trusted(one.ca_file, one.certificate_sha256) if one.tls else None,
        selects=tuple(map(_select, one.select)),
        start=_trigger(one.start_input),
        stop=_trigger(one.stop_input),
        overrides=tuple(map(_antenna, one.antenna)),
        **plain,
    )


def _select(one: configured.Select) -> Select:
    return Select(_BANKS[one.bank], one.pointer, one.mask.lower(), one.action == "exclude")


def _trigger(one: configured.InputLevel | None) -> InputTrigger | None:
    return InputTrigger(one.port, one.level == "high", one.timeout_ms) if one else None


def _antenna(one: configured.Antenna) -> AntennaSettings:
    selects = None if one.select is None else tuple(map(_select, one.select))
    return AntennaSettings(**one.model_dump(exclude={"select"}), selects=selects)


def trusted(ca_file: Path | None, pin: str) -> ssl.SSLContext:
    """Whom to believe: an authority, or just the one certificate that is pinned."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    if pin and ca_file is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the connection compares the certificate itself
    return context


def split_address(address: str) -> SplitResult:
    """The parts of an address that somebody typed.

    Raises:
        ValueError: its host or port cannot be one.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port  # looked at only when it is asked for
    except ValueError:
        raise ValueError(
            f"{address}: a port is a number from 1 to 65535; an IPv6 address stands in brackets"
        ) from None
    return parts


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
