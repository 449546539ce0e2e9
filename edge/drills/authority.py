"""A scratch certificate authority for exercises: servers, clients, and a list of revoked ones."""

import datetime as dt
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = dt.timedelta(days=1)


class Authority:
    """Issues certificates for loopback, good for a day.

    Args:
        folder: for its files; made here.
        now: when the certificates begin to hold, UTC.
    """

    def __init__(self, folder: Path, now: dt.datetime) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(f"drill {folder.name}")
        own = self._draft(self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.certificate_file = self._write("ca.pem", own.sign(self._key, hashes.SHA256()))

    def issue(self, name: str) -> tuple[Path, Path]:
        """A certificate and its key, for 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternative = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        )
        draft = self._draft(_named(name), key.public_key()).add_extension(
            alternative, critical=False
        )
        key_file = self._folder / f"{name}.key"
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return self._write(f"{name}.pem", draft.sign(self._key, hashes.SHA256())), key_file

    def revoked(self, certificate_file: Path) -> Path:
        """A list that revokes one certificate."""
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(self._now)
            .build()
        )
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(self._now)
            .next_update(self._now + _DAY)
            .add_revoked_certificate(entry)
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / "revoked.pem"
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return file

    def _draft(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _DAY)
            .not_valid_after(self._now + _DAY)
        )

    def _write(self, name: str, certificate: x509.Certificate) -> Path:
        file = self._folder / name
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return file


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
