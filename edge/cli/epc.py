"""`warehouse-edge epc`: EPCs and GS1 keys in all their forms."""

from dataclasses import asdict
from typing import Annotated

import typer

from edge.cli.console import bad_input_told, print_json
from edge.gs1.epc import describe

app = typer.Typer(no_args_is_help=True, help="Translate between EPC hex, URIs and GS1 keys.")

Values = Annotated[
    list[str],
    typer.Argument(help="EPC hex, tag URI, pure identity, element string or Digital Link"),
]


@app.command()
def decode(values: Values) -> None:
    """Print every form of each value, one JSON line a value."""
    with bad_input_told():
        for value in values:
            print_json(asdict(describe(value)))


@app.command()
def encode(
    values: Values,
    company_prefix_length: Annotated[
        int | None, typer.Option(min=6, max=12, help="digits of the GS1 company prefix")
    ] = None,
    filter_value: Annotated[
        int | None, typer.Option(min=0, max=7, help="filter value of the tag; 1 is an item")
    ] = None,
) -> None:
    """Print the tag of each GS1 key, one JSON line a value."""
    with bad_input_told():
        for value in values:
            forms = describe(
                value,
                company_prefix_length=company_prefix_length,
                filter_value=filter_value,
            )
            print_json(asdict(forms))
