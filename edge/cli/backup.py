"""`warehouse-edge backup`: copies of the journal that prove that they restore."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.bars import watched
from edge.cli.console import NO, bad_input_told, fail, print_json
from edge.cli.journal import Config
from edge.clock import SystemClock
from edge.compose.core import STORE_FILE, new_id_maker
from edge.model.places import Floor
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Backup, load
from edge.store import backup, increment
from edge.store.errors import StoreDamagedError, StoreError, told_by_store
from edge.store.rotating import continued_by, increments_of, is_increment, rotate

app = typer.Typer(no_args_is_help=True, help="Back up, verify, restore.")

Target = Annotated[Path, typer.Argument(help="the backup file")]


@app.command()
def create(
    target: Annotated[
        Path | None,
        typer.Argument(
            help="the backup file; by default one more in the folder that `backup` names"
        ),
    ] = None,
    config: Config = Path("gateway.toml"),
) -> None:
    """Copy the journal to a new file while the daemon works, and verify the copy.

    Without a file named, the configuration's `backup` says where it goes, where a second copy
    goes, how long old ones are kept, and whether it is a full one or the facts since the last.
    """
    with bad_input_told():
        settings = load(config)
    path = settings.gateway.data_dir / STORE_FILE
    try:
        with watched("backup") as watch:
            told = (
                _one_more(path, settings.backup)
                if target is None
                else asdict(backup.create(path, target, watch))
            )
    except StoreError as error:
        raise fail(str(error)) from None
    print_json(told)


def _one_more(path: Path, where: Backup) -> dict[str, object]:
    made = rotate(
        path,
        where.folder,
        where.second_folder,
        int(where.keep_days * 86_400e6),
        SystemClock().now_us(),
        int(where.full_hours * 3_600e6) if where.incremental else 0,
    )
    return {
        "kind": "incremental" if is_increment(made.backup) else "full",
        "backup": str(made.backup),
        "copy": str(made.copy) if made.copy else None,
        "removed": [str(one) for one in made.removed],
        **asdict(made.report),
    }


@app.command()
def verify(target: Target) -> None:
    """Check every row of a backup; exit 1 if anything is wrong.

    Of an increment also that it continues the backup before it in its folder.
    """
    _there(target)
    try:
        if is_increment(target):
            with watched("verify"):
                told = {**asdict(increment.verify(target)), "base": continued_by(target).name}
            print_json(told)
            return
        with watched("verify") as watch:
            report = backup.verify(target, watch)
    except StoreDamagedError as error:
        if not is_increment(target):
            raise fail(_naming(target, error)) from None
        typer.echo(str(error), err=True)
        raise typer.Exit(NO) from None
    except StoreError as error:
        raise fail(_naming(target, error)) from None
    print_json(asdict(report))
    if not report.good:
        raise typer.Exit(NO)


@app.command()
def restore(
    target: Target,
    config: Config = Path("gateway.toml"),
    *,
    without_increments: Annotated[
        bool, typer.Option("--without-increments", help="the full backup alone")
    ] = False,
) -> None:
    """Make a gateway's journal from a backup; its numbering starts anew (a new epoch).

    The increments that follow it in its folder are taken up, until the first that is missing or
    damaged.
    """
    _there(target)
    with bad_input_told():
        settings = load(config)
        if is_increment(target):
            raise ValueError(
                f"{target} is an increment: restore the full backup (.sqlite) before it, "
                "which takes it up"
            )
        files = [] if without_increments else increments_of(target, target.parent)
        floor = load_floor(settings.gateway.floor_file) if files else Floor({})
    path = settings.gateway.data_dir / STORE_FILE
    kept = backup.name_beside(path) if path.exists() else None
    try:
        with told_by_store(f"making {path.parent}"):  # a new disk has nothing on it
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with watched("restore") as watch:
            epoch, continued = increment.restore(target, files, path, new_id_maker(), floor, watch)
    except StoreError as error:
        raise fail(_naming(target, error)) from None
    if continued.stopped:
        typer.echo(f"increments from here on were not taken: {continued.stopped}", err=True)
    set_aside = str(kept) if kept else None
    print_json(
        {"restored": str(path), "epoch": epoch, "set_aside": set_aside, **asdict(continued)}
    )


def _there(target: Path) -> None:
    """Refuse what is no file at all before anything is done with it."""
    if target.is_dir():
        raise fail(f"{target}: is a folder; name a backup in it")
    if not target.exists():
        raise fail(f"{target}: there is no such file; name a backup")


def _naming(target: Path, error: StoreError) -> str:
    """An error's words with the file that they are about."""
    return str(error) if str(target) in str(error) else f"{target}: {error}"
