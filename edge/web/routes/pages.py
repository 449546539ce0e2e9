"""The pages; who is not signed in is sent to sign in, and back."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from edge.web.access import ROLES
from edge.web.parts import TheParts, parts_of, place_of, session_of
from edge.web.routes.bringing import brought
from edge.web.shell import HOME, PAGES

router = APIRouter(include_in_schema=False)

_ANEW = {"Cache-Control": "no-cache"}


@router.get("/")
async def sign_in_page(request: Request, parts: TheParts) -> Response:
    """Sign in; and for who is signed in, the way to the pages."""
    session = session_of(request)
    if session is None or parts.sessions.is_locked(session):
        return _html(parts.shell.page(HOME, {}))
    return _html(parts.shell.page(HOME, brought(HOME, session, parts)))


@router.get("/worker.js")
async def worker(parts: TheParts) -> Response:
    """What keeps the pages in a browser for times without network."""
    return Response(parts.shell.worker, 200, _ANEW, "text/javascript")


async def page(request: Request) -> Response:
    """A page, for whoever may see it."""
    name = request.url.path.strip("/")
    session = session_of(request)
    parts = parts_of(request)
    if session is None or parts.sessions.is_locked(session):
        return RedirectResponse(f"/?next={name}", 303)
    if session.person.role not in ROLES.get(place_of(request), frozenset()):
        return RedirectResponse("/?refused=" + name, 303)
    answer = _html(parts.shell.page(name, brought(name, session, parts)))
    renewed = parts.sessions.renewed(session, acted=True)  # to open a page is an act
    if renewed is not None:
        parts.hand_out(answer, renewed)
    return answer


for _name in PAGES:
    router.add_api_route(f"/{_name}", page, methods=["GET"], name=_name)


def _html(content: bytes) -> Response:
    """A page as it is for one person now: whoever opens it next is given another."""
    return Response(content, 200, {"Cache-Control": "no-store"}, "text/html")
