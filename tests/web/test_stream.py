import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

import edge.web.server
from edge.web.app import create_app
from edge.web.people import Role
from edge.web.server import TlsFiles, WebServer, WebServerError
from edge.web.sse import STREAMS_PER_PERSON_MAX
from tests.waiting import PATIENCE_S, wait_until
from tests.web.toy_house import BADGES, PIN, House, open_house, serve

LOOPBACK = IPv4Address("127.0.0.1")


@pytest.fixture
def server(house: House) -> Iterator[WebServer]:
    serving = serve(house.given)
    yield serving
    serving.stop()


@contextmanager
def client_at(server: WebServer, role: Role) -> Iterator[httpx.Client]:
    address = f"http://127.0.0.1:{server.port}"
    with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
        who = {"badge": BADGES[role], "pin": PIN}
        assert client.post("/api/session", json=who).status_code == 200
        yield client


def values(answer: httpx.Response) -> Iterator[tuple[str, dict[str, object]]]:
    """The events of a stream: name and value."""
    event = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield event, json.loads(line.removeprefix("data: "))


def took_s(what: Callable[[Any], object], given: object) -> float:
    began = time.perf_counter()
    what(given)
    return time.perf_counter() - began


def test_a_stream_tells_the_newest_at_once_and_then_each_change(
    house: House, server: WebServer
) -> None:
    house.floor.board.show("board", {"items_picked": 1})
    with (
        client_at(server, Role.SUPERVISOR) as client,
        client.stream("GET", "/api/board/stream") as answer,
    ):
        told = values(answer)

        assert answer.headers["content-type"].startswith("text/event-stream")
        assert next(told) == ("board", {"items_picked": 1})
        house.floor.board.show("board", {"items_picked": 2})
        assert next(told) == ("board", {"items_picked": 2})


def test_the_open_page_of_somebody_who_is_listed_as_gone_is_told_nothing_more(
    house: House, server: WebServer
) -> None:
    with (
        client_at(server, Role.PICKER) as client,
        client.stream("GET", "/api/prompt/stream") as answer,
    ):
        told = values(answer)
        next(told)

        house.floor.board.show("people", {BADGES[Role.PICKER]: {"name": "Ana", "active": False}})
        house.floor.board.show("prompt/p1", {"prompt_id": "for the next one"})

        try:
            assert list(told) == []
        finally:
            house.floor.board.show("people", {})


def test_a_prompt_reaches_its_picker_as_fast_as_an_answer_does(
    house: House, server: WebServer
) -> None:
    """Which a page that is told at the next round of a clock would not be."""
    with (
        client_at(server, Role.PICKER) as client,
        client.stream("GET", "/api/prompt/stream") as answer,
    ):
        told = values(answer)
        next(told)

        def show(number: int) -> None:
            house.floor.board.show("prompt/p1", {"prompt_id": number})
            assert next(told)[1] == {"prompt_id": number}

        prompts_s = [took_s(show, number) for number in range(20)]
        answers_s = [took_s(client.get, "/api/session") for _ in range(20)]

    assert min(prompts_s) < 10 * max(answers_s)


def test_a_reader_that_goes_leaves_nothing_behind(house: House, server: WebServer) -> None:
    watchers = house.floor.board._watchers
    with client_at(server, Role.SUPERVISOR) as client:
        with client.stream("GET", "/api/orders/stream") as answer:
            told = values(answer)
            next(told)
            assert len(watchers["orders"]) == 1
        wait_until("nobody watches", lambda: len(watchers["orders"]) == 0)


def test_one_person_cannot_hold_all_streams(server: WebServer) -> None:
    with client_at(server, Role.PICKER) as client:
        answers = [
            client.send(client.build_request("GET", "/api/prompt/stream"), stream=True)
            for _ in range(STREAMS_PER_PERSON_MAX)
        ]
        streams = [values(answer) for answer in answers]
        for stream in streams:
            next(stream)

        assert client.get("/api/prompt/stream").status_code == 503

        for answer in answers:
            answer.close()


def test_stopping_ends_open_streams_in_order_and_waits_for_no_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("GRACE_S", "STOP_S_MAX"):  # after which they would be cut
        monkeypatch.setattr(edge.web.server, bound, int(PATIENCE_S))
    server = serve(house.given)
    with (
        client_at(server, Role.SUPERVISOR) as client,
        client.stream("GET", "/api/board/stream") as answer,
    ):
        told = values(answer)
        next(told)
        rest: list[object] = []
        reader = threading.Thread(target=lambda: rest.extend(told))
        reader.start()

        server.stop()

        reader.join(PATIENCE_S)
        assert not reader.is_alive()
        assert rest == []  # the stream ended in order, not by a cut


def test_a_floor_that_does_not_answer_is_told_after_five_seconds(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    house.stop()
    server = serve(house.given)
    with client_at(server, Role.PICKER) as client:
        client.timeout = httpx.Timeout(PATIENCE_S)

        answer = client.post(
            "/api/scan",
            json={"prompt_id": "x", "code": "y"},
            headers={"Idempotency-Key": "unanswered"},
        )

    server.stop()
    assert answer.status_code == 503
    assert answer.json()["error"] == "no_answer"
    assert answer.headers["retry-after"] == "1"


def test_a_port_that_is_taken_is_told_to_the_operator(house: House, server: WebServer) -> None:
    second = WebServer(create_app(house.given), "127.0.0.1", server.port)

    with pytest.raises(WebServerError, match=str(server.port)):
        second.start()


def test_a_certificate_that_is_none_is_told_to_the_operator(house: House, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    server = WebServer(create_app(house.given), "127.0.0.1", 0, tls=TlsFiles(bad, bad))

    with pytest.raises(WebServerError, match=f"{bad} and {bad} cannot be used"):
        server.start()


def test_stopping_before_the_start_or_twice_is_harmless(house: House) -> None:
    WebServer(create_app(house.given), "127.0.0.1", 0).stop()
    server = serve(house.given)
    server.stop()
    server.stop()

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{server.port}/healthz")


def test_over_tls_a_session_is_bound_to_its_host(house: House, tmp_path: Path) -> None:
    certificate, key = own_certificate(tmp_path)
    app = create_app(replace(house.given, secure=True))
    server = WebServer(app, "127.0.0.1", 0, tls=TlsFiles(certificate, key))
    server.start()
    trust = ssl.create_default_context(cafile=str(certificate))
    address = f"https://127.0.0.1:{server.port}"

    with httpx.Client(base_url=address, verify=trust, timeout=PATIENCE_S) as client:
        who = {"badge": BADGES[Role.PICKER], "pin": PIN}
        answer = client.post("/api/session", json=who, headers={"Origin": address})
        assert answer.headers["set-cookie"].startswith("__Host-we1_session=")
        assert client.get("/api/session").json()["badge"] == "p1"

    server.stop()


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that vouches for itself, for loopback."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths
