"""The weight of a parcel: what somebody says of it, and what is kept of it."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Badge


class WeightReason(StrEnum):
    """Why a parcel goes although it weighs other than its contents should."""

    ARTICLE_WEIGHT = "article_weight"
    """The weight of an article is told wrong: master data are to be mended."""
    PACKING_MATERIAL = "packing_material"
    """Filling, ice, leaflets, another carton."""
    SCALE = "scale"
    """The scale is wrong."""
    LOOKED_AT = "looked_at"
    """Somebody has taken everything out once more, and it is right."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The word of a supervisor who lets a parcel go although it weighs other than it should.

    Attributes:
        by: the supervisor.
        reason: why.
        given_us: when they gave it, UTC microseconds; None where it is not their word.
    """

    by: Badge
    reason: WeightReason
    given_us: int | None


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a packer says of a parcel on the scale.

    Attributes:
        weight_g: of the parcel with its carton, grams.
        carton: the name of its carton; empty where the site has no more than one.
        accepted: None where nobody was asked.
    """

    weight_g: int
    carton: str = ""
    accepted: Accepted | None = None


@dataclass(frozen=True, slots=True)
class ParcelWeight:
    """What a closed parcel weighs.

    Attributes:
        measured_g: with its carton, grams.
        expected_g: its pieces and its carton; None where the weight of a piece is not told.
        carton: as of `Weighing`.
        accepted_by: who let it go all the same; None where it weighs what it should.
        reason: why; likewise.
    """

    measured_g: int
    expected_g: int | None
    carton: str = ""
    accepted_by: Badge | None = None
    reason: WeightReason | None = None
