"""Sentences that came as text are known again, and have words in both languages."""

import socket

import pytest

from drivers.llrp.answers import GREETINGS
from edge.model.sentences import SENTENCES, recognised, sentence
from tests.web.test_words import words


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_is_known_again_by_its_text(code: str) -> None:
    names = [part.split("}")[0] for part in SENTENCES[code].split("{")[1:]]
    values = {name: f"the {name}" for name in names}

    found = recognised(sentence(code, **values))

    assert found is not None
    assert (found["code"], found["values"]) == (code, values)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_has_words_that_name_the_same(language: str) -> None:
    told = words(language)

    for code, text in SENTENCES.items():
        named = {part.split("}")[0] for part in text.split("{")[1:]}
        assert {part.split("}")[0] for part in told[f"said.{code}"].split("{")[1:]} == named


def test_what_a_sentence_quotes_of_the_system_is_told_as_well() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and nobody listens
        with pytest.raises(OSError, match="refused") as refused, socket.socket() as caller:
            caller.connect(bound.getsockname())
    said = recognised(sentence("broker_unreachable", where="gw:1883", error=refused.value))

    assert said is not None
    assert said["values"] == {
        "where": "gw:1883",
        "error": {"code": "refused", "values": {}, "text": str(refused.value)},
    }


@pytest.mark.parametrize("greeting", GREETINGS.values())
def test_what_a_reader_says_of_other_clients_is_known_has_words(
    greeting: str,
) -> None:
    assert recognised(greeting) is not None


def test_a_sentence_of_nobody_known_stays_as_it_is() -> None:
    assert recognised("the moon is in the way") is None
    assert recognised("") is None
