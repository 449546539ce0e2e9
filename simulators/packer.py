"""The simulated packer: one tote at a time, checked by radio and scanner, then closed.

The tote's label is scanned with the station's own scanner; the page is used where that does not
open it. What the table's antenna does not check in time is scanned piece by piece. A stranger that
really lies there is put aside; one that only the radio claims to hear is waited for to go. What is
missing after all that is missing: the parcel is closed without it. Parcels then go to the dock.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from simulators.api import Device
from simulators.hall import ASIDE, DOCK, PACK_STATION
from simulators.people import Person, Shift
from simulators.things import OUTFEED, RACK, Piece, Tote, hand_of, parcel_holder, tote_holder

Scan = Callable[[str], Awaitable[bool]]
"""Reads a label with the station's scanner; False where nobody is there to hear it."""
_HANDLE_S = 2.0
_SCAN_S = 1.2
_LOOK_S = 0.3
"""Real seconds between two looks at the rack while there is nothing to do."""
_OPEN_PATIENCE_S = 4.0
_QUIET_PATIENCE_S = 10.0
_GHOST_PATIENCE_S = 12.0
_PORTAL_PATIENCE_S = 5.0
"""Real seconds that the portal has to read a parcel before it is sent off by hand."""


@dataclass(slots=True)
class Packer:
    """The person at the pack station.

    Attributes:
        scan: the station's own scanner; None where there is only the page.
        station: where they work; only the first one has an antenna.
    """

    shift: Shift
    person: Person
    scan: Scan | None = None
    station: str = PACK_STATION
    _device: Device = field(init=False)
    _path: str = field(init=False)
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _put_off: dict[str, float] = field(default_factory=dict)
    _is_open: bool = True

    def __post_init__(self) -> None:
        self._device = self.shift.device(self.person)
        self._path = f"/api/pack/{self.station}"

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
            world.bring_tote(tote.tote_id, RACK)
        return True

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
            looked = view["verdict"] == "take_out" and not self._unwanted_in(tote_id, view)
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
        for piece in self._unwanted_in(tote_id, await self._view()):
            answer = await self._scan_on_page(self.shift.barcode(piece.sku))
            self.shift.deeds[f"pack_{answer['code']}"] += 1
            if answer["code"] == "taken_out":
                self.shift.world.put(piece.epc, ASIDE)

    def _unwanted_in(self, tote_id: str, view: dict[str, Any]) -> list[Piece]:
        """What is to be taken out of the open box and really lies in it."""
        lying = self.shift.world.pieces_in(tote_holder(tote_id))
        return [
            piece
            for told in view["take_out"]
            if told["order_id"] == view["order_id"]
            for piece in [one for one in lying if one.sku == told["sku"]][: int(told["quantity"])]
        ]

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
        while lying := self._strangers_in(tote_id, await self._view()):
            await self.shift.spend(_HANDLE_S)
            self.shift.world.put(lying[0].epc, ASIDE)
            self.shift.deeds["put_aside"] += 1
            await self._view_until(
                _GHOST_PATIENCE_S,
                lambda shown: (
                    shown["verdict"] != "extra" or bool(self._strangers_in(tote_id, shown))
                ),
            )
        await self._view_until(_GHOST_PATIENCE_S, lambda shown: shown["verdict"] != "extra")

    def _strangers_in(self, tote_id: str, view: dict[str, Any]) -> list[Piece]:
        """What the screen calls a stranger and really lies in the tote.

        Of an article that is wanted they count, for nobody sees a tag's number on a piece: no more
        is taken out than is too much, and any of them.
        """
        told = {str(stranger["epc"]) for stranger in view["strangers"]}
        asked = {str(stranger["sku"]) for stranger in view["strangers"]}
        wanted = {str(line["sku"]): int(line["expected"]) for line in view["lines"]}
        lying = self.shift.world.pieces_in(tote_holder(tote_id))
        held = Counter(piece.sku for piece in lying)
        found = [
            piece
            for piece in lying
            if (piece.epc in told or (piece.sku in asked and piece.sku in wanted))
            and held[piece.sku] > wanted.get(piece.sku, 0)
        ]
        return sorted(found, key=lambda piece: piece.epc not in told)

    async def _close(self, view: dict[str, Any], *, partial: bool, looked: bool) -> None:
        await self.shift.spend(_HANDLE_S)
        consent = {"partial": partial, "nothing_unwanted": looked}
        answer = await self._device.post(f"{self._path}/close", consent)
        self.shift.deeds[f"pack_{answer['code']}"] += 1
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
        self.shift.deeds["parcels_closed"] += 1

    async def _close_weighed(
        self, view: dict[str, Any], consent: dict[str, Any], cartons: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """On the scale; what is off is looked into once, and what is too much taken out."""
        carton: dict[str, Any] = cartons[0] if cartons else {"name": None, "tare_g": 0}
        answer: dict[str, Any] = {"code": "weigh"}
        for _ in range(2):
            await self.shift.spend(_HANDLE_S)
            goods_g = sum(
                self.shift.catalogue.articles[sku].weight_g for sku in self._in_box(view)
            )
            scale_g = goods_g + int(carton["tare_g"]) + int(self.shift.chance.integers(-4, 5))
            weighing = {"weight_g": max(1, scale_g), "carton": carton["name"]}
            answer = await self._device.post(
                f"{self._path}/close", consent | {"weighing": weighing}
            )
            self.shift.deeds[f"pack_{answer['code']}"] += 1
            if answer["code"] != "weight_off":
                break
            self._lay_surplus_aside(view)
        return answer

    def _in_box(self, view: dict[str, Any]) -> list[str]:
        """The article of each piece that really lies in the box."""
        held = tote_holder(str(view["tote_id"]))
        return [piece.sku for piece in self.shift.world.pieces_in(held)]

    def _lay_surplus_aside(self, view: dict[str, Any]) -> None:
        """What lies in the box beyond what the screen has checked."""
        left = Counter({str(line["sku"]): int(line["checked"]) for line in view["lines"]})
        for piece in self.shift.world.pieces_in(tote_holder(str(view["tote_id"]))):
            left[piece.sku] -= 1
            if left[piece.sku] < 0:
                self.shift.world.put(piece.epc, ASIDE)
                self.shift.deeds["put_aside"] += 1


def is_short(view: dict[str, Any]) -> bool:
    """Whether something of the open order is not checked yet."""
    return any(line["checked"] < line["expected"] for line in view["lines"])


@dataclass(slots=True)
class Carrier:
    """Carries closed parcels from the pack station to the dock, where the truck takes them."""

    shift: Shift
    person: Person
    _device: Device = field(init=False)

    def __post_init__(self) -> None:
        self._device = self.shift.device(self.person)

    async def work(self) -> None:
        """Sign in and carry, until cancelled."""
        await self._device.sign_in()
        while True:
            await self._carry()
            waiting = self.shift.world.parcels_at(DOCK)
            if waiting:
                await asyncio.sleep(_PORTAL_PATIENCE_S * self.shift.patience)
                for parcel in waiting:
                    await self._send_off(parcel.sscc)
            else:
                await asyncio.sleep(_LOOK_S)

    async def _carry(self) -> None:
        world, hands = self.shift.world, hand_of(self.person.badge)
        for parcel in world.parcels_at(OUTFEED):
            world.bring_parcel(parcel.sscc, hands)
        carried = world.parcels_at(hands)
        if not carried:
            return
        await self.shift.walk(self.person.badge, OUTFEED)
        await self.shift.walk(self.person.badge, DOCK)
        for parcel in carried:
            world.bring_parcel(parcel.sscc, DOCK)

    async def _send_off(self, sscc: str) -> None:
        """The portal has had its time: what it has not read is sent off by hand."""
        answer = await self._device.post(
            "/api/dispatch", {"sscc": sscc, "portal": DOCK}, f"dispatch-{sscc}"
        )
        self.shift.deeds[f"dispatch_{answer['code']}"] += 1
        if answer["code"] == "parcel_recalled":
            await self._open_again(sscc)
        if answer["code"] in {"shipped", "shipped_already"}:
            pieces = len(self.shift.world.pieces_in(parcel_holder(sscc)))
            self.shift.world.leave(sscc, self.shift.now_us())
            self.shift.deeds["pieces_shipped"] += pieces

    async def _open_again(self, sscc: str) -> None:
        """Its order is cancelled: at the pack station it is opened, and its pieces laid aside."""
        await self.shift.walk(self.person.badge, PACK_STATION)
        answer = await self._device.post(
            f"/api/pack/{PACK_STATION}/scan", {"code": sscc}, f"unpack-{sscc}"
        )
        self.shift.deeds[f"unpack_{answer['code']}"] += 1
        if answer["code"] == "unpacked":
            self.shift.world.unpack(sscc, ASIDE)
