"""What may be posted: every key is known, every text and every number has its bound."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")]
"""A name of the warehouse: a badge, place, article, order or code."""
ScannedCode = Annotated[str, StringConstraints(min_length=1, max_length=512)]
"""What a scanner typed; may hold FNC1 as 0x1D."""
EpcHex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}){2,62}$", to_lower=True)]

EPCS_MAX = 500


class Body(BaseModel):
    """Closed against keys that it does not know, and against numbers that are texts."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SignIn(Body):
    """Who somebody says they are."""

    badge: Name
    pin: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Resume(Body):
    """The PIN of whoever is signed in."""

    pin: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Work(Body):
    """Ready for work with this cart, or gone."""

    ready: bool
    cart: Name | None = None


class HandOver(Body):
    """Whose work goes to whom; else one's own, and to whoever is free next."""

    holder: Name | None = None
    to: Name | None = None


class Scan(Body):
    """A picker's scan, and what the screen said then."""

    prompt_id: Annotated[str, StringConstraints(max_length=128)]
    code: ScannedCode
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None


class TroubleReport(Body):
    """Why it cannot be done as prompted."""

    prompt_id: Annotated[str, StringConstraints(max_length=128)]
    code: Name
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None


class TaskEnd(Body):
    """What a report left to do is done."""

    task_id: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class StationScan(Body):
    """A scan at a pack station.

    `without_unsorted` says that what is not sorted at the put wall is not there; `anew` that the
    tote with this label, which is open here, is to be checked once more from the beginning.
    """

    code: ScannedCode
    without_unsorted: bool = False
    anew: bool = False
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None


class LayBack(Body):
    """The piece in hand at a put wall was not put; there is nothing more to say."""


class Find(Body):
    """The tag that somebody looks for."""

    epc: EpcHex


class FindEnd(Body):
    """Looking no longer; there is nothing more to say."""


class Acceptance(Body):
    """The word of whoever lets a parcel go although it weighs other than it should."""

    badge: Name
    word: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    reason: Literal["article_weight", "packing_material", "scale", "looked_at"]


class Weighed(Body):
    """What a parcel weighs with its carton, grams."""

    weight_g: Annotated[int, Field(ge=1, le=1_000_000)]
    carton: Name | None = None
    acceptance: Acceptance | None = None


class Close(Body):
    """Close the parcel; `partial` accepts that pieces are missing.

    `nothing_unwanted` says that of what is to be taken out nothing lies in it.
    """

    partial: bool = False
    nothing_unwanted: bool = False
    weighing: Weighed | None = None


class AnotherLabel(Body):
    """The label of a closed parcel, by its number or its order's."""

    code: ScannedCode


class Decision(Body):
    """Let a held order go, or refuse it."""

    release: bool


class PutAway(Body):
    """Pieces that were put into a place."""

    location: Name
    sku: Name
    quantity: Annotated[int, Field(ge=1, le=100_000)]
    epcs: Annotated[list[EpcHex], Field(max_length=EPCS_MAX)] = []


class Approval(Body):
    """A found reader is ours: its name as the floor file has it, and the ports to read on."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    antennas: Annotated[list[Annotated[int, Field(ge=1, le=255)]], Field(max_length=64)] = []


class LogLevelWish(Body):
    """A level for one part of the log, for a while."""

    part: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
    level: Literal["debug", "info", "warning", "error"]
    minutes: Annotated[float, Field(gt=0, le=1440, allow_inf_nan=False)] = 15.0


class BeginStep(Body):
    """Begin a calibration of a level."""

    step: Literal["begin"]
    level: Literal["gain", "survey"]


class TagStep(Body):
    """Record this tag."""

    step: Literal["tag"]
    epc: EpcHex


class HereStep(Body):
    """The tag is at this place now."""

    step: Literal["here"]
    location: Name


class PlainStep(Body):
    """Any other step of a calibration."""

    step: Literal["moving", "learn", "more", "use", "discard"]


CalibrationStep = Annotated[
    BeginStep | TagStep | HereStep | PlainStep, Field(discriminator="step")
]


class ReturnScan(Body):
    """A scan at the returns station, with the order at hand and the reason, where known."""

    code: ScannedCode
    order_id: Name | None = None
    reason: Annotated[str, StringConstraints(max_length=64)] = ""
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None


class ReturnGrade(Body):
    """What becomes of a piece that came back."""

    piece_id: Name
    grade: Literal["restock", "quarantine", "scrap"]


class CountScan(Body):
    """What somebody who counts has scanned, and which place is being counted, where one is."""

    code: ScannedCode
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None
    location: Name | None = None


class CountResult(Body):
    """So many pieces of an article were found in a place."""

    location: Name
    sku: Name
    quantity: Annotated[int, Field(ge=0, le=100_000)]


class Sweep(Body):
    """Compare what the radio hears in a place with the books."""

    location: Name


class VarianceDecision(Body):
    """Take a count's variance into the books, or refuse it."""

    location: Name
    sku: Name
    approve: bool


class LineQuantity(Body):
    """So many of a line; 0 leaves it out."""

    line_id: Name
    quantity: Annotated[int, Field(ge=0, le=100_000)]


class AddedLine(Body):
    """So many pieces of an article that an order wants besides."""

    sku: Name
    quantity: Annotated[int, Field(ge=1, le=100_000)]


class Amendment(Body):
    """What a person changes about an order that waits; what is not given stays.

    A `due_us` of 0 takes its cut-off away.
    """

    lines: Annotated[list[LineQuantity], Field(max_length=1000)] = []
    added: Annotated[list[AddedLine], Field(max_length=100)] = []
    due_us: Annotated[int, Field(ge=0, le=2**53)] | None = None
    carrier: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] | None = None
    ship_to: (
        Annotated[
            list[
                Annotated[
                    str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)
                ]
            ],
            Field(max_length=5),
        ]
        | None
    ) = None


class Dispatch(Body):
    """A parcel that has left through a portal."""

    sscc: Annotated[str, StringConstraints(pattern=r"^(00)?[0-9]{18}$")]
    portal: Name


PalletNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{18}$")]


class BeginPallet(Body):
    """A new pallet at a place; with the code of its label, where it bears one already."""

    place: Name
    code: Annotated[str, StringConstraints(max_length=512)] = ""


class PalletScan(Body):
    """A scan of somebody who stacks parcels, with the pallet that they have chosen."""

    code: ScannedCode
    pallet: PalletNumber | None = None
    at_us: Annotated[int, Field(ge=0, le=2**53)] | None = None


class TakeOff(Body):
    """A parcel does not go with its pallet."""

    sscc: PalletNumber


class PalletStep(Body):
    """What is wanted of a pallet."""

    step: Literal["close", "break_up", "label", "looked_at"]


class CloseManifest(Body):
    """A carrier's loaded parcels of one cut-off are handed over."""

    carrier: Annotated[str, StringConstraints(max_length=200)]
    due_us: Annotated[int, Field(ge=0, le=2**63 - 1)] | None
    partial: bool = False


class PassageAnswer(Body):
    """How something went through a portal that was not sure of it; or what was too many."""

    answer: Literal["in", "out", "neither", "taken_out", "gone", "none"]
