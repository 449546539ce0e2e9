"""What every request passes before any route: its size, its origin, the answer's headers."""

import json
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.web.refusals import RefusedError, refusal
from edge.web.shell import VERSION_HEADER

BODY_BYTES_MAX = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TRANSPORT_SECURITY = "max-age=31536000"


class Guard:
    """Refuses bodies that are too large and posts from foreign pages; adds the security headers.

    Args:
        app: what comes behind it.
        secure: whether the server speaks TLS, and browsers shall insist on it.
        pages_version: of the pages that this server has.
    """

    def __init__(self, app: ASGIApp, *, secure: bool, pages_version: str) -> None:
        self._app = app
        self._headers = {**HEADERS, VERSION_HEADER: pages_version}
        if secure:
            self._headers["Strict-Transport-Security"] = TRANSPORT_SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        if scope["method"] not in SAFE_METHODS and _is_foreign(headers, scope["scheme"]):
            await _refuse(
                send_guarded, 403, "foreign_origin", "posts come from our own pages only"
            )
        elif _told_length(headers) > BODY_BYTES_MAX:
            await _refuse(
                send_guarded, 413, "too_large", f"a body has at most {BODY_BYTES_MAX} bytes"
            )
        else:
            await self._app(scope, _counted(receive), send_guarded)


async def tell_failure(request: Request, _: Exception) -> JSONResponse:
    """Ours, not the sender's: the server's log has the trace, the sender gets none of it.

    This answer is made outside of every `Guard`, so it has the headers from here.
    """
    headers = {**HEADERS, "Cache-Control": "no-store"}
    if request.url.scheme == "https":
        headers["Strict-Transport-Security"] = TRANSPORT_SECURITY
    text = "something went wrong in the gateway; its log tells what"
    return refusal(500, "failed", text, headers)


def _is_foreign(headers: Headers, scheme: str) -> bool:
    """Whether a browser says that another site's page sends this."""
    if headers.get("sec-fetch-site") == "cross-site":
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        told = urlsplit(origin)
    except ValueError:  # no address at all, such as "http://["
        return True
    same_host = told.netloc.lower() == headers.get("host", "").lower()
    return not same_host or told.scheme not in {scheme, "https"}  # https: a proxy ends the TLS


def _told_length(headers: Headers) -> int:
    told = headers.get("content-length", "0")
    return int(told) if told.isdecimal() else 0


def _counted(receive: Receive) -> Receive:
    """The same body, refused where it turns out larger than was told."""
    taken = 0

    async def receive_counted() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > BODY_BYTES_MAX:
                raise RefusedError(413, "too_large", f"a body has at most {BODY_BYTES_MAX} bytes")
        return message

    return receive_counted


async def _refuse(send: Send, status: int, code: str, text: str) -> None:
    body = json.dumps({"error": code, "text": text}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # the body was not read
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
