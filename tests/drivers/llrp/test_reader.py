"""Readers on real sockets: they come, read, fail and come back, and never harm each other."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from tests.drivers.fakes import Ears, HostClock, downs, ups
from tests.drivers.llrp.llrp_bytes import Tag, report
from tests.drivers.llrp.peer import GET_SUPPORTED_VERSION, Peer, Server, serving


def settings(server: Server, **changes: object) -> LlrpSettings:
    values: dict[str, object] = {"device": "dock", "host": "127.0.0.1", "port": server.port}
    return LlrpSettings(**(values | changes))  # type: ignore[arg-type]


@contextmanager
def running(*readers: LlrpSettings) -> Iterator[tuple[LlrpWire, Ears]]:
    ears = Ears()
    wire = LlrpWire(readers, ears, HostClock(), np.random.default_rng(1))
    wire.start()
    try:
        yield wire, ears
    finally:
        wire.stop()
        assert not wire.alive


def test_a_reader_is_set_up_reads_and_is_left_tidy() -> None:
    peer = Peer()
    peer.after_enable = lambda: report(Tag(antenna=2), Tag(antenna=3))
    wanted = {"antennas": (2, 3), "power_dbm": 27.3, "mode": 1000}
    with serving(peer) as server, running(settings(server, **wanted)) as (wire, ears):
        up = ears.wait_up()
        (batch,) = ears.wait_reads(2)
        state = wire.states()["dock"]

    assert (up.manufacturer, up.model, up.firmware) == ("Impinj", "2001002", "1.2.3")
    assert up.protocol == "LLRP 1.0.1"
    assert up.antennas == (2, 3)
    assert batch.reader == "dock"
    assert batch.antenna.tolist() == [2, 3]
    assert state.up
    assert state.counters.reads == 2
    assert state.counters.errors == 0
    assert peer.kinds()[:3] == [46, 1023, 1]
    assert peer.kinds()[-2:] == [21, 14], "deletes its specs and closes"
    assert downs(ears.heard) == []


def test_a_lost_link_is_told_once_and_comes_back() -> None:
    peer = Peer()
    with serving(peer) as server, running(settings(server)) as (_, ears):
        ears.wait_up()
        server.cut()
        down = ears.wait_down()
        ears.wait_up(times=2)

    assert down.device == "dock"
    assert down.silent_since_us > 0
    assert len(downs(ears.heard)) == 1
    assert peer.connections == 2


def test_a_reader_that_is_not_there_is_told_once_and_asked_again_and_again() -> None:
    with serving(Peer()) as server:
        free = server.port
    ears = Ears()
    wire = LlrpWire(
        [LlrpSettings("dock", "127.0.0.1", free)], ears, HostClock(), np.random.default_rng(1)
    )
    wire.start()
    try:
        down = ears.wait_down()
        ears.listen(2)
    finally:
        wire.stop()

    assert "ECONNREFUSED" in down.reason
    assert down.silent_since_us == 0


def test_a_name_that_nobody_knows_is_told() -> None:
    ears = Ears()
    wire = LlrpWire([LlrpSettings("dock", "x" * 300)], ears, HostClock(), np.random.default_rng(1))
    wire.start()
    try:
        assert "unknown" in ears.wait_down().reason
    finally:
        wire.stop()


def test_a_name_is_looked_up_without_holding_up_others() -> None:
    with serving(Peer()) as server, running(settings(server, host="localhost")) as (_, ears):
        ears.wait_up()


def test_a_silent_reader_is_noticed_by_its_missing_keepalive() -> None:
    peer = Peer()
    with serving(peer) as server, running(settings(server, keepalive_ms=500)) as (_, ears):
        ears.wait_up()
        down = ears.wait_down()

    assert "no byte for" in down.reason


def test_garbage_from_one_reader_costs_its_connection_and_no_other_s() -> None:
    bad, good = Peer(), Peer()
    with serving(bad) as one, serving(good) as other:
        both = (settings(one), settings(other, device="gate"))
        with running(*both) as (wire, ears):
            ears.wait_up(times=2)
            one.send(b"\xff" * 5000)
            other.send(report(Tag()))
            down = ears.wait_down()
            ears.wait_reads(1)
            ears.wait_up(times=3)
            states = wire.states()

    assert down.device == "dock"
    assert "broken stream" in down.reason
    assert [up.device for up in ups(ears.heard)].count("gate") == 1
    assert states["gate"].connections == 1


def test_a_burst_of_single_reports_is_decoded_together() -> None:
    peer = Peer()
    with serving(peer) as server, running(settings(server)) as (_, ears):
        ears.wait_up()
        for number in range(500):
            server.send(report(Tag(antenna=1 + number % 4), message_id=number))
        batches = ears.wait_reads(500)

    assert sum(map(len, batches)) == 500
    assert len(batches) < 250


def test_stopping_is_quick_even_if_the_reader_never_answers() -> None:
    peer = Peer()
    peer.answer = lambda kind, body, message_id: (
        None if kind in {14, 21} and 24 in peer.kinds() else peer.usual(kind, body, message_id)
    )
    with serving(peer) as server, running(settings(server)) as (_, ears):
        ears.wait_up()
    # `running` itself asserts that the thread has ended


def test_stopping_before_anything_came_is_quick() -> None:
    peer = Peer()
    peer.greeting = bytes
    with serving(peer) as server, running(settings(server)):
        pass


def test_a_refused_vendor_extension_is_remembered_on_the_next_connection() -> None:
    peer = Peer()
    peer.impinj = False
    with serving(peer) as server, running(settings(server)) as (_, ears):
        up = ears.wait_up()
        server.cut()
        ears.wait_up(times=2)

    assert peer.kinds().count(1023) == 1
    assert up.manufacturer == "25882, without Impinj extensions"


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A reader's own certificate: its server side, and a client side that trusts only it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "reader")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = folder / "reader.pem"
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(both)
    return server, ssl.create_default_context(cafile=str(both))


def test_a_reader_is_read_over_tls(tmp_path: Path) -> None:
    server_side, client_side = certificate(tmp_path)
    peer = Peer()
    peer.after_enable = lambda: report(Tag()) * 2000
    with (
        serving(peer, server_side) as server,
        running(settings(server, tls=client_side)) as (_, ears),
    ):
        ears.wait_up()
        batches = ears.wait_reads(2000)

    assert sum(map(len, batches)) == 2000
    assert downs(ears.heard) == []


def test_a_reader_that_answers_plainly_where_tls_is_configured_is_not_read(
    tmp_path: Path,
) -> None:
    _, client_side = certificate(tmp_path)
    with serving(Peer()) as server, running(settings(server, tls=client_side)) as (_, ears):
        down = ears.wait_down()

    assert "answers in plain text" in down.reason
    assert ups(ears.heard) == []


def test_a_reader_with_just_the_pinned_certificate_is_read(tmp_path: Path) -> None:
    server_side, _ = certificate(tmp_path)
    pem = (tmp_path / "reader.pem").read_bytes()
    pin = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
    anybody = ssl.create_default_context()
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    with serving(Peer(), server_side) as server:
        right = settings(server, tls=anybody, certificate_sha256=pin.upper())
        wrong = settings(server, device="gate", tls=anybody, certificate_sha256=64 * "0")
        with running(right, wrong) as (_, ears):
            up = ears.wait_up()
            down = ears.wait_down()

    assert up.device == "dock"
    assert down.device == "gate"
    assert f"SHA-256 is {pin}" in down.reason, "so that it can be pinned after a look"


def test_a_reader_with_a_foreign_certificate_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "foreign").mkdir()
    _, client_side = certificate(tmp_path / "own")
    server_side, _ = certificate(tmp_path / "foreign")
    with (
        serving(Peer(), server_side) as server,
        running(settings(server, tls=client_side)) as (_, ears),
    ):
        down = ears.wait_down()

    assert "certificate is not trusted: self-signed" in down.reason


def test_twenty_readers_of_garbage_leave_the_wire_and_its_neighbour_alive() -> None:
    seed = 21
    rng = np.random.default_rng(seed)
    bad, good = Peer(), Peer()
    bad.greeting = lambda: rng.bytes(400)
    with serving(bad) as one, serving(good) as other:
        readers = [settings(one, device=f"bad {number}") for number in range(20)]
        with running(*readers, settings(other, device="gate")) as (wire, ears):
            ears.wait_up()
            ears.wait("20 refused", lambda heard: len(downs(heard)) >= 20)
            other.send(report(Tag()))
            ears.wait_reads(1)
            assert wire.alive, f"seed {seed}"

    assert len(ups(ears.heard)) == 1


def closing(server: Server, peer: Peer) -> None:
    """The peer closes the connection at every message with the version of LLRP 1.1."""

    def answer(kind: int, body: bytes, number: int) -> bytes | None:
        if kind == GET_SUPPORTED_VERSION:
            server.cut()
        return peer.usual(kind, body, number)

    peer.answer = answer


def test_a_reader_that_closes_at_a_question_for_1_1_is_taken_as_1_0_1_without_a_word() -> None:
    peer = Peer()
    with serving(peer) as server:
        closing(server, peer)
        with running(settings(server)) as (wire, ears):
            up = ears.wait_up()
            errors = wire.states()["dock"].errors

    assert up.protocol == "LLRP 1.0.1"
    assert peer.kinds().count(GET_SUPPORTED_VERSION) == 1
    assert downs(ears.heard) == []
    assert errors == ()


def test_a_reader_that_ignores_a_question_for_1_1_reads_within_two_seconds() -> None:
    peer = Peer()
    peer.answer = lambda kind, body, number: (
        b"" if kind == GET_SUPPORTED_VERSION else peer.usual(kind, body, number)
    )
    with serving(peer) as server, running(settings(server)) as (_wire, ears):
        up = ears.wait_up()

    assert up.protocol == "LLRP 1.0.1"


def test_a_reader_may_join_a_wire_that_runs() -> None:
    with serving(Peer()) as first, serving(Peer()) as second, running(settings(first)) as found:
        wire, ears = found
        ears.wait_up()

        wire.add(settings(second, device="late"))

        assert ears.wait_up(2).device == "late"
        assert wire.states()["late"].up
        assert {("127.0.0.1", first.port), ("127.0.0.1", second.port)} <= wire.peers()
        with pytest.raises(ValueError, match="late is run already"):
            wire.add(settings(second, device="late"))
