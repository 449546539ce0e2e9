from collections.abc import Callable

import httpx
import pytest
from fastapi.routing import APIRoute

from edge.web.access import PUBLIC, ROLES, SCOPES
from edge.web.app import ROOMS, create_app
from edge.web.people import Role
from edge.web.routes import pages
from tests.web.toy_house import METRICS_TOKEN, House

ClientOf = Callable[[Role | None], httpx.Client]

EXAMPLES = {
    "/api/pack/{station}": "/api/pack/PACK-1",
    "/api/pack/{station}/stream": "/api/pack/PACK-1/stream",
    "/api/pack/{station}/scan": "/api/pack/PACK-1/scan",
    "/api/pack/{station}/close": "/api/pack/PACK-1/close",
    "/api/find/items": "/api/find/items?q=tea",
    "/api/wall/{wall}": "/api/wall/WALL-1",
    "/api/wall/{wall}/stream": "/api/wall/WALL-1/stream",
    "/api/wall/{wall}/scan": "/api/wall/WALL-1/scan",
    "/api/wall/{wall}/lay-back": "/api/wall/WALL-1/lay-back",
    "/api/items": "/api/items?q=tea",
    "/api/items/{epc}": "/api/items/30395dfa8000000000000001",
    "/api/items/{epc}/why": "/api/items/30395dfa8000000000000001/why",
    "/api/heat": "/api/heat?sku=TEA-250&hours=8",
    "/api/orders/{order_id}/decision": "/api/orders/SO-9999/decision",
    "/api/readers/found/{found_id}/approve": "/api/readers/found/192-0-2-9-5085/approve",
    "/api/readers/found/{found_id}/ignore": "/api/readers/found/192-0-2-9-5085/ignore",
    "/api/board/questions/{name}": "/api/board/questions/034531200000000025",
}
BODIES: dict[str, dict[str, object]] = {
    "/api/work": {"ready": False},
    "/api/work/hand-over": {},
    "/api/scan": {"prompt_id": "gone", "code": "TEA-250"},
    "/api/trouble": {"prompt_id": "gone", "code": "short"},
    "/api/pack/{station}/scan": {"code": "nothing"},
    "/api/pack/{station}/close": {"partial": False},
    "/api/wall/{wall}/scan": {"code": "nothing"},
    "/api/wall/{wall}/lay-back": {},
    "/api/find": {"epc": "30395dfa8000000000000001"},
    "/api/find/end": {},
    "/api/orders/{order_id}/decision": {"release": True},
    "/api/readers/found/{found_id}/approve": {"name": "dock", "antennas": [1]},
    "/api/put-away": {"location": "A-01-1", "sku": "TEA-250", "quantity": 1, "epcs": []},
    "/api/returns/scan": {"code": "TEA-250"},
    "/api/returns/grade": {"piece_id": "3/0", "grade": "scrap"},
    "/api/counts": {"location": "A-01-1", "sku": "TEA-250", "quantity": 1},
    "/api/counts/sweep": {"location": "A-01-1"},
    "/api/counts/decision": {"location": "A-01-1", "sku": "TEA-250", "approve": True},
    "/api/tasks/done": {"task_id": "freeze/A-01-3"},
    "/api/tags/read": {"reader": "gate", "bank": "tid"},
    "/api/tags/write": {"reader": "gate", "to_epc": "30" * 12},
    "/api/tags/password": {"reader": "gate", "which": "kill", "new_password": "00000001"},
    "/api/tags/lock": {"reader": "gate", "fields": ["epc"]},
    "/api/tags/kill/confirmation": {"reader": "gate", "epc": "30" * 12, "tid": "e280" * 6},
    "/api/tags/kill": {
        "reader": "gate",
        "epc": "30" * 12,
        "tid": "e280" * 6,
        "kill_password": "00000001",
        "confirmation": "none was asked for",
    },
    "/api/board/questions/{name}": {"answer": "neither"},
    "/api/calibration/steps": {"step": "moving"},
    "/api/dispatch": {"sscc": "034531200000000025", "portal": "DOCK"},
}


def ask(client: httpx.Client, method: str, path: str) -> int:
    """The status of one request of the table; of a stream only the beginning is read."""
    headers = {"Idempotency-Key": f"{method} {path}".replace(" ", "-")}
    body = BODIES.get(path) if method == "POST" else None
    with client.stream(method, EXAMPLES.get(path, path), json=body, headers=headers) as answer:
        return answer.status_code


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    client_of: ClientOf, role: Role
) -> None:
    client = client_of(role)

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
