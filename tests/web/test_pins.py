"""A PIN is never kept, only what it can be checked against."""

import asyncio

from argon2 import Type, extract_parameters

from edge.web.pins import PinChecker, hash_pin, is_pin_hash

LEAST_KIB = 19_456
"""Of the OWASP password storage cheat sheet, for Argon2id with two passes and one lane."""


def test_a_pin_is_kept_as_argon2id_with_owasps_least_and_a_salt_of_its_own() -> None:
    one, again = hash_pin("471147"), hash_pin("471147")

    told = extract_parameters(one)
    assert told.type is Type.ID
    assert told.memory_cost >= LEAST_KIB
    assert told.time_cost >= 2
    assert one != again
    assert "471147" not in one


def test_what_is_no_hash_is_told_before_the_gateway_starts() -> None:
    assert is_pin_hash(hash_pin("471147"))
    assert not is_pin_hash("471147")
    assert not is_pin_hash("$argon2id$x")


def test_a_badge_that_nobody_has_fits_no_pin() -> None:
    checker = PinChecker()
    try:
        assert asyncio.run(checker.matches(hash_pin("471147"), "471147"))
        assert not asyncio.run(checker.matches(None, "nobody has this PIN"))
    finally:
        checker.close()
