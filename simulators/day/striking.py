"""The timetable's entries, carried out on a day that runs."""

import asyncio
import json
from collections.abc import Callable
from functools import partial

import numpy as np

from simulators.day.day import Day
from simulators.day.device import PlayedDevice
from simulators.day.site import PACKERS, picker_badges
from simulators.day.timetable import Entry, Kind
from simulators.hall import BARE_STATION, PACK_STATION

_EVEN = 0.5
_NOISE = b"\x00\xff{]"


class Striking:
    """Carries out a timetable.

    Args:
        day: under way.
        entries: in the order of time.
    """

    def __init__(self, day: Day, entries: list[Entry]) -> None:
        self._day = day
        self._entries = entries
        self._chance = day.chance(42)
        self._deeds: dict[Kind, Callable[[Entry], None]] = {
            Kind.KILL: lambda _: day.kill_gateway(),
            Kind.KILL_AT_WRITE: self._kill_at_write,
            Kind.RESTART: lambda _: day.restart_gateway(),
            Kind.HOLD: self._hold,
            Kind.DISK_FULL: self._disk_full,
            Kind.DISK_ERROR: self._disk_error,
            Kind.CLOCK_JUMP: lambda one: day.clock.jump_us(int(one.amount * 1e6)),
            Kind.BROKER_DOWN: self._broker_down,
            Kind.BROKER_FORGETS: self._broker_down,
            Kind.FAILOVER: self._broker_down,
            Kind.BROKER_MUTE: self._broker_mute,
            Kind.CENTRAL_AWAY: self._central_away,
            Kind.TWICE: self._disturb,
            Kind.SWAPPED: self._disturb,
            Kind.WIRELESS_OUT: self._wireless_out,
            Kind.READER_UNPLUGGED: self._unplug,
            Kind.READER_FAULT: lambda _: None,  # the reader has it from the beginning
            Kind.SCANNER_CUT: self._cut_scanner,
            Kind.SCANNER_SPOILS: self._spoil_scanner,
            Kind.RACE: self._race,
            Kind.ORDERS_AGAIN: self._orders_again,
            Kind.BAD_MESSAGE: self._bad_message,
            Kind.WRONG_ACK: self._wrong_ack,
            Kind.HANDHELD_SILENT: self._silence,
            Kind.MODULE_CUT: self._cut_module,
            Kind.MODULE_FAULT: lambda _: None,  # the module has it from the beginning
        }

    async def run(self) -> None:
        """One entry after the other."""
        for entry in self._entries:
            await asyncio.sleep(max(0.0, entry.at_s - self._day.now_s))
            self._deeds[entry.kind](entry)

    def _after(self, entry: Entry, work: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(entry.lasts_s, work)

    # -- the gateway and its disk --------------------------------------------------------------
    def _kill_at_write(self, entry: Entry) -> None:
        disk = self._day.disk
        disk.kill_at = disk.writes + int(entry.amount)
        disk.kills_after = bool(self._chance.random() < _EVEN)

    def _hold(self, entry: Entry) -> None:
        gateway = self._day.gateway
        if gateway is not None:
            gateway.held = True
            self._after(entry, gateway.go_on)

    def _disk_full(self, entry: Entry) -> None:
        self._day.disk.fill()
        self._after(entry, self._day.disk.make_room)

    def _disk_error(self, entry: Entry) -> None:
        self._day.disk.fails = int(entry.amount)

    # -- the way to the central system ---------------------------------------------------------
    def _broker_down(self, entry: Entry) -> None:
        broker = self._day.network.brokers[entry.what]
        broker.fall(forgets=entry.kind is Kind.BROKER_FORGETS)

        def rise() -> None:
            broker.up = True

        self._after(entry, rise)

    def _broker_mute(self, entry: Entry) -> None:
        broker = self._day.network.brokers[entry.what]
        broker.mute = True
        self._after(entry, broker.speak)

    def _central_away(self, entry: Entry) -> None:
        self._day.central.go_away()
        self._after(entry, self._day.central.come_back)

    def _disturb(self, entry: Entry) -> None:
        name = "twice_share" if entry.kind is Kind.TWICE else "swapped_share"
        for broker in self._day.network.brokers.values():
            setattr(broker, name, entry.amount)
            self._after(entry, lambda b=broker: setattr(b, name, 0.0))  # type: ignore[misc] # bound at once

    def _orders_again(self, _: Entry) -> None:
        central = self._day.central
        for order in central.store.orders():
            central.publish("order", order)

    def _bad_message(self, _: Entry) -> None:
        central = self._day.central
        for broker in self._day.network.brokers.values():
            broker.publish(central.base + "order", _NOISE)
            broker.publish(central.base + "order", json.dumps({"order_id": "X"}).encode())

    def _wrong_ack(self, _: Entry) -> None:
        """Of another epoch, and of facts that do not exist: neither may move the cursor."""
        central, gateway = self._day.central, self._day.gateway
        central.publish("ack", {"epoch": "another", "upto": 10**6})
        if gateway is not None:
            central.publish("ack", {"epoch": gateway.store.epoch, "upto": 10**6})

    # -- devices and people --------------------------------------------------------------------
    def _wireless_out(self, entry: Entry) -> None:
        airwaves = self._day.airwaves
        airwaves.up = False

        def back() -> None:
            airwaves.up = True

        self._after(entry, back)

    def _silence(self, entry: Entry) -> None:
        """One handheld is heard no more; its picker stands there with an empty battery."""
        badges = picker_badges(self._day.story.pickers)
        badge = badges[int(entry.amount) % len(badges)]
        silent = self._day.airwaves.silent
        silent.add(badge)
        self._after(entry, lambda: silent.discard(badge))

    def _unplug(self, entry: Entry) -> None:
        reader = self._day.readers[entry.what]
        reader.unplugged = True

        def plug() -> None:
            reader.unplugged = False

        self._after(entry, plug)

    def _cut_scanner(self, entry: Entry) -> None:
        self._day.scanner.set_cut(cut=True)
        self._after(entry, lambda: self._day.scanner.set_cut(cut=False))

    def _cut_module(self, entry: Entry) -> None:
        for module in self._day.modules:
            module.set_cut(cut=True)
            self._after(entry, partial(module.set_cut, cut=False))

    def _spoil_scanner(self, entry: Entry) -> None:
        chance: np.random.Generator = self._chance

        def spoilt(data: bytes) -> bytes:
            if chance.random() < _EVEN:
                return data
            at = int(chance.integers(len(data)))
            return data[:at] + bytes((data[at] ^ int(chance.integers(1, 256)),)) + data[at + 1 :]

        self._day.scanner.spoils = spoilt

        def mend() -> None:
            self._day.scanner.spoils = bytes

        self._after(entry, mend)

    def _race(self, _: Entry) -> None:
        """Others do at the same moment what somebody is about to do."""
        self._day.begin(self._racing())

    async def _racing(self) -> None:
        pages, day = self._day.pages, self._day
        if pages is None or day.gateway is None:
            return
        badges = list(day.gateway.floor.state.pickers)
        prompts = [pages.shown(f"prompt/{badge}") or {} for badge in badges]
        posts = []
        for badge, prompt in zip(reversed(badges), prompts, strict=True):
            if prompt.get("kind") == "pick":
                code = day.shift.barcode(str(prompt["sku"]))
                body = {"prompt_id": str(prompt["prompt_id"]), "code": code}
                posts.append(self._post(badge, "/api/scan", body))
        for here, there in ((PACK_STATION, BARE_STATION), (BARE_STATION, PACK_STATION)):
            shown = pages.shown(f"pack/{here}") or {}
            if shown.get("tote_id"):
                body = {"code": str(shown["tote_id"])}
                posts.append(self._post(PACKERS[1], f"/api/pack/{there}/scan", body))
        await asyncio.gather(*posts)

    async def _post(self, badge: str, path: str, body: dict[str, str]) -> None:
        shift = self._day.shift
        number = len(shift.devices)
        device = PlayedDevice("", badge, "", airwaves=self._day.airwaves, number=number)
        shift.devices.append(device)
        answer = await device.post(path, body)
        shift.deeds[f"race_{answer['code']}"] += 1
