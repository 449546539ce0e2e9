"""Whatever is wrong with a key is told by a sentence of the table, so that it has words in zh."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit

from edge.compose.checking import check_files
from edge.model.fault_sentences import fault_recognised
from edge.settings.exceptions_file import ExceptionsFile
from edge.settings.faults import Section, sections_in
from edge.settings.floor_file import FloorFile
from edge.settings.gateway import Settings

CONFIG = Path(__file__).parents[2] / "config"
WRONG: list[object] = [
    "", " ", "x" * 300, "a b", "Ä/+#", 0, -1, 10**9, 10**30, 1.5, -2.5, 1e300, True, [], ["", 7],
    [[]], {"no_such": 1}, [{"no_such": 1}, {}], "0.0.0.0/0", ["10.0.0.0/8"], "*[",
]  # fmt: skip
"""What may stand where something else is wanted."""
FILES: tuple[tuple[str, type[Section]], ...] = (
    ("gateway", Settings),
    ("floor", FloorFile),
    ("exceptions", ExceptionsFile),
)


def wrong_files(model: type[Section]) -> Iterator[dict[str, object]]:
    """Files of a model in which every key is wrong, and every table, in the same way."""
    tables = {name: list(sections_in(one.annotation)) for name, one in model.model_fields.items()}
    for value in WRONG:
        yield dict.fromkeys(tables, value)
        wrong = {
            name: {key: value for one in sections for key in one.model_fields}
            for name, sections in tables.items()
        }
        yield wrong
        yield {name: [one] for name, one in wrong.items()}
    yield {name: [{"nmae": 1}] for name in tables}
    yield {name: {"nmae": 1} for name in tables} | {"raeder": 1}


def known(told: dict[str, object] | None) -> bool:
    """Whether a fault is of the table, as is why it is one."""
    values = told["values"] if told else None
    return isinstance(values, dict) and isinstance(values.get("reason", {}), dict)


@pytest.mark.parametrize(("name", "model"), FILES)
def test_whatever_stands_where_something_else_is_wanted_is_told_by_the_table(
    name: str, model: type[Section], tmp_path: Path
) -> None:
    for file in CONFIG.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    strange, tried = set(), 0

    for wrong in wrong_files(model):
        (tmp_path / f"{name}.toml").write_text(tomlkit.dumps(wrong), encoding="utf-8")
        for one in check_files(tmp_path / "gateway.toml"):
            tried += 1
            if not known(fault_recognised(one)):
                strange.add(one)

    assert strange == set()
    assert tried > 100


@pytest.mark.parametrize(
    "text",
    [
        "", "=", "a", "a =", "a = 1\na = 2", "a = [", 'a = "', 'a = "\\q"', "[a", "a = 2026-13-01",
        "a = \x01", "[a]\n[a]", "a = {b = 1", "a = [" * 3000, f"a = {'9' * 5000}",
    ],
)  # fmt: skip
def test_what_is_no_toml_is_told_with_its_place(text: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(text, encoding="utf-8")

    for one in check_files(file):
        told = fault_recognised(one)
        assert known(told), one
        if "is not valid TOML" in one:
            assert re.search(r"at line \d+, column \d+: |at its end: ", one)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "utf-16"])
def test_a_file_that_cannot_be_read_is_told_by_the_table(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":  # nobody ever writes to it
        os.mkfifo(file)
    elif kind == "utf-16":
        file.write_text("[gateway]", encoding="utf-16")

    (fault,) = check_files(file)

    assert fault.startswith(f"{file}: ")
    assert known(fault_recognised(fault))


def test_our_own_files_are_toml_that_this_test_can_break() -> None:
    for name, model in FILES:
        told = tomllib.loads((CONFIG / f"{name}.toml").read_text("utf-8"))
        assert told.keys() <= model.model_fields.keys()
