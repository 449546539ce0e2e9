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

PATTERN_LENGTH_MAX = 128
VARYING_MAX, ALTERNATIVES_MAX = 3, 9
"""What may take more or fewer characters, or one thing or another. All ways to share out a label
among them are tried before it is known to be none: 50,000 for three on 64 characters."""
_PLAIN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""Escaped characters and sets: nothing in them repeats anything."""
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")
_VARYING = re.compile(r"[*+?]|\{\d*,\d*\}")


def _may_take_for_ever(pattern: str) -> bool:
    """Whether some label could keep the matching busy for longer than a scan may take."""
    bare = _PLAIN.sub("a", pattern).replace("(?", "(")
    return (
        len(pattern) > PATTERN_LENGTH_MAX
        or len(_VARYING.findall(bare)) > VARYING_MAX
        or bare.count("|") >= ALTERNATIVES_MAX
        or _REPEATED_GROUP.search(bare) is not None
    )


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
        except (re.error, OverflowError) as error:
            raise ValueError(fault("no_pattern", error=error)) from error
        if _may_take_for_ever(pattern):
            raise ValueError(fault("endless_pattern"))
        return pattern

    def checked(self, floor: Floor) -> Floor:
        """The floor of a file with its check digits as this site uses them."""
        if self.check_digits == "required":
            return replace(floor, check_digits_required=True)
        if self.check_digits == "offered":
            return floor
        bare = {name: replace(one, check_digits=()) for name, one in floor.locations.items()}
        return replace(floor, locations=bare)
