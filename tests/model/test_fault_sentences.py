"""Faults of a configuration are known again by their text, and have words in both languages."""

import re
from pathlib import Path

import pytest

import edge
from edge.model.fault_sentences import FAULTS, PLACES, fault, fault_recognised
from tests.web.test_words import words

PROGRAM = Path(edge.__file__).parent
OF_DRIVERS_AND_NUMBERS = frozenset({"subnets_large", "check_digit"})
"""Made where the table is out of reach: the same sentences stand there."""


def names_of(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_a_fault_is_known_again_wherever_it_is(code: str) -> None:
    values = {name: f"the-{name}" for name in names_of(FAULTS[code])}
    told = fault(code, **values)

    for place, where in PLACES.items():
        at = {"file": "/etc/a file.toml", "line": "7", "key": "reader.0.name"}
        known = fault_recognised(where.format(**at, reason=told))

        assert known is not None
        assert known["code"] == place
        given = known["values"]
        assert isinstance(given, dict)
        assert {name: given[name] for name in names_of(where) - {"reason"}}.items() <= at.items()
        assert (given["reason"]["code"], given["reason"]["values"]) == (code, values)
    bare = fault_recognised(told)
    assert bare is not None
    assert (bare["code"], bare["values"]) == (code, values)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fault_has_words_that_name_the_same(language: str) -> None:
    known = words(language)

    for code, text in {**FAULTS, **PLACES}.items():
        assert names_of(known[f"said.{code}"]) == names_of(text), code


def test_what_is_no_fault_of_ours_stays_as_it_is() -> None:
    assert fault_recognised("the moon is in the way") is None
    assert fault_recognised("/etc/gateway.toml:3: mqtt.host: the moon is in the way") is None
    assert fault_recognised("") is None


def test_every_fault_is_made_somewhere_and_every_one_that_is_made_is_in_the_table() -> None:
    files = [one for one in PROGRAM.rglob("*.py") if one.name != "fault_sentences.py"]
    text = "\n".join(one.read_text("utf-8") for one in files)
    named = set(re.findall(r"""["'](\w+)["']""", text))
    made = set(re.findall(r"""\bfault\(\s*["'](\w+)["']""", text))

    assert made <= FAULTS.keys()
    assert len(made) > 50
    assert FAULTS.keys() - named == OF_DRIVERS_AND_NUMBERS
