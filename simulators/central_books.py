"""What a central system needs of its books, whichever database keeps them."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from typing_extensions import override

from simulators.central_events import Delivered


class BooksAwayError(Exception):
    """The database does not answer; nothing of the batch was stored, and nothing may be told."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """How far the events of one gateway and epoch are stored.

    Attributes:
        upto: every event from 1 to this one is durable.
        highest: the highest number that came in its turn; above `upto` there is a gap. What came
            ahead of its turn, on the live lane, makes none.
        base: the beginning of its topics, `{prefix}/{site}/{gateway}`.
    """

    gateway: str
    epoch: str
    upto: int
    highest: int
    base: str = ""


class Books(Protocol):
    """Every event once, the gap-free prefix, and what went wrong.

    The same event again is a harmless redelivery, and none at all when it came ahead and now comes
    in its turn. One that was stored without its data is completed when it comes whole. A fact that
    a restored gateway sends once more, with its id and a new number, is kept under that number and
    applied once. Another event under a number or an id that is taken is a *double* and is kept
    beside the books.
    """

    def close(self) -> None:
        """Let go of the database."""
        ...

    def take(self, events: Sequence[Delivered], now_us: int) -> list[Delivered]:
        """Store a batch in one transaction; on return it is durable.

        Returns:
            The events that were new, in the order of arrival.

        Raises:
            BooksAwayError: the database does not answer.
        """
        ...

    def prefix(self, gateway: str, epoch: str) -> Prefix:
        """How far one epoch of a gateway is stored."""
        ...

    def prefixes(self) -> list[Prefix]:
        """Every gateway and epoch, the one that was heard of last at the end."""
        ...

    def gaps_due(self, now_us: int, patience_us: int, bases: Iterable[str]) -> list[Prefix]:
        """Gaps that stay, of the newest epoch of these gateways, each given to one caller only.

        Args:
            now_us: UTC microseconds.
            patience_us: a gap stays when it has been there for so long and nothing has filled it;
                then it is given out, and once more each time that so much has passed.
            bases: of the gateways that may be asked from here.
        """
        ...

    def missing(self) -> int:
        """How many numbers below the highest of each gateway's newest epoch have not come."""
        ...

    def abandoned(self) -> int:
        """The same of epochs that a restored gateway left: never acknowledged, never to come."""
        ...

    def doubled(self) -> int:
        """Keys or ids that were used for two facts, and parcels that left twice."""
        ...

    def stored(self) -> int:
        """How many events are in the books."""
        ...

    def counter(self, name: str) -> int:
        """One of the counters, such as `redelivered` or `gaps`; 0 at first."""
        ...

    def count(self, name: str) -> None:
        """Add one to a counter."""
        ...

    def data_of(self, kind: str) -> list[dict[str, Any]]:
        """The data of every stored event of a type, oldest first."""
        ...

    def add_order(self, order: dict[str, Any], now_us: int) -> bool:
        """Write an order down before it is sent for the first time.

        Returns:
            False where another central system on the same books has taken its number just now.
        """
        ...

    def revise_order(self, order: dict[str, Any], now_us: int) -> bool:
        """Write a newer revision of an order down before it is sent.

        Returns:
            False where this one or a newer one stands there already.
        """
        ...

    def orders(self, state: str | None = None) -> list[dict[str, Any]]:
        """The orders in their newest revisions, oldest first: all, or those of one state.

        A state is `open`, `shipped` or `cancelled`, by the events that came.
        """
        ...

    def order_count(self, state: str | None = None) -> int:
        """How many orders there are, of one state or in all."""
        ...

    def unconfirmed(self, before_us: int) -> list[dict[str, Any]]:
        """Orders, sent before this time, of whose newest revision no event has told."""
        ...

    def sent_again(self, order_ids: Iterable[str], now_us: int) -> None:
        """Note that orders were sent once more."""
        ...

    def token(self, fresh: str) -> str:
        """A word that names these books for ever: `fresh` if they had none."""
        ...


def base_36(number: int) -> str:
    """A number as a word of digits and small letters."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


ORDER_STATES = {"ship.departed": "shipped", "order.cancelled": "cancelled"}
"""What becomes of an order by an event of this type."""
NEWEST = """touched = (
  SELECT max(touched) FROM cursors AS one WHERE one.gateway = cursors.gateway)"""
"""SQL: of a gateway's epochs the one that was heard of last."""
_MISSING = """SELECT coalesce(sum(highest - (SELECT count(*) FROM events
  WHERE events.gateway = cursors.gateway AND events.epoch = cursors.epoch
  AND events.seq <= cursors.highest)), 0) FROM cursors"""


class SqlBooks(Books):
    """What reads the same in every database."""

    @abstractmethod
    def _one(self, question: str, values: tuple[object, ...] = ()) -> int:
        """The first number of the answer."""

    @override
    def missing(self) -> int:
        return self._one(f"{_MISSING} WHERE {NEWEST}")

    @override
    def abandoned(self) -> int:
        return self._one(_MISSING) - self.missing()

    @override
    def doubled(self) -> int:
        twice = "SELECT count(*) - count(DISTINCT sscc) FROM parcels"
        return self._one("SELECT count(*) FROM doubles") + self._one(twice)

    @override
    def stored(self) -> int:
        return self._one("SELECT count(*) FROM events")
