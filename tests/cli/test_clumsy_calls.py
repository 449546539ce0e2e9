"""Whoever calls a command clumsily is told in one line what is wrong, and how to mend it."""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.cli.app import assemble

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 120
"""On a machine that is busy with other things; each takes a second or two."""


def called(*words: object) -> tuple[int, str]:
    """Exit code and standard error of the real program."""
    ended = subprocess.run(
        [sys.executable, "-m", "edge", *(str(word) for word in words)],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
    )
    return ended.returncode, ended.stderr.rstrip("\n")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A good configuration of a gateway that never ran."""
    for file in (ROOT / "config").glob("*.toml"):
        text = file.read_text("utf-8").replace("/var/lib/warehouse-edge", "data")
        text = text.replace("\nenabled = true ", "\nenabled = false ")
        (tmp_path / file.name).write_text(text.replace("port = 8080", "port = 0"))
    return tmp_path / "gateway.toml"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("locate", "edge locate: Missing option '--reads'. See"),
        ("epc encode", "edge epc encode: Missing argument 'values'. See"),
        ("bogus", "edge: No such command 'bogus'. See"),
        ("read llrp://127.0.0.1 --seconds -3", "Input should be greater than or equal to 0.1"),
        ("locate --floor here --reads absent.csv", "here: is a folder; name a file"),
        ("plan route absent.json", "there is no such file or folder; name the right one"),
        ("plan batch here", "here: is a folder; name a file"),
        ("drill disk --runs 1 --scratch absent", "absent: is no folder; make it, or leave"),
        ("drill kill --runs 1 --seed -5", "'--seed': Input should be greater than or equal to 0"),
        ("config check here", "here: is a folder; name a file"),
        ("record --config absent.toml --out new --seconds inf", "or equal to 31622400"),
        ("read llrp://127.0.0.1 --seconds 1e308", "or equal to 31622400"),
        ("plan batch absent.json --seconds inf", "or equal to 31622400"),
        ("plan route deep.json", "deep.json: is not JSON: nested too deeply"),
        ("backup verify absent.jsonl.gz", "there is no such file; name a backup"),
        ("backup restore here", "here: is a folder; name a backup in it"),
        (f"epc decode {'3' * 10_000}", "3333 is not a valid EPC: Company prefix length too large"),
    ],
)
def test_a_clumsy_call_is_told_in_one_line(
    words: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "deep.json").write_text("[" * 100_000)
    monkeypatch.chdir(tmp_path)

    code, text = called(*words.split())

    assert code == 2
    assert told in text
    assert "\n" not in text
    assert len(text) <= 1001


def test_a_token_that_no_header_can_carry_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_EDGE_TOKEN", "名")

    code, text = called("top", "--url", "http://127.0.0.1:9", "--once")

    assert code == 2
    assert text == "WAREHOUSE_EDGE_TOKEN cannot be sent: take a token of ASCII letters and digits"


def test_who_reads_the_beginning_of_an_answer_only_is_told_nothing(tmp_path: Path) -> None:
    frame = bytes.fromhex("043e0000000a00000001")  # KEEPALIVE
    (tmp_path / "frames").write_bytes(frame * 20_000)
    with subprocess.Popen(
        [sys.executable, "-m", "edge", "decode", str(tmp_path / "frames")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as decoding:
        assert decoding.stdout is not None
        assert decoding.stderr is not None

        decoding.stdout.readline()
        decoding.stdout.close()

        assert decoding.stderr.read() == b""
        assert decoding.wait(SECONDS_MAX) == 1


def test_an_answer_into_a_full_disk_is_told_in_one_line(config: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "edge", "config", "show", str(config)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    assert ended.returncode == 2
    told = "the answer: the disk is full; make room, or name a place on another one"
    assert ended.stderr.splitlines() == [told]


def test_a_history_that_may_not_be_read_is_told_in_one_line(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(folder: Path, _: str) -> list[Path]:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "glob", closed)  # whoever runs the tests may read everything

    ended = CliRunner().invoke(assemble(["config"]), ["config", "history", str(config)])

    assert ended.exit_code == 2
    assert ended.output.endswith("take its owner's, or change its rights\n")


def test_a_folder_that_cannot_be_made_is_told_at_its_key_by_the_daemon_and_by_doctor(
    config: Path,
) -> None:
    text = config.read_text("utf-8").replace('data_dir = "data"', 'data_dir = "/proc/data"')
    config.write_text(text)

    code, told = called("run", "--config", config)

    assert code == 2
    assert told.startswith(
        "gateway.data_dir: /proc/data cannot be made (No such file or directory)"
    )
    assert "\n" not in told
    code, told = called("doctor", "--config", config)
    assert code == 1
    assert "Traceback" not in told


def test_a_port_that_another_program_has_is_told_with_what_to_do(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        lines = config.read_text("utf-8").splitlines()
        web = lines.index("[web]")
        at = next(i for i in range(web, len(lines)) if lines[i].startswith("port = "))
        lines[at] = f"port = {port}"
        config.write_text("\n".join(lines))

        code, told = called("run", "--config", config)

    assert code == 2
    assert told.splitlines()[-1] == (
        f"cannot serve pages on 127.0.0.1 port {port}: another program listens there; "
        "stop it, or set another web.port"
    )
