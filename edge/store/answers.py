"""The answers given to posted requests: a repetition gets its answer again, without effect."""

import sqlite3
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from edge.model.ids import RequestId
from edge.model.prompts import Answer
from edge.store.codec import decode_answer, encode_answer
from edge.store.errors import told_by_store

KEPT_US = 7 * 24 * 3_600_000_000
"""A handheld that was out of reach repeats itself when it is back; after a week nobody does."""
KEPT_COUNT_MIN = 1_000
"""The newest are kept however old they seem: the host's clock may have jumped ahead."""
CACHED_COUNT_MAX = 4_096
FORGOTTEN_AT_ONCE_MAX = 1_000

AnswerRow = tuple[str, int, str]


def answer_rows(answers: Mapping[RequestId, Answer], answered_us: int) -> list[AnswerRow]:
    """Answers as rows of the table.

    Raises:
        StoreCodecError: an answer's data is not plain JSON.
    """
    return [(name, answered_us, encode_answer(answer)) for name, answer in answers.items()]


def write_answers(connection: sqlite3.Connection, rows: Sequence[AnswerRow]) -> None:
    """Store answers within the running transaction; the first answer to a request stays."""
    connection.executemany(
        "INSERT INTO answers(request_id, answered_us, body) VALUES (?, ?, ?)"
        " ON CONFLICT(request_id) DO NOTHING",
        rows,
    )


def forget_answers(connection: sqlite3.Connection, now_us: int) -> None:
    """Drop some answers that are past their time, within the running transaction."""
    connection.execute(
        "DELETE FROM answers WHERE answered_us < ? AND number IN ("
        " SELECT number FROM answers"
        " WHERE number <= (SELECT max(number) FROM answers) - ? ORDER BY number LIMIT ?)",
        (now_us - KEPT_US, KEPT_COUNT_MIN, FORGOTTEN_AT_ONCE_MAX),
    )


class AnswerCache:
    """The last answers in memory in front of the table; bounded, the longest unused goes first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[RequestId, Answer] = OrderedDict()

    def keep(self, answers: Mapping[RequestId, Answer]) -> None:
        """Remember answers that were committed."""
        for request_id, answer in answers.items():
            self._answers[request_id] = answer
        while len(self._answers) > CACHED_COUNT_MAX:
            self._answers.popitem(last=False)

    def find(self, connection: sqlite3.Connection, request_id: RequestId) -> Answer | None:
        """The answer to a request; None where it was never answered or that is long ago.

        Raises:
            StoreError: the file cannot be read.
        """
        if request_id in self._answers:
            self._answers.move_to_end(request_id)
            return self._answers[request_id]
        with told_by_store("reading an answer"):
            row = connection.execute(
                "SELECT body FROM answers WHERE request_id = ?", (request_id,)
            ).fetchone()
        if row is None:
            return None
        answer = decode_answer(row[0])
        self.keep({request_id: answer})
        return answer

    def clear(self) -> None:
        """Forget what is in memory."""
        self._answers.clear()
