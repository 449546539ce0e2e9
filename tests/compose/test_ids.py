"""Ids are made by any thread, and no two are alike."""

import threading
from uuid import UUID

from edge.compose.core import new_id_maker

THREADS, EACH = 8, 1_000


def test_ids_of_many_threads_are_all_different_and_of_version_7() -> None:
    make_id = new_id_maker()
    made: list[list[str]] = [[] for _ in range(THREADS)]

    def make(own: list[str]) -> None:
        own.extend(make_id() for _ in range(EACH))

    threads = [threading.Thread(target=make, args=(own,)) for own in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ids = [UUID(one) for own in made for one in own]
    assert len(set(ids)) == THREADS * EACH
    assert {one.version for one in ids} == {7}


def test_chance_differs_in_all_its_bits() -> None:
    make_id = new_id_maker()
    numbers = [UUID(make_id()).int for _ in range(600)]
    low = (1 << 62) - 1

    ever, always = 0, low
    for number in numbers:
        ever, always = ever | number & low, always & number

    assert (ever, always) == (low, 0)
