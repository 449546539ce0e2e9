"""Somebody who gives numbers to new tags on a bench with an antenna: written, locked, or killed.

Blank tags lie on the bench in ones and twos. Each gets the number of a piece of some article; what
was seen to be written is then locked behind a password, or, where it was made in vain, killed. Of
what the gateway does not know the tag is read, and the rest tried again.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from simulators.day.grounds import LABELS
from simulators.day.people import DayShift
from simulators.hall import STATION_READER
from simulators.people import Worker
from simulators.things import hand_of

_PAUSE_S = (40.0, 160.0)
_LIES_S = 3.0
"""So long a tag lies on the bench before it is worked on, so that it is heard."""
_LOOK_S, _LOOKS = 2.0, 45
_TRIES = 4
_KILLED_SHARE = 0.25
_TWO_SHARE = 0.3
_SERIALS_FROM = 800_000
PASSWORD = "5ec2e7a5"  # noqa: S105 - of simulated tags; no fact may tell it
_AGAIN = frozenset({"reader_busy", "reader_down"})


@dataclass(slots=True)
class Labeller(Worker):
    """Gives numbers to tags.

    Attributes:
        made: how many numbers were given out so far.
    """

    shift: DayShift
    made: int = 0
    _tids: dict[str, str] = field(default_factory=dict)

    async def work(self) -> None:
        """Sign in and label, until cancelled."""
        await self._device.sign_in()
        while True:
            await asyncio.sleep(float(self.shift.chance.uniform(*_PAUSE_S)))
            count = 2 if self.shift.slips(_TWO_SHARE) else 1
            blanks = [f"ad{self.made + number:022x}" for number in range(count)]
            for blank in blanks:
                self.shift.world.create(blank, "", LABELS)
            await asyncio.sleep(_LIES_S)
            for blank in blanks:
                await self._label(blank)
            for blank in blanks:
                self.shift.world.put(blank, hand_of(self.person.badge))

    async def _label(self, blank: str) -> None:
        """One tag: its number, then a lock or its end."""
        number = self._next_number()
        result = await self._until_known("write", {"epc": blank, "to_epc": number}, number)
        tid = str(result.get("tid") or "")
        if result.get("code") != "done" or not tid:
            self.shift.deeds["label_put_aside"] += 1
            return
        self.shift.deeds["label_written"] += 1
        if self.shift.slips(_KILLED_SHARE):
            await self._kill(tid, number)
        else:
            await self._lock(tid)

    async def _lock(self, tid: str) -> None:
        armed = await self._do(
            "password", {"tid": tid, "which": "access", "new_password": PASSWORD}
        )
        if armed.get("code") == "done":
            locked = await self._while_absent(
                "lock", {"tid": tid, "fields": ["epc"], "password": PASSWORD}
            )
            self.shift.deeds[f"label_lock_{locked.get('code')}"] += 1

    async def _kill(self, tid: str, epc: str) -> None:
        armed = await self._while_absent(
            "password", {"tid": tid, "which": "kill", "new_password": PASSWORD}
        )
        if armed.get("code") != "done":
            return
        which = {"reader": STATION_READER, "epc": epc, "tid": tid}
        word = (await self._device.post("/api/tags/kill/confirmation", which))["confirmation"]
        body = {"epc": epc, "tid": tid, "kill_password": PASSWORD, "confirmation": word}
        killed = await self._while_absent("kill", body)
        self.shift.deeds[f"label_kill_{killed.get('code')}"] += 1

    def _next_number(self) -> str:
        articles = list(self.shift.catalogue.articles.values())
        article = articles[int(self.shift.chance.integers(len(articles)))]
        self.made += 1
        return article.epc(_SERIALS_FROM + self.made)

    async def _until_known(self, task: str, body: dict[str, Any], epc: str) -> dict[str, Any]:
        """What became of it; where nobody knows, the tag is read, and the rest tried again."""
        result: dict[str, Any] = {}
        for _ in range(_TRIES):
            result = await self._do(task, body)
            if result.get("code") == "done":
                return result
            seen = await self._do("read", {"epc": epc, "bank": "tid", "count": 6})
            if seen.get("code") == "done":
                return seen  # it bears its number, whatever was told
        return result

    async def _while_absent(self, task: str, body: dict[str, Any]) -> dict[str, Any]:
        """What became of it; a tag that did not answer may answer next time."""
        result: dict[str, Any] = {}
        for _ in range(_TRIES):
            result = await self._do(task, body)
            if result.get("code") != "absent":
                break
        return result

    async def _do(self, task: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for work on a tag and wait for what became of it; empty where that is not told."""
        wanted = {"reader": STATION_READER, **body}
        for _ in range(_LOOKS):
            answer = await self._device.post(f"/api/tags/{task}", wanted)
            self.shift.deeds[f"label_{answer['code']}"] += 1
            if answer["code"] == "begun":
                return await self._what_became_of(str(answer["data"]["job_id"]))
            if answer["code"] not in _AGAIN:
                break
            await asyncio.sleep(_LOOK_S)
        return {}

    async def _what_became_of(self, job_id: str) -> dict[str, Any]:
        for _ in range(_LOOKS):
            await asyncio.sleep(_LOOK_S)
            jobs = (await self._device.get("/api/tags"))["jobs"]
            mine = next((one for one in jobs if one["job_id"] == job_id), None)
            if mine is None or mine["result"] is not None:
                return dict(mine["result"]) if mine is not None else {}
        return {}
