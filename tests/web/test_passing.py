"""What a request passes before its route costs no way to another thread and back."""

from collections.abc import Iterator
from inspect import iscoroutinefunction

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from edge.web.app import ROOMS


def passed(dependant: Dependant) -> Iterator[Dependant]:
    """All that is asked before a route, what those ask first included."""
    for one in dependant.dependencies:
        yield one
        yield from passed(one)


def test_whoever_asks_is_looked_at_in_the_servers_own_thread() -> None:
    routes = [one for room in ROOMS for one in room.router.routes if isinstance(one, APIRoute)]

    elsewhere = {
        one.call
        for route in routes
        for one in passed(route.dependant)
        if not iscoroutinefunction(one.call)
    }

    assert len(routes) > 50
    assert elsewhere == set()
