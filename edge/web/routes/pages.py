"""The pages: one HTML file each; who is not signed in is sent to sign in, and back."""

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from edge.web.access import ROLES
from edge.web.parts import place_of, session_of

STATIC = Path(__file__).parent.parent / "static"
PAGES = (
    "pick",
    "pack",
    "wall",
    "slip",
    "find",
    "dispatch",
    "returns",
    "counts",
    "floor",
    "orders",
    "board",
    "setup",
)

router = APIRouter(include_in_schema=False)


@router.get("/")
async def sign_in_page() -> FileResponse:
    """Sign in; and for who is signed in, the way to the pages."""
    return _file("home")


async def page(request: Request) -> Response:
    """A page, for whoever may see it."""
    name = request.url.path.strip("/")
    session = session_of(request)
    if session is None:
        return RedirectResponse(f"/?next={name}", 303)
    if session.person.role not in ROLES.get(place_of(request), frozenset()):
        return RedirectResponse("/?refused=" + name, 303)
    return _file(name)


for _name in PAGES:
    router.add_api_route(f"/{_name}", page, methods=["GET"], name=_name)


def _file(name: str) -> FileResponse:
    return FileResponse(
        STATIC / f"{name}.html", media_type="text/html", headers={"Cache-Control": "no-cache"}
    )
