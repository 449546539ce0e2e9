"""The toy's pack station: one tote, and what its antenna hears."""

import threading
from collections.abc import Mapping

from edge.floor.board import Board
from edge.model.prompts import Answer
from edge.model.weights import Weighing
from tests.web.toy_answers import no, yes
from tests.web.toy_goods import ORDER, SOAP, SSCC, STATION, TOTE, label_data, toy_halts, ware_of
from tests.web.toy_views import empty_pack


class ToyPack:
    """Takes what is posted for the station, and shows it.

    Args:
        board: where it is shown.
        lock: of the toy.
    """

    def __init__(self, board: Board, lock: threading.Lock) -> None:
        self._board = board
        self._lock = lock
        self._pack: Mapping[str, object] | None = None
        self._recalled = False
        self.expected_g: int | None = None
        """What the parcel weighs in carton M or L; None where this station does not weigh."""
        self.accepted: Weighing | None = None

    def begin(self) -> None:
        """No tote is open."""
        self._pack = None
        self.expected_g = self.accepted = None
        self._board.show(f"pack/{STATION}", empty_pack())

    def stranger_at_station(self, epc: str) -> None:
        """A tag that does not belong to the open tote lies at the station."""
        with self._lock:
            stranger = {
                "epc": epc,
                "sku": SOAP.sku,
                "name": SOAP.name,
                "belongs_to": "SO-1043",
            }
            self._show_pack(strangers=[stranger], verdict="extra")

    def stranger_is_taken_away(self) -> None:
        """It is gone."""
        with self._lock:
            self._show_pack(strangers=[], verdict="checking")

    def order_is_made_smaller(self, sku: str, name: str) -> None:
        """One piece in the open tote is no longer wanted."""
        with self._lock:
            unwanted = {"sku": sku, "name": name, "quantity": 1, "order_id": ORDER}
            self._take_out([{**unwanted, "tote_id": TOTE, "slot": None}])

    def _take_out(self, unwanted: list[dict[str, object]]) -> None:
        self._show_pack(take_out=unwanted, verdict="take_out" if unwanted else "checking")

    def station_listens(self, verdict: str) -> None:
        """The antennas hear something new, or (another verdict than `listening`) no more."""
        with self._lock:
            self._show_pack(verdict=verdict)

    def parcel_is_recalled(self) -> None:
        """The order of a closed parcel is cancelled."""
        with self._lock:
            self._recalled = True
            recalled = [{"sscc": SSCC, "order_id": "SO-1039"}]
            self._board.show(f"pack/{STATION}", {**empty_pack(), "recalled": recalled})

    def _show_pack(self, **changes: object) -> None:
        assert self._pack is not None
        self._pack = {**self._pack, **changes}
        self._board.show(f"pack/{STATION}", self._pack)

    def scan(self, code: str, *, anew: bool = False) -> Answer:
        if self._pack is None or (anew and code == TOTE):
            return self._open(code)
        ware = ware_of(code)
        if ware is None:
            return no("already_open" if code == TOTE else "unknown_code", "no piece")
        unwanted = self._pack["take_out"]
        if isinstance(unwanted, list) and any(one["sku"] == ware.sku for one in unwanted):
            self._take_out([])
            return yes("taken_out", "lay it aside", {"sku": ware.sku, "left": 0})
        lines = [dict(line) for line in self._lines()]
        line = next((one for one in lines if one["sku"] == ware.sku), None)
        if line is None or line["checked"] == line["expected"]:
            data = {"sku": ware.sku, "belongs_to": "SO-1043"}
            return no("not_wanted", "not of this order", data)
        line["checked"] = int(str(line["checked"])) + 1
        complete = all(one["checked"] == one["expected"] for one in lines)
        checked = sum(int(str(one["checked"])) for one in lines)
        self._show_pack(lines=lines, checked=checked, verdict="match" if complete else "checking")
        return yes("complete" if complete else "checked", "checked")

    def _lines(self) -> list[dict[str, object]]:
        assert self._pack is not None
        lines = self._pack["lines"]
        assert isinstance(lines, list)
        return lines

    def _open(self, code: str) -> Answer:
        if code == SSCC and self._recalled:
            self._recalled = False
            self._board.show(f"pack/{STATION}", empty_pack())
            return yes("unpacked", "it is opened", {"sscc": SSCC, "pieces": 2})
        if code != TOTE:
            return no("nothing_open", "scan a tote first")
        self._pack = {
            **empty_pack(),
            "open": True,
            "tote_id": TOTE,
            "order_id": ORDER,
            "carrier": "DHL",
            "lines": [
                {
                    "sku": one.ware.sku,
                    "name": one.ware.name,
                    "expected": one.quantity,
                    "checked": 0,
                }
                for one in toy_halts()
            ],
            "expected": 4,
            "verdict": "checking",
        }
        self._board.show(f"pack/{STATION}", self._pack)
        return yes("opened", "opened", {"tote_id": TOTE, "order_id": ORDER})

    def close(self, weighing: Weighing | None, *, partial: bool) -> Answer:
        if self._pack is None:
            return no("nothing_open", "no tote is open")
        if self._pack["strangers"] and not partial:
            return no("extra", "take the strangers away")
        complete = self._pack["verdict"] == "match"
        if not complete and not partial:
            return no("missing", "pieces are missing")
        off = self._weighed(weighing)
        if off is not None:
            return off
        self.accepted = weighing
        self._pack = None
        self._board.show(f"pack/{STATION}", empty_pack())
        label = label_data(complete=complete)
        if weighing is not None:
            label["weight_g"] = weighing.weight_g
        return yes("closed", "closed", label)

    def _weighed(self, weighing: Weighing | None) -> Answer | None:
        if self.expected_g is None:
            return None
        accepted = weighing.accepted if weighing is not None else None
        if accepted is not None and accepted.given_us is None:
            return no("not_confirmed", "once more")
        if weighing is None or not weighing.carton:
            cartons = [{"name": "M", "tare_g": 180}, {"name": "L", "tare_g": 300}]
            return no("weigh", "put it on the scale", {"cartons": cartons})
        if abs(weighing.weight_g - self.expected_g) <= 20 or accepted is not None:
            return None
        told = {"measured_g": weighing.weight_g, "expected_g": self.expected_g, "off_g_max": 20}
        return no("weight_off", "it weighs something else", told)

    def label(self, code: str) -> Answer:
        if code not in {SSCC, ORDER}:
            return no("parcel_unknown", "?")
        return yes("label", "here it comes", label_data(complete=True))
