"""Walks and batches of files that others have written, and what is said of wrong ones."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.cli.app import assemble

HALL = {"aisle_x": [0, 5], "cross_y": [0, 10], "start": [0, 0], "end": [0, 0]}
ROUTE = {**HALL, "stops": [[1, 3]]}


def plan(kind: str, file: Path, *words: str) -> Result:
    return CliRunner().invoke(assemble(), ["plan", kind, str(file), *words])


def test_an_instance_with_a_mark_at_its_front_is_planned(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_bytes(json.dumps(ROUTE).encode("utf-8-sig"))

    assert json.loads(plan("route", file).stdout)["length"] == 16


def test_a_wrong_instance_is_told_with_file_line_and_name(tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    wrong = {"name": "noon", "instance": {**ROUTE, "stops": [[1, 11]]}}
    file.write_text(f"{json.dumps({'name': 'a', 'instance': ROUTE})}\n\n{json.dumps(wrong)}\n")

    told = plan("route", file)

    assert (told.exit_code, len(told.stdout.splitlines())) == (2, 1)
    assert told.stderr.startswith(f"{file}:3: noon: stops[0] has y 11.0: ")


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe{"], ids=["nothing in it", "no text"])
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "one.json"
    file.write_bytes(content)

    assert plan("route", file).stderr.startswith(f"{file}: ")


def test_batches_name_orders_as_their_file_does(tmp_path: Path) -> None:
    file = tmp_path / "wave.json"
    orders = [{"id": 7, "stops": [[0, 1]]}, {"id": "b", "stops": [[1, 2]]}]
    file.write_text(json.dumps({**HALL, "capacity": 2, "orders": orders}))

    planned = json.loads(plan("batch", file, "--seconds", "0.1").stdout)

    assert {order for batch in planned["batches"] for order in batch["orders"]} == {7, "b"}
