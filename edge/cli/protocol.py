"""`warehouse-edge protocol`: the MQTT interface for those who write a central system."""

import json
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import bad_input_told
from edge.compose.core import VERSION
from edge.sync.wire.asyncapi import document, schemas


def protocol(
    out: Annotated[
        Path | None, typer.Option(help="folder for asyncapi.json and schemas/; made if missing")
    ] = None,
) -> None:
    """Print the AsyncAPI 3.0 document, or write it with its JSON Schemas into a folder."""
    if out is None:
        typer.echo(_text(document(VERSION)), nl=False)
        return
    with bad_input_told(out):
        (out / "schemas").mkdir(parents=True, exist_ok=True)
        (out / "asyncapi.json").write_text(_text(document(VERSION)), encoding="utf-8")
        for name, schema in schemas().items():
            (out / "schemas" / f"{name}.json").write_text(_text(schema), encoding="utf-8")


def _text(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
