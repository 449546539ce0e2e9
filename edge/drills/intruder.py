"""Somebody who wants in: what they send over HTTPS, and what they get."""

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT_S = 15.0
SHUT = 0
"""Instead of a status: the connection was ended in the middle, as a body too large deserves."""
COOKIE = "__Host-we1_session"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        cookie: the session that was handed out; empty where there was none.
    """

    status: int
    body: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Intruder:
    """A client of the pages.

    Attributes:
        trusted: certificate of the server.
        cookie: a session, own or stolen.
    """

    port: int
    trusted: Path
    cookie: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a connection of its own."""
        context = ssl.create_default_context(cafile=self.trusted)
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=TIMEOUT_S, context=context
        )
        sent = {"Content-Type": "application/json", **self.headers, **(headers or {})}
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
        try:
            payload = body if isinstance(body, str) or body is None else json.dumps(body)
            connection.request(method, path, payload, sent)
            answer = connection.getresponse()
            given = answer.getheader("Set-Cookie") or ""
            text = answer.read().decode(errors="replace")
        except (ConnectionError, ssl.SSLError) as error:
            return Answer(SHUT, str(error), "")
        finally:
            connection.close()
        return Answer(answer.status, text, _session(given))

    def sign_in(self, badge: str, pin: str) -> Answer:
        """Try a badge with a PIN."""
        return self.ask("POST", "/api/session", {"badge": badge, "pin": pin})


def _session(header: str) -> str:
    name, _, rest = header.partition("=")
    return rest.partition(";")[0] if name == COOKIE else ""
