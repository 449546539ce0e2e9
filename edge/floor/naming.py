"""Naming: the items that a list of articles may name anew, fetched from the store behind the list.

What the radio hears before its article is listed is an item without a name. The rules know the
few items of this turn only; the rest lie in the store, where the GTINs of a list find them. There
may be a million, so a turn takes some of them, and the next turn goes on.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from edge.floor.inbox import Entry
from edge.gs1.items import stretches_of
from edge.model.goods import PresentItem
from edge.model.ids import Gtin, Sku
from edge.model.inputs import ArticlesListed, ItemsListed
from edge.model.state import FloorState
from edge.rules.stocking import names_given_anew
from edge.store.store import Store
from edge.store.tables import NamedStretch

AT_ONCE = 1_000
"""Items of one turn: each that is named anew is a fact, a tenth of a millisecond."""
_ARTICLES_AT_ONCE = 50
"""Articles of one question to the store: each is 112 stretches, 20 KiB."""


class Naming:
    """Used by the floor loop only.

    Args:
        store: of the loop.
        at_once: items of one turn.
    """

    def __init__(self, store: Store, at_once: int = AT_ONCE) -> None:
        self._store = store
        self._at_once = at_once
        self._articles: dict[Gtin, Sku | None] = {}
        self._left: list[NamedStretch] = []

    @property
    def is_left(self) -> bool:
        """Whether the next turn has to go on."""
        return bool(self._left or self._articles)

    def with_items(self, entries: Iterable[Entry], state: FloorState, now_us: int) -> list[Entry]:
        """The entries, behind each list of articles items that it may name anew.

        First comes more of what is left of earlier lists.

        Raises:
            StoreError: the file cannot be read.
        """
        return list(self._followed(entries, state, now_us))

    def _followed(
        self, entries: Iterable[Entry], state: FloorState, now_us: int
    ) -> Iterator[Entry]:
        if self.is_left:
            yield self._some(now_us)
        for entry in entries:
            yield entry
            if not isinstance(entry.input, ArticlesListed):
                continue
            names = names_given_anew(state, entry.input.articles)
            self._articles |= names
            if names:
                yield self._some(now_us)

    def _some(self, now_us: int) -> Entry:
        """Some of the items that are left, and none of them again."""
        items: list[PresentItem] = []
        while self.is_left and len(items) < self._at_once:
            self._left = self._left or self._some_stretches()
            room = self._at_once - len(items)
            found = self._store.items_named_otherwise(self._left, room)
            items += found
            last = found[-1].epc if len(found) == room else None
            self._left = [
                (max(first, last + "0"), behind, sku)
                for first, behind, sku in self._left
                if last is not None and last < behind
            ]
        return Entry(ItemsListed(tuple(items), now_us), None)

    def _some_stretches(self) -> list[NamedStretch]:
        """Where the tags of the next articles lie."""
        articles = [*islice(self._articles.items(), _ARTICLES_AT_ONCE)]
        for gtin, _ in articles:
            del self._articles[gtin]
        return [(*stretch, sku) for gtin, sku in articles for stretch in stretches_of(gtin)]
