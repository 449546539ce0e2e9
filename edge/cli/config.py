"""`warehouse-edge config`: check a configuration, show what it means, print its schema."""

import json
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import bad_input_told
from edge.compose.checking import check_files
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import Settings, load
from edge.settings.redacting import masked

app = typer.Typer(no_args_is_help=True, help="Check, show and describe configurations.")

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
