"""What was heard before its article was listed bears its name as soon as the list is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.clock import PlayedClock
from edge.gs1.digits import check_digit
from edge.gs1.epc import sgtin96_hex
from edge.model.events import ItemNamed
from edge.model.goods import Article, PresentItem
from edge.model.ids import Epc, Gtin, LocationId, Sku
from edge.model.inputs import ArticlesListed, ItemLocated
from edge.model.presence import Arrived, Moved
from tests.floor.failing_gateway import Gateway
from tests.rules.small_floor import BIN_1, BIN_2, CART, MUG, MUG_GTIN, SHIRT, SHIRT_GTIN

TAG, OTHER = Epc(sgtin96_hex(SHIRT_GTIN, 7, 5)), Epc(sgtin96_hex(SHIRT_GTIN, 7, 6))
MUG_TAG, STRANGER = Epc(sgtin96_hex(MUG_GTIN, 7, 5)), Epc("e28011606000020506000123")


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    one = Gateway(tmp_path / "journal.sqlite", PlayedClock())
    yield one
    one.store.close()


def hear(gateway: Gateway, epc: Epc, place: LocationId) -> None:
    now_us = gateway.clock.now_us()
    gateway.ask(ItemLocated(Arrived(epc, place, 0.9, now_us), now_us))


def move(gateway: Gateway, epc: Epc, came_from: LocationId, to: LocationId) -> None:
    now_us = gateway.clock.now_us()
    gateway.ask(ItemLocated(Moved(epc, came_from, to, 0.9, now_us), now_us))


def list_article(gateway: Gateway, sku: Sku, gtin: Gtin | None, version: int = 1) -> None:
    now_us = gateway.clock.now_us()
    gateway.ask(ArticlesListed((Article(sku, gtin, "Name", version),), now_us))


def named(gateway: Gateway) -> dict[Epc, Sku | None]:
    """The names of the items in the file."""
    return {one.epc: one.sku for one in items(gateway)}


def items(gateway: Gateway) -> list[PresentItem]:
    """All items of the file."""
    return gateway.store.items_named_otherwise([("", "g", Sku("no such article"))], 1_000)


def seen_after_restart(gateway: Gateway) -> dict[tuple[Sku, LocationId], int]:
    gateway.store.close()
    again = Gateway(gateway.path, gateway.clock)
    gateway.store = again.store
    return {key: count for key, count in again.loop.state.seen.items() if count}


def test_a_tag_that_was_heard_before_its_article_was_listed_is_named_by_the_list(
    gateway: Gateway,
) -> None:
    for tag in (TAG, MUG_TAG, STRANGER):
        hear(gateway, tag, BIN_1)
    assert named(gateway) == {TAG: None, MUG_TAG: None, STRANGER: None}

    list_article(gateway, SHIRT, SHIRT_GTIN)

    assert named(gateway) == {TAG: SHIRT, MUG_TAG: None, STRANGER: None}
    assert gateway.loop.state.seen == {(SHIRT, BIN_1): 1}
    assert gateway.loop.state.is_tagged(SHIRT)


def test_its_place_and_how_long_it_has_been_there_stay(gateway: Gateway) -> None:
    hear(gateway, TAG, BIN_1)
    (before,) = items(gateway)
    gateway.clock.advance_us(60_000_000)

    list_article(gateway, SHIRT, SHIRT_GTIN)

    (after,) = items(gateway)
    assert (after.location, after.probability) == (BIN_1, 0.9)
    assert (after.since_us, after.seen_us) == (before.since_us, before.seen_us)


def test_a_piece_that_moves_after_its_article_was_listed_takes_nothing_from_another(
    gateway: Gateway,
) -> None:
    hear(gateway, TAG, BIN_1)
    list_article(gateway, SHIRT, SHIRT_GTIN)
    hear(gateway, OTHER, BIN_1)

    move(gateway, TAG, BIN_1, BIN_2)

    seen = {(SHIRT, BIN_1): 1, (SHIRT, BIN_2): 1}
    assert gateway.loop.state.seen == seen
    assert seen_after_restart(gateway) == seen


def test_an_article_that_gets_another_gtin_gives_up_its_old_tags_and_has_the_new(
    gateway: Gateway,
) -> None:
    list_article(gateway, SHIRT, SHIRT_GTIN)
    hear(gateway, TAG, BIN_1)
    hear(gateway, MUG_TAG, BIN_2)

    list_article(gateway, SHIRT, MUG_GTIN, version=2)

    assert named(gateway) == {TAG: None, MUG_TAG: SHIRT}
    assert seen_after_restart(gateway) == {(SHIRT, BIN_2): 1}


def test_a_list_that_changes_no_gtin_names_nothing(gateway: Gateway) -> None:
    list_article(gateway, SHIRT, SHIRT_GTIN)
    hear(gateway, TAG, BIN_1)
    before = gateway.store.last_seq

    list_article(gateway, SHIRT, SHIRT_GTIN, version=2)
    list_article(gateway, MUG, None)

    assert gateway.store.last_seq == before + 2, "the two articles, and nothing besides"


def test_very_many_items_are_named_some_in_each_turn_and_all_in_the_end(gateway: Gateway) -> None:
    tags = [Epc(sgtin96_hex(SHIRT_GTIN, 7, serial)) for serial in range(2_500)]
    now_us = gateway.clock.now_us()
    for tag in tags:
        gateway.inbox.put_change(ItemLocated(Arrived(tag, BIN_1, 0.9, now_us), now_us))
    gateway.loop.turn(0)

    gateway.inbox.put_change(ArticlesListed((Article(SHIRT, SHIRT_GTIN, "Shirt"),), now_us))
    turns = [gateway.loop.turn(0) for _ in range(5)]

    facts = [[one for one in turn if isinstance(one.event, ItemNamed)] for turn in turns]
    assert [len(one) for one in facts] == [1_000, 1_000, 500, 0, 0]
    assert {one.event.epc for turn in facts for one in turn} == set(tags)  # type: ignore[union-attr] # named above
    assert seen_after_restart(gateway) == {(SHIRT, BIN_1): 2_500}


def test_names_are_given_when_the_disk_works_again(gateway: Gateway) -> None:
    hear(gateway, TAG, BIN_1)
    now_us = gateway.clock.now_us()
    listed = ArticlesListed((Article(SHIRT, SHIRT_GTIN, "Shirt"),), now_us)
    gateway.store.full = True  # type: ignore[attr-defined] # the failing store

    gateway.inbox.put_change(listed)
    gateway.loop.turn(0)
    gateway.store.full = False  # type: ignore[attr-defined] # the failing store
    gateway.inbox.put_change(listed)
    gateway.loop.turn(0)

    assert named(gateway) == {TAG: SHIRT}


def test_what_came_in_the_same_turn_as_its_article_is_named_too(gateway: Gateway) -> None:
    now_us = gateway.clock.now_us()
    heard = ItemLocated(Arrived(TAG, CART, 0.9, now_us), now_us)
    listed = ArticlesListed((Article(SHIRT, SHIRT_GTIN, "Shirt"),), now_us)

    gateway.inbox.put_change(heard)
    gateway.inbox.put_change(listed)
    told = gateway.loop.turn(0)

    assert [one.event.sku for one in told if isinstance(one.event, ItemNamed)] == [SHIRT]
    assert gateway.loop.state.near[CART][TAG].sku == SHIRT


def test_a_long_list_is_asked_for_some_articles_at_a_time_and_names_all_in_its_turn(
    gateway: Gateway,
) -> None:
    numbers = [f"09521234{number:05}" for number in range(120)]
    gtins = [Gtin(f"{one}{check_digit(one)}") for one in numbers]
    tags = [Epc(sgtin96_hex(gtin, 7, 1)) for gtin in gtins]
    now_us = gateway.clock.now_us()
    for tag in tags:
        gateway.inbox.put_change(ItemLocated(Arrived(tag, BIN_1, 0.9, now_us), now_us))
    gateway.loop.turn(0)
    listed = tuple(Article(Sku(f"S-{gtin}"), gtin, "Shirt") for gtin in gtins)

    gateway.inbox.put_change(ArticlesListed(listed, now_us))
    gateway.loop.turn(0)

    assert named(gateway) == {tag: Sku(f"S-{gtin}") for tag, gtin in zip(tags, gtins, strict=True)}
