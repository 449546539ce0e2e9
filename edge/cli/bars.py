"""A bar for what takes long: on stderr, where somebody looks at a terminal, and nowhere else.

Results go to stdout and never pass here, so pipes, files and `--json` get what they always got.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

Thing = TypeVar("Thing")
Watch = Callable[[float, float], None]
"""Told how much is done, and of how much."""


@contextmanager
def watched(what: str, *, beside_lines: bool = False) -> Iterator[Watch]:
    """A bar for as long as this lasts; until it is told how far things are it only moves.

    Args:
        what: a word or two that stand before it.
        beside_lines: whether results are printed meanwhile: on the same terminal they would stand
            in the bar, so there it is left out.
    """
    if not sys.stderr.isatty() or (beside_lines and sys.stdout.isatty()):
        yield lambda _done, _of: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    bar = Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def each_watched(things: Iterable[Thing], of: int, what: str) -> Iterator[Thing]:
    """The things, with a bar that tells how many have come."""
    with watched(what) as watch:
        watch(0, of)
        for done, thing in enumerate(things, 1):
            watch(done, of)
            yield thing
