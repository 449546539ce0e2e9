"""One person's device: signs in, asks, posts until it is answered, listens for news.

Plain HTTP/1.1 over asyncio streams, one connection a request. Every post carries an
`Idempotency-Key` and is repeated with the same key until an answer comes, however often the
gateway is restarted meanwhile, so that nothing that a person did is lost or done twice.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

_ANSWER_S_MAX = 12.0
"""Longer than the gateway takes to say that it does not know (5 s)."""
_SILENCE_S_MAX = 30.0
"""A stream has a heartbeat each 10 s; after three missed ones it is dead."""
_PAUSE_S = (0.2, 0.5, 1.0, 2.0)
"""Between one try and the next; the last one stays."""
_HEAD_BYTES_MAX = 65_536


class RefusedError(Exception):
    """The gateway will not do this, however often it is asked."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(f"{status} {answer.get('error', '')}: {answer.get('text', '')}")
        self.status = status
        self.answer = answer


class _UnansweredError(Exception):
    """No answer, or one that asks to come again."""


@dataclass(slots=True)
class Device:
    """A handheld or a page in somebody's hands.

    Attributes:
        url: of the gateway, `http://HOST:PORT`.
        badge, pin: who signs in.
        retries: how many requests had to be repeated so far.
    """

    url: str
    badge: str
    pin: str
    retries: int = 0
    _cookie: str = field(default="", repr=False)

    async def sign_in(self) -> dict[str, Any]:
        """Sign in as soon as the gateway answers.

        Raises:
            RefusedError: badge or PIN is wrong.
        """
        body = {"badge": self.badge, "pin": self.pin}
        return await self._until_answered("POST", "/api/session", body, "")

    async def get(self, path: str) -> dict[str, Any]:
        """What the gateway shows.

        Raises:
            RefusedError: it is not there or not for this person.
        """
        return await self._until_answered("GET", path, None, "")

    async def post(self, path: str, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        """Post with one key until an answer comes; a key is made where none is given.

        Raises:
            RefusedError: the gateway does not take it.
        """
        return await self._until_answered("POST", path, body, key or f"{self.badge}-{uuid4()}")

    async def listen(self, path: str, bell: asyncio.Event) -> None:
        """Ring the bell at each server-sent event of a stream, for ever, through every outage."""
        tries = 0
        while True:
            with contextlib.suppress(
                OSError, _UnansweredError, RefusedError, TimeoutError, EOFError
            ):
                async for line in self._lines(path):
                    tries = 0
                    if line.startswith("data:"):
                        bell.set()
            bell.set()
            await asyncio.sleep(_PAUSE_S[min(tries, len(_PAUSE_S) - 1)])
            tries += 1

    async def _until_answered(
        self, method: str, path: str, body: dict[str, Any] | None, key: str
    ) -> dict[str, Any]:
        tries = 0
        while True:
            try:
                async with asyncio.timeout(_ANSWER_S_MAX):  # wait_for may swallow a cancellation
                    return await self._ask(method, path, body, key)
            except RefusedError as refused:
                if refused.status != HTTPStatus.UNAUTHORIZED or path == "/api/session":
                    raise
                await self.sign_in()
            except (OSError, EOFError, TimeoutError, _UnansweredError):
                self.retries += 1
                await asyncio.sleep(_PAUSE_S[min(tries, len(_PAUSE_S) - 1)])
            tries += 1

    async def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, key: str
    ) -> dict[str, Any]:
        reader, writer = await self._connect()
        try:
            await self._send(writer, method, path, body, key)
            status, headers = await self._head(reader)
            raw = b"".join([part async for part in _body(reader, headers)])
        finally:
            writer.close()
        try:
            answer = json.loads(raw) if raw else {}
        except ValueError as error:
            raise _UnansweredError(f"no JSON: {raw[:80]!r}") from error
        if status in {429, 502, 503, 504} or status == HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _UnansweredError(str(status))
        if status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(status, answer if isinstance(answer, dict) else {})
        return answer if isinstance(answer, dict) else {}

    async def _lines(self, path: str) -> AsyncIterator[str]:
        reader, writer = await self._connect()
        try:
            await self._send(writer, "GET", path, None, "")
            status, headers = await self._head(reader)
            if status == HTTPStatus.UNAUTHORIZED:
                await self.sign_in()
            if status != HTTPStatus.OK:
                raise _UnansweredError(str(status))
            rest = b""
            parts = _body(reader, headers)
            while True:
                async with asyncio.timeout(_SILENCE_S_MAX):
                    part = await anext(parts, None)
                if part is None:
                    return
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    yield line.decode(errors="replace").rstrip("\r")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        return await asyncio.open_connection(
            parts.hostname, port, ssl=secure or None, limit=_HEAD_BYTES_MAX
        )

    async def _send(
        self,
        writer: asyncio.StreamWriter,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        key: str,
    ) -> None:
        payload = json.dumps(body).encode() if body is not None else b""
        head = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(self.url).netloc}"]
        head += ["Connection: close", f"Content-Length: {len(payload)}"]
        head += ["Content-Type: application/json"] if payload else []
        head += [f"Idempotency-Key: {key}"] if key else []
        head += [f"Cookie: {self._cookie}"] if self._cookie else []
        writer.write("\r\n".join([*head, "", ""]).encode() + payload)
        await writer.drain()

    async def _head(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            status = int(first.split(" ")[1])
        except (asyncio.LimitOverrunError, ValueError, IndexError) as error:
            raise _UnansweredError("not HTTP") from error
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if "set-cookie" in headers:
            self._cookie = headers["set-cookie"].partition(";")[0]
        return status, headers


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> AsyncIterator[bytes]:
    """The body as it comes: chunked, of a told length, or to the end of the connection."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        while size := int((await reader.readline()).partition(b";")[0].strip() or b"0", 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
    elif "content-length" in headers:
        yield await reader.readexactly(int(headers["content-length"]))
    else:
        while part := await reader.read(_HEAD_BYTES_MAX):
            yield part
