"""What people post: inputs with a `request_id` of the sender, each answered exactly once.

The same id twice has one effect and gets the same answer.
"""

from dataclasses import dataclass
from typing import get_args

from typing_extensions import TypeIs

from edge.model.ids import (
    Badge,
    DeviceName,
    Epc,
    LineId,
    LocationId,
    OrderId,
    RequestId,
    Sku,
    Sscc,
)
from edge.model.loading import PalletDecided, PalletScanned, PalletWanted, ParcelTakenOff
from edge.model.returns import Grade
from edge.model.tag_work import TagOrder
from edge.model.weights import Weighing


@dataclass(frozen=True, slots=True)
class WorkWanted:
    """A picker is ready, with or without a cart; or goes (`ready` false)."""

    request_id: RequestId
    badge: Badge
    ready: bool
    cart: LocationId | None
    at_us: int


@dataclass(frozen=True, slots=True)
class WorkHandedOver:
    """A person gives somebody's work (`holder`) to a colleague, or to whoever is free next."""

    request_id: RequestId
    badge: Badge
    holder: Badge
    to: Badge | None
    at_us: int


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A picker scanned something while this prompt was on the screen."""

    request_id: RequestId
    badge: Badge
    prompt_id: str
    code: str
    at_us: int


@dataclass(frozen=True, slots=True)
class TroubleReported:
    """A picker cannot do as prompted; `code` is one of `config/exceptions.toml`."""

    request_id: RequestId
    badge: Badge
    prompt_id: str
    code: str
    at_us: int


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """A person says that what a report left to do is done."""

    request_id: RequestId
    badge: Badge
    task_id: str
    at_us: int


@dataclass(frozen=True, slots=True)
class StationScanned:
    """A scan at a pack station or put wall, by its own scanner (`badge` empty) or a page.

    Attributes:
        without_unsorted: somebody has looked: what is not sorted at the wall is not there.
        anew: the label is of a tote that is open here, and all in it is to be checked once more.
    """

    request_id: RequestId
    station: LocationId
    badge: Badge | None
    code: str
    at_us: int
    without_unsorted: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class HandEmptied:
    """Somebody at a put wall lays the piece in hand back to the unsorted ones."""

    request_id: RequestId
    wall: LocationId
    badge: Badge
    at_us: int


@dataclass(frozen=True, slots=True)
class ParcelWanted:
    """A packer closes the parcel at a station.

    Attributes:
        partial: the packer's consent: what is missing is missing, and what the antenna hears
            beside it is not in the box.
        nothing_unwanted: they have looked: what the order wants no more is not in the box. That is
            a word of its own, for the order may change while they consent to something else.
        weighing: what the scale says; None where nobody has weighed it.
    """

    request_id: RequestId
    station: LocationId
    badge: Badge
    partial: bool
    at_us: int
    nothing_unwanted: bool = False
    weighing: Weighing | None = None


@dataclass(frozen=True, slots=True)
class LabelWanted:
    """Somebody at a pack station wants a parcel's label again; `code` is its number or order."""

    request_id: RequestId
    station: LocationId
    badge: Badge
    code: str
    at_us: int


@dataclass(frozen=True, slots=True)
class HoldDecided:
    """A person lets a held order go or refuses it."""

    request_id: RequestId
    order_id: OrderId
    badge: Badge
    release: bool
    at_us: int


@dataclass(frozen=True, slots=True)
class OrderAmendment:
    """A person changes an order that waits.

    Attributes:
        quantities: of lines that change; 0 leaves the line out.
        carrier, ship_to: None where they stay.
        due_us: its new cut-off, UTC microseconds; 0 for none any more, None where it stays.
        added: articles that are wanted besides, with their quantities, 1 or more.
    """

    request_id: RequestId
    order_id: OrderId
    badge: Badge
    quantities: tuple[tuple[LineId, int], ...]
    carrier: str | None
    ship_to: tuple[str, ...] | None
    at_us: int
    due_us: int | None = None
    added: tuple[tuple[Sku, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StockPutAway:
    """A person put pieces into a place."""

    request_id: RequestId
    badge: Badge
    location: LocationId
    sku: Sku
    quantity: int
    epcs: tuple[Epc, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class ParcelDispatched:
    """A person says that a parcel has left through a portal."""

    request_id: RequestId
    badge: Badge
    sscc: Sscc
    portal: LocationId
    at_us: int


@dataclass(frozen=True, slots=True)
class ManifestWanted:
    """A person hands a carrier's loaded parcels of one cut-off over.

    Attributes:
        due_us: the cut-off, UTC microseconds; None for orders without one.
        partial: also where parcels are missing.
    """

    request_id: RequestId
    badge: Badge
    carrier: str
    due_us: int | None
    partial: bool
    at_us: int


@dataclass(frozen=True, slots=True)
class ReturnScanned:
    """Something was scanned at the returns station.

    Attributes:
        order_id: the order whose return is at hand; None where the scan has to tell.
        reason: why the goods came back; empty where nobody said so.
    """

    request_id: RequestId
    badge: Badge
    code: str
    order_id: OrderId | None
    reason: str
    at_us: int


@dataclass(frozen=True, slots=True)
class GradeDecided:
    """A person says what becomes of a piece that came back."""

    request_id: RequestId
    badge: Badge
    piece_id: str
    grade: Grade
    at_us: int


@dataclass(frozen=True, slots=True)
class CountScanned:
    """Somebody who counts scanned a place or a piece.

    Attributes:
        location: the place that is being counted, where one is: the piece lies there.
    """

    request_id: RequestId
    badge: Badge
    code: str
    at_us: int
    location: LocationId | None = None


@dataclass(frozen=True, slots=True)
class CountTold:
    """A person has counted an article in a place."""

    request_id: RequestId
    badge: Badge
    location: LocationId
    sku: Sku
    quantity: int
    at_us: int


@dataclass(frozen=True, slots=True)
class SweepWanted:
    """A person wants to know what the radio hears in a place, against the books."""

    request_id: RequestId
    badge: Badge
    location: LocationId
    at_us: int


@dataclass(frozen=True, slots=True)
class VarianceDecided:
    """A supervisor takes a count's variance into the books, or refuses it."""

    request_id: RequestId
    badge: Badge
    location: LocationId
    sku: Sku
    approve: bool
    at_us: int


@dataclass(frozen=True, slots=True)
class TagWorkWanted:
    """A person wants something done with a tag; with neither `epc` nor `tid` the only one there.

    Attributes:
        antenna: port; 0 for all.
        order: what, with its passwords: never kept.
    """

    request_id: RequestId
    badge: Badge
    reader: DeviceName
    epc: Epc | None
    tid: str
    antenna: int
    order: TagOrder
    at_us: int


@dataclass(frozen=True, slots=True)
class FoundReaderDecided:
    """A person says what to do with a found reader: run it under a name, or ignore it.

    Attributes:
        name: None to ignore it.
        host, port, tls, certificate_sha256: what was found.
        antennas: ports to read on; empty for all.
    """

    request_id: RequestId
    badge: Badge
    found_id: str
    name: DeviceName | None
    host: str
    port: int
    tls: bool
    certificate_sha256: str
    antennas: tuple[int, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class PassageAnswered:
    """A person says how something went through a portal: `in`, `out` or `neither`."""

    request_id: RequestId
    badge: Badge
    question: str
    answer: str
    at_us: int


@dataclass(frozen=True, slots=True)
class PersonDid:
    """A person did what has to stand in the trail; fields as in the fact `PersonActed`."""

    request_id: RequestId
    badge: Badge
    action: str
    subject: str
    at_us: int


Posted = (
    WorkWanted
    | WorkHandedOver
    | CodeScanned
    | TroubleReported
    | TaskFinished
    | StationScanned
    | HandEmptied
    | ParcelWanted
    | LabelWanted
    | HoldDecided
    | OrderAmendment
    | StockPutAway
    | ParcelDispatched
    | PalletWanted
    | PalletScanned
    | ParcelTakenOff
    | PalletDecided
    | ManifestWanted
    | ReturnScanned
    | GradeDecided
    | CountScanned
    | CountTold
    | SweepWanted
    | VarianceDecided
    | TagWorkWanted
    | FoundReaderDecided
    | PassageAnswered
    | PersonDid
)
"""Inputs with a `request_id`."""
_KINDS = frozenset(get_args(Posted))


def is_posted(input_: object) -> TypeIs[Posted]:
    """As `isinstance`, which goes through all of them, at each tag that comes and goes."""
    return type(input_) in _KINDS
