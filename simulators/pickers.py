"""Simulated pickers: do as the handheld says, with hands that sometimes slip.

A picker asks for the prompt, walks, takes pieces and confirms each: by scanning its barcode, or,
with a cart that hears, by putting it there and waiting; what the radio does not confirm in time is
scanned. What is physically done decides: the pieces that lie in the tote are counted, never the
answers, so that a restart of the gateway or of this program in mid-stop takes no piece twice.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from simulators.hall import ASIDE, PACK_STATION
from simulators.people import Worker
from simulators.things import RACK, Piece, Tote, hand_of, tote_holder

_TAKE_S = 2.5
_SCAN_S = 1.5
_SET_DOWN_S = 4.0
_RADIO_PATIENCE_S = 5.0
"""Real seconds until a picker scans what the cart's antenna has not confirmed."""
_IDLE_S = 5.0
"""Real seconds after which an idle picker looks at the screen without being called."""
_IDLE_LOOKS = 3
"""After so many looks without work the picker says again that he is there."""
TAKEN = frozenset({"picked", "stop_done", "walk_done", "paired", "substituted"})
_PUTTING = frozenset({"put_back", "put_away", "refill"})
_FETCHED = frozenset({"fetched", "all_fetched"})
_PUT = frozenset({"put", "all_put"})
_SAME_STOP = ("walk_id", "stop", "location", "sku", "tote_id")


@dataclass(slots=True)
class Picker(Worker):
    """One picker with a handheld, and perhaps a cart that hears.

    Attributes:
        cart: the cart that they push; None to carry totes by hand.
        _believed: of each tag in a tote the article for which it was taken.
    """

    cart: str | None
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _believed: dict[str, str] = field(default_factory=dict)
    _scanned: set[str] = field(default_factory=set)
    _empty_code: str = "empty"
    _short_code: str = "empty"
    _rack: str = RACK

    @property
    def _base(self) -> str:
        """Where this picker's totes stand."""
        return self.cart or hand_of(self.person.badge)

    async def work(self) -> None:
        """Sign in and do what the prompts say, until cancelled."""
        await self._device.sign_in()
        await self._begin()
        listening = asyncio.create_task(self._device.listen("/api/prompt/stream", self._bell))
        try:
            while True:
                await self._follow(await self._prompt())
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    async def _begin(self) -> None:
        for held in self.shift.world.pieces_in(hand_of(self.person.badge)):
            self.shift.world.put(held.epc, held.origin)  # the last shift ended in mid-grasp
        troubles = (await self._device.get("/api/troubles")).get("troubles", [])
        codes = [row.get("code") for row in troubles if isinstance(row, dict)]
        if codes and self._empty_code not in codes:
            self._empty_code = str(codes[0])
        self._short_code = "short" if "short" in codes else self._empty_code
        answer = await self._device.post("/api/work", {"ready": True, "cart": self.cart})
        if answer.get("code") in {"cart_taken", "cart_unknown"}:
            self.cart = None
            await self._device.post("/api/work", {"ready": True, "cart": None})

    async def _prompt(self) -> dict[str, Any]:
        self._bell.clear()
        return await self._device.get("/api/prompt")

    async def _follow(self, prompt: dict[str, Any]) -> None:
        if prompt["kind"] == "pick":
            await self._pick(prompt)
        elif prompt["kind"] == "bind":
            await self._bind(prompt)
        elif prompt["kind"] in {"pass", "take"}:
            await self._hand_over(prompt)
        elif prompt["kind"] == "drop":
            await self._drop(prompt)
        elif prompt["kind"] in _PUTTING:
            await self._put(prompt)
        elif prompt["kind"] == "fetch":
            await self._fetch(prompt)
        else:
            await self._wait()

    async def _wait(self) -> None:
        if self.shift.world.totes_at(self._base):  # dropped by the books, and not yet by hand
            await self._set_down()
        for _ in range(_IDLE_LOOKS):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_IDLE_S):
                    await self._bell.wait()
                return
        await self._device.post("/api/work", {"ready": True, "cart": self.cart})

    async def _hand_over(self, prompt: dict[str, Any]) -> None:
        """Totes change hands; what is put down waits at its place for the next picker."""
        world, kind = self.shift.world, prompt["kind"]
        await self.shift.walk(self.person.badge, prompt["location"], self.cart)
        await self.shift.spend(_SET_DOWN_S)
        body = {"prompt_id": prompt["prompt_id"], "code": prompt["location"]}
        answer = await self._device.post("/api/scan", body)
        if answer["code"] not in {"passed", "taken"}:
            return
        for tote_id in prompt["totes"]:
            if tote_id in world.totes:
                world.bring_tote(tote_id, prompt["location"] if kind == "pass" else self._base)

    async def _bind(self, prompt: dict[str, Any]) -> None:
        """Take an empty tote to the cart and scan it; where it is somebody's, look again."""
        tote_id = str(prompt["tote_id"])
        await self.shift.spend(_SCAN_S)
        answer = await self._device.post(
            "/api/scan", {"prompt_id": prompt["prompt_id"], "code": tote_id}
        )
        if answer["code"] == "tote_bound":
            self._have_tote(tote_id, str(prompt["walk_id"]))
            self.shift.deeds["totes_bound"] += 1

    # -- at a stop -----------------------------------------------------------------------------
    async def _pick(self, prompt: dict[str, Any]) -> None:
        await self.shift.walk(self.person.badge, prompt["location"], self.cart)
        if self._bell.is_set() and not _same_stop(prompt, await self._prompt()):
            return  # a colleague's work by now, whose tote is not to be taken
        self._have_tote(str(prompt["tote_id"]), str(prompt["walk_id"]))
        await self._confirm_place(prompt)
        wanted = int(prompt["picked"]) + int(prompt["quantity"])
        while len(self._pieces_of(prompt)) < wanted:
            now = await self._prompt()
            if not _same_stop(prompt, now) or not await self._take_one(now):
                return
        if not (prompt["radio"] and await self._confirmed_by_radio(prompt)):
            await self._scan_all(prompt)

    async def _confirm_place(self, prompt: dict[str, Any]) -> None:
        """Where the place is to be confirmed, whoever stands there scans its label."""
        if prompt.get("check_wanted"):
            await self.shift.spend(_SCAN_S)
            body = {"prompt_id": prompt["prompt_id"], "code": self._label_of(prompt)}
            await self._device.post("/api/scan", body)

    def _label_of(self, prompt: dict[str, Any]) -> str:
        """What says that this is the place."""
        return str(prompt["location"])

    def _have_tote(self, tote_id: str, walk_id: str) -> None:
        """Take the tote along; what an earlier walk left in it is nobody's and put aside."""
        world = self.shift.world
        known = world.totes.get(tote_id)
        if known is None or known.walk_id != walk_id:
            for piece in world.pieces_in(tote_holder(tote_id)):
                world.put(piece.epc, ASIDE)
            world.bring_tote(tote_id, self._base, walk_id)
        elif known.holder != self._base:  # a colleague's work, handed over
            world.bring_tote(tote_id, self._base)

    def _pieces_of(self, prompt: dict[str, Any]) -> list[Piece]:
        """What this picker believes to have taken for this stop.

        Another article of the same place, taken for another stop, is not of it.
        """
        return [
            piece
            for piece in self.shift.world.pieces_in(tote_holder(prompt["tote_id"]))
            if piece.origin == prompt["location"]
            and self._believed.get(piece.epc, piece.sku) == prompt["sku"]
        ]

    async def _take_one(self, prompt: dict[str, Any]) -> bool:
        """Take a piece and confirm it; False where the screen has to be looked at again."""
        await self.shift.spend(_TAKE_S)
        piece = self._reach(prompt)
        if piece is None:
            await self._report_empty(prompt)
            return False
        if prompt["radio"]:
            self._put_in_tote(piece, prompt)
            return True
        code = await self._scan(prompt, piece)
        if code in TAKEN:
            self._scanned.add(piece.epc)
            self._put_in_tote(piece, prompt)
            if code != "picked" and self.shift.slips(self.shift.double_scan_share):
                self.shift.deeds["double_scans"] += 1
                await self._scan(prompt, piece)
        else:
            self.shift.world.put(piece.epc, piece.origin)
        return code in {"picked", "wrong_item"}

    def _reach(self, prompt: dict[str, Any]) -> Piece | None:
        """The piece that the hand finds; now and then a wrong one of the same bin."""
        world, location, badge = self.shift.world, prompt["location"], self.person.badge
        if self.shift.slips(self.shift.wrong_piece_share):
            others = sorted({p.sku for p in world.pieces_in(location)} - {prompt["sku"]})
            if others:
                self.shift.deeds["slips"] += 1
                return world.take(others[0], location, badge)
        piece = world.take(prompt["sku"], location, badge)
        if piece is None and self.shift.boundless:
            serial = int(self.shift.now_us() % 2**38)
            article = self.shift.catalogue.articles.get(prompt["sku"])
            epc = article.epc(serial) if article else f"{serial:024x}"
            world.create(epc, prompt["sku"], RACK)
            world.put(epc, hand_of(badge))
            piece = world.pieces[epc]
            piece.origin = location
        return piece

    def _put_in_tote(self, piece: Piece, prompt: dict[str, Any]) -> None:
        self.shift.world.put(piece.epc, tote_holder(prompt["tote_id"]))
        self._believed[piece.epc] = prompt["sku"]

    async def _confirmed_by_radio(self, prompt: dict[str, Any]) -> bool:
        """Whether the screen moves on by itself while the picker waits."""
        began = asyncio.get_running_loop().time()
        ends = began + _RADIO_PATIENCE_S * self.shift.patience
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            if not _same_stop(prompt, await self._prompt()):
                self.shift.deeds["confirmed_by_radio"] += int(prompt["quantity"])
                self.shift.radio_waits_s.append(asyncio.get_running_loop().time() - began)
                return True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, 1.0)):
                    await self._bell.wait()
        return False

    async def _scan_all(self, prompt: dict[str, Any]) -> None:
        """The radio was too slow or heard something wrong: scan what was taken here."""
        taken = self._pieces_of(prompt)
        fresh = [piece for piece in taken if piece.epc not in self._scanned]
        for piece in fresh or taken:
            now = await self._prompt()
            if not _same_stop(prompt, now):
                return
            code = await self._scan(now, piece)
            if code in TAKEN:
                self._scanned.add(piece.epc)
            elif code == "wrong_item":
                await self.shift.spend(_TAKE_S)
                self.shift.world.put(piece.epc, piece.origin)
                self._believed.pop(piece.epc, None)

    async def _scan(self, prompt: dict[str, Any], piece: Piece) -> str:
        return await self._post_scan(prompt, self.shift.barcode(piece.sku))

    async def _post_scan(self, prompt: dict[str, Any], code: str) -> str:
        await self.shift.spend(_SCAN_S)
        body = {"prompt_id": prompt["prompt_id"], "code": code}
        answer = await self._device.post("/api/scan", body)
        self.shift.deeds["scans"] += 1
        self.shift.deeds[f"scan_{answer['code']}"] += 1
        return str(answer["code"])

    async def _report_empty(self, prompt: dict[str, Any]) -> None:
        code = self._short_code if int(prompt["picked"]) else self._empty_code
        self.shift.deeds["empty_bins"] += 1
        await self.shift.spend(_SCAN_S)
        await self._device.post("/api/trouble", {"prompt_id": prompt["prompt_id"], "code": code})

    # -- between shelves -------------------------------------------------------------------------
    async def _fetch(self, prompt: dict[str, Any]) -> None:
        """Take what is to be filled up elsewhere out of its place of reserve, piece by piece."""
        await self.shift.walk(self.person.badge, prompt["location"], self.cart)
        await self._confirm_place(prompt)
        for _ in range(int(prompt["quantity"])):
            await self.shift.spend(_TAKE_S)
            piece = self.shift.world.take(prompt["sku"], prompt["location"], self.person.badge)
            if piece is None:
                await self._tell_missing(await self._prompt())
                return
            code = await self._scan(await self._prompt(), piece)
            if code not in _FETCHED:
                self.shift.world.put(piece.epc, piece.origin)
                return
            self.shift.deeds["fetched"] += 1

    async def _tell_missing(self, prompt: dict[str, Any]) -> None:
        await self._device.post(
            "/api/trouble", {"prompt_id": prompt["prompt_id"], "code": "not_there"}
        )

    async def _put(self, prompt: dict[str, Any]) -> None:
        """Bring the next piece to its place, and scan it there; what is nowhere is told."""
        await self.shift.walk(self.person.badge, prompt["location"], self.cart)
        await self._confirm_place(prompt)
        await self.shift.spend(_TAKE_S)
        piece = self._to_put(prompt)
        if piece is None:
            self.shift.deeds["put_missing"] += 1
            await self._tell_missing(prompt)
            return
        holder = piece.holder
        self.shift.world.put(piece.epc, hand_of(self.person.badge))
        code = await self._scan(prompt, piece)
        self.shift.world.put(piece.epc, prompt["location"] if code in _PUT else holder)
        if code in _PUT:
            self._believed.pop(piece.epc, None)
            self._scanned.discard(piece.epc)
            self.shift.deeds["put_to_place"] += 1

    def _to_put(self, prompt: dict[str, Any]) -> Piece | None:
        """A piece of the article in hand, in the tote, or where what came back lies."""
        world, tote = self.shift.world, prompt["tote_id"]
        held = tote_holder(tote) if tote in world.totes else ASIDE
        pieces = (*world.pieces_in(hand_of(self.person.badge)), *world.pieces_in(held))
        return next((piece for piece in pieces if piece.sku == prompt["sku"]), None)

    # -- at the station ------------------------------------------------------------------------
    async def _drop(self, prompt: dict[str, Any]) -> None:
        """All totes that the screen names are set down, also one that stayed empty.

        That is one for which the radio took a piece too many of another tote.
        """
        for tote_id in prompt["totes"]:
            self._have_tote(str(tote_id), str(prompt["walk_id"]))
        station = self._station_of(prompt)
        self._rack = RACK if station == PACK_STATION else station
        await self.shift.walk(self.person.badge, station, self.cart)
        await self.shift.spend(_SCAN_S)
        answer = await self._device.post(
            "/api/scan", {"prompt_id": prompt["prompt_id"], "code": station}
        )
        if answer["code"] == "dropped":
            await self._set_down()

    def _station_of(self, _: dict[str, Any]) -> str:
        """Where totes are brought; here there is one place for all of them."""
        return PACK_STATION

    async def _set_down(self) -> None:
        await self.shift.spend(_SET_DOWN_S)
        for tote in self._totes():
            self.shift.world.bring_tote(tote.tote_id, self._rack)
            self.shift.deeds["totes"] += 1
        self._believed.clear()
        self._scanned.clear()

    def _totes(self) -> list[Tote]:
        return self.shift.world.totes_at(self._base)


def _same_stop(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether two prompts ask for pieces of one stop, and more of them are wanted."""
    return all(before.get(key) == now.get(key) for key in _SAME_STOP) and now["quantity"] > 0
