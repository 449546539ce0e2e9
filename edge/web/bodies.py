"""What may be posted: every key is known, every text and every number has its bound."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")]
"""A name of the warehouse: a badge, place, article, order or code."""
ScannedCode = Annotated[str, StringConstraints(min_length=1, max_length=512)]
"""What a scanner typed; may hold FNC1 as 0x1D."""
EpcHex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{4,124}$", to_lower=True)]

EPCS_MAX = 500


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SignIn(_Body):
    """Who somebody says they are."""

    badge: Name
    pin: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Work(_Body):
    """Ready for work with this cart, or gone."""

    ready: bool
    cart: Name | None = None


class Scan(_Body):
    """A picker's scan, and what the screen said then."""

    prompt_id: Annotated[str, StringConstraints(max_length=128)]
    code: ScannedCode
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None


class TroubleReport(_Body):
    """Why it cannot be done as prompted."""

    prompt_id: Annotated[str, StringConstraints(max_length=128)]
    code: Name
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None


class StationScan(_Body):
    """A scan at a pack station."""

    code: ScannedCode
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None


class Close(_Body):
    """Close the parcel; `partial` accepts that pieces are missing."""

    partial: bool = False


class Decision(_Body):
    """Let a held order go, or refuse it."""

    release: bool


class PutAway(_Body):
    """Pieces that were put into a place."""

    location: Name
    sku: Name
    quantity: Annotated[int, Field(ge=1, le=100_000)]
    epcs: Annotated[list[EpcHex], Field(max_length=EPCS_MAX)] = []


class Dispatch(_Body):
    """A parcel that has left through a portal."""

    sscc: Annotated[str, StringConstraints(pattern=r"^(00)?[0-9]{18}$")]
    portal: Name
