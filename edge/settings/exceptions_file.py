"""The troubles that people may report, as a file: code, words in both languages, effect."""

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from edge.settings.faults import Section, read_model

SHIPPED = Path(str(resources.files("edge"))).parent / "config" / "exceptions.toml"
"""The table that comes with the program, for sites that have none of their own."""


class TroubleTable(Section):
    """One `[[trouble]]`.

    Attributes:
        at: prompts at which it is offered.
        effect: `short` looks for the pieces elsewhere and otherwise gives them up; `note` records.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,30}$")]
    en: Annotated[str, Field(min_length=1, max_length=60)]
    zh: Annotated[str, Field(min_length=1, max_length=60)]
    at: tuple[Literal["pick", "drop", "wait", "put_back", "put_away"], ...] = ("pick",)
    effect: Literal["short", "note"] = "note"


class ExceptionsFile(Section):
    """The whole file."""

    trouble: tuple[TroubleTable, ...]


def load_troubles(path: Path) -> tuple[TroubleTable, ...]:
    """The troubles of a file, in its order.

    Raises:
        ConfigurationError: with every fault at once.
    """
    return read_model(path, ExceptionsFile).trouble
