"""The gateway's own authority: trusted for its own names only, closed to others, renewable."""

import datetime as dt
import errno
import os
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import verification

from edge.daemon.authority import AuthorityError, begin, issue, issued

NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
NAMES = ("gw-1.local", "192.0.2.1")


def verified(folder: Path, name: str, now: dt.datetime = NOW) -> None:
    """A client that trusts the authority looks at the web server's certificate."""
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    leaf = x509.load_pem_x509_certificate((folder / "web.pem").read_bytes())
    verification.PolicyBuilder().store(verification.Store([authority])).time(
        now
    ).build_server_verifier(x509.DNSName(name)).verify(leaf, [])


def test_who_trusts_the_authority_trusts_the_gateway_under_its_name(tmp_path: Path) -> None:
    begin(tmp_path / "own", NAMES, NOW)

    verified(tmp_path / "own", "gw-1.local")

    authority, web = issued(tmp_path / "own")
    assert web.names == NAMES
    assert web.ends - NOW <= dt.timedelta(days=398)
    assert authority.ends > web.ends


def test_keys_are_closed_to_others(tmp_path: Path) -> None:
    begin(tmp_path / "own", NAMES, NOW)

    for key in (tmp_path / "own").glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600, key
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700


def test_a_stolen_authority_is_worth_nothing_for_other_names(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    begin(folder, NAMES, NOW)
    issue(folder, "web", ["bank.example"], NOW)

    with pytest.raises(verification.VerificationError):
        verified(folder, "bank.example")

    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)


def test_a_renewed_certificate_has_a_new_key_and_the_same_names(tmp_path: Path) -> None:
    folder, later = tmp_path / "own", NOW + dt.timedelta(days=380)
    begin(folder, NAMES, NOW)
    before = (folder / "web.key").read_bytes()

    issue(folder, "web", issued(folder)[1].names, later)

    assert (folder / "web.key").read_bytes() != before
    assert issued(folder)[1].names == NAMES
    verified(folder, "gw-1.local", later + dt.timedelta(days=390))


def test_an_authority_is_never_overwritten(tmp_path: Path) -> None:
    begin(tmp_path, NAMES, NOW)

    with pytest.raises(AuthorityError, match="already"):
        begin(tmp_path, NAMES, NOW)


@pytest.mark.parametrize("name", ["", "a b", "*.example", "-.", "http://gw"])
def test_what_is_no_name_is_refused_before_anything_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(AuthorityError, match="neither"):
        begin(tmp_path / "own", [name], NOW)

    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize("written", [0, 1, 2, 3])
def test_a_disk_that_fills_up_leaves_no_half_of_an_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    left = [written]

    def sync(_: int) -> None:
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0] -= 1

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", sync)
        with pytest.raises(OSError, match="No space"):
            begin(tmp_path, ["gw.local"], NOW)

    begin(tmp_path, ["gw.local"], NOW)
    verified(tmp_path, "gw.local")
