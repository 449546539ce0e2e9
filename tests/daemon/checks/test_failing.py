"""Each check of the host finds what it looks for: made to fail once, it says so and what to do."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge.clock import PlayedClock
from edge.daemon.checks import host
from edge.daemon.checks.certificates import certificate_dates
from edge.daemon.checks.finding import Status
from edge.daemon.kernel_clock import KernelClock

NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000


def certificate(file: Path, begins: dt.datetime, ends: dt.datetime) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gw-1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize(
    ("begins_days", "ends_days", "status", "words"),
    [
        (-10, 90, Status.GOOD, "90 days"),
        (-10, 29, Status.WARNING, "29 days"),
        (-10, -1, Status.BAD, "expired on 2026-11-27"),
        (1, 90, Status.BAD, "not valid before 2026-11-29"),
    ],
)
def test_a_certificate_is_judged_by_its_dates(
    tmp_path: Path, begins_days: int, ends_days: int, status: Status, words: str
) -> None:
    begins, ends = (NOW + dt.timedelta(days=days) for days in (begins_days, ends_days))
    file = certificate(tmp_path / "web.pem", begins, ends)

    found = certificate_dates("web certificate", file, NOW_US)

    assert (found.status, words in found.text) == (status, True)
    assert bool(found.remedy) == (status is not Status.GOOD)


def test_a_certificate_that_is_none_is_bad(tmp_path: Path) -> None:
    (tmp_path / "web.pem").write_text("no certificate")

    for file in (tmp_path / "web.pem", tmp_path / "none.pem"):
        assert certificate_dates("web certificate", file, NOW_US).status is Status.BAD


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (KernelClock(synchronised=False), Status.WARNING),
        (KernelClock(synchronised=True, error_us_max=4000), Status.GOOD),
    ],
)
def test_a_clock_that_nothing_keeps_is_told(
    monkeypatch: pytest.MonkeyPatch, known: KernelClock, status: Status
) -> None:
    monkeypatch.setattr(host, "kernel_clock", lambda: known)

    assert host.clock_synchronised().status is status


@pytest.mark.parametrize(
    ("free", "used", "status"),
    [
        (50_000_000_000, 0.2, Status.GOOD),
        (50_000_000_000, 0.85, Status.WARNING),
        (100_000_000, 0.5, Status.BAD),
    ],
)
def test_a_disk_that_fills_up_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, used: float, status: Status
) -> None:
    monkeypatch.setattr(host, "disk_free_bytes", lambda _: free)
    monkeypatch.setattr(host, "disk_used_share", lambda _: used)

    assert host.disk_room(tmp_path).status is status


@pytest.mark.parametrize(
    ("sync_ms", "status"),
    [(2.0, Status.GOOD), (40.0, Status.WARNING), (900.0, Status.BAD)],
)
def test_a_disk_that_syncs_slowly_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sync_ms: float, status: Status
) -> None:
    def times(_folder: Path, _clock: object) -> Iterator[float]:
        return iter([sync_ms] * host.SYNCS)

    monkeypatch.setattr(host, "_sync_times_ms", times)

    assert host.disk_sync(tmp_path, PlayedClock()).status is status


def test_a_folder_without_rights_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may do everything

    found = host.folder_writable("gateway.data_dir", tmp_path)

    assert found.status is Status.BAD
    assert "chown" in found.remedy
