"""`warehouse-edge`: every command, each in a file of its own.

Only the command that was called is imported: `epc decode` needs no web server, and starts in a
quarter of a second instead of one and a half.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module

import typer
from typer.exceptions import TyperException
from typer.models import CommandInfo

from edge.cli.console import BAD_INPUT, NO, told
from edge.cli.examples import shown
from edge.floor.memory import made_to_stay

COMMANDS: Mapping[str, str] = {
    "run": "run",
    "demo": "demo",
    "config": "config",
    "doctor": "doctor",
    "top": "top",
    "diagnostics": "diagnostics",
    "log-level": "log_level",
    "read": "read",
    "discover": "discover",
    "decode": "decode",
    "record": "capture",
    "replay": "capture",
    "calibrate": "locate",
    "locate": "locate",
    "plan": "plan",
    "epc": "epc",
    "tag": "tag",
    "journal": "journal",
    "backup": "backup",
    "drill": "drill",
    "certificates": "certificates",
    "people": "people",
    "protocol": "protocol",
}
"""The file of each command in this room: its `app` for a group, else the function of that name."""


def assemble(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with some of the commands, by default all."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_warehouse_edge)
    for name in names:
        module = import_module(f"edge.cli.{COMMANDS[name]}")
        if hasattr(module, "app"):
            for command in module.app.registered_commands:
                command.epilog = shown(f"{name} {_word(command)}")
            app.add_typer(module.app, name=name)
        else:
            app.command(name, epilog=shown(name))(getattr(module, name.replace("-", "_")))
    return app


def _word(command: CommandInfo) -> str:
    """The word by which a command of a group is called."""
    return command.name or getattr(command.callback, "__name__", "").replace("_", "-")


def _warehouse_edge() -> None:
    """Edge software for RFID warehouses: reads, locates, plans, guides, verifies, delivers."""


def main() -> None:
    """The entry point of `warehouse-edge`."""
    called = sys.argv[1] if len(sys.argv) > 1 else ""
    with made_to_stay():
        commands = assemble([called] if called in COMMANDS else COMMANDS)
    sys.exit(_answered(commands))


def _answered(commands: typer.Typer) -> int:
    """The exit code; wrong usage is told in one line, with where more is told."""
    try:
        return commands(standalone_mode=False) or 0
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "warehouse-edge"
        text = error.format_message().strip()
        if text:  # else the help was asked for by giving nothing, and is shown
            typer.echo(f"{command}: {text} See {command} --help", err=True)
        return error.exit_code
    except typer.Abort:
        return NO
    except BrokenPipeError:  # whoever read the answer has seen enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    except OSError as error:
        typer.echo(told(error, "the answer"), err=True)
        return BAD_INPUT
    except MemoryError:
        typer.echo("this is more than fits into memory; give a smaller file", err=True)
        return BAD_INPUT
