import asyncio
import json
from collections.abc import Callable, Iterator
from typing import cast

import httpx
import pytest
from fastapi import FastAPI

from edge.model.posted import CodeScanned
from edge.web.guard import BODY_BYTES_MAX, HEADERS, TRANSPORT_SECURITY, Guard, tell_failure
from edge.web.people import Role
from edge.web.refusals import add_refusals
from tests.web.toy_house import House

ClientOf = Callable[[Role | None], httpx.Client]

SCAN: dict[str, object] = {"prompt_id": "W-1/0", "code": "TEA-250"}


def post(client: httpx.Client, path: str, body: object, key: str = "k") -> httpx.Response:
    return client.post(path, json=body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"prompt_id": "x"},
        {**SCAN, "colour": "red"},
        {**SCAN, "code": ""},
        {**SCAN, "code": "9" * 513},
        {**SCAN, "code": 4006381333931},
        {**SCAN, "at_us": -1},
        {**SCAN, "at_us": "now"},
        [],
        None,
        "TEA-250",
    ],
)
def test_a_scan_that_is_none_is_refused_and_reaches_nobody(
    client_of: ClientOf, house: House, body: object
) -> None:
    before = len(house.floor.effects.posts)

    answer = post(client_of(Role.PICKER), "/api/scan", body)

    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid"
    assert len(house.floor.effects.posts) == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/put-away", {"location": "A", "sku": "S", "quantity": 0, "epcs": []}),
        ("/api/put-away", {"location": "A", "sku": "S", "quantity": True, "epcs": []}),
        ("/api/put-away", {"location": "A", "sku": "S", "quantity": 1, "epcs": ["xyz"]}),
        ("/api/put-away", {"location": "A", "sku": "S", "quantity": 1, "epcs": ["aaaa"] * 501}),
        ("/api/dispatch", {"sscc": "12", "portal": "DOCK"}),
        ("/api/pack/PACK-1/close", {"partial": "yes"}),
        ("/api/orders/SO-1042/decision", {}),
        ("/api/work", {"ready": 1}),
        ("/api/work", {"ready": True, "cart": "a\x00b"}),
    ],
)
def test_every_body_has_its_bounds(client_of: ClientOf, path: str, body: object) -> None:
    assert post(client_of(Role.SUPERVISOR), path, body).status_code == 422


def test_a_refusal_does_not_echo_the_pin(client_of: ClientOf) -> None:
    answer = client_of(None).post("/api/session", json={"badge": "p1", "pin": ["secret-4711"]})

    assert answer.status_code == 422
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "content",
    [b"{", b"[" * 60_000, b"\xff\xfe", b'{"a":' * 10_000],
    ids=["cut", "deep", "bytes", "nest"],
)
def test_what_is_no_json_is_refused(client_of: ClientOf, content: bytes) -> None:
    answer = client_of(Role.PICKER).post(
        "/api/scan",
        content=content,
        headers={"Content-Type": "application/json", "Idempotency-Key": "k"},
    )

    assert answer.status_code in {400, 422}
    assert answer.json()["error"] == "invalid"


def test_a_form_of_a_foreign_page_is_no_body(client_of: ClientOf) -> None:
    answer = client_of(Role.PICKER).post(
        "/api/scan",
        content=json.dumps(SCAN),
        headers={"Content-Type": "text/plain", "Idempotency-Key": "k"},
    )

    assert answer.status_code == 422


def test_a_body_that_is_told_to_be_too_large_is_not_read(client_of: ClientOf) -> None:
    answer = client_of(Role.PICKER).post("/api/scan", content=b" " * (BODY_BYTES_MAX + 1))

    assert answer.status_code == 413
    assert answer.json()["error"] == "too_large"


def test_a_body_that_turns_out_too_large_is_refused(client_of: ClientOf) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 8192

    answer = client_of(Role.PICKER).post(
        "/api/scan",
        content=endless(),
        headers={"Content-Type": "application/json", "Idempotency-Key": "k"},
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("key", [None, "", "k" * 129, "two words"])
def test_a_change_without_a_good_key_is_refused(client_of: ClientOf, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}

    answer = client_of(Role.PICKER).post("/api/scan", json=SCAN, headers=headers)

    assert answer.status_code in {400, 422}


def test_the_same_key_twice_has_one_effect_and_the_same_answer(
    client_of: ClientOf, house: House
) -> None:
    house.floor.forget()
    picker = client_of(Role.PICKER)
    post(picker, "/api/work", {"ready": True}, "work-1")

    first = post(picker, "/api/scan", SCAN, "scan-1").json()
    again = post(picker, "/api/scan", SCAN, "scan-1").json()

    assert first["code"] == "picked"
    assert first == again
    assert house.floor.effects.picked == 1
    assert first["prompt"]["picked"] == 1


def test_a_late_scan_keeps_its_time_and_an_impossible_one_does_not(
    client_of: ClientOf, house: House
) -> None:
    picker = client_of(Role.PICKER)
    now_us = house.given.clock.now_us()
    late_us = now_us - 600_000_000

    for number, told_us in enumerate((late_us, now_us + 3_600_000_000, 1)):
        post(picker, "/api/scan", {**SCAN, "at_us": told_us}, f"late-{number}")

    noted = [cast("CodeScanned", one).at_us for one in house.floor.effects.posts[-3:]]
    assert noted[0] == late_us
    assert all(now_us <= at_us <= now_us + 60_000_000 for at_us in noted[1:])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "own"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_posts_come_from_our_own_pages_only(
    client_of: ClientOf, address: str, headers: dict[str, str], status: int
) -> None:
    if headers.get("Origin") == "own":
        headers = {"Origin": address}
    key = f"origin-{sorted(headers.items())}".replace(" ", "")

    answer = client_of(Role.PICKER).post(
        "/api/scan", json=SCAN, headers={**headers, "Idempotency-Key": key}
    )

    assert answer.status_code == status


def test_every_answer_bears_the_security_headers(client_of: ClientOf) -> None:
    client = client_of(Role.PICKER)

    for path in ("/", "/pick", "/api/session", "/static/style.css", "/nothing"):
        headers = client.get(path).headers

        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert policy.endswith("require-trusted-types-for 'script'; trusted-types worker")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "camera=()" in headers["permissions-policy"]
        assert "server" not in headers
    assert client.get("/api/session").headers["cache-control"] == "no-store"


async def _fault() -> None:
    raise KeyError("planted")


async def _get(transport: httpx.ASGITransport, url: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.get(url)


def test_an_answer_to_a_fault_of_ours_bears_them_too_and_no_trace() -> None:
    app = FastAPI()
    app.add_middleware(Guard, secure=True, pages_version="1")
    add_refusals(app)
    app.add_exception_handler(Exception, tell_failure)
    app.add_api_route("/fault", _fault)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    answer = asyncio.run(_get(transport, "https://gw-1.local/fault"))

    assert answer.status_code == 500
    assert "planted" not in answer.text
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["strict-transport-security"] == TRANSPORT_SECURITY


def test_a_tag_of_half_a_byte_is_refused_before_anybody_looks_for_it(client_of: ClientOf) -> None:
    answer = post(client_of(Role.PICKER), "/api/find", {"epc": "30395dfa800000000"})

    assert answer.status_code == 422


def test_the_description_of_the_api_names_no_foreign_host(client_of: ClientOf) -> None:
    told = client_of(Role.PICKER).get("/api/openapi.json").json()

    assert "/api/scan" in told["paths"]
    assert "http" not in json.dumps(told["info"])
