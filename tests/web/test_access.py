from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from edge.web.access import PUBLIC, ROLES, SCOPES
from edge.web.app import ROOMS, create_app
from edge.web.people import Role
from edge.web.routes import pages
from tests.web import access_table
from tests.web.asking import ask
from tests.web.toy_house import METRICS_TOKEN, House

ClientOf = Callable[[Role | None], httpx.Client]


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    client_of: ClientOf, role: Role, house: House
) -> None:
    client = client_of(role)
    house.given.letters.set_aside(1, "order.planned", "the broker refuses it")

    for (method, path), allowed in ROLES.items():
        status = ask(client, method, path)

        refused = 303 if path in {f"/{name}" for name in pages.PAGES} else 403
        assert status == (200 if role in allowed else refused), f"{role} {method} {path}"


def test_nobody_gets_in_without_a_session(client_of: ClientOf) -> None:
    client = client_of(None)

    for method, path in ROLES:
        status = ask(client, method, path)

        refused = 303 if path in {f"/{name}" for name in pages.PAGES} else 401
        assert status == refused, f"{method} {path}"


def test_the_published_table_is_what_the_server_does(address: str) -> None:
    published = Path(__file__).parents[2] / "docs" / "access.md"

    told = access_table.table(address)

    assert published.read_text(encoding="utf-8") == told, (
        "write it anew: .venv/bin/python -m tests.web.access_table > docs/access.md"
    )


def test_every_route_of_the_application_stands_in_the_table(house: House) -> None:
    served = {
        (method, route.path)
        for room in ROOMS
        for route in room.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }

    assert served == set(ROLES) | PUBLIC
    assert create_app(house.given).docs_url is None


def test_a_token_opens_its_scope_only(client_of: ClientOf) -> None:
    client = client_of(None)
    bearer = {"Authorization": f"Bearer {METRICS_TOKEN}"}

    assert client.get("/metrics", headers=bearer).text == "we1_up 1\n"
    assert client.get("/readyz", headers=bearer).status_code == 403
    assert client.get("/api/floor", headers=bearer).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert set(SCOPES) <= set(ROLES)


def test_a_page_that_does_not_exist_is_not_found(client_of: ClientOf) -> None:
    supervisor = client_of(Role.ADMINISTRATOR)

    assert supervisor.get("/nowhere").status_code == 404
    assert supervisor.get("/static/../app.py").status_code == 404
    assert supervisor.get("/static/%2e%2e/app.py").status_code == 404


def test_a_page_leads_to_sign_in_and_names_where_to_go_back(client_of: ClientOf) -> None:
    answer = client_of(None).get("/pick")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/?next=pick"


def test_whoever_watches_needs_no_session_to_see_that_it_lives(client_of: ClientOf) -> None:
    assert client_of(None).get("/healthz").json() == {"live": True}
