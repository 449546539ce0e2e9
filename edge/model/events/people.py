"""What people did that an auditor will ask for."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.ids import Badge


@dataclass(frozen=True, slots=True)
class PersonActed:
    """Somebody did what is no work on goods and yet has to stand in the trail.

    Attributes:
        action: what it was: `configuration`, `letter_resent`, `letter_discarded`,
            `letters_discarded`, `device_enrolled` or `device_forgotten`.
        subject: of what: a part of the configuration, a letter's number or how many, a device.
    """

    type: ClassVar[str] = "person.acted"
    badge: Badge
    action: str
    subject: str


PersonEvent = PersonActed
