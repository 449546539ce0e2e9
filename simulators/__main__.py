"""`warehouse-sim`: the simulators' command line; each command lives in a module of its own."""

import typer

from simulators.llrp.command import reader

app = typer.Typer(
    help="Simulated devices, people and systems that speak the real protocols.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("reader")(reader)


@app.callback()
def _root() -> None:
    """Keep every command a command, even while there is one only."""


def main() -> None:
    """Run the command that the arguments name."""
    app()


if __name__ == "__main__":
    main()
