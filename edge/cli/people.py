"""`warehouse-edge people`: what the configuration needs to know of a person."""

import sys
from typing import Annotated

import typer

from edge.cli.console import fail
from edge.web.pins import hash_pin

app = typer.Typer(no_args_is_help=True, help="People who may sign in.")
PIN_DIGITS_MIN = 6


@app.command("hash-pin")
def hash_pin_command(
    pin: Annotated[str, typer.Option(help="asked for where it is left out, which is better")] = "",
) -> None:
    """Ask for a PIN and print its hash, for `pin_hash` of a person; six digits or more."""
    pin = pin or (_asked() if sys.stdin.isatty() else _piped())
    if not pin.isdigit() or len(pin) < PIN_DIGITS_MIN:
        raise fail(f"a PIN has {PIN_DIGITS_MIN} digits or more, and nothing else")
    typer.echo(hash_pin(pin))


def _asked() -> str:
    """What a person types, twice; beside the answer, which may go into a file or a variable."""
    return str(typer.prompt("PIN", hide_input=True, confirmation_prompt=True, err=True))


def _piped() -> str:
    """What a program gives: a line with the PIN; as a person, it may say it again."""
    lines = sys.stdin.read().splitlines()
    if len(set(lines)) > 1:
        raise fail("give one PIN: these lines differ")
    return lines[0] if lines else ""
