"""Answering: one answer for one request, also when it comes again, and only to the same request.

The answer keeps a print of what was asked. The same id with another content is a client's mistake:
it is told so, instead of being told of somebody else's success.
"""

import hashlib
from dataclasses import replace

from edge.model.posted import Posted
from edge.model.prompts import Answer

PRINT = "request"
"""Where an answer's data keeps the print of its request."""
PRINT_BYTES = 8
REUSED = Answer(
    accepted=False,
    code="key_reused",
    text="this Idempotency-Key was used for another request; make a new one for each",
)


def print_of(posted: Posted) -> str:
    """A short print of what was asked, without the time at which it was."""
    plain = repr(replace(posted, at_us=0)).encode()
    return hashlib.blake2s(plain, digest_size=PRINT_BYTES).hexdigest()


def printed(answer: Answer, posted: Posted) -> Answer:
    """The answer with the print of its request."""
    return replace(answer, data={**answer.data, PRINT: print_of(posted)})


def repeated(answer: Answer, posted: Posted) -> Answer:
    """What a repetition is told: the first answer, or that it is no repetition at all."""
    return answer if answer.data.get(PRINT) == print_of(posted) else REUSED
