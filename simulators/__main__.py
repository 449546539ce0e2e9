"""`warehouse-sim`: the simulators' command line; each command lives in a module of its own."""

import typer

from simulators.catalogue_command import catalogue_command
from simulators.central import central_command
from simulators.crew import pickers_command
from simulators.day.command import day_command
from simulators.llrp.busy_readers import readers
from simulators.llrp.command import reader
from simulators.scanner import scanner_command
from simulators.uhf.command import uhf_command
from simulators.warehouse import warehouse_command

app = typer.Typer(
    help="Simulated devices, people and systems that speak the real protocols.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("reader")(reader)
app.command("readers")(readers)
app.command("scanner")(scanner_command)
app.command("uhf")(uhf_command)
app.command("central")(central_command)
app.command("pickers")(pickers_command)
app.command("warehouse")(warehouse_command)
app.command("catalogue")(catalogue_command)
app.command("day")(day_command)


@app.callback()
def _root() -> None:
    """Keep every command a command, even while there is one only."""


def main() -> None:
    """Run the command that the arguments name."""
    app()


if __name__ == "__main__":
    main()
