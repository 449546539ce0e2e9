"""The troubles that people may report, as a file: code, words in both languages, effect."""

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from edge.model.fault_sentences import fault
from edge.rules.terms import folded
from edge.settings.faults import Section, Spelled, read_model

SHIPPED = Path(str(resources.files("edge"))).parent / "config" / "exceptions.toml"
"""The table that comes with the program, for sites that have none of their own."""


Step = Literal[
    "bind", "pick", "pass", "take", "drop", "wait", "put_back", "put_away", "fetch", "refill"
]


ShortCode = Annotated[str, Spelled(r"^([^\W\d_]\w{0,7})?$", "write_short_code")]


class TroubleTable(Section):
    """One `[[trouble]]`.

    Attributes:
        short_en, short_zh: what is typed or scanned instead of a tap; empty for nothing.
        at: prompts at which it is offered.
        effects: what follows besides that it is recorded; see the shipped file.
    """

    code: Annotated[str, Spelled(r"^[a-z][a-z_]{1,30}$", "write_trouble")]
    en: Annotated[str, Field(min_length=1, max_length=60)]
    zh: Annotated[str, Field(min_length=1, max_length=60)]
    short_en: ShortCode = ""
    short_zh: ShortCode = ""
    at: tuple[Step, ...] = ("pick",)
    effects: tuple[
        Literal["short", "avoid", "later", "full", "count", "freeze", "retag", "hold", "tell"], ...
    ] = ()

    @model_validator(mode="after")
    def _one_way_on(self) -> Self:
        ways = sorted({"short", "avoid", "later", "full"} & set(self.effects))
        if len(ways) > 1:
            raise ValueError(fault("effects_exclude", effects=", ".join(ways)))
        return self


class ExceptionsFile(Section):
    """The whole file."""

    trouble: tuple[TroubleTable, ...]

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        means: dict[str, str] = {}
        for one in self.trouble:
            for short in filter(None, {folded(one.short_en), folded(one.short_zh)}):
                if short in means:
                    both = f"{means[short]}, {one.code}"
                    raise ValueError(fault("short_code_twice", short=short, codes=both))
                means[short] = one.code
        return self


def load_troubles(path: Path) -> tuple[TroubleTable, ...]:
    """The troubles of a file, in its order.

    Raises:
        ConfigurationError: with every fault at once.
    """
    return read_model(path, ExceptionsFile).trouble
