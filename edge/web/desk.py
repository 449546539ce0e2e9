"""The desk: what a person posts goes into the inbox; the answer comes back after the commit."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future

from starlette.concurrency import run_in_threadpool

from edge.floor.inbox import Inbox, InboxFullError
from edge.model.posted import Posted
from edge.model.prompts import Answer
from edge.web.refusals import RefusedError

ANSWER_S_MAX = 5.0
RETRY_AFTER = {"Retry-After": "1"}
KEY_REUSED = "key_reused"


class Desk:
    """Asks the floor loop and waits for its answer.

    Args:
        inbox: the way into the loop.
        answer_s_max: how long to wait before saying that it is not known what came of it.
    """

    def __init__(self, inbox: Inbox, answer_s_max: float = ANSWER_S_MAX) -> None:
        self._inbox = inbox
        self._answer_s_max = answer_s_max

    async def ask(self, posted: Posted) -> Answer:
        """What the loop answers, after the commit.

        Raises:
            RefusedError: 503; the inbox is full (nothing was taken) or there was no answer in time
                (it may have been taken: the same key again has one effect). 409; the key was
                used for another request.
        """
        try:
            future = await self._taken(posted)
            answer = await asyncio.wait_for(asyncio.wrap_future(future), self._answer_s_max)
        except InboxFullError as error:
            raise RefusedError(503, "busy", str(error), RETRY_AFTER) from error
        except TimeoutError as error:
            raise RefusedError(
                503,
                "no_answer",
                "the gateway did not answer in time; send it again with the same Idempotency-Key",
                RETRY_AFTER,
            ) from error
        return unless_reused(answer)

    async def answer_to(self, posted: Posted) -> dict[str, object]:
        """The same as the API tells it."""
        return told(await self.ask(posted))

    async def _taken(self, posted: Posted) -> "Future[Answer]":
        """Put where there is room, as there nearly always is; a thread waits where there is none.

        Raises:
            InboxFullError: there was no room for so long.
        """
        try:
            return self._inbox.ask(posted, wait_ms=0)
        except InboxFullError:
            return await run_in_threadpool(self._inbox.ask, posted)


def unless_reused(answer: Answer) -> Answer:
    """The answer to a key that was not used before, or for the same request.

    Raises:
        RefusedError: 409; the key was used for another request.
    """
    if answer.code == KEY_REUSED:
        raise RefusedError(409, KEY_REUSED, answer.text)
    return answer


def told(answer: Answer) -> dict[str, object]:
    """An answer as the API tells it."""
    data: Mapping[str, object] = answer.data
    return {
        "accepted": answer.accepted,
        "code": answer.code,
        "text": answer.text,
        "data": dict(data),
    }
