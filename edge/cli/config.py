"""`warehouse-edge config`: check a configuration, show what it means, print its schema."""

import difflib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import NO, bad_input_told, fail
from edge.compose.checking import check_files
from edge.compose.configuring import roll_back
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings, load
from edge.settings.history import History, Kept, history_folder, texts_of
from edge.settings.redacting import masked

app = typer.Typer(no_args_is_help=True, help="Check, show and describe configurations.")

_SECRET = re.compile(r'((?:pin_hash|sha256)\s*=\s*)".*"')
Number = Annotated[int, typer.Argument(min=1, help="as `config history` counts; 1 is the newest")]
File = Annotated[Path, typer.Argument(help="the gateway's TOML file")]


@app.command()
def check(file: File) -> None:
    """Tell every error at once, each with file, line, key, reason and remedy; exit 2 if any."""
    with bad_input_told():
        faults = check_files(file)
        if faults:
            raise ConfigurationError(faults)
    typer.echo(f"{file}: good")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the configuration."""
    typer.echo(json.dumps(Settings.model_json_schema(), indent=2))


@app.command()
def show(file: File) -> None:
    """Print the effective values, defaults included, secrets masked."""
    with bad_input_told():
        settings = load(file)
    typer.echo(json.dumps(masked(settings.model_dump(mode="json")), indent=2, ensure_ascii=False))


@app.command()
def history(file: File) -> None:
    """List the configurations that worked, the newest first; exit 1 where none is kept."""
    with bad_input_told():
        kept = History(history_folder(file)).all()
    for number, one in enumerate(kept, 1):
        typer.echo(
            f"{number:3}  {datetime.fromtimestamp(one.at_us / 1e6, UTC):%Y-%m-%d %H:%M:%S} UTC"
        )
    if not kept:
        typer.echo(_none_kept(file), err=True)
        raise typer.Exit(NO)


@app.command()
def diff(file: File, number: Number = 1) -> None:
    """Show what is otherwise now than in a kept configuration; secrets are masked."""
    kept = _kept(file, number)
    with bad_input_told():
        now = {"gateway": file.read_text(encoding="utf-8")}
        try:
            now = dict(texts_of(file, load(file)))
        except ConfigurationError as error:
            typer.echo(f"only {file} is compared, for it is broken: {error.faults[0]}", err=True)
    for what, text in now.items():
        names = (f"{what}.toml, number {number}", f"{what}.toml, now")
        for line in difflib.unified_diff(
            _shown(kept.texts.get(what, "")), _shown(text), *names, lineterm=""
        ):
            typer.echo(line)


def _shown(text: str) -> list[str]:
    """The lines of a file, secrets masked."""
    return _SECRET.sub(r'\1"***"', text).splitlines()


@app.command()
def rollback(file: File, number: Number = 1) -> None:
    """Write a kept configuration back; what stood there is kept as FILE.before-rollback.

    The gateway takes it up by `systemctl reload warehouse-edge`, or at its next start.
    """
    kept = _kept(file, number)
    with bad_input_told():
        roll_back(file, kept)
    typer.echo(f"{file}: as of number {number}, and good")


def _kept(file: Path, number: int) -> Kept:
    with bad_input_told():
        kept = History(history_folder(file)).all()
    if not kept:
        raise fail(_none_kept(file))
    if number > len(kept):
        raise fail(f"{file}: {len(kept)} configurations are kept; there is no number {number}")
    return kept[number - 1]


def _none_kept(file: Path) -> str:
    """Where was looked: a file that is lost or damaged does not tell its data_dir any more."""
    return (
        f"{file}: no configuration is kept in {history_folder(file)}; if that is not the "
        "gateway's data_dir, write [gateway] data_dir into the file and try again"
    )
