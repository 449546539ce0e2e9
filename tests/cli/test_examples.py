"""Every command shows how it is called, and what it shows is taken."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from edge.cli.app import assemble
from edge.cli.examples import EXAMPLES
from simulators.__main__ import assemble as assemble_simulators

MARKUP = re.compile(r"\[[a-z#/@][^\[\]]*\]")
"""What Rich takes for a style and does not show."""


def commands_of(command: object, path: str = "") -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from commands_of(child, f"{path} {name}".strip())
    elif isinstance(command, TyperCommand):
        yield path, command


OURS = dict(commands_of(get_command(assemble())))
SIMULATORS = dict(commands_of(get_command(assemble_simulators())))


def calls_shown(program: str, command: TyperCommand) -> list[str]:
    lines = (command.epilog or "").splitlines()
    return [one.removeprefix(f"{program} ") for one in lines if one.startswith(program)]


def test_every_example_is_of_a_command_that_there_is() -> None:
    assert set(EXAMPLES) == set(OURS)


@pytest.mark.parametrize(
    ("program", "path", "command"),
    [("warehouse-edge", path, one) for path, one in OURS.items()]
    + [("warehouse-sim", path, one) for path, one in SIMULATORS.items()],
    ids=[*OURS, *(f"sim {path}" for path in SIMULATORS)],
)
def test_help_shows_an_example_that_the_command_takes(
    program: str,
    path: str,
    command: TyperCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.json").touch()
    for one in command.params:  # secrets would be asked for
        if getattr(one, "prompt", None) is not None:
            monkeypatch.setattr(one, "prompt", None)
            monkeypatch.setattr(one, "required", False)
    calls = calls_shown(program, command)

    assert calls
    for call in calls:
        words = shlex.split(call)
        own = path.split()
        assert words[: len(own)] == own
        command.make_context(path, words[len(own) :])


@pytest.mark.parametrize("path", [*OURS])
def test_nothing_of_the_help_is_taken_for_a_style(path: str) -> None:
    command = OURS[path]
    texts = [command.help or "", *(getattr(one, "help", None) or "" for one in command.params)]

    assert [text for text in texts if MARKUP.search(text)] == []


def test_an_option_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(Exception, match="No such option"):
        OURS["doctor"].make_context("doctor", ["--konfig", "gateway.toml"])
