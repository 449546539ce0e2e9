"""`warehouse-sim`: the simulators' command line; each command lives in a module of its own.

Only the command that was called is imported: `day` needs the whole product, a reader none of it.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module

import typer
from typer.exceptions import TyperException

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
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "reader": (
        "reader --port 5084 --antennas 4 --tags 200",
        "reader --port 5084 --vendor zebra --seed 7 --seconds 60",
    ),
    "readers": ("readers --stamps-dir stamps --count 8",),
    "scanner": ("scanner --link /tmp/scanner", "scanner --link /tmp/scanner --protocol ssi"),
    "printer": ("printer --port 9100",),
    "uhf": ("uhf --link /tmp/module --tags 20",),
    "central": ("central --broker 127.0.0.1:1883 --orders-per-minute 6",),
    "pickers": ("pickers --url http://127.0.0.1:8080 --people people.json --count 4",),
    "warehouse": ("warehouse --seed 7 --reader-port 5084 --reader-port 5085 --seconds 60",),
    "catalogue": ("catalogue --seed 7 --floor-out floor.toml --out catalogue.json",),
    "day": ("day --seed 7 --orders 60 --faults heavy --html day.html",),
    "days": ("days --seeds 1000 --processes 2",),
}
"""How each is called; shown by its `--help`."""


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
        shown = "\n\n".join(["Examples:", *(f"warehouse-sim {one}" for one in EXAMPLES[name])])
        command = getattr(import_module(f"simulators.{module}"), function)
        app.command(name, epilog=shown)(command)
    return app


def _root() -> None:
    """Keep every command a command, even while there is one only."""


def main() -> None:
    """Run the command that the arguments name."""
    called = sys.argv[1] if len(sys.argv) > 1 else ""
    sys.exit(_answered(assemble([called] if called in COMMANDS else COMMANDS)))


def _answered(commands: typer.Typer) -> int:
    """The exit code; what was given wrongly is told in one line."""
    try:
        return commands(standalone_mode=False) or 0
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "warehouse-sim"
        text = error.format_message().strip()
        if text:  # else the help was asked for by giving nothing, and is shown
            sys.stderr.write(f"{command}: {text} See {command} --help\n")
        return error.exit_code
    except typer.Abort:
        return 1
    except BrokenPipeError:  # whoever read the answer has seen enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'output'}: {error.strerror}; name another one\n")
        return 2


if __name__ == "__main__":
    main()
