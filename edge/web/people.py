"""Who may sign in: people with a role, and machines with a token."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Badge


class Role(StrEnum):
    """What a person does in the warehouse."""

    PICKER = "picker"
    PACKER = "packer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What a machine's token opens."""

    READY = "ready"
    METRICS = "metrics"
    LOOK = "look"
    OPERATE = "operate"
    """Of this host's own commands only; no token of the settings has it."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the settings.

    Attributes:
        badge: what they sign in with.
        pin_hash: Argon2id in PHC form, as `edge.web.pins.hash_pin` makes it.
    """

    badge: Badge
    name: str
    role: Role
    pin_hash: str


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A machine's token; only its digest is known here.

    Attributes:
        name: for the log.
        sha256: of the token's UTF-8 bytes, lower-case hex.
        scopes: what it opens.
    """

    name: str
    sha256: str
    scopes: frozenset[Scope]
