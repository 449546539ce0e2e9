"""Certificates: whether they can be read, and how long they are good.

What reads them is imported when there is one to be read: it is 7 MiB, and most gateways have none.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edge.daemon.checks.finding import Finding, bad, good, warning

if TYPE_CHECKING:
    from cryptography import x509

DAYS_WARNED = 30


def certificate_dates(about: str, path: Path, now_us: int) -> Finding:
    """The first certificate of a PEM file against the clock.

    Args:
        about: whose it is.
        path: of the file.
        now_us: UTC microseconds.
    """
    try:
        certificate = _first_of(path.read_bytes())
    except (OSError, ValueError) as error:
        return bad(about, f"{path}: {error}", "give a certificate in PEM form")
    now = datetime.fromtimestamp(now_us / 1e6, UTC)
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        return bad(about, f"{path}: not valid before {begins:%Y-%m-%d}", "look at the clock")
    days = (ends - now).days
    if now >= ends:
        return bad(about, f"{path}: expired on {ends:%Y-%m-%d}", "renew it")
    text = f"{path}: good until {ends:%Y-%m-%d}, {days} days"
    return warning(about, text, "renew it soon") if days < DAYS_WARNED else good(about, text)


def validity_us(path: Path) -> tuple[int, int] | None:
    """From when and until when the first certificate of a PEM file is good, UTC microseconds.

    None where none is read.
    """
    try:
        certificate = _first_of(path.read_bytes())
    except (OSError, ValueError):
        return None
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return int(begins.timestamp()) * 1_000_000, int(ends.timestamp()) * 1_000_000


def _first_of(pem: bytes) -> "x509.Certificate":
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - 7 MiB

    return load_pem_x509_certificates(pem)[0]
