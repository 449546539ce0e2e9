"""`warehouse-sim`: the simulators' command line; each command lives in a module of its own.

Only the command that was called is imported: `day` needs the whole product, a reader none of it.
"""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module

import typer

COMMANDS: Mapping[str, str] = {
    "reader": "llrp.command:reader",
    "readers": "llrp.busy_readers:readers",
    "scanner": "scanner:scanner_command",
    "printer": "printer:printer_command",
    "uhf": "uhf.command:uhf_command",
    "central": "central:central_command",
    "pickers": "crew:pickers_command",
    "warehouse": "warehouse:warehouse_command",
    "catalogue": "catalogue_command:catalogue_command",
    "day": "day.command:day_command",
    "days": "day.many:days_command",
}
"""Module and function of each command."""


def assemble(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with some of the commands, by default all."""
    app = typer.Typer(
        help="Simulated devices, people and systems that speak the real protocols.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for name in names:
        module, _, function = COMMANDS[name].partition(":")
        app.command(name)(getattr(import_module(f"simulators.{module}"), function))
    return app


def _root() -> None:
    """Keep every command a command, even while there is one only."""


def main() -> None:
    """Run the command that the arguments name."""
    called = sys.argv[1] if len(sys.argv) > 1 else ""
    assemble([called] if called in COMMANDS else COMMANDS)()


if __name__ == "__main__":
    main()
