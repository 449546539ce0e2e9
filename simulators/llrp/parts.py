"""LLRP messages and parameters as values: a name, fields by name, parameters inside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bits:
    """A bit string of any length.

    Attributes:
        count: how many bits.
        data: the bits from the left, the last byte padded with zeros on the right.
    """

    count: int
    data: bytes


Value = int | bytes | str | tuple[int, ...] | Bits


@dataclass(frozen=True, slots=True)
class Part:
    """One parameter.

    Attributes:
        name: as in the standard; `Custom` for a vendor's parameter that nobody here knows,
            `Unknown` (fields Type, Data) for a type that the standard does not have.
        fields: every field of the layout by name.
        inside: the parameters that it holds, in wire order.
    """

    name: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    inside: tuple["Part", ...] = ()

    def all(self, name: str) -> Iterator["Part"]:
        """The parameters of that name directly inside."""
        return (part for part in self.inside if part.name == name)

    def first(self, name: str) -> "Part | None":
        """The first parameter of that name directly inside; None if there is none."""
        return next(self.all(name), None)

    def number(self, name: str) -> int:
        """The value of a number field.

        Raises:
            KeyError: there is no such field.
            TypeError: it is not a number.
        """
        value = self.fields[name]
        if not isinstance(value, int):
            raise TypeError(f"{self.name}.{name} is not a number: {value!r}")
        return value


@dataclass(frozen=True, slots=True)
class Message(Part):
    """One message: a parameter's body with the header's id and version.

    Attributes:
        id: the header's message id, 32 bits.
        version: the header's protocol version, 3 bits; 1 is LLRP 1.0.1.
    """

    id: int = 0
    version: int = 1


def part(name: str, *inside: Part, **fields: Value) -> Part:
    """A parameter from its name, what stands inside and its fields."""
    return Part(name, fields, inside)


def message(name: str, message_id: int, *inside: Part, **fields: Value) -> Message:
    """A message from its name, id, what stands inside and its fields."""
    return Message(name, fields, inside, id=message_id)
