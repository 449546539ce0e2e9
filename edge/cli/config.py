"""`warehouse-edge config`: check a configuration, show what it means, print its schema."""

import json
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import bad_input_told
from edge.compose.checking import check_files
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings, load

app = typer.Typer(no_args_is_help=True, help="Check, show and describe configurations.")

File = Annotated[Path, typer.Argument(help="the gateway's TOML file")]
MASKED = "********"
SECRET_KEYS = frozenset({"pin_hash", "sha256"})


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
    typer.echo(json.dumps(_masked(settings.model_dump(mode="json")), indent=2, ensure_ascii=False))


def _masked(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: MASKED if key in SECRET_KEYS and inner else _masked(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    return value
