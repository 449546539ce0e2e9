"""How much is asked of a reader: what it refuses is asked for no more, one thing after another.

A refusal names the parameter at fault where the reader is a good one (LLRP 1.0.1, section 14.2.2):
then just that is left out. Where it names none, the table is gone through from its top. What is
left out stays left out on this reader until the gateway starts again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto


class Wish(Enum):
    """A part of the set-up that a reader may do without."""

    NEWER = auto()
    EXTENSIONS = auto()
    BEYOND = auto()
    SEARCH = auto()
    FIELDS = auto()
    SELECTS = auto()
    TRIGGERS = auto()
    POWER = auto()
    MODE = auto()
    SINGULATION = auto()
    EVENTS = auto()
    INPUTS = auto()
    ROSPECS_TOLD = auto()
    CONFIG_TOLD = auto()


VENDORS = frozenset({Wish.EXTENSIONS, Wish.FIELDS, Wish.SEARCH})
"""What only a vendor's own parameters can carry."""

_VENDORS_FIELDS = frozenset({Wish.FIELDS, Wish.EXTENSIONS})
_ROSPEC_LADDER = (
    frozenset({Wish.BEYOND}),
    frozenset({Wish.SEARCH}),
    _VENDORS_FIELDS,
    frozenset({Wish.SELECTS}),
    frozenset({Wish.TRIGGERS}),
    frozenset({Wish.POWER, Wish.MODE, Wish.SINGULATION}),
)
_CONFIG_LADDER = (frozenset({Wish.INPUTS}), frozenset({Wish.EVENTS}))

# Types of parameters and what is left out where a refusal names all of them; deepest first.
_BLAMED: tuple[tuple[frozenset[int], frozenset[Wish]], ...] = (
    (frozenset({331}), frozenset({Wish.SELECTS})),
    (frozenset({224}), frozenset({Wish.POWER})),
    (frozenset({335}), frozenset({Wish.MODE})),
    (frozenset({336}), frozenset({Wish.SINGULATION})),
    (frozenset({179}), frozenset({Wish.TRIGGERS})),
    (frozenset({182}), frozenset({Wish.TRIGGERS})),
    (frozenset({225}), frozenset({Wish.INPUTS})),
    (frozenset({244}), frozenset({Wish.EVENTS})),
    (frozenset({330, 1023}), frozenset({Wish.SEARCH})),
    (frozenset({1023}), _VENDORS_FIELDS),
    (frozenset({183}), frozenset({Wish.BEYOND})),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How much is asked of the reader.

    Attributes:
        without: what is not asked, because it was refused or never answered.
        ran: the reader ran with these wishes before: its ROSpec may still be there, unchanged.
    """

    without: frozenset[Wish] = frozenset()
    ran: bool = False

    @classmethod
    def first(cls, *, vendor_extensions: bool) -> "Attempt":
        """Everything, or everything but what only the vendor knows."""
        return cls(frozenset() if vendor_extensions else VENDORS)

    def has(self, wish: Wish) -> bool:
        """Whether this is asked."""
        return wish not in self.without

    def but(self, wishes: Iterable[Wish]) -> "Attempt":
        """The same without these."""
        return replace(self, without=self.without | frozenset(wishes))

    def with_(self, wish: Wish) -> "Attempt":
        """The same, asking this after all."""
        return replace(self, without=self.without - {wish})

    def less(
        self, asked: frozenset[Wish], blamed: frozenset[int], *, configures: bool
    ) -> "Attempt | None":
        """What to ask after a refusal; None where nothing is left that could be left out.

        Args:
            asked: what there was of wishes in the request.
            blamed: types of the parameters that the refusal names.
            configures: the request was about the reader's configuration, not a ROSpec.
        """
        left = asked - self.without
        steps = [wishes for types, wishes in _BLAMED if types <= blamed]
        steps += _CONFIG_LADDER if configures else _ROSPEC_LADDER
        return next((self.but(step) for step in steps if step & left), None)
