"""The whole floor as a process: told when it listens, gone when asked, found again as it was."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulators.catalogue import make_catalogue
from simulators.warehouse import StateError, saved_world, write_json
from simulators.world import World
from tests import waiting

PEOPLE = [
    {"badge": "1", "pin": "2", "role": "picker"},
    {"badge": "3", "pin": "4", "role": "packer"},
]


def started(*options: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    command = [sys.executable, "-m", "simulators", "warehouse", *options]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    return running, json.loads(running.stdout.readline() or "{}")


def ended(running: subprocess.Popen[str]) -> dict[str, Any]:
    running.send_signal(signal.SIGTERM)
    out, errors = waiting.ended(running)
    assert running.returncode == 0, errors
    return dict(json.loads(out.splitlines()[-1]))


def test_both_readers_listen_and_the_world_is_kept(tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps(PEOPLE))
    running, told = started(
        *("--seed", "3", "--state", str(tmp_path), "--report", str(tmp_path / "report.json")),
        *("--scanner-link", str(tmp_path / "scan"), "--pickers", "1"),
        *("--url", "http://127.0.0.1:9", "--people", str(people)),
    )
    ports = told["warehouse"]["readers"]
    for port in (ports["reader-1"], ports["reader-2"]):
        with socket.create_connection(("127.0.0.1", port), waiting.PATIENCE_S) as wire:
            assert wire.recv(2)[:1] == b"\x04"  # LLRP 1.0.1, the reader speaks first
    assert (tmp_path / "scan").is_symlink()

    report = ended(running)

    assert report["broken_laws"] == []
    assert report["retries"] > 0
    assert json.loads((tmp_path / "report.json").read_text())["wrong_items"] == 0
    world = saved_world(tmp_path / "world.json", make_catalogue(3))
    assert len(world.pieces) == len(make_catalogue(3).first_items())


def test_wrong_use_is_told_in_one_line(tmp_path: Path) -> None:
    for options in (
        ["--url", "http://127.0.0.1:9"],
        ["--reader-port", "0"],
        ["--people", str(tmp_path / "nobody.json")],
    ):
        running, told = started(*options)
        _, errors = waiting.ended(running)
        assert told == {}
        assert running.returncode == 2
        assert len(errors.strip().splitlines()) == 1


def test_a_second_start_finds_every_piece_where_it_lay(tmp_path: Path) -> None:
    catalogue = make_catalogue(3)
    world = World.opened(catalogue)
    placement = catalogue.placements[0]
    taken = world.take(placement.sku, placement.location, "P1")
    assert taken is not None
    write_json(tmp_path / "world.json", {"seed": 3, "world": world.as_json()})

    found = saved_world(tmp_path / "world.json", catalogue)

    assert found.pieces == world.pieces
    assert found.pieces[taken.epc].holder == "hand:P1"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"seed": 4, "world": {}}', '{"seed": 3}'])
def test_a_file_that_is_no_world_of_this_seed_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "world.json").write_text(text)

    with pytest.raises(StateError, match=r"world\.json"):
        saved_world(tmp_path / "world.json", make_catalogue(3))


def test_the_catalogue_command_writes_floor_and_goods(tmp_path: Path) -> None:
    floor = tmp_path / "floor.toml"
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "simulators",
            "catalogue",
            "--seed",
            "3",
            "--floor-out",
            str(floor),
        ],
        stdout=subprocess.PIPE,
        check=True,
    )

    assert len(json.loads(told.stdout)["articles"]) == 120
    assert floor.read_text().count("[[location]]") == 82
