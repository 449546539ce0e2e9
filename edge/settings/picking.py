"""`[picking]` and `[[substitute]]`: how pickers work, and what may be picked instead."""

import re
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, field_validator

from edge.model.fault_sentences import fault
from edge.model.places import Floor
from edge.settings.faults import Section

Strategy = Literal["batch", "discrete", "pick-and-pass", "zone"]
Rung = Literal["finder", "other_place", "surplus", "substitute"]


class Substitute(Section):
    """What may be picked instead of an article for customers who allow it, the best first."""

    sku: Annotated[str, Field(min_length=1, max_length=64)]
    by: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(min_length=1)
    ]


class Picking(Section):
    """How pickers work."""

    strategy: Strategy = "batch"
    zone_strategies: dict[str, Strategy] = Field(default_factory=dict)
    bind_totes: bool = False
    tote_label: str = "T[0-9]{4}"
    check_digits: Literal["off", "offered", "required"] = "offered"
    short_ladder: tuple[Rung, ...] = ("finder", "other_place", "surplus", "substitute")
    partial_orders: Literal["ship", "wait"] = "ship"

    @field_validator("tote_label")
    @classmethod
    def _a_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(fault("no_pattern", error=error)) from error
        return pattern

    def checked(self, floor: Floor) -> Floor:
        """The floor of a file with its check digits as this site uses them."""
        if self.check_digits == "required":
            return replace(floor, check_digits_required=True)
        if self.check_digits == "offered":
            return floor
        bare = {name: replace(one, check_digits=()) for name, one in floor.locations.items()}
        return replace(floor, locations=bare)
