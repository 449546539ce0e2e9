"""Answers are remembered in bounded memory, and in the file beyond it."""

from typing import TYPE_CHECKING

from edge.model.ids import RequestId
from edge.model.prompts import Answer
from edge.store.answers import CACHED_COUNT_MAX, AnswerCache

if TYPE_CHECKING:
    from tests.store.conftest import Gateway


def answer(number: int) -> Answer:
    return Answer(accepted=True, code="picked", text="Picked.", data={"number": number})


def test_memory_holds_the_last_used_and_the_file_the_rest(gateway: "Gateway") -> None:
    count = CACHED_COUNT_MAX + 100
    gateway.happen(answers={RequestId(f"r-{number}"): answer(number) for number in range(count)})
    cache = AnswerCache()
    connection = gateway.store._connection

    for number in range(count):
        assert cache.find(connection, RequestId(f"r-{number}")) == answer(number)

    assert len(cache._answers) == CACHED_COUNT_MAX
    connection.execute("DELETE FROM answers")
    assert cache.find(connection, RequestId("r-0")) is None
    assert cache.find(connection, RequestId("r-100")) == answer(100)


def test_an_answer_that_is_used_again_stays_in_memory(gateway: "Gateway") -> None:
    cache = AnswerCache()
    cache.keep({RequestId(f"r-{number}"): answer(number) for number in range(CACHED_COUNT_MAX)})
    cache.find(gateway.store._connection, RequestId("r-0"))
    cache.keep({RequestId("newest"): answer(0)})
    assert RequestId("r-0") in cache._answers
    assert RequestId("r-1") not in cache._answers
