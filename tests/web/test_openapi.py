"""The API's own description is played against a running server, which meets no fault by it.

Here one request to each endpoint that takes a body, by turns one that fits and one that does not;
`make fuzz` plays hundreds of both kinds to all of them.
"""

import os
from collections.abc import Callable
from contextlib import suppress

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

from edge.web.people import Role

ClientOf = Callable[[Role | None], httpx.Client]
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "1"))
"""Requests of each kind to each endpoint."""
ENDS_IT = ("/api/session", "/api/setup/begin-anew")
"""Who signs out or begins anew has nothing more to ask."""
SERVER_FAULT = 500
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
ENDPOINTS, ENDPOINTS_WITH_A_BODY = 80, 40


def operations(told: dict[str, object]) -> list[APIOperation]:
    """All that an administrator is told of, but for streams, which do not end."""
    schema = schemathesis.openapi.from_dict(told)
    found = [one.ok() for one in schema.get_all_operations()]
    ending = [one for one in found if not one.path.endswith("/stream") and one.path not in ENDS_IT]
    return ending if EXAMPLES > 1 else [one for one in ending if len(one.body)]


def play(operation: APIOperation, mode: GenerationMode, client: httpx.Client) -> list[str]:
    """Some requests to an endpoint: status, request and beginning of the text of each answer."""
    answered: list[str] = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def each(case: Case) -> None:
        own = f"{mode}-{len(answered)}-{operation.label}".replace(" ", "-")
        headers = {"Origin": str(client.base_url).rstrip("/"), "Idempotency-Key": own}
        cookies = dict(client.cookies)
        answer = case.call(base_url=str(client.base_url), headers=headers, cookies=cookies)
        asked = f"{answer.status_code} {case.as_curl_command()}: {answer.text[:200]}"
        answered.append(
            asked if "x-content-type-options" in answer.headers else f"500 bare {asked}"
        )

    with suppress(Unsatisfiable):  # nothing of it can be broken
        each()
    return answered


def test_whatever_is_asked_of_the_api_is_answered_in_words(client_of: ClientOf) -> None:
    client = client_of(Role.ADMINISTRATOR)
    found = operations(client.get("/api/openapi.json").json())

    answered = []
    for at, one in enumerate(found):
        for mode in MODES if EXAMPLES > 1 else (MODES[at % 2],):
            answered += play(one, mode, client)

    assert [one for one in answered if int(one[:3]) >= SERVER_FAULT] == []
    assert len(found) > (ENDPOINTS if EXAMPLES > 1 else ENDPOINTS_WITH_A_BODY)
    assert len(answered) > 0.9 * len(found)
