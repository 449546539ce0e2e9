"""Two brokers, of which exactly one is used, and the sealed wire to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.sync.mqtt.settings import TlsSettings
from tests.mosquitto import Broker
from tests.waiting import wait_until

from .conftest import Floor, MemoryJournal, settings_for
from .test_mqtt_faults import signs_of
from .test_mqtt_link import linked, listening, work_happens

pytestmark = pytest.mark.story


def make_certificates(folder: Path) -> None:
    """A small authority, and certificates of the broker and the gateway signed by it."""
    authority = ec.generate_private_key(ec.SECP256R1())
    for name in ("ca", "broker", "gate-1"):
        key = authority if name == "ca" else ec.generate_private_key(ec.SECP256R1())
        begin = datetime(2020, 1, 1, tzinfo=UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=20_000))
            .add_extension(x509.BasicConstraints(ca=name == "ca", path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]),
                critical=False,
            )
            .sign(authority, hashes.SHA256())
        )
        encoding = serialization.Encoding.PEM
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(encoding))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                encoding,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def test_when_one_broker_is_gone_the_next_one_is_used(
    make_broker: Callable[..., Broker], journal: MemoryJournal, floor: Floor
) -> None:
    first, second = make_broker(), make_broker()
    settings = settings_for(first.port, second.port)
    with (
        listening(first) as central,
        listening(second) as elsewhere,
        linked(settings, journal, floor) as link,
    ):
        elsewhere.events = central.events  # both centres write into one store
        work_happens(journal, 10)
        link.wake()
        wait_until("the first has taken them", lambda: journal.acknowledged() == 10)
        first.kill()
        work_happens(journal, 10)
        link.wake()
        wait_until("the second has taken the others", lambda: journal.acknowledged() == 20)
        assert link.status().broker.endswith(str(second.port))


def test_the_preferred_broker_is_used_again_when_all_is_told(
    make_broker: Callable[..., Broker], journal: MemoryJournal, floor: Floor
) -> None:
    # given a gateway on its standby broker
    first, second = make_broker(), make_broker()
    first.kill()
    settings = settings_for(first.port, second.port, stay_s=0.5)
    with listening(second) as elsewhere, linked(settings, journal, floor) as link:
        work_happens(journal, 10)
        link.wake()
        wait_until("the second has taken them", lambda: journal.acknowledged() == 10)
        assert link.status().broker.endswith(str(second.port))

        # when the preferred one is there again
        first.start()
        with listening(first) as central:
            central.events = elsewhere.events  # both centres write into one store
            # then it is used, and what happens now is told there
            wait_until("back at the first", lambda: link.status().broker.endswith(str(first.port)))
            work_happens(journal, 5)
            link.wake()
            wait_until("the first has taken them", lambda: journal.acknowledged() == 15)


def test_where_the_central_system_is_behind_the_other_broker_it_is_found_there(
    make_broker: Callable[..., Broker], journal: MemoryJournal, floor: Floor
) -> None:
    first, second = make_broker(), make_broker()
    settings = settings_for(first.port, second.port, switch_after_s=1.0)
    with listening(second), linked(settings, journal, floor) as link:
        work_happens(journal, 30)
        link.wake()
        wait_until("everything is acknowledged", lambda: journal.acknowledged() == 30)
        assert link.status().broker.endswith(str(second.port))


# paho leaves the socket of a failed handshake to Python, which closes it at once but grumbles
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_wire_that_leaves_the_host_is_sealed_and_both_ends_are_known(
    make_broker: Callable[..., Broker],
    journal: MemoryJournal,
    floor: Floor,
    tmp_path: Path,
) -> None:
    make_certificates(tmp_path)
    broker = make_broker(
        f"cafile {tmp_path}/ca.pem\ncertfile {tmp_path}/broker.pem\n"
        f"keyfile {tmp_path}/broker.key\nrequire_certificate true\n"
    )
    sealed = TlsSettings(tmp_path / "ca.pem", tmp_path / "gate-1.pem", tmp_path / "gate-1.key")
    settings = settings_for(broker.port, tls=sealed, confirmed_by="broker")
    with linked(settings, journal, floor) as link:
        wait_until("it is connected", lambda: link.status().connected)
    stranger = settings_for(broker.port, tls=TlsSettings(tmp_path / "gate-1.pem"))
    with linked(stranger, journal, floor) as link:
        wait_until("it is refused", lambda: "certificate" in link.status().last_error.lower())
        assert not link.status().connected
        wait_until("it is a sign of intrusion", lambda: signs_of(floor) == ["certificate_unknown"])
