"""What a site has agreed on: the few settings that rules depend on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Effect(StrEnum):
    """What reporting a trouble does to the stop at hand."""

    SHORT = "short"
    """The remaining pieces are not to be had here: other place in the walk, else given up."""
    NOTE = "note"
    """It is recorded and told; the stop stays as it is."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A site's terms.

    Attributes:
        company_prefix: GS1 company prefix of parcels' SSCCs, 7 to 10 digits.
        sscc_extension: first digit of the SSCC, 0..9; differs between gateways of a site.
        quantity_max: pieces of one line above which a person must look.
        orders_per_walk: totes on a cart.
        pieces_per_walk: pieces on a cart.
        rush_priority: orders of this priority or more are in a rush.
        line_s: seconds that a picker takes for one line, walking included, for forecasts.
        ready_before_s: seconds before its cut-off at which an order is to be picked.
        troubles: what may be reported, with its effect.
        devices: names of all configured devices.
    """

    company_prefix: str = "4012345"
    sscc_extension: int = 3
    quantity_max: int = 999
    orders_per_walk: int = 8
    pieces_per_walk: int = 40
    rush_priority: int = 5
    line_s: float = 20.0
    ready_before_s: float = 1800.0
    troubles: Mapping[str, Effect] = field(default_factory=dict)
    devices: frozenset[str] = frozenset()
