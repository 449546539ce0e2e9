"""What went otherwise than it should, and the tasks that put it right."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.ids import Badge, Epc, LocationId, OrderId, Sku, Sscc, WalkId
from edge.model.passages import PassageQuestion
from edge.model.tasks import Task


@dataclass(frozen=True, slots=True)
class TroubleRecorded:
    """A picker reported something that is not as it should be."""

    type: ClassVar[str] = "exception.reported"
    code: str
    badge: Badge
    walk_id: WalkId | None
    stop: int | None
    location: LocationId | None
    sku: Sku | None


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A report leaves something to do."""

    type: ClassVar[str] = "exception.task_opened"
    task: Task


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A person says that it is done."""

    type: ClassVar[str] = "exception.task_done"
    task: Task
    by: Badge


@dataclass(frozen=True, slots=True)
class ForeignItemSeen:
    """A tag on a cart that no stop of its walk asked for."""

    type: ClassVar[str] = "exception.foreign_item"
    epc: Epc
    sku: Sku | None
    cart: LocationId
    badge: Badge


@dataclass(frozen=True, slots=True)
class WrongDoorSeen:
    """A parcel was at the portal of other carriers; it is not shipped by that.

    Attributes:
        carrier: the parcel's.
        expected: carriers that load at the portal.
        by: who said so; None where the portal saw it itself.
    """

    type: ClassVar[str] = "exception.wrong_door"
    sscc: Sscc
    order_id: OrderId
    carrier: str
    portal: LocationId
    expected: tuple[str, ...]
    by: Badge | None


@dataclass(frozen=True, slots=True)
class PassageUnclear:
    """A portal is not sure whether something went through; a person is asked."""

    type: ClassVar[str] = "exception.passage_unclear"
    question: PassageQuestion


@dataclass(frozen=True, slots=True)
class PassageSettled:
    """A question about a passage is answered: `in`, `out` or `neither`.

    `by` is the person; None where the portal became sure itself.
    """

    type: ClassVar[str] = "exception.passage_settled"
    question: str
    answer: str
    by: Badge | None


@dataclass(frozen=True, slots=True)
class TooManySuspected:
    """More tags of an article went out than its parcels should hold; a person is asked to look."""

    type: ClassVar[str] = "exception.too_many_suspected"
    question: PassageQuestion


@dataclass(frozen=True, slots=True)
class TooManySettled:
    """That question is answered.

    Attributes:
        answer: `taken_out`, `gone` (with the parcel) or `none` (nothing was too many) by a person;
            `elsewhere` (the tag is heard in the house) or `counted` by itself.
        by: the person; None where it ended by itself.
    """

    type: ClassVar[str] = "exception.too_many_settled"
    question: str
    answer: str
    by: Badge | None


@dataclass(frozen=True, slots=True)
class MessageSetAside:
    """A message could not be understood and lies with the dead letters."""

    type: ClassVar[str] = "exception.message_refused"
    topic: str
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class JournalRestored:
    """The journal was damaged and put aside; this gateway goes on from a backup, or with nothing.

    The first fact that is new in its epoch. Facts of `epoch` from `first_seq` to `last_seq` are
    not here any more: those that the central system has are safe with it, the others are lost
    unless the file that was put aside still yields them. Facts of the backup that it had not
    acknowledged come again in the new epoch under their old ids.

    Attributes:
        epoch: the numbering of what was put aside; empty where that could not be read.
        first_seq: the first number that is missing.
        last_seq: the last one, `first_seq` - 1 where none is missing; None where it could not be
            read: then whatever number the central system has last.
        backup: name of the backup; empty where there was none.
        reason: what was found.
    """

    type: ClassVar[str] = "exception.journal_restored"
    epoch: str
    first_seq: int
    last_seq: int | None
    backup: str
    reason: str


@dataclass(frozen=True, slots=True)
class IntrusionSuspected:
    """Something looks as if a stranger were at work; a person has to look.

    Attributes:
        sign: what it is: `sign_ins_failed`, `files_changed`, `reader_shared`,
            `certificate_unknown` or `session_taken_over`.
        subject: where: an address, the files, a reader.
        detail: one sentence for people.
    """

    type: ClassVar[str] = "exception.intrusion_suspected"
    sign: str
    subject: str
    detail: str


ExceptionEvent = (
    TroubleRecorded
    | TaskOpened
    | TaskDone
    | ForeignItemSeen
    | WrongDoorSeen
    | PassageUnclear
    | PassageSettled
    | TooManySuspected
    | TooManySettled
    | MessageSetAside
    | JournalRestored
    | IntrusionSuspected
)
