"""What is sent to those who help holds what they need, and no secret."""

import errno
import json
import os
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.cli.app import assemble
from edge.clock import PlayedClock
from edge.compose.core import STORE_FILE
from edge.model.events import MessageSetAside
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.store import Store
from edge.web.pins import hash_pin
from edge.web.sessions import load_key

ROOT = Path(__file__).parents[2]
PIN_HASH = hash_pin("471147")
TOKEN_SHA256 = "ab" * 32
BROKER_PASSWORD = "Umbrella-42-river"  # noqa: S105 - planted
TLS_KEY_LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ"
UNKNOWN = (
    *("s3cret-of-nobody", "hunter2-reader", "eyJhbGciOi.bearer.of-a-log", "991188"),
    *("NF34E-WQXAQ-HXBDN-D7RZG", "gAAAAABdevice-token"),
)
LOG = f"""{{"event": "broker refused", "password": "{UNKNOWN[0]}", "user": "edge"}}
connecting with {BROKER_PASSWORD} as edge
access_password={UNKNOWN[1]} kill
GET /api/board Authorization: Bearer {UNKNOWN[2]}
{{"badge": "1001", "pin": "{UNKNOWN[3]}"}}
{{"ready": true, "first_badge": "http://127.0.0.1:8080/#first={UNKNOWN[4]}"}}
Cookie: __Host-we1_device={UNKNOWN[5]}; other=1
{{"event": "reader lost", "device": "dock", "reason": "no answer for 1.5 s"}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A gateway whose files and facts are full of secrets."""
    (tmp_path / "floor.toml").write_text('[[location]]\nid = "A-1"\nkind = "bin"\n')
    (tmp_path / "exceptions.toml").write_text(
        (ROOT / "config" / "exceptions.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "mqtt.password").write_text(BROKER_PASSWORD + "\n")
    (tmp_path / "web.key").write_text(
        f"-----BEGIN PRIVATE KEY-----\n{TLS_KEY_LINE}\n-----END PRIVATE KEY-----\n"
    )
    file = tmp_path / "gateway.toml"
    file.write_text(
        '[gateway]\ndata_dir = "data"\nfloor_file = "floor.toml"\n'
        'exceptions_file = "exceptions.toml"\n'
        "[web]\nport = 1\n"  # where nobody answers
        '[mqtt]\nenabled = false\npassword_file = "mqtt.password"\nkey_file = "web.key"\n'
        f'[[person]]\nbadge = "1001"\nname = "Li"\nrole = "picker"\npin_hash = "{PIN_HASH}"\n'
        f'[[token]]\nname = "prometheus"\nsha256 = "{TOKEN_SHA256}"\n'
    )
    (tmp_path / "data").mkdir()
    load_key(tmp_path / "data" / "session.key")
    store = Store.open(tmp_path / "data" / STORE_FILE, PlayedClock(), lambda: "an-id")
    refused = MessageSetAside("order", f"the password {BROKER_PASSWORD} is no order", "{}")
    store.commit([(refused, 1)], FloorState(Floor({})), {})
    store.close()
    return file


def diagnostics(config: Path, *words: object) -> Result:
    log = config.parent / "some.log"
    log.write_text(LOG)
    all_words = ["diagnostics", "--config", config, "--log", log, *words]
    return CliRunner().invoke(assemble(), [str(word) for word in all_words])


def test_planted_secrets_never_appear_and_what_helps_does(config: Path) -> None:
    # given: secrets in settings, in files that they name, in the log and in a fact
    key = (config.parent / "data" / "session.key").read_text().strip()
    out = config.parent / "told.zip"

    # when
    told = diagnostics(config, "--out", out)

    # then: none of them is anywhere
    assert told.exit_code == 0, told.output
    with zipfile.ZipFile(out) as packed:
        members = {name: packed.read(name).decode() for name in packed.namelist()}
    everything = "\n".join(members.values())
    planted = (PIN_HASH, TOKEN_SHA256, BROKER_PASSWORD, TLS_KEY_LINE, key, *UNKNOWN)
    assert [secret for secret in planted if secret in everything] == []
    # and: what one needs is there
    assert "no answer for 1.5 s" in members["log.txt"]
    assert json.loads(members["journal/verify.json"])["problems"] == []
    assert "is no order" in members["journal/facts.jsonl"]
    assert 'badge = "1001"' in members["configuration/gateway.toml"]
    assert "has never run" in members["now.json"] or "does it run" in members["now.json"]
    assert any(one["about"] == "configuration" for one in json.loads(members["doctor.json"]))
    assert "numpy" in json.loads(members["about.json"])["packages"]
    # and: only its owner may read it
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_written_over(config: Path) -> None:
    out = config.parent / "told.zip"
    out.write_bytes(b"of yesterday")

    told = diagnostics(config, "--out", out)

    assert told.exit_code == 2
    assert "is there already" in told.stderr
    assert out.read_bytes() == b"of yesterday"


def test_a_full_disk_leaves_no_piece_of_the_file(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    out = config.with_name("to-send.zip")

    ended = diagnostics(config, "--out", out)

    assert ended.exit_code == 2
    assert f"{out}: the disk is full; make room" in ended.output
    assert not out.exists()
