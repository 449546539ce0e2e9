"""The manual page warehouse-edge(1), drawn from the commands' own help."""

import sys
from collections.abc import Iterator

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from edge.cli.app import assemble

HEAD = """.TH WAREHOUSE-EDGE 1 "" "warehouse-edge" "User Commands"
.SH NAME
warehouse-edge \\- edge software for RFID warehouses
.SH SYNOPSIS
.B warehouse-edge
.I COMMAND
[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]
.SH DESCRIPTION
Reads tags and barcodes, locates items, plans, guides and verifies picking, packing and dispatch,
and delivers every fact exactly once to a central system. warehouse-edge.service runs it.
.SH COMMANDS
"""
TAIL = """.SH EXIT STATUS
0: good. 1: the answer is "no". 2: wrong usage or bad input, with one clear line on standard error.
.SH FILES
.TP
.I /etc/warehouse-edge/gateway.toml
The configuration; every key stands in it with default, unit and why one would change it.
.TP
.I /var/lib/warehouse-edge
The journal, its backups and keys.
"""


def escaped(text: str) -> str:
    """Text that roff does not take for orders of its own."""
    return text.replace("\\", "\\\\").replace("-", "\\-").replace("\n.", "\n\\&.")


def commands(command: object, path: str) -> Iterator[str]:
    """Every command that does something, with its arguments and options."""
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from commands(child, f"{path} {name}".strip())
        return
    if not isinstance(command, TyperCommand):
        raise TypeError(f"{path}: {type(command)} is no command")
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    words = " ".join(str(one.metavar or one.name).upper() for one in arguments)
    yield f".SS {escaped(path)} {escaped(words)}\n{escaped((command.help or '').strip())}\n"
    for one in command.params:
        if isinstance(one, TyperOption):
            names = ", ".join([*one.opts, *one.secondary_opts])
            yield f".TP\n\\fB{escaped(names)}\\fR\n{escaped(one.help or '')}\n"
    yield f".PP\n.nf\n{escaped((command.epilog or '').replace(chr(10) * 2, chr(10)))}\n.fi\n"


def main() -> None:
    """Print the page."""
    sys.stdout.write(HEAD + "".join(commands(get_command(assemble()), "")) + TAIL)


if __name__ == "__main__":
    main()
