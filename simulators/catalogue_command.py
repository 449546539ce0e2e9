"""`warehouse-sim catalogue`: the seed's warehouse for other programs to read."""

import json
from pathlib import Path
from typing import Annotated

import typer

from simulators.catalogue import make_catalogue
from simulators.hall import floor_toml


def catalogue_command(
    seed: Annotated[int, typer.Option(min=0, help="Settles articles and stock.")] = 1,
    floor_out: Annotated[Path | None, typer.Option(help="Write the floor file here.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the catalogue here, not out.")] = None,
) -> None:
    """Articles and stock as JSON, the hall as the product's floor file."""
    catalogue = make_catalogue(seed)
    if floor_out:
        floor_out.write_text(floor_toml(catalogue.hall))
    text = json.dumps(catalogue.as_json(), ensure_ascii=False)
    if out:
        out.write_text(text + "\n")
    else:
        typer.echo(text)
