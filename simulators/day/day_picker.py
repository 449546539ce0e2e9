"""Pickers of a simulated day: hands that slip, and what flows ask of them.

Slips, unseen by the screen: two pieces for one scan, a scanned piece laid back, a piece put into
the tote without a scan. Besides they bring totes to a put wall, scan cases, take substitutes,
type check digits, and fetch what lies in a colleague's hand.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from simulators.day.flows import Flow
from simulators.day.grounds import SLOTS, WALL
from simulators.day.people import DayShift
from simulators.hall import ASIDE, PACK_STATION
from simulators.pickers import TAKEN, Picker
from simulators.things import Piece, tote_holder

_TAKE_S = 2.5
_SCAN_S = 1.5
_COFFEE_S = (120.0, 420.0)
_TYPED_SHARE = 0.5
_TO_WALL_SHARE = 0.5
_CASE_SHARE = 0.7
_INSTEAD_SHARE = 0.5
_WRONG_DIGITS_SHARE = 0.05
_COLUMNS = "ABC"


@dataclass(slots=True)
class DayPicker(Picker):
    """A picker who is human.

    Attributes:
        _stands_in: tags of pieces that were taken instead of another article.
        _goals: where the totes of each walk are brought.
    """

    shift: DayShift
    _stands_in: set[str] = field(default_factory=set)
    _goals: dict[str, str] = field(default_factory=dict)

    @override
    async def _pick(self, prompt: dict[str, Any]) -> None:
        day = self.shift
        if self._holds_something(prompt) and day.slips(day.full_share):
            body = {"prompt_id": prompt["prompt_id"], "code": "tote_full"}
            answer = await self._device.post("/api/trouble", body)
            day.deeds[f"full_{answer['code']}"] += 1
        else:
            await super(DayPicker, self)._pick(prompt)

    def _holds_something(self, prompt: dict[str, Any]) -> bool:
        tote = self.shift.world.totes.get(str(prompt["tote_id"]))
        return (
            tote is not None
            and tote.walk_id == prompt["walk_id"]
            and bool(self.shift.world.pieces_in(tote_holder(tote.tote_id)))
        )

    @override
    async def _take_one(self, prompt: dict[str, Any]) -> bool:
        day = self.shift
        case = self._case_for(prompt)
        if case is not None:
            return await self._take_case(prompt, *case)
        if not day.slips(day.slip_share):
            return await super(DayPicker, self)._take_one(prompt)
        slip = ("two_for_one", "laid_back", "not_scanned")[int(day.chance.integers(3))]
        day.deeds[f"slip_{slip}"] += 1
        if slip == "not_scanned":
            return await self._forget_scan(prompt)
        before = {piece.epc for piece in self._pieces_of(prompt)}
        went_on = await super(DayPicker, self)._take_one(prompt)
        taken = [piece for piece in self._pieces_of(prompt) if piece.epc not in before]
        if slip == "laid_back" and taken:
            self.shift.world.put(taken[0].epc, taken[0].origin)
            self._scanned.discard(taken[0].epc)
        elif slip == "two_for_one" and taken:
            extra = self.shift.world.take(taken[0].sku, prompt["location"], self.person.badge)
            if extra is not None:
                self.shift.world.put(extra.epc, tote_holder(prompt["tote_id"]))
        return went_on

    async def _forget_scan(self, prompt: dict[str, Any]) -> bool:
        """Into the tote without a scan; the screen goes on asking, and the hand takes another."""
        await self.shift.spend(_TAKE_S)
        piece = self._reach(prompt)
        if piece is None:
            await self._report_empty(prompt)
            return False
        self.shift.world.put(piece.epc, tote_holder(prompt["tote_id"]))
        piece.origin = ""  # out of mind: not counted among what was taken here
        return True

    @override
    async def _drop(self, prompt: dict[str, Any]) -> None:
        await super(DayPicker, self)._drop(prompt)
        day = self.shift
        if day.slips(day.coffee_share):
            day.deeds["coffees"] += 1
            await self._device.post("/api/work", {"ready": False, "cart": None})
            await asyncio.sleep(float(day.chance.uniform(*_COFFEE_S)))
            await self._device.post("/api/work", {"ready": True, "cart": self.cart})

    # -- cases and substitutes -----------------------------------------------------------------
    def _case_for(self, prompt: dict[str, Any]) -> tuple[int, str] | None:
        """A case that is taken whole: pieces in it and its code; now and then one too large."""
        day, sku = self.shift, str(prompt["sku"])
        held = day.cases.get(sku)
        if held is None or prompt["radio"]:
            return None
        fits = int(prompt["quantity"]) >= held[0]
        share = _CASE_SHARE if fits else day.slip_share
        lies = day.world.count(sku, prompt["location"]) >= held[0]
        return held if lies and day.slips(share) else None

    async def _take_case(self, prompt: dict[str, Any], quantity: int, code: str) -> bool:
        """One scan for all of its pieces; what the screen refuses goes back whole."""
        day, world = self.shift, self.shift.world
        await day.spend(_TAKE_S)
        sku, location = str(prompt["sku"]), str(prompt["location"])
        taken = [world.take(sku, location, self.person.badge) for _ in range(quantity)]
        pieces = [piece for piece in taken if piece is not None]
        answer = await self._post_scan(prompt, code)
        day.deeds[f"case_{answer}"] += 1
        for piece in pieces:
            if answer in TAKEN:
                self._scanned.add(piece.epc)
                self._put_in_tote(piece, prompt)
            else:
                world.put(piece.epc, piece.origin)
        return answer == "picked" or answer not in TAKEN

    @override
    async def _scan(self, prompt: dict[str, Any], piece: Piece) -> str:
        """What may be taken instead is scanned once more, or laid back."""
        code = await super(DayPicker, self)._scan(prompt, piece)
        if code == "substitute_offered" and self.shift.slips(_INSTEAD_SHARE):
            code = await super(DayPicker, self)._scan(prompt, piece)
            self._stands_in |= {piece.epc} if code == "substituted" else set()
        return code

    @override
    def _put_in_tote(self, piece: Piece, prompt: dict[str, Any]) -> None:
        super(DayPicker, self)._put_in_tote(piece, prompt)
        if piece.epc in self._stands_in:
            self._believed[piece.epc] = piece.sku

    # -- what flows ask ------------------------------------------------------------------------
    @override
    def _station_of(self, prompt: dict[str, Any]) -> str:
        """The wall where it is prompted, and often without: whoever drops there may."""
        if Flow.WALL not in self.shift.flows:
            return PACK_STATION
        walk_id = str(prompt["walk_id"])
        if walk_id not in self._goals:
            at_wall = prompt["location"] == WALL or self.shift.slips(_TO_WALL_SHARE)
            self._goals[walk_id] = WALL if at_wall else PACK_STATION
        return self._goals[walk_id]

    @override
    def _label_of(self, prompt: dict[str, Any]) -> str:
        """The label, or the digits of the column that is asked; now and then those beside it."""
        day = self.shift
        digits, asked = day.digits.get(str(prompt["location"])), str(prompt.get("check") or "")
        if not digits or not asked or not day.slips(_TYPED_SHARE):
            return str(prompt["location"])
        column = _COLUMNS.index(asked)
        if day.slips(_WRONG_DIGITS_SHARE):
            column = (column + 1) % len(digits)
        day.deeds["digits_typed"] += 1
        return digits[column]

    @override
    def _to_put(self, prompt: dict[str, Any]) -> Piece | None:
        """Also what lies in a slot to be emptied, was laid aside, or is in a colleague's hand."""
        found = super(DayPicker, self)._to_put(prompt)
        if found is not None:
            return found
        world = self.shift.world
        if prompt["kind"] == "refill":
            holders = [hand for hand in world.movers if hand.startswith("hand:")]
        else:
            told = str(prompt["notice_location"] or "") if prompt["notice"] == "lies_at" else ""
            holders = [*([told] if told in SLOTS else []), ASIDE]
        held = (piece for one in holders for piece in world.pieces_in(one))
        return next((piece for piece in held if piece.sku == prompt["sku"]), None)
