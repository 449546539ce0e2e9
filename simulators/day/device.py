"""A handheld or page in somebody's hands, in played time: asks the pages that run now."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from typing_extensions import override

from simulators.api import Device, RefusedError
from simulators.day.pages import GoneError, Pages

_NETWORK_S = 0.01
_BEAT_S = 30.0
_BEATS = "/api/prompt/stream"
"""While it shows this a handheld says every half minute that it is there."""
_PAUSE_S = (0.2, 0.5, 1.0, 2.0)
_NOT_KEPT = "store_failed"
_NOT_ASKED = frozenset({_NOT_KEPT, "not_confirmed"})
"""Codes of answers that are no decision of the floor's, and are on no disk."""
_AGAIN = frozenset({429, 500, 502, 503, 504})
_TOPICS = (
    ("/api/prompt/stream", "prompt/{badge}"),
    ("/api/pack/", "pack/{name}"),
    ("/api/wall/", "wall/{name}"),
    ("/api/", "{name}"),
)


@dataclass(slots=True)
class Airwaves:
    """How devices reach the gateway.

    Attributes:
        pages: of the process that runs now; None while none does.
        up: whether the wireless network works.
        posted: told of each answer that a person got: key, path, answer.
        chance: from 0 to 1, for what is left to chance.
        twice_share: chance that a post goes out twice, as after a lost answer.
        silent: badges whose handhelds lie in a corner with an empty battery.
    """

    pages: Callable[[], Pages | None]
    posted: Callable[[str, str, dict[str, Any]], None]
    chance: Callable[[], float]
    up: bool = True
    twice_share: float = 0.0
    silent: set[str] = field(default_factory=set)


@dataclass(slots=True)
class PlayedDevice(Device):
    """As `Device`, without sockets; keys are counted, so that a day is the same each time."""

    airwaves: Airwaves | None = None
    number: int = 0
    _posts: int = field(default=0)

    @override
    async def sign_in(self) -> dict[str, Any]:
        return {}

    @override
    async def post(self, path: str, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        self._posts += 1
        return await self._until_answered(
            "POST", path, body, key or f"{self.badge}-{self.number}-{self._posts}"
        )

    @override
    async def listen(self, path: str, bell: asyncio.Event) -> None:
        while True:
            pages = self._pages()
            if pages is not None:
                end = pages.watch(self._topic(path), bell.set)
                bell.set()
                try:
                    await self._until_gone(pages, beats=path == _BEATS)
                finally:
                    end()
            bell.set()
            await asyncio.sleep(_PAUSE_S[1])

    async def _until_gone(self, pages: Pages, *, beats: bool) -> None:
        while not pages.gone.is_set():
            if not beats:
                await pages.gone.wait()
                return
            if self._pages() is pages:
                with contextlib.suppress(GoneError, HTTPException):
                    await pages.ask("GET", "/api/work", None, "", self.badge)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_BEAT_S):
                    await pages.gone.wait()

    @override
    async def _until_answered(
        self, method: str, path: str, body: dict[str, Any] | None, key: str
    ) -> dict[str, Any]:
        tries = 0
        while True:
            with contextlib.suppress(GoneError):
                answer = await self._try(method, path, body, key)
                if answer is not None:
                    return answer
            self.retries += 1
            await asyncio.sleep(_PAUSE_S[min(tries, len(_PAUSE_S) - 1)])
            tries += 1

    async def _try(
        self, method: str, path: str, body: dict[str, Any] | None, key: str
    ) -> dict[str, Any] | None:
        """The answer; None where it has to be asked again."""
        await asyncio.sleep(_NETWORK_S)
        pages, airwaves = self._pages(), self.airwaves
        if pages is None or airwaves is None:
            return None
        try:
            answer = await pages.ask(method, path, body, key, self.badge)
            if key and airwaves.chance() < airwaves.twice_share:
                self._tell(key, path, answer)
                answer = await pages.ask(method, path, body, key, self.badge)
        except HTTPException as refused:
            if refused.status_code in _AGAIN:
                return None
            told = {"error": getattr(refused, "code", ""), "text": str(refused.detail)}
            raise RefusedError(refused.status_code, told) from refused
        if answer.get("code") == _NOT_KEPT:
            return None  # nothing was kept: the page sends it again
        if not airwaves.up or self.badge in airwaves.silent:
            return None  # the answer is lost on its way
        if key:
            self._tell(key, path, answer)
        return answer

    def _tell(self, key: str, path: str, answer: dict[str, Any]) -> None:
        if self.airwaves is not None and answer.get("code") not in _NOT_ASKED:
            self.airwaves.posted(key, path, answer)

    def _pages(self) -> Pages | None:
        airwaves = self.airwaves
        if airwaves is None or not airwaves.up or self.badge in airwaves.silent:
            return None
        return airwaves.pages()

    def _topic(self, path: str) -> str:
        for beginning, topic in _TOPICS:
            if path.startswith(beginning):
                name = path.removeprefix(beginning).removesuffix("/stream")
                return topic.format(badge=self.badge, name=name)
        raise RefusedError(HTTPStatus.NOT_FOUND, {"text": path})
