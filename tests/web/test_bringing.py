"""What a page brings along is what its person would be told by asking."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from edge.web.access import ROLES
from edge.web.people import Role
from edge.web.routes.bringing import STREAMS
from edge.web.shell import PAGES, Shell

ClientOf = Callable[[Role | None], httpx.Client]


def brought(client: httpx.Client, path: str) -> dict[str, Any]:
    """What stands in the page."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"  # it is one person's
    (content,) = re.findall(r'<meta name="brought" content="([^"]*)">', answer.text)
    told: dict[str, Any] = json.loads(html.unescape(content))
    return told


@pytest.mark.parametrize("role", list(Role))
def test_a_page_brings_what_its_person_may_ask_for_and_nothing_else(
    client_of: ClientOf, role: Role
) -> None:
    client = client_of(role)

    for page in ("", *(one for one in PAGES if role in ROLES[("GET", f"/{one}")])):
        told = brought(client, f"/{page}")

        allowed = {path for path in STREAMS.get(page, {}) if role in ROLES[("GET", path)]}
        assert {path for path in told if path.endswith("/stream")} == allowed
        for path, value in told.items():
            asked = "/api/floor" if path == "places" else path.removesuffix("/stream")
            answer = client.get(asked).json()
            if path == "places":
                stations = [one["id"] for one in answer["locations"] if one["kind"] == "station"]
                assert value["station"] == stations
                assert "bin" not in value
            elif path in allowed:
                assert value["value"].keys() == answer.keys()
            else:
                assert value == answer


def test_who_is_not_signed_in_is_brought_nothing(client_of: ClientOf) -> None:
    assert brought(client_of(None), "/") == {}


def test_what_is_brought_is_never_markup() -> None:
    hostile = {"name": "\"><script>alert('1')</script>&quot;"}

    page = Shell().page("pick", hostile).decode()

    assert page.count("<script") == 1
    (content,) = re.findall(r'<meta name="brought" content="([^"]*)">', page)
    assert json.loads(html.unescape(content)) == hostile
