"""A renewed certificate is shown to whoever connects next; who is connected is not cut off."""

import datetime as dt
import hashlib
import ssl
import time
from pathlib import Path

import httpx
import pytest

from edge.daemon.authority import begin, issue
from edge.web.app import create_app
from edge.web.server import TlsFiles, WebServer
from tests.web.toy_house import House

LOOK_S_MAX = 15.0


def shown_by(port: int) -> str:
    """The fingerprint of the certificate that a new client is shown."""
    pem = ssl.get_server_certificate(("127.0.0.1", port), timeout=5)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def shows_another(port: int, than: str) -> bool:
    deadline = time.monotonic() + LOOK_S_MAX
    while time.monotonic() < deadline:
        if shown_by(port) != than:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("broken_first", [False, True])
def test_a_renewed_certificate_needs_no_restart(
    house: House, tmp_path: Path, *, broken_first: bool
) -> None:
    now = dt.datetime.now(dt.UTC)
    folder = tmp_path / "own"
    begin(folder, ["127.0.0.1"], now)
    server = WebServer(
        create_app(house.given),
        "127.0.0.1",
        0,
        tls=TlsFiles(folder / "web.pem", folder / "web.key"),
    )
    server.start()
    try:
        trust = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        with httpx.Client(base_url=f"https://127.0.0.1:{server.port}", verify=trust) as client:
            assert client.get("/healthz").status_code == 200
            before = shown_by(server.port)
            if broken_first:
                (folder / "web.pem").write_text("no certificate")
                assert shown_by(server.port) == before
            issue(folder, "web", ["127.0.0.1"], now)

            assert shows_another(server.port, before)
            assert client.get("/healthz").status_code == 200
    finally:
        server.stop()
