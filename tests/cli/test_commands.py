"""Commands answer with exit codes: 0 good, 1 "no", 2 bad input with one clear line."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.cli.app import assemble
from edge.clock import PlayedClock
from edge.compose.core import STORE_FILE
from edge.model.events import DeviceReturned
from edge.model.ids import DeviceName
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.store import Store
from edge.web.pins import hash_pin
from tests.drivers.llrp.llrp_bytes import message
from tests.drivers.llrp.packets import classic, ipv4, tcp
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
FLOOR = '[[location]]\nid = "A-1"\nkind = "bin"\n'
TROUBLES = '[[trouble]]\ncode = "empty"\nen = "Empty"\nzh = "空"\n'
SECRET = hash_pin("123456")
KEEPALIVE = message(62)
ROUTE = {
    "aisle_x": [0, 5],
    "cross_y": [0, 10],
    "start": [0, 0],
    "end": [0, 0],
    "stops": [[1, 4], [0, 3]],
}


def call(*words: object, given: str | bytes = "") -> Result:
    return CliRunner().invoke(assemble(), [str(word) for word in words], input=given)


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    """A good configuration with its files and a journal of three facts."""
    (tmp_path / "floor.toml").write_text(FLOOR)
    (tmp_path / "exceptions.toml").write_text(TROUBLES, encoding="utf-8")
    file = tmp_path / "gateway.toml"
    file.write_text(
        '[gateway]\ndata_dir = "data"\n[[person]]\nbadge = "1"\nname = "Li"\nrole = "picker"\n'
        f'pin_hash = "{SECRET}"\n'
    )
    (tmp_path / "data").mkdir()
    store = Store.open(tmp_path / "data" / STORE_FILE, PlayedClock(), lambda: "an-id")
    for number in range(3):
        happening = DeviceReturned(DeviceName(f"reader-{number}"), ())
        store.commit([(happening, number)], FloorState(Floor({})), {})
    store.close()
    return file


def test_a_small_command_waits_for_no_web_server_and_no_numbers() -> None:
    looking = (
        "import sys; from edge.cli.app import assemble; assemble(['epc']); "
        "print({'fastapi', 'numpy', 'sllurp'} & sys.modules.keys())"
    )

    told = subprocess.run(
        [sys.executable, "-c", looking],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )

    assert told.stdout.strip() == "set()"


def test_help_is_given_and_a_wrong_word_is_wrong_usage() -> None:
    assert call("--help").exit_code == 0
    assert call("no-such-command").exit_code == 2


def test_a_good_configuration_is_good_and_a_bad_one_is_told_with_its_line(gateway: Path) -> None:
    assert call("config", "check", gateway).stdout.strip().endswith("good")
    gateway.write_text("[gateway]\nsight = 'x'\n")

    bad = call("config", "check", gateway)

    assert bad.exit_code == 2
    assert f"{gateway}:2: gateway.sight: there is no such key; did you mean site?" in bad.stderr


def test_a_shown_configuration_bears_defaults_and_no_secrets(gateway: Path) -> None:
    shown = call("config", "show", gateway)

    assert shown.exit_code == 0
    assert SECRET not in shown.stdout
    assert json.loads(shown.stdout)["web"]["port"] == 8080


def test_the_schema_is_a_json_schema() -> None:
    assert json.loads(call("config", "schema").stdout)["type"] == "object"


def test_an_epc_is_told_in_all_its_forms_and_a_wrong_one_in_one_line() -> None:
    good = call("epc", "decode", "3034257bf7194e4000001a85")
    bad = call("epc", "decode", "urn:epc:id:sgtin:nonsense")

    assert json.loads(good.stdout)["pure_identity"] == "urn:epc:id:sgtin:0614141.812345.6789"
    assert (bad.exit_code, len(bad.stderr.splitlines())) == (2, 1)


def test_a_route_is_planned_from_standard_input() -> None:
    planned = call("plan", "route", "-", given=json.dumps(ROUTE))

    answer = json.loads(planned.stdout)
    assert (planned.exit_code, answer["exact"]) == (0, True)
    assert sorted(answer["stops"]) == [0, 1]


@pytest.mark.parametrize("given", ["{", "[]", "{}", json.dumps({**ROUTE, "cross_y": [0]})])
def test_a_wrong_instance_is_told_in_one_line(given: str) -> None:
    planned = call("plan", "route", "-", given=given)

    assert (planned.exit_code, len(planned.stderr.splitlines())) == (2, 1)


def test_frames_that_are_none_are_told_and_the_answer_is_no() -> None:
    decoded = call("decode", "-", "--format", "hex", given="0400000000ff")

    assert decoded.exit_code == 1
    assert "left over" in json.loads(decoded.stdout)["error"]


@pytest.mark.parametrize(
    ("form", "given", "code", "lines"),
    [
        ("bin", b"", 0, []),
        ("hex", b"", 0, []),
        ("pcap", b"", 1, ["error"]),
        ("bin", KEEPALIVE, 0, ["message"]),
        ("hex", KEEPALIVE.hex().encode(), 0, ["message"]),
        ("bin", KEEPALIVE + b"garbage!" + KEEPALIVE, 1, ["message", "error", "message"]),
        ("bin", bytes(range(256)), 1, ["error"]),
    ],
)
def test_frames_are_decoded_from_standard_input(
    form: str, given: bytes, code: int, lines: list[str]
) -> None:
    decoded = call("decode", "-", "--format", form, given=given)

    told = [json.loads(line) for line in decoded.stdout.splitlines()]
    assert decoded.exit_code == code
    assert [next(key for key in ("error", "message") if key in one) for one in told] == lines
    assert all("offset" in one for one in told if "error" in one)


def test_a_network_capture_without_llrp_says_so(tmp_path: Path) -> None:
    capture = tmp_path / "web.pcap"
    capture.write_bytes(classic(ipv4(tcp(1, KEEPALIVE, ports=(80, 40_000)))))

    decoded = call("decode", capture, "--format", "pcap")

    assert (decoded.exit_code, decoded.stdout) == (0, "")
    assert "nothing was sent on TCP port 5084" in decoded.stderr


def test_the_journal_is_verified_and_told_and_its_damage_is_a_no(gateway: Path) -> None:
    verified = call("journal", "verify", "--config", gateway)
    with closing(sqlite3.connect(gateway.parent / "data" / STORE_FILE)) as outside, outside:
        outside.execute("UPDATE facts SET body = body || ' ' WHERE position = 1")
    damaged = call("journal", "verify", "--config", gateway)
    told = call("journal", "export", "--config", gateway, "--after", 1)

    assert (verified.exit_code, damaged.exit_code) == (0, 1)
    assert [json.loads(line)["seq"] for line in told.stdout.splitlines()] == [2, 3]


def test_tables_that_differ_from_the_journal_are_a_no_and_are_rebuilt(gateway: Path) -> None:
    with closing(sqlite3.connect(gateway.parent / "data" / STORE_FILE)) as outside, outside:
        outside.execute("INSERT INTO stock VALUES ('S-1', 'A-01', 1, 0, 1, 0)")
    checked = call("journal", "rebuild", "--check", "--config", gateway)
    rebuilt = call("journal", "rebuild", "--config", gateway)
    again = call("journal", "rebuild", "--check", "--config", gateway)

    assert [one.exit_code for one in (checked, rebuilt, again)] == [1, 0, 0]
    assert json.loads(checked.stdout)["differences"] == json.loads(rebuilt.stdout)["differences"]
    assert [json.loads(one.stdout)["rebuilt"] for one in (checked, rebuilt)] == [False, True]
    assert json.loads(again.stdout)["differences"] == []


def test_a_journal_that_is_not_there_is_bad_input(gateway: Path) -> None:
    (gateway.parent / "data" / STORE_FILE).unlink()

    verified = call("journal", "verify", "--config", gateway)

    assert verified.exit_code == 2
    assert len(verified.stderr.splitlines()) == 1


def test_a_backup_is_made_and_verified_and_what_is_no_store_is_bad_input(
    gateway: Path, tmp_path: Path
) -> None:
    target = tmp_path / "copy.sqlite"

    assert call("backup", "create", target, "--config", gateway).exit_code == 0
    assert call("backup", "verify", target).exit_code == 0
    restored = json.loads(call("backup", "restore", target, "--config", gateway).stdout)
    assert Path(restored["set_aside"]).exists()
    target.write_bytes(b"no database" * 1000)
    broken = call("backup", "verify", target)
    assert (broken.exit_code, len(broken.stderr.splitlines())) == (2, 1)
    for words in (["verify", "absent"], ["restore", "absent", "--config", gateway]):
        absent = call("backup", *words)
        assert (absent.exit_code, absent.stderr) == (
            2,
            "absent: there is no such file; name a backup\n",
        )


def test_a_backup_by_the_configuration_is_full_then_incremental_and_restores_as_one(
    gateway: Path,
) -> None:
    with gateway.open("a") as file:
        file.write('[backup]\nfolder = "backups"\n')
    journal = gateway.parent / "data" / STORE_FILE

    def backed_up() -> dict[str, object]:
        return dict(json.loads(call("backup", "create", "--config", gateway).stdout))

    full = backed_up()
    store = Store.open(journal, PlayedClock(), lambda: "another-id")
    store.commit([(DeviceReturned(DeviceName("reader-9"), ()), 9)], FloorState(Floor({})), {})
    store.close()
    since = backed_up()

    assert (full["kind"], full["facts"]) == ("full", 3)
    assert (since["kind"], since["facts"]) == ("incremental", 1)
    verified = call("backup", "verify", since["backup"])
    assert json.loads(verified.stdout)["base"] == Path(str(full["backup"])).name
    alone = call("backup", "restore", since["backup"], "--config", gateway)
    assert (alone.exit_code, "restore the full backup" in alone.stderr) == (2, True)
    for options, facts in ((("--without-increments",), 3), ((), 4)):
        restored = call("backup", "restore", full["backup"], "--config", gateway, *options)
        assert json.loads(restored.stdout)["stopped"] == ""
        counted = call("journal", "verify", "--config", gateway)
        assert json.loads(counted.stdout)["facts"] == facts

    Path(str(since["backup"])).write_bytes(b"spoilt")
    stopped = call("backup", "restore", full["backup"], "--config", gateway)
    assert stopped.exit_code == 0
    assert "increments from here on were not taken" in stopped.stderr
    assert call("backup", "verify", since["backup"]).exit_code == 1


def test_a_pin_that_is_too_short_is_refused() -> None:
    hashed = call("people", "hash-pin", "--pin", "123")

    assert hashed.exit_code == 2
    assert "a PIN has 6 digits or more" in hashed.stderr


@pytest.mark.parametrize("given", ["815815\n", "815815\n815815\n"])
def test_a_pin_that_comes_from_a_pipe_is_hashed_without_a_question(given: str) -> None:
    hashed = call("people", "hash-pin", given=given)

    assert hashed.exit_code == 0
    assert hashed.stdout.startswith("$argon2id$")
    assert hashed.stderr == ""


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "6 digits"),
        ("1234\n", "6 digits"),
        ("letters\n", "6 digits"),
        ("815815\n4711\n", "differ"),
    ],
)
def test_what_is_no_pin_from_a_pipe_is_refused_in_one_line(given: str, why: str) -> None:
    hashed = call("people", "hash-pin", given=given)

    assert (hashed.exit_code, hashed.stdout) == (2, "")
    (line,) = hashed.stderr.splitlines()
    assert why in line


def test_an_address_of_no_known_kind_is_told(gateway: Path) -> None:
    del gateway

    assert call("read", "ftp://somewhere").exit_code == 2


@pytest.mark.parametrize("words", [["read"], ["tag", "read"]])
@pytest.mark.parametrize("address", ["llrp://192.0.2.1:99999", "llrp://[::1"])
def test_an_address_that_can_be_none_is_told_in_one_line(words: list[str], address: str) -> None:
    told = call(*words, address)

    assert told.exit_code == 2
    assert told.stderr.startswith(f"{address}: a port is a number from 1 to 65535")
    assert len(told.stderr.splitlines()) == 1
