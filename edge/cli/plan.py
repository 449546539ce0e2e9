"""`warehouse-edge plan`: shortest walks and good batches of instances from files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import typer

from edge.cli.bars import watched
from edge.cli.console import SECONDS_MAX, bad_input_told, json_documents, print_json, read_text
from edge.clock import SystemClock
from edge.rules.batching import Effort, plan_batches
from edge.rules.reading_instances import batch_instance, route_instance
from edge.rules.routing import shortest_route

app = typer.Typer(no_args_is_help=True, help="Plan walks and batches.")

File = Annotated[
    Path,
    typer.Argument(help='one instance, or JSON lines of {"name","instance"}; - for stdin'),
]
Plain = Mapping[str, object]


@app.command()
def route(file: File) -> None:
    """Print the shortest walk through the stops of each instance."""
    _answer_each(file, _route)


@app.command()
def batch(
    file: File,
    seconds: Annotated[
        float, typer.Option(min=0.05, max=SECONDS_MAX, help="to search, for each instance")
    ] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="decides where the search looks")] = 0,
) -> None:
    """Print batches of the orders of each instance whose walks are short together."""
    _answer_each(file, lambda plain: _batch(plain, seconds, seed))


def _answer_each(file: File, answer: Callable[[Plain], dict[str, object]]) -> None:
    with bad_input_told():
        for number, (where, document) in enumerate(json_documents(read_text(file), str(file)), 1):
            head = {"name": document.get("name", str(number))} if "instance" in document else {}
            try:
                print_json({**head, **answer(_instance(document) if head else document)})
            except ValueError as error:
                called = f"{head['name']}: " if head else ""
                raise ValueError(f"{where}: {called}{error}") from None


def _instance(document: Plain) -> Plain:
    instance = document["instance"]
    if not isinstance(instance, dict):
        raise ValueError("instance: must be a JSON object")  # noqa: TRY004 - the file is wrong
    return instance


def _route(plain: Plain) -> dict[str, object]:
    route = shortest_route(route_instance(plain))
    return {
        "length": route.length,
        "stops": list(route.stops),
        "path": [list(point) for point in route.path],
        "exact": route.exact,
        "bound": route.bound,
    }


def _batch(plain: Plain, seconds: float, seed: int) -> dict[str, object]:
    clock = SystemClock()
    began_us = clock.monotonic_us()
    with watched("plan") as watch:

        def elapsed_s() -> float:
            """The search asks how long it has looked, which is how far it is."""
            gone_s = (clock.monotonic_us() - began_us) / 1e6
            watch(gone_s, seconds)
            return gone_s

        effort = Effort(seconds=seconds, elapsed_s=elapsed_s)
        random = np.random.Generator(np.random.PCG64(seed))
        plan = plan_batches(batch_instance(plain), random, effort)
    orders = cast("list[dict[str, str | int]]", plain["orders"])  # the instance was made of them
    as_given = {str(order["id"]): order["id"] for order in orders}
    return {
        "length": plan.length,
        "batches": [
            {"orders": [as_given[order] for order in batch.orders], "length": batch.length}
            for batch in plan.batches
        ],
    }
