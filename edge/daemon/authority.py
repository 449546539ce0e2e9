"""The gateway's own certificate authority: small, bound to the gateway's own names, in one folder.

A handheld that trusts it trusts it for this gateway only: its certificate permits no other names
(RFC 5280, section 4.2.1.10) and no authority below it. Certificates hold for 397 days, the most
that browsers take is 398. Each renewal makes a new key; files change in one step each, the key
first, so whoever reads between the two sees a pair that does not fit and looks again.
"""

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge.model.fault_sentences import fault

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397
_EARLIER = dt.timedelta(hours=1)
"""A handheld's clock may be behind."""
USES = {
    "web": ExtendedKeyUsageOID.SERVER_AUTH,
    "mqtt": ExtendedKeyUsageOID.CLIENT_AUTH,
}
"""What the authority issues, by the stem of its files."""


class AuthorityError(Exception):
    """The folder cannot serve as an authority; the operator must act."""


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate of the folder.

    Attributes:
        use: authority, web or mqtt.
        names: host names and addresses that it is for.
        sha256: its fingerprint, hex.
    """

    use: str
    file: Path
    names: tuple[str, ...]
    begins: dt.datetime
    ends: dt.datetime
    sha256: str


def begin(folder: Path, names: Sequence[str], now: dt.datetime) -> None:
    """Make the authority and the web server's certificate.

    Args:
        folder: is made, closed to others.
        names: host names and IP addresses under which the gateway is called.
        now: UTC.

    Raises:
        AuthorityError: there is one already, or a name is none.
        OSError: the folder cannot be written.
    """
    if (folder / "ca.key").exists():
        raise AuthorityError(f"{folder} holds an authority already; renew its certificates")
    if not names:
        raise AuthorityError(fault("authority_unnamed"))
    permitted = [_permitted(name) for name in names]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(f"warehouse-edge {names[0]}")
    draft = (
        _draft(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
    )
    try:
        _write(folder / "ca.key", _private(key), 0o600)
        _write(folder / "ca.pem", _public(draft.sign(key, hashes.SHA256())), 0o644)
        issue(folder, "web", names, now)
    except OSError:
        for half in ("ca.key", "ca.pem"):  # else the next try would take it for an authority
            (folder / half).unlink(missing_ok=True)
        raise


def issue(folder: Path, use: str, names: Sequence[str], now: dt.datetime) -> None:
    """A new key and certificate for a use; the old ones are replaced.

    Args:
        folder: of the authority.
        use: a key of `USES`; an MQTT client's first name is its common name.
        names: what it is for.
        now: UTC.

    Raises:
        AuthorityError: there is no authority here.
        OSError: a file cannot be written; the old pair stays.
    """
    authority, signing = _authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    draft = (
        _draft(_named(names[0]), authority.subject, key.public_key(), now, CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([USES[use]]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
    )
    if use == "web":
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        draft = draft.add_extension(alternatives, critical=False)
    _write(folder / f"{use}.key", _private(key), 0o600)
    _write(folder / f"{use}.pem", _public(draft.sign(signing, hashes.SHA256())), 0o644)


def issued(folder: Path) -> list[Issued]:
    """What the folder holds, the authority first.

    Raises:
        AuthorityError: there is no authority here, or a file holds no certificate.
    """
    _authority(folder)
    files = [("authority", folder / "ca.pem"), *((use, folder / f"{use}.pem") for use in USES)]
    return [_described(use, file) for use, file in files if file.exists()]


def _described(use: str, file: Path) -> Issued:
    certificate = _certificate(file)
    return Issued(
        use=use,
        file=file,
        names=_names_of(certificate),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Its alternative names, else its common name."""
    try:
        told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return tuple(
            str(one.value)
            for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        )
    return tuple(str(one.value) for one in told)


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Its certificate and its key.

    Raises:
        AuthorityError: one of them is missing or is none.
    """
    file = folder / "ca.key"
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except FileNotFoundError:
        raise AuthorityError(
            f"{folder} holds no authority; make one with `certificates init`"
        ) from None
    except ValueError as error:
        raise AuthorityError(f"{file}: is no key: {error}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AuthorityError(f"{file}: is not a key that `certificates init` has made")
    return _certificate(folder / "ca.pem"), key


def _certificate(file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise AuthorityError(f"{file}: {error}") from None


def _draft(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: dt.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _permitted(name: str) -> x509.GeneralName:
    """What the authority may issue for: this very name or address.

    Raises:
        AuthorityError: it is neither.
    """
    alternative = _alternative(name)
    if isinstance(alternative, x509.IPAddress):
        network: IPv4Network | IPv6Network = ip_network(name)
        return x509.IPAddress(network)
    return alternative


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        pass
    parts = name.split(".")
    if not all(one and one.replace("-", "a").isalnum() and one.isascii() for one in parts):
        raise AuthorityError(fault("authority_no_name", name=name))
    return x509.DNSName(name)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(file: Path, content: bytes, mode: int) -> None:
    """Put a file in its place in one step; whoever owned the old one owns the new one."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        unfinished.unlink()
        raise
    keeper = file.parent.stat()
    if (keeper.st_uid, keeper.st_gid) != (os.getuid(), os.getgid()) and os.getuid() == 0:
        os.chown(unfinished, keeper.st_uid, keeper.st_gid)
    unfinished.replace(file)
