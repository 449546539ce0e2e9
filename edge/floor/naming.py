"""Naming: the items that a list of articles may name anew, fetched from the store behind the list.

What the radio hears before its article is listed is an item without a name. The rules know the
few items of this turn only; the rest lie in the store, where the GTINs of a list find them.
"""

from collections.abc import Iterable, Iterator

from edge.floor.inbox import Entry
from edge.gs1.items import stretches_of
from edge.model.inputs import ArticlesListed, ItemsListed
from edge.model.state import FloorState
from edge.rules.stocking import gtins_named_anew
from edge.store.store import Store


def with_items(entries: Iterable[Entry], state: FloorState, store: Store) -> list[Entry]:
    """The entries, behind each list of articles the items that it may name anew.

    Raises:
        StoreError: the file cannot be read.
    """
    return list(_followed(entries, state, store))


def _followed(entries: Iterable[Entry], state: FloorState, store: Store) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        input_ = entry.input
        if isinstance(input_, ArticlesListed) and (
            gtins := gtins_named_anew(state, input_.articles)
        ):
            stretches = (stretch for gtin in gtins for stretch in stretches_of(gtin))
            items = tuple(store.items_within(stretches))
            yield Entry(ItemsListed(items, input_.at_us), None)
