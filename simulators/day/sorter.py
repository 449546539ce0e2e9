"""The sorter at the put wall: piece after piece goes into the slot that is lit.

What really lies where decides, as with pickers: a piece is in a tote at the wall, in the sorter's
hands or in a slot. Slips: a piece is put into the slot beside, which its label tells; a hand lays
it back into its tote.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from simulators.day.grounds import SLOTS, WALL
from simulators.day.people import DayShift
from simulators.hall import ASIDE
from simulators.people import Worker
from simulators.things import Piece, hand_of, tote_holder

_SCAN_S = 1.2
_PUT_S = 1.0
_LOOK_S = 5.0
_PATIENCE_S = 90.0
"""Totes are set down a moment after they are dropped by the books, and others may follow."""
_PATH = f"/api/wall/{WALL}"
_PUT = frozenset({"put", "slot_complete"})
_FULL = frozenset({"wall_full"})


@dataclass(slots=True)
class Sorter(Worker):
    """Somebody who works at the put wall all day."""

    shift: DayShift
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _rests_since_s: float = 0.0

    async def work(self) -> None:
        """Sign in and sort, until cancelled."""
        await self._device.sign_in()
        for piece in self.shift.world.pieces_in(self._hand):
            self._lay_aside(piece)  # the last shift ended with it in hand
        listening = asyncio.create_task(self._device.listen(f"{_PATH}/stream", self._bell))
        try:
            while True:
                if not await self._one_round():
                    await self._wait()
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    @property
    def _hand(self) -> str:
        return hand_of(self.person.badge)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_S):
                await self._bell.wait()

    async def _one_round(self) -> bool:
        """One piece, or one that is to be taken out; False where there was nothing to do."""
        self._bell.clear()
        if not self._anything_here():
            return False
        view = await self._device.get(_PATH)
        self._clear_freed(view)
        if view["hand"] is not None and not self.shift.world.pieces_in(self._hand):
            await self._post("lay-back", {})
            return True
        for told in view["take_out"]:
            if await self._take_out(told):
                return True
        if view["unsorted"]:
            went_on = await self._sort_one()
            self._look_at_rest(rests=not went_on)
            return went_on
        self._look_at_rest(rests=False)
        if not view["take_out"]:
            self._clear_totes()
        return False

    def _look_at_rest(self, *, rests: bool) -> None:
        """What has been nowhere for a while is not waited for any more."""
        now_s = asyncio.get_running_loop().time()
        if not rests:
            self._rests_since_s = now_s
        self.shift.wall_waits = now_s - self._rests_since_s > _PATIENCE_S

    def _clear_totes(self) -> None:
        """All is sorted: what is left in a tote belongs to nobody here."""
        for tote in self.shift.world.totes_at(WALL):
            for piece in self.shift.world.pieces_in(tote_holder(tote.tote_id)):
                self.shift.deeds["left_over_at_wall"] += 1
                self._lay_aside(piece)

    def _anything_here(self) -> bool:
        world = self.shift.world
        return bool(world.totes_at(WALL)) or any(world.pieces_in(slot) for slot in SLOTS)

    def _clear_freed(self, view: dict[str, Any]) -> None:
        """What lies in a slot that is free is put where it is looked for.

        One that is to be emptied is emptied by whoever puts its pieces back.
        """
        for slot in view["slots"]:
            if slot["state"] == "free":
                for piece in self.shift.world.pieces_in(slot["slot"]):
                    self._lay_aside(piece)

    def _lay_aside(self, piece: Piece) -> None:
        self.shift.world.put(piece.epc, ASIDE)

    async def _sort_one(self) -> bool:
        """The first piece that some slot is lit for; others wait for their orders."""
        refused: set[str] = set()
        for tote in self.shift.world.totes_at(WALL):
            for piece in self.shift.world.pieces_in(tote_holder(tote.tote_id)):
                if piece.sku in refused:
                    continue
                code = await self._sort(piece, tote_holder(tote.tote_id))
                if code in _PUT:
                    return True
                if code in _FULL:
                    return False
                refused.add(piece.sku)
        return False

    async def _sort(self, piece: Piece, tote: str) -> str:
        world = self.shift.world
        world.put(piece.epc, self._hand)
        answer = await self._scan(self.shift.barcode(piece.sku))
        if answer["code"] == "tag_wanted":
            answer = await self._scan(piece.epc)
        if answer["code"] != "lit":
            world.put(piece.epc, tote)
            return str(answer["code"])
        if self.shift.slips(self.shift.slip_share):
            self.shift.deeds["slip_back_in_tote"] += 1
            world.put(piece.epc, tote)
            await self._post("lay-back", {})
            return "laid_back"
        return await self._put(piece, str(answer["data"]["slot"]), tote)

    async def _put(self, piece: Piece, slot: str, tote: str) -> str:
        """Into the slot, and its label says so; a slip into the one beside is told and mended."""
        world = self.shift.world
        await self.shift.spend(_PUT_S)
        if self.shift.slips(self.shift.slip_share):
            self.shift.deeds["slip_slot_beside"] += 1
            await self._scan(SLOTS[(SLOTS.index(slot) + 1) % len(SLOTS)])
        world.put(piece.epc, slot)
        answer = await self._scan(slot)
        if answer["code"] not in _PUT:
            world.put(piece.epc, tote if tote[5:] in world.totes else ASIDE)
        return str(answer["code"])

    async def _take_out(self, told: dict[str, Any]) -> bool:
        """A piece that its order wants no more goes aside, from its slot or its tote."""
        world = self.shift.world
        holders = [tote_holder(str(told["tote_id"])), str(told["slot"] or "")]
        lying = [
            piece
            for holder in holders
            for piece in world.pieces_in(holder)
            if piece.sku == told["sku"]
        ]
        if not lying:
            return False
        answer = await self._scan(self.shift.barcode(lying[0].sku))
        if answer["code"] == "tag_wanted":
            answer = await self._scan(lying[0].epc)
        if answer["code"] != "taken_out":
            return False
        self._lay_aside(lying[0])
        return True

    async def _scan(self, code: str) -> dict[str, Any]:
        await self.shift.spend(_SCAN_S)
        return await self._post("scan", {"code": code})

    async def _post(self, step: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._device.post(f"{_PATH}/{step}", body)
        self.shift.deeds[f"wall_{answer['code']}"] += 1
        return answer
