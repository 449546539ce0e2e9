"""Packers of a simulated day: they overlook pieces, scan cases, pack from a put wall, and weigh.

What lies in a slot is brought in a box that bears the slot's name until its check is open. What
weighs other than it should is looked into and weighed again; then the leader comes, who lets it go
where nothing is missing, or has it checked anew.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from simulators.box import is_short, lacking_in
from simulators.day.flows import Flow
from simulators.day.grounds import SLOTS, WALL
from simulators.day.people import DayShift
from simulators.day.site import LEADER, LEADER_PIN
from simulators.hall import ASIDE
from simulators.packer import Packer
from simulators.things import Piece, tote_holder

_CASE_SHARE = 0.7
_SCAN_S = 1.2
_PATIENCE_S = 120.0
"""So long a tote may be refused before somebody looks at the wall and says what is not there."""
_LEADER_S = 20.0
"""Until the leader is there and has looked into the box."""
_REASONS = ("looked_at", "article_weight", "packing_material", "scale")
_LOOK_S = 3.0
"""Between two looks at the put wall while there is nothing else to do."""


@dataclass(slots=True)
class DayPacker(Packer):
    """A packer who is human: now and then a piece goes from tote to parcel without a look."""

    shift: DayShift
    _looks_s: float = 0.0
    _refused_s: dict[str, float] = field(default_factory=dict)

    @override
    async def _scan_pieces(self, tote_id: str) -> None:
        day, world = self.shift, self.shift.world
        overlooked = [
            piece for piece in world.pieces_in(tote_holder(tote_id)) if day.slips(day.slip_share)
        ]
        for piece in overlooked:
            day.deeds["slip_overlooked"] += 1
            piece.holder = "blind:" + tote_id
        counted = await self._scan_cases(tote_id)
        await super(DayPacker, self)._scan_pieces(tote_id)
        for piece in (*overlooked, *counted):
            piece.holder = tote_holder(tote_id)
        if overlooked and is_short(await self._view()):
            for piece in overlooked:  # something is missing: they look again
                await self._scan_piece(piece)

    async def _scan_cases(self, tote_id: str) -> list[Piece]:
        """A scan for all pieces of a whole case; these are out of sight until the rest is done."""
        day, found = self.shift, list[Piece]()
        for sku, held in Counter(p.sku for p in day.world.pieces_in(tote_holder(tote_id))).items():
            quantity, code = day.cases.get(sku, (0, ""))
            if held != quantity or not day.slips(_CASE_SHARE):
                continue
            answer = await self._scan_on_page(code)
            day.deeds[f"pack_case_{answer['code']}"] += 1
            if answer["accepted"]:
                lying = day.world.pieces_in(tote_holder(tote_id))
                found += [piece for piece in lying if piece.sku == sku]
        for piece in found:
            piece.holder = "blind:" + tote_id
        return found

    @override
    def _label(self, sscc: str) -> None:
        if Flow.LABEL_TAGS in self.shift.flows:
            self.shift.label_parcel(sscc)

    # -- weighing ------------------------------------------------------------------------------
    @override
    def _weighing(self, tote_id: str, cartons: list[dict[str, Any]]) -> dict[str, Any]:
        scales = self.shift.scales
        if scales is None:
            return super(DayPacker, self)._weighing(tote_id, cartons)
        return scales.typed(self.station, self._goods_g(tote_id), cartons)

    @override
    async def _close_weighed(
        self, view: dict[str, Any], consent: dict[str, Any], cartons: list[dict[str, Any]]
    ) -> dict[str, Any]:
        answer = await super(DayPacker, self)._close_weighed(view, consent, cartons)
        if answer["code"] != "weight_off":
            return answer
        day, tote_id = self.shift, str(view["tote_id"])
        await day.spend(_LEADER_S)
        if lacking_in(day.world, tote_id, await self._view()):
            day.deeds["weighed_and_lacking"] += 1
            return await self._check_anew(tote_id)
        said = {
            "badge": LEADER,
            "word": await self._word_of_leader(),
            "reason": _REASONS[int(day.chance.integers(len(_REASONS)))],
        }
        weighing = self._weighing(tote_id, cartons) | {"acceptance": said}
        return await self._post_close(consent | {"weighing": weighing})

    async def _check_anew(self, tote_id: str) -> dict[str, Any]:
        """What the screen has checked and is not in the box comes to light."""
        await self.shift.spend(_SCAN_S)
        body = {"code": tote_id, "anew": True}
        answer = await self._device.post(f"{self._path}/scan", body)
        self.shift.deeds[f"anew_{answer['code']}"] += 1
        return answer

    async def _word_of_leader(self) -> str:
        """The leader types badge and PIN at the station."""
        body = {"badge": LEADER, "pin": LEADER_PIN}
        return str((await self._device.post(f"{self._path}/acceptance", body))["word"])

    # -- what was sorted at the put wall -------------------------------------------------------
    @override
    async def _one_tote(self) -> bool:
        return await super(DayPacker, self)._one_tote() or await self._one_slot()

    @override
    async def _open(self, tote_id: str) -> bool:
        """A tote that stands here, and at the wall by the books, is packed without the wall."""
        if await super(DayPacker, self)._open(tote_id):
            return True
        now_s = asyncio.get_running_loop().time()
        since_s = self._refused_s.setdefault(tote_id, now_s)
        if Flow.WALL not in self.shift.flows or now_s - since_s < _PATIENCE_S:
            return False
        del self._refused_s[tote_id]
        return (await self._scan_without(tote_id))["code"] in {"opened", "already_open"}

    async def _one_slot(self) -> bool:
        """What lies in a complete slot is brought to the station, and the slot's label scanned."""
        world = self.shift.world
        now_s = asyncio.get_running_loop().time()
        if Flow.WALL not in self.shift.flows or now_s < self._looks_s or not world.totes_at(WALL):
            return False
        self._looks_s = now_s + _LOOK_S
        view = await self._device.get(f"/api/wall/{WALL}")
        for wanted in ("complete", "filling") if self.shift.wall_waits else ("complete",):
            for one in view["slots"]:
                if one["state"] == wanted and one["slot"] not in world.totes:
                    self._fetch(one["slot"])
                    if await self._open_slot(one["slot"], without=wanted == "filling"):
                        return True
        return self.shift.wall_waits and await self._open_empty(view)

    async def _open_slot(self, slot: str, *, without: bool) -> bool:
        """Scan a slot's label; what is nowhere at the wall is packed without."""
        answer = await self._scan_on_page(slot)
        if without and answer["code"] == "still_at_wall":
            answer = await self._scan_without(slot)
        self.shift.deeds[f"slot_{answer['code']}"] += 1
        if answer["code"] not in {"opened", "tote_joined"}:
            self._bring_back(slot)
            return False
        self._pour(slot, str(answer["data"]["tote_id"]))
        await self._check_and_close(await self._view())
        return True

    async def _open_empty(self, view: dict[str, Any]) -> bool:
        """An empty tote of which nothing was ever sorted: its order is packed without all that."""
        world = self.shift.world
        if any(one["state"] not in {"free", "emptying"} for one in view["slots"]):
            return False  # those are looked at by their slots first
        for tote in world.totes_at(WALL):
            if world.pieces_in(tote_holder(tote.tote_id)):
                continue
            answer = await self._scan_without(tote.tote_id)
            if answer["code"] in {"opened", "tote_joined"}:
                world.bring_tote(tote.tote_id, self.station)
                await self._check_and_close(await self._view())
                return True
        return False

    async def _scan_without(self, label: str) -> dict[str, Any]:
        await self.shift.spend(_SCAN_S)
        body = {"code": label, "without_unsorted": True}
        answer = await self._device.post(f"{self._path}/scan", body)
        self.shift.deeds[f"without_{answer['code']}"] += 1
        return answer

    @override
    async def _check_and_close(self, view: dict[str, Any]) -> None:
        for slot in SLOTS:  # brought here before the gateway was away
            if view["open"] and slot in self.shift.world.totes:
                box = self.shift.world.totes[slot]
                if box.holder == self.station:
                    self._pour(slot, str(view["tote_id"]))
        await super(DayPacker, self)._check_and_close(view)

    @override
    def _fetch(self, label: str) -> bool:
        """A tote, or all that lies in a slot of the put wall."""
        world = self.shift.world
        if label in SLOTS and label not in world.totes:
            world.bring_tote(label, self.station)
            for piece in world.pieces_in(label):
                world.put(piece.epc, tote_holder(label))
            return True
        return label not in SLOTS and super(DayPacker, self)._fetch(label)

    def _bring_back(self, slot: str) -> None:
        world = self.shift.world
        for piece in world.pieces_in(tote_holder(slot)):
            world.put(piece.epc, slot)
        world.take_away_tote(slot)

    def _pour(self, slot: str, tote_id: str) -> None:
        """What lay in the slot is in the box of the order's tote from here on.

        The tote itself may still stand at the wall: what nobody sorted out of it stays there.
        """
        world = self.shift.world
        tote = world.totes.get(tote_id)
        if tote is not None and tote.holder == WALL:
            for piece in world.pieces_in(tote_holder(tote_id)):
                self.shift.deeds["left_over_at_wall"] += 1
                world.put(piece.epc, ASIDE)
        world.bring_tote(tote_id, self.station)
        for piece in world.pieces_in(tote_holder(slot)):
            world.put(piece.epc, tote_holder(tote_id))
        world.take_away_tote(slot)
