"""How commands ask a running gateway over HTTP."""

import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from edge.settings.gateway import Settings
from edge.web.host_token import host_token
from edge.web.sessions import SessionKeyError

TIMEOUT_S = 5.0

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a gateway answers, and what opens it.

    Attributes:
        url: without a slash at the end.
        token: a service token with the scopes `look` and `ready`.
        trusted: the certificate that it must show; None for those that the system trusts.
    """

    url: str
    token: str
    trusted: Path | None = None

    def look(self) -> Row:
        """One look at everything: readiness, board and radio.

        Raises:
            ValueError: as `ask`.
        """
        asked = {"ready": "/readyz", "board": "/api/board", "radio": "/api/radio"}
        return {name: self.ask(path) for name, path in asked.items()}

    def ask(self, path: str) -> Row:
        """What it says at a path.

        Raises:
            ValueError: it does not answer, or does not let us look; says what to do.
        """
        return self._answer(path, None)

    def post(self, path: str, body: Row) -> Row:
        """Have it do something; what it answers.

        Raises:
            ValueError: as `ask`, or in the gateway's own words why not.
        """
        return self._answer(path, json.dumps(body).encode())

    def _answer(self, path: str, body: bytes | None) -> Row:
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers |= {
                "Content-Type": "application/json",
                "Idempotency-Key": secrets.token_hex(16),
            }
        request = Request(self.url + path, body, headers)  # noqa: S310 - checked where the address was taken
        try:
            with urlopen(request, timeout=TIMEOUT_S, context=self._context()) as answer:  # noqa: S310
                return cast("Row", json.load(answer))
        except HTTPError as error:
            if error.code == 503:  # noqa: PLR2004 - not ready is an answer, too
                return cast("Row", json.load(error))
            if error.code == 422:  # noqa: PLR2004 - what was asked for is wrong, in its own words
                raise ValueError(str(json.load(error).get("text"))) from None
            raise ValueError(
                f"{self.url}{path}: answers {error.code}; "
                "the token needs the scopes look and ready"
            ) from None
        except URLError as error:
            raise ValueError(
                f"{self.url}: does not answer ({error.reason}); does it run?"
            ) from None
        except TimeoutError:
            raise ValueError(f"{self.url}: does not answer within {TIMEOUT_S:g} s") from None

    def _context(self) -> ssl.SSLContext | None:
        if self.trusted is None:
            return None
        context = ssl.create_default_context(cafile=self.trusted)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # its issuer need not be known here
        context.check_hostname = False  # the loopback is not in the certificate: it is pinned
        return context


def own_gate(settings: Settings) -> Gate:
    """The gate of this host's own gateway.

    Raises:
        ValueError: it has never run here, or its key may not be read.
    """
    web = settings.web
    host = "127.0.0.1" if web.host in {"0.0.0.0", "::"} else web.host  # noqa: S104 - asked here, not bound
    scheme = "https" if web.certificate_file else "http"
    if web.port == 0:
        raise ValueError("web.port is 0: the port is chosen at each start; use --url")
    key_path = settings.gateway.data_dir / "session.key"
    if not key_path.exists():
        raise ValueError(f"{key_path} is not there: this gateway has never run; start it first")
    try:
        token = host_token(key_path)
    except SessionKeyError as error:
        raise ValueError(str(error)) from None
    return Gate(f"{scheme}://{host}:{web.port}", token, web.certificate_file)


def own_ready(settings: Settings) -> Row:
    """What this host's own gateway says of itself at `/readyz`.

    Raises:
        ValueError: it has never run here, its key may not be read, or it does not answer.
    """
    return own_gate(settings).ask("/readyz")
