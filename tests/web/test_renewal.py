"""A renewed certificate is shown to whoever connects next; who is connected is not cut off."""

import datetime as dt
import hashlib
import ssl
from pathlib import Path

import httpx
import pytest

from edge.daemon.authority import begin, issue
from edge.web.app import create_app
from edge.web.server import TlsFiles, WebServer
from tests.waiting import PATIENCE_S, wait_until
from tests.web.toy_house import House


def shown_by(port: int) -> str:
    """The fingerprint of the certificate that a new client is shown."""
    pem = ssl.get_server_certificate(("127.0.0.1", port), timeout=PATIENCE_S)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


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
        with httpx.Client(
            base_url=f"https://127.0.0.1:{server.port}", verify=trust, timeout=PATIENCE_S
        ) as client:
            assert client.get("/healthz").status_code == 200
            before = shown_by(server.port)
            if broken_first:
                (folder / "web.pem").write_text("no certificate")
                assert shown_by(server.port) == before
            issue(folder, "web", ["127.0.0.1"], now)

            wait_until("another one is shown", lambda: shown_by(server.port) != before)
            assert client.get("/healthz").status_code == 200
    finally:
        server.stop()
