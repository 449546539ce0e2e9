"""`warehouse-edge backup`: copies of the journal that prove that they restore."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import NO, fail, print_json
from edge.cli.journal import Config, store_path
from edge.compose.core import new_id_maker
from edge.store import backup
from edge.store.errors import StoreError

app = typer.Typer(no_args_is_help=True, help="Back up, verify, restore.")

Target = Annotated[Path, typer.Argument(help="the backup file")]


@app.command()
def create(target: Target, config: Config = Path("gateway.toml")) -> None:
    """Copy the journal to a new file while the daemon works, and verify the copy."""
    try:
        print_json(asdict(backup.create(store_path(config), target)))
    except StoreError as error:
        raise fail(str(error)) from None


@app.command()
def verify(target: Target) -> None:
    """Check every row of a backup; exit 1 if anything is wrong."""
    try:
        report = backup.verify(target)
    except StoreError as error:
        raise fail(str(error)) from None
    print_json(asdict(report))
    if not report.good:
        raise typer.Exit(NO)


@app.command()
def restore(target: Target, config: Config = Path("gateway.toml")) -> None:
    """Make a gateway's journal from a backup; its numbering starts anew (a new epoch)."""
    path = store_path(config)
    try:
        epoch = backup.restore(target, path, new_id_maker())
    except StoreError as error:
        raise fail(str(error)) from None
    print_json({"restored": str(path), "epoch": epoch})
