"""Lookups: searches in the store for people who ask, in the words of the pages.

Each question opens a connection of its own that can only read: any number of pages may ask at
once, and none of them ever holds up the writer.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from edge.floor.board import Board, Shown
from edge.floor.heat import dwell_us
from edge.model.events import Fact
from edge.model.goods import PresentItem
from edge.model.ids import Epc, LocationId, Sku
from edge.store.queries import Queries

HEAT_ITEMS_MAX = 300
HEAT_FACTS_MAX = 200


class Lookups:
    """Thread-safe.

    Args:
        path: of the store.
        board: for the names of articles, as the floor view has them.
    """

    def __init__(self, path: Path, board: Board) -> None:
        self._path = path
        self._board = board

    def items(self, text: str, limit: int) -> list[Shown]:
        """Items whose EPC or article number begins with `text`, or that lie in that place.

        Also those of all articles with the text in their name.
        """
        names = self._names()
        named = [Sku(sku) for sku, name in names.items() if text.casefold() in name.casefold()]
        with closing(Queries(self._path)) as queries:
            asked = (
                queries.items(text, limit),
                queries.items_at(LocationId(text), limit),
                queries.items_of(named, limit) if named else [],
            )
            found = {one.epc: one for some in asked for one in some}
        return [_item(one, names) for one in list(found.values())[:limit]]

    def located(self, limit: int) -> list[Shown]:
        """Items that are anywhere."""
        with closing(Queries(self._path)) as queries:
            found = queries.located(limit)
        names = self._names()
        return [_item(one, names) for one in found]

    def item(self, epc: str) -> Shown | None:
        """One item; None for a tag that was never anywhere."""
        with closing(Queries(self._path)) as queries:
            found = queries.item(Epc(epc))
        return _item(found, self._names()) if found else None

    def history(self, subject: str, limit: int) -> list[Shown]:
        """What happened to an item, an order or a parcel, the newest first."""
        with closing(Queries(self._path)) as queries:
            return [_happening(fact) for fact in queries.history(subject, limit)]

    def heat(self, subject: str, *, is_sku: bool, from_us: int, to_us: int) -> Shown:
        """For how long an item, or all items of an article, were at each place.

        Of an article the first `HEAT_ITEMS_MAX` items are looked at, of each item the newest
        `HEAT_FACTS_MAX` facts; the answer says where that left something out.
        """
        spent: Counter[LocationId] = Counter()
        now_at: Counter[LocationId] = Counter()
        cut = False
        with closing(Queries(self._path)) as queries:
            found = self._heated(queries, subject, is_sku=is_sku)
            for one in found[:HEAT_ITEMS_MAX]:
                facts = queries.history(one.epc, HEAT_FACTS_MAX)
                cut = cut or (len(facts) == HEAT_FACTS_MAX and facts[-1].occurred_us > from_us)
                spent += dwell_us(reversed(facts), from_us, to_us)
                if one.location is not None:
                    now_at[one.location] += 1
        return {
            "from_us": from_us,
            "to_us": to_us,
            "items": min(len(found), HEAT_ITEMS_MAX),
            "is_whole": not cut and len(found) <= HEAT_ITEMS_MAX,
            "places": [
                {"location": place, "dwell_s": round(us / 1e6, 1), "items": now_at[place]}
                for place, us in spent.most_common()
            ],
        }

    @staticmethod
    def _heated(queries: Queries, subject: str, *, is_sku: bool) -> list[PresentItem]:
        if is_sku:
            return queries.items_of([Sku(subject)], HEAT_ITEMS_MAX + 1)
        item = queries.item(Epc(subject))
        return [item] if item is not None else []

    def _names(self) -> Mapping[str, str]:
        sheet = self._board.look("articles")
        found = sheet.value.items() if sheet else ()
        return {sku: str(one["name"]) for sku, one in found if isinstance(one, dict)}


def _item(item: PresentItem, names: Mapping[str, str]) -> Shown:
    return {**item._asdict(), "name": names.get(item.sku or "", "")}


def _happening(fact: Fact) -> Shown:
    at = datetime.fromtimestamp(fact.occurred_us / 1e6, UTC).isoformat(timespec="milliseconds")
    return {
        "seq": fact.seq,
        "type": fact.event.type,
        "at": at,
        "text": sentence(fact),
        "values": plain_values(fact),
    }


def sentence(fact: Fact) -> str:
    """The plain parts of a fact, as `name value` pairs."""
    told = (f"{name.replace('_', ' ')} {value}" for name, value in plain_values(fact).items())
    return ", ".join(told)


def plain_values(fact: Fact) -> dict[str, str | int | float]:
    """The plain parts of a fact by their names."""
    return {
        name: value
        for name, value in asdict(fact.event).items()
        if isinstance(value, (str, int, float)) and not isinstance(value, bool)
    }
