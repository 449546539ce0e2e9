"""The simulated packer: one tote at a time, checked by radio and scanner, then closed.

The tote's label is scanned with the station's own scanner; the page is used where that does not
open it. What the table's antenna does not check in time is scanned piece by piece. A stranger that
really lies there is put aside; one that only the radio claims to hear is waited for to go. What is
missing after all that is missing: the parcel is closed without it.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from simulators.box import is_short, strangers_in, surplus_in, unwanted_in
from simulators.hall import ASIDE, PACK_STATION
from simulators.people import Worker
from simulators.things import OUTFEED, RACK, Piece, Tote, tote_holder

Scan = Callable[[str], Awaitable[bool]]
"""Reads a label with the station's scanner; False where nobody is there to hear it."""
_HANDLE_S = 2.0
_SCAN_S = 1.2
_LOOK_S = 0.3
"""Real seconds between two looks at the rack while there is nothing to do."""
_OPEN_PATIENCE_S = 4.0
_UNKNOWN_MAX = 5
"""So often a packer tries a tote that no order is known of; a plan or a put-back may still end."""
_QUIET_PATIENCE_S = 10.0
_GHOST_PATIENCE_S = 12.0


@dataclass(slots=True)
class Packer(Worker):
    """The person at the pack station.

    Attributes:
        scan: the station's own scanner; None where there is only the page.
        station: where they work; only the first one has an antenna.
    """

    scan: Scan | None = None
    station: str = PACK_STATION
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _put_off: dict[str, float] = field(default_factory=dict)
    _unknown: Counter[str] = field(default_factory=Counter)
    _is_open: bool = True

    @property
    def _path(self) -> str:
        return f"/api/pack/{self.station}"

    async def work(self) -> None:
        """Sign in and pack whatever stands on the rack, until cancelled."""
        await self._device.sign_in()
        listening = asyncio.create_task(self._device.listen(f"{self._path}/stream", self._bell))
        try:
            while True:
                if not await self._one_tote():
                    await asyncio.sleep(_LOOK_S)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    async def _one_tote(self) -> bool:
        world = self.shift.world
        if not (self._is_open or self._bell.is_set() or self._next_tote()):
            return False  # the screen shows nothing new, and nothing stands here
        view = await self._view()
        self._is_open = bool(view["open"])
        if self._is_open:
            if view["tote_id"] in world.totes:
                world.bring_tote(view["tote_id"], self.station)
            await self._check_and_close(view)
            return True
        tote = self._next_tote()
        if tote is None:
            return False
        world.bring_tote(tote.tote_id, self.station)
        await self.shift.spend(_HANDLE_S)
        if await self._open(tote.tote_id):
            await self._check_and_close(await self._view())
        else:
            self._put_off[tote.tote_id] = asyncio.get_running_loop().time() + _OPEN_PATIENCE_S
            self._set_back(tote)
        return True

    def _set_back(self, tote: Tote) -> None:
        """A tote that does not open goes back; one that the books do not know is emptied."""
        world, tote_id = self.shift.world, tote.tote_id
        if tote_id not in world.totes:
            return  # somebody has poured it into another one meanwhile
        if self._unknown[tote_id] < _UNKNOWN_MAX:
            world.bring_tote(tote_id, RACK)
            return
        del self._unknown[tote_id]
        for piece in world.pieces_in(tote_holder(tote_id)):
            world.put(piece.epc, ASIDE)
        world.take_away_tote(tote_id)
        self.shift.deeds["unknown_tote_emptied"] += 1

    def _next_tote(self) -> Tote | None:
        now_s = asyncio.get_running_loop().time()
        waiting = [*self.shift.world.totes_at(self.station), *self.shift.world.totes_at(RACK)]
        return next((t for t in waiting if self._put_off.get(t.tote_id, 0.0) <= now_s), None)

    async def _view(self) -> dict[str, Any]:
        self._bell.clear()
        return await self._device.get(self._path)

    async def _view_until(
        self, seconds: float, good: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """The view as soon as it is good, or as it is when patience (real seconds) ends."""
        ends = asyncio.get_running_loop().time() + seconds * self.shift.patience
        while True:
            view = await self._view()
            left = ends - asyncio.get_running_loop().time()
            if good(view) or left <= 0:
                return view
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, 1.0)):
                    await self._bell.wait()

    async def _open(self, tote_id: str) -> bool:
        if self.scan is not None and await self.scan(tote_id):
            self.shift.deeds["station_scans"] += 1
            view = await self._view_until(
                _OPEN_PATIENCE_S, lambda shown: shown["tote_id"] == tote_id
            )
            if view["tote_id"] == tote_id:
                return True
        answer = await self._scan_on_page(tote_id)
        self.shift.deeds[f"pack_{answer['code']}"] += 1
        self._unknown[tote_id] += answer["code"] == "nothing_open"
        return bool(answer["accepted"]) and answer["code"] in {"opened", "already_open"}

    async def _scan_on_page(self, code: str) -> dict[str, Any]:
        await self.shift.spend(_SCAN_S)
        return await self._device.post(f"{self._path}/scan", {"code": code})

    # -- checking ------------------------------------------------------------------------------
    async def _check_and_close(self, view: dict[str, Any]) -> None:
        tote_id = str(view["tote_id"])
        await self._gather(tote_id, view.get("awaited", ()))
        await self._take_out(tote_id)
        view = await self._heard_out()
        if is_short(view):
            await self._scan_pieces(tote_id)
        if (await self._heard_out())["verdict"] == "extra":
            await self._clear_strangers(tote_id)
        view = await self._heard_out()
        if view["verdict"] == "take_out":  # the order has changed meanwhile
            await self._take_out(tote_id)
            view = await self._heard_out()
        if view["open"] and view["tote_id"] == tote_id:
            looked = view["verdict"] == "take_out" and not unwanted_in(
                self.shift.world, tote_id, view
            )
            await self._close(view, partial=view["verdict"] != "match", looked=looked)

    async def _heard_out(self) -> dict[str, Any]:
        """The view as soon as the screen says no more that it listens."""
        return await self._view_until(
            _QUIET_PATIENCE_S, lambda shown: shown["verdict"] != "listening"
        )

    async def _gather(self, tote_id: str, awaited: Iterable[str]) -> None:
        """Fetch further totes of the order, scan them, and pour them into the first one."""
        world = self.shift.world
        for further in (str(one) for one in awaited):
            if not self._fetch(further):
                continue
            answer = await self._scan_on_page(further)
            self.shift.deeds[f"pack_{answer['code']}"] += 1
            if answer["code"] in {"tote_joined", "already_open"}:
                for piece in world.pieces_in(tote_holder(further)):
                    world.put(piece.epc, tote_holder(tote_id))
                world.take_away_tote(further)

    def _fetch(self, label: str) -> bool:
        """Bring what bears a label to the station; False where it is nowhere."""
        if label not in self.shift.world.totes:
            return False
        self.shift.world.bring_tote(label, self.station)
        return True

    async def _take_out(self, tote_id: str) -> None:
        """Lay aside what the order wants no more: any piece of the article: they look alike."""
        for piece in unwanted_in(self.shift.world, tote_id, await self._view()):
            answer = await self._scan_on_page(self.shift.barcode(piece.sku))
            self.shift.deeds[f"pack_{answer['code']}"] += 1
            if answer["code"] == "taken_out":
                self.shift.world.put(piece.epc, ASIDE)

    async def _scan_pieces(self, tote_id: str) -> None:
        """Empty the tote piece by piece under the scanner, so that a stray is noticed too."""
        for piece in self.shift.world.pieces_in(tote_holder(tote_id)):
            await self._scan_piece(piece)

    async def _scan_piece(self, piece: Piece) -> None:
        answer = await self._scan_on_page(self.shift.barcode(piece.sku))
        self.shift.deeds[f"pack_{answer['code']}"] += 1
        if answer["code"] == "not_wanted":
            self.shift.world.put(piece.epc, ASIDE)
            self.shift.deeds["put_aside"] += 1

    async def _clear_strangers(self, tote_id: str) -> None:
        while lying := strangers_in(self.shift.world, tote_id, await self._view()):
            await self.shift.spend(_HANDLE_S)
            self.shift.world.put(lying[0].epc, ASIDE)
            self.shift.deeds["put_aside"] += 1
            await self._view_until(
                _GHOST_PATIENCE_S,
                lambda shown: (
                    shown["verdict"] != "extra"
                    or bool(strangers_in(self.shift.world, tote_id, shown))
                ),
            )
        await self._view_until(_GHOST_PATIENCE_S, lambda shown: shown["verdict"] != "extra")

    async def _close(self, view: dict[str, Any], *, partial: bool, looked: bool) -> None:
        await self.shift.spend(_HANDLE_S)
        consent = {"partial": partial, "nothing_unwanted": looked}
        answer = await self._post_close(consent)
        if answer["code"] == "missing":
            consent |= {"partial": True}
            answer = await self._device.post(f"{self._path}/close", consent)
        if answer["code"] == "weigh":
            answer = await self._close_weighed(view, consent, answer["data"]["cartons"])
        if answer["code"] != "closed":
            return
        sscc, order_id = str(answer["data"]["sscc"]), str(view["order_id"])
        asked = {str(line["sku"]): int(line["expected"]) for line in view["lines"]}
        self.shift.world.asked[order_id] = asked
        if view["tote_id"] not in self.shift.world.totes:
            self.shift.world.bring_tote(view["tote_id"], self.station)
        self.shift.world.pack(view["tote_id"], sscc, order_id)
        self.shift.world.bring_parcel(sscc, OUTFEED)
        self._label(sscc)
        self.shift.deeds["parcels_closed"] += 1

    def _label(self, sscc: str) -> None:
        """The parcel's label is stuck on; it bears a barcode and no more."""

    async def _close_weighed(
        self, view: dict[str, Any], consent: dict[str, Any], cartons: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """On the scale; what is off is looked into once, and what is too much taken out."""
        tote_id = str(view["tote_id"])
        answer: dict[str, Any] = {"code": "weigh"}
        for _ in range(2):
            await self.shift.spend(_HANDLE_S)
            weighing = self._weighing(tote_id, cartons)
            answer = await self._post_close(consent | {"weighing": weighing})
            if answer["code"] != "weight_off":
                break
            for piece in surplus_in(self.shift.world, tote_id, view):
                self.shift.world.put(piece.epc, ASIDE)
                self.shift.deeds["weighed_surplus"] += 1
        return answer

    def _weighing(self, tote_id: str, cartons: list[dict[str, Any]]) -> dict[str, Any]:
        """What the packer types: the first carton, and a scale that errs by a few grams."""
        carton: dict[str, Any] = cartons[0] if cartons else {"name": None, "tare_g": 0}
        error_g = int(self.shift.chance.integers(-4, 5))
        scale_g = self._goods_g(tote_id) + int(carton["tare_g"]) + error_g
        return {"weight_g": max(1, scale_g), "carton": carton["name"]}

    def _goods_g(self, tote_id: str) -> int:
        """What really lies in the box weighs so much."""
        lying = self.shift.world.pieces_in(tote_holder(tote_id))
        return sum(self.shift.catalogue.articles[piece.sku].weight_g for piece in lying)

    async def _post_close(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._device.post(f"{self._path}/close", body)
        self.shift.deeds[f"pack_{answer['code']}"] += 1
        return answer
