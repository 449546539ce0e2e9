"""What the documents tell people to type or to look for is there: commands, options, keys."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from edge.cli.app import assemble
from edge.model.events import EVENT_TYPES
from edge.settings.exceptions_file import ExceptionsFile
from edge.settings.faults import sections_in
from edge.settings.floor_file import FloorFile
from edge.settings.gateway import Settings
from simulators.__main__ import assemble as assemble_simulators

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
CODE = re.compile(r"```\w*\n(.*?)```|(?<!`)`([^`\n]+)`(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s:]+)(?:#[\w-]*)?\)")
COLUMN = re.compile(r"(?<!\\)\|")
TABLE = re.compile(r"\[+([a-z_]+)\]+(?: ([a-z_0-9]+)\b)?")
DOTTED = re.compile(r"([a-z_]+)\.([a-z_0-9]+)(?: = .*)?")
FILES = frozenset({"toml", "md", "py", "service", "timer", "sqlite", "json", "pem", "yaml"})
KINDS = frozenset(EVENT_TYPES)
"""Of facts: `person.acted` is one, and no key."""
FUNCTIONS = frozenset({"review.doubts"})
"""Of the architecture's page."""


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def code_of(page: Path) -> tuple[str, ...]:
    """Every line of code of a page: blocks line by line, and what stands between backticks."""
    found = CODE.findall(page.read_text("utf-8"))
    joined = [block.replace("\\\n", " ") or span for block, span in found]
    return tuple(line.strip() for one in joined for line in one.splitlines())


def group(command: object) -> TyperGroup:
    assert isinstance(command, TyperGroup)
    return command


OURS = {
    "warehouse-edge": group(get_command(assemble())),
    "warehouse-sim": group(get_command(assemble_simulators())),
}
LEADS = frozenset({"sudo", "&&", "|"})
"""What stands before the name of a program that is called; else it is a word of a sentence."""


def calls_in(line: str) -> Iterator[tuple[str, list[str]]]:
    """Program and words of each call in a line of code."""
    words = line.split("  #", maxsplit=1)[0].split()
    for at, word in enumerate(words):
        program = word.rpartition("/")[2]
        if program in OURS and (at == 0 or words[at - 1] in LEADS or "/" in word):
            yield program, words[at + 1 :]


def fault_of(program: str, words: list[str]) -> str:
    """What of a call does not exist; empty where all of it does."""
    commands: list[object] = [OURS[program]]
    while words and isinstance(commands[0], TyperGroup):
        names = words.pop(0).split("|")
        if not re.match(r"[a-z]", names[0]):
            return ""  # NAME, COMMAND, --help
        known = commands[0].commands
        if missing := [one for one in names if one not in known]:
            return f"no command {missing}"
        commands = [known[one] for one in names]
    options = {name for one in commands for name in options_of(one)}
    given = [word.strip("[]();,").partition("=")[0] for word in words]
    wrong = [one for one in given if one.startswith("--") and one not in options]
    return f"no option {wrong}" if wrong else ""


def options_of(command: object) -> set[str]:
    if not isinstance(command, TyperCommand):
        return {"--help"}
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {
        "--help"
    }


def models() -> dict[str, type[BaseModel]]:
    """The model of every table of the three files, by its name."""
    found: dict[str, type[BaseModel]] = {}
    for file in (Settings, FloorFile, ExceptionsFile):
        for name, field in file.model_fields.items():
            for model in sections_in(field.annotation):
                found.setdefault(name, model)
    return found


TABLES = models()


def key_fault(line: str) -> str:
    """What of a table or key does not exist; empty where all does, or where it names none."""
    if match := TABLE.match(line):
        table, key = match.groups()
        if table not in TABLES:
            return f"no table {table}"
        return "" if key is None or key in TABLES[table].model_fields else f"no {table}.{key}"
    match = None if line in KINDS | FUNCTIONS else DOTTED.fullmatch(line)
    if match and match[1] in TABLES and match[2] not in FILES:
        table, key = match.groups()
        return "" if key in TABLES[table].model_fields else f"no {table}.{key}"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_that_a_page_names_exists(page: Path) -> None:
    calls = [(line, call) for line in code_of(page) for call in calls_in(line)]

    wrong = [(line, fault) for line, call in calls if (fault := fault_of(*call))]

    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_table_and_key_that_a_page_names_exists(page: Path) -> None:
    wrong = [f"{line}: {fault}" for line in code_of(page) if (fault := key_fault(line))]

    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_and_make_target_of_a_page_leads_somewhere(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    linked = [one for one in LINK.findall(page.read_text("utf-8")) if "//" not in one]
    made = [line.split()[1:] for line in code_of(page) if line.startswith("make ")]

    assert [one for one in linked if not (page.parent / one).exists()] == []
    assert [one for words in made for one in words if "=" not in one and one not in targets] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_row_of_a_table_has_the_columns_of_its_head(page: Path) -> None:
    columns: int | None = None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("|"):
            columns = None
            continue
        found = len(COLUMN.findall(CODE.sub("", line)))
        columns = columns or found
        assert found == columns, f"line {number} has {found - 1} columns, not {columns - 1}"


def test_every_decision_has_a_number_of_its_own_and_bears_it() -> None:
    records = sorted((ROOT / "docs/decisions").glob("*.md"))

    numbers = [int(record.name[:4]) for record in records]

    assert len(set(numbers)) == len(records) > 0
    for number, record in zip(numbers, records, strict=True):
        assert record.read_text(encoding="utf-8").startswith(f"# {number}. "), record.name


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = readme[readme.index("## Commands") : readme.index("## For developers")]
    words = [span for _, span in CODE.findall(listed)]
    named = {
        f"{w.split()[0]} {x}" for w in words if len(w.split()) > 1 for x in w.split()[1].split("|")
    }
    named |= {w.split()[0] for w in words}

    missing = []
    for name, command in OURS["warehouse-edge"].commands.items():
        inner = command.commands if isinstance(command, TyperGroup) else {}
        missing += [one for one in (f"{name} {x}" for x in inner) if one not in named]
        missing += [name] if name not in named else []
    assert missing == []


@pytest.mark.parametrize(
    "line",
    [
        "warehouse-edge konfig check gateway.toml",
        "warehouse-edge config chek gateway.toml",
        "warehouse-edge config check|chek gateway.toml",
        "sudo warehouse-edge doctor --konfig gateway.toml",
        ".venv/bin/warehouse-sim reader --tag 5",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    ((program, words),) = calls_in(line)
    assert fault_of(program, words)


@pytest.mark.parametrize(
    "line", ["[jornal] keep_days", "[journal] keepdays", "mqtt.hots = 1", "[[readr]]"]
)
def test_a_key_that_does_not_exist_is_noticed(line: str) -> None:
    assert key_fault(line)
