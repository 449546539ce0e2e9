"""What is newest is kept in its order, whatever is taken out of it."""

import random

from edge.locating.newest import Newest


def test_the_oldest_goes_first_and_what_is_put_again_is_new() -> None:
    newest: Newest[str, int] = Newest()
    for name, number in (("a", 1), ("b", 2), ("c", 3), ("a", 4)):
        newest.put(name, number)

    assert newest.oldest() == ("b", 2)
    assert newest.take("b") == 2
    assert newest.take("b") is None
    assert list(newest.items()) == [("c", 3), ("a", 4)]


def test_thousands_that_come_and_go_leave_what_an_ordinary_dictionary_would() -> None:
    chance = random.Random(3)  # noqa: S311 - no secret
    newest: Newest[int, int] = Newest()
    expected: dict[int, int] = {}
    for number in range(30_000):
        key = chance.randrange(5_000)
        newest.put(key, number)
        expected.pop(key, None)
        expected[key] = number
        if len(expected) > 2_000:
            oldest = next(iter(expected.items()))
            assert newest.oldest() == oldest
            assert newest.take(oldest[0]) == expected.pop(oldest[0])

    assert list(newest.items()) == list(expected.items())
