"""`[packing]` and `[[carton]]`: whether parcels are weighed, and what an empty one weighs."""

from typing import Annotated, Literal

from pydantic import Field

from edge.settings.faults import Section

GRAMS_MAX = 1_000_000


class Packing(Section):
    """How parcels are checked before they are closed."""

    weigh: Literal["off", "known", "always"] = "off"
    weight_tolerance_g: Annotated[int, Field(ge=0, le=GRAMS_MAX)] = 20
    weight_tolerance_percent: Annotated[float, Field(ge=0, le=100)] = 2.0


class Carton(Section):
    """What parcels are packed in; `tare_g` is its weight with filling, empty of goods."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    tare_g: Annotated[int, Field(ge=0, le=GRAMS_MAX)]
