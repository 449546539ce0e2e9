"""What a page brings along: the answers that its script would ask for first.

Who is signed in, the names of places and what the page's streams would begin with stand in the
page itself, so that it can be worked with as soon as its script runs. Nobody is told more than by
the same requests: a stream that a role may not listen to is not brought either.
"""

import json
from collections.abc import Callable, Iterator, Mapping

from edge.floor.board import Shown
from edge.model.places import STORAGE_KINDS
from edge.web.access import ROLES
from edge.web.parts import Parts
from edge.web.routes import (
    board,
    counts,
    dispatch,
    find,
    floor,
    letters,
    orders,
    pick,
    returns,
    session,
    tasks,
)
from edge.web.sessions import Session
from edge.web.sse import Subscription

VALUE_CHARS_MAX = 64 * 1024
"""A longer value comes by its stream: the script would have to wait for it in the page."""

Told = Callable[[Session, Parts], Subscription]

_PROMPT: Mapping[str, Told] = {"/api/prompt/stream": lambda who, _: pick.prompt_of(who.badge)}
STREAMS: Mapping[str, Mapping[str, Told]] = {
    "pick": _PROMPT,
    "cart": _PROMPT,
    "find": {"/api/find/stream": lambda who, _: find.looked_for_by(who.badge)},
    "dispatch": {"/api/dispatch/stream": lambda *_: dispatch.TOLD},
    "returns": {"/api/returns/stream": lambda *_: returns.TOLD},
    "counts": {"/api/counts/stream": lambda *_: counts.TOLD},
    "floor": {"/api/floor/stream": lambda _, parts: floor.floor_told(parts)},
    "orders": {
        "/api/tasks/stream": lambda *_: tasks.TOLD,
        "/api/counts/stream": lambda *_: counts.TOLD,
        "/api/orders/stream": lambda *_: orders.TOLD,
    },
    "board": {
        "/api/board/stream": lambda *_: board.figures(),
        "/api/letters/stream": lambda *_: letters.TOLD,
    },
}
"""What the page of a name listens to from its beginning."""
_REPORTING = frozenset({"pick", "cart", "orders"})


def brought(page: str, who: Session, parts: Parts) -> dict[str, object]:
    """Answers by the path that they would be asked for at; `places` are names by their kind.

    Args:
        page: its name.
        who: is signed in.
        parts: of the application.
    """
    found: dict[str, object] = {
        "/api/session": session.told_of(who, parts),
        "places": _places(parts),
    }
    if page in _REPORTING:
        found["/api/troubles"] = pick.troubles_of(parts)
    return found | dict(_streams(page, who, parts))


def _streams(page: str, who: Session, parts: Parts) -> Iterator[tuple[str, Shown]]:
    for path, told_to in STREAMS.get(page, {}).items():
        if who.person.role not in ROLES[("GET", path)]:
            continue
        newest = told_to(who, parts).newest(parts.given.board)
        told = {"value": newest.value, "revision": newest.revision}
        if len(json.dumps(told)) <= VALUE_CHARS_MAX:
            yield path, told


def _places(parts: Parts) -> dict[str, list[str]]:
    """Where people and goods are on their way; bins are many, and no page lets choose one."""
    found: dict[str, list[str]] = {}
    for one in parts.given.floor.locations.values():
        if one.kind not in STORAGE_KINDS:
            found.setdefault(one.kind, []).append(one.id)
    return found
