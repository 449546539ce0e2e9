"""What the central system asks, as values, and answers as bytes."""

import json
from collections.abc import Callable, Mapping

from pydantic import ValidationError

from edge.sync.wire import messages
from edge.sync.wire.incoming import objects_of, sentence

Request = messages.WhereMessage | messages.SnapshotMessage | messages.IdentifyMessage
Answering = Callable[[Request], Mapping[str, object]]

_FORMS: Mapping[str, type[Request]] = {
    "where": messages.WhereMessage,
    "snapshot": messages.SnapshotMessage,
    "identify": messages.IdentifyMessage,
}


def answer(name: str, payload: bytes, answering: Answering) -> bytes | None:
    """The answer to `request/{name}`; an object with `error` where the request is wrong.

    Args:
        name: last level of the topic.
        payload: any bytes; none at all stand for an empty object.
        answering: knows the answer to a request in its right form.

    Returns:
        None for a request that does not exist.
    """
    form = _FORMS.get(name)
    if form is None:
        return None
    try:
        (part, *_) = objects_of(payload or b"{}")
        told = answering(form.model_validate(part))
    except ValidationError as error:
        told = {"error": sentence(error)}
    except ValueError as error:
        told = {"error": str(error)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
