"""`warehouse-edge backup`: copies of the journal that prove that they restore."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import NO, bad_input_told, fail, print_json
from edge.cli.journal import Config, store_path
from edge.clock import SystemClock
from edge.compose.core import STORE_FILE, new_id_maker
from edge.settings.gateway import Backup, load
from edge.store import backup
from edge.store.errors import StoreError, told_by_store
from edge.store.rotating import rotate

app = typer.Typer(no_args_is_help=True, help="Back up, verify, restore.")

Target = Annotated[Path, typer.Argument(help="the backup file")]


@app.command()
def create(
    target: Annotated[
        Path | None,
        typer.Argument(help="the backup file; by default one more in the folder of [backup]"),
    ] = None,
    config: Config = Path("gateway.toml"),
) -> None:
    """Copy the journal to a new file while the daemon works, and verify the copy.

    Without a file named, the configuration's [backup] says where it goes, where a second copy
    goes, and how long old ones are kept.
    """
    with bad_input_told():
        settings = load(config)
    path = settings.gateway.data_dir / STORE_FILE
    try:
        if target is None:
            print_json(_one_more(path, settings.backup))
        else:
            print_json(asdict(backup.create(path, target)))
    except StoreError as error:
        raise fail(str(error)) from None


def _one_more(path: Path, where: Backup) -> dict[str, object]:
    clock = SystemClock()
    made = rotate(
        path, where.folder, where.second_folder, int(where.keep_days * 86_400e6), clock.now_us()
    )
    return {
        "backup": str(made.backup),
        "copy": str(made.copy) if made.copy else None,
        "removed": [str(one) for one in made.removed],
        **asdict(made.report),
    }


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
        with told_by_store(f"making {path.parent}"):  # a new disk has nothing on it
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        epoch = backup.restore(target, path, new_id_maker())
    except StoreError as error:
        raise fail(str(error)) from None
    print_json({"restored": str(path), "epoch": epoch})
