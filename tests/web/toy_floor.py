"""A tiny warehouse behind the real inbox and board: three stops, one tote, one held order.

It answers with the codes of the rules, once for each request id, and shows prompts, the pack view,
the floor map, orders and rates as the floor loop does. No journal, no radio: a test says what the
antennas see.
"""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from edge.clock import Clock
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.inbox import Entry, Inbox
from edge.floor.label_spool import LabelSpool
from edge.floor.label_zpl import LabelForm
from edge.floor.labels import LabelDesk, StationPrinter, no_label
from edge.model import loading
from edge.model import posted as said
from edge.model.ids import Badge, LocationId, ToteId, WalkId
from edge.model.inputs import IntrusionNoticed
from edge.model.places import Floor, LocationKind
from edge.model.prompts import Answer, Prompt, PromptKind
from tests.web.toy_after_sales import ToyAfterSales
from tests.web.toy_goods import (
    ORDER,
    PRINTER,
    SOAP,
    SSCC,
    STATION,
    TOTE,
    WALL,
    Halt,
    label_data,
    toy_halts,
    ware_of,
)
from tests.web.toy_questions import ToyQuestions
from tests.web.toy_views import board_view, empty_pack, floor_view, found_view, orders_view
from tests.web.toy_wall import ToyWall


@dataclass
class Effects:
    """What has happened, for the tests to count."""

    picked: int = 0
    posts: list[said.Posted] = field(default_factory=list)
    labels: list[tuple[str, bytes]] = field(default_factory=list)
    noticed: list[IntrusionNoticed] = field(default_factory=list)


class ToyFloor:
    """Takes entries from the inbox in a thread of its own, and answers.

    Args:
        plan: the floor.
        clock: for the dates that are shown.
    """

    def __init__(self, plan: Floor, clock: Clock) -> None:
        self.inbox = Inbox(clock)
        self.board = Board()
        self.effects = Effects()
        self.wall = ToyWall(plan, self.board)
        self.alerts = Alerts()
        self.labels = LabelDesk(
            {STATION: StationPrinter(PRINTER, LabelForm())},
            self.board,
            self.alerts,
            clock,
            LabelSpool(Path("/dev/null/no-folder")),
        )
        self.labels.attach(PRINTER, self._print)
        self._plan = plan
        self._clock = clock
        self._answers: dict[str, Answer] = {}
        self._halts: dict[Badge, list[Halt]] = {}
        self._dropped: set[Badge] = set()
        self._carts: dict[Badge, LocationId | None] = {}
        self._stale: dict[str, int] = {}
        self._pack: Mapping[str, object] | None = None
        self._recalled = False
        self._puts: dict[Badge, Prompt] = {}
        self.after_sales = ToyAfterSales(plan, self.board, clock.now_us())
        self._orders = {"SO-1042": "held", "SO-1043": "released", "SO-1044": "picking"}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="toy floor", daemon=True)

    def start(self) -> None:
        """Show the floor and begin to answer."""
        self._show_floor()
        self._show_orders()
        self._show_board()
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._over.set()
        self.inbox.wake()
        self._thread.join(5)

    def label_is_printed(self) -> None:
        """The station's printer has brought out the newest label."""
        self.labels.printed(PRINTER, self.effects.labels[-1][0])

    def printer_has_no_paper(self) -> None:
        """It cannot print."""
        self.labels.troubled(PRINTER, "it has no labels left")

    def radio_sees_a_piece(self, badge: str) -> None:
        """The cart's antenna sees the wanted piece in the tote."""
        with self._lock:
            self._count(Badge(badge))

    def reader_is_lost(self, location: str) -> None:
        """Nobody hears this place any more."""
        with self._lock:
            self._stale[location] = self._clock.now_us()
            self._show_floor()

    def order_is_cancelled(self, badge: str) -> None:
        """The central system cancels the order whose first piece lies in the tote."""
        with self._lock:
            halt = self._halts[Badge(badge)][0]
            prompt = Prompt(
                Badge(badge),
                f"{ORDER}/2/0",
                PromptKind.PUT_BACK,
                location=halt.location,
                sku=halt.ware.sku,
                name=halt.ware.name,
                quantity=1,
                tote_id=TOTE,
                stop=1,
                stops=1,
            )
            self._puts[Badge(badge)] = prompt
            self._show(prompt)

    def tote_is_wanted(self, badge: str) -> None:
        """An empty tote is to be taken for the second place of the cart."""
        with self._lock:
            wanted = replace(
                Prompt(Badge(badge), "W-1/bind/2", PromptKind.BIND),
                tote_id=TOTE,
                order_id=ORDER,
                slot=2,
                stop=2,
                stops=4,
            )
            self._puts[Badge(badge)] = wanted
            self._show(wanted)

    def picker_is_asked(self, prompt: Prompt) -> None:
        """Something else than a pick is wanted of somebody: totes change hands, a piece is put."""
        with self._lock:
            self._puts[prompt.badge] = prompt
            self._show(prompt)

    def place_bears_digits(self, badge: str) -> None:
        """The place's label cannot be scanned; column B of its check digits is asked."""
        with self._lock:
            wanted = replace(self._prompt(Badge(badge)), check="B", check_wanted=True)
            self._puts[Badge(badge)] = wanted
            self._show(wanted)

    def place_should_be_empty(self, badge: str) -> None:
        """The last piece of a place was taken."""
        with self._lock:
            prompt = self._prompt(Badge(badge))
            place = LocationId("A-01-3")
            self._show(replace(prompt, notice="zero_check", notice_location=place))

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

    def station_listens(self, verdict: str) -> None:
        """The antennas hear something new, or (another verdict than `listening`) no more."""
        with self._lock:
            self._show_pack(verdict=verdict)

    def forget(self) -> None:
        """A new day: every walk, pack session and count begins anew."""
        with self._lock:
            for badge in self._halts:
                self._show(Prompt(badge, "", PromptKind.WAIT))
            self._halts.clear()
            self._dropped.clear()
            self._puts.clear()
            self.after_sales = ToyAfterSales(self._plan, self.board, self._clock.now_us())
            self._stale.clear()
            self._pack = None
            self.wall.begin()
            self.board.show(f"pack/{STATION}", empty_pack())
            self.board.show(f"label/{STATION}", no_label(STATION))
            self._orders = {"SO-1042": "held", "SO-1043": "released", "SO-1044": "picking"}
            self.effects = Effects()
            self._show_floor()
            self._show_orders()
            self._show_board()

    def _run(self) -> None:
        while not self._over.is_set():
            for entry in self.inbox.take(50).entries:
                with self._lock:
                    self._settle(entry)

    def _settle(self, entry: Entry) -> None:
        posted = entry.input
        if isinstance(posted, IntrusionNoticed):
            self.effects.noticed.append(posted)
            return
        assert isinstance(posted, said.Posted)
        answer = self._answers.get(posted.request_id)
        if answer is None:
            self.effects.posts.append(posted)
            answer = self._answer(posted)
            self._answers[posted.request_id] = answer
        self.labels.answered(posted, answer)
        if entry.settle is not None:
            entry.settle(answer)

    def _answer(self, posted: said.Posted) -> Answer:  # noqa: C901, PLR0911, PLR0912 - a flat table
        match posted:
            case said.WorkWanted():
                return self._work(posted)
            case said.WorkHandedOver():
                return self._hand_over(posted.holder)
            case said.CodeScanned():
                return self._scan(posted)
            case said.TroubleReported():
                return self._trouble(posted)
            case said.StationScanned() | said.HandEmptied():
                return self._at_place(posted)
            case said.ParcelWanted():
                return self._close(partial=posted.partial)
            case said.LabelWanted():
                return self._label(posted.code)
            case said.HoldDecided() | said.OrderAmendment():
                return self._decide(posted)
            case said.StockPutAway():
                return _yes("placed", "put away")
            case said.ParcelDispatched():
                known = posted.sscc == SSCC
                return _yes("shipped", "gone") if known else _no("parcel_unknown", "?")
            case said.PassageAnswered():
                return self.questions.take(posted)
            case said.TagWorkWanted():
                return _yes("begun", "on its way")
            case said.PersonDid():
                return _yes("noted", posted.subject)
            case said.FoundReaderDecided():
                return _yes("approved" if posted.name else "ignored", "decided")
            case (
                said.ReturnScanned()
                | said.GradeDecided()
                | said.CountScanned()
                | said.CountTold()
                | said.SweepWanted()
                | said.VarianceDecided()
                | said.TaskFinished()
                | said.ManifestWanted()
                | loading.PalletWanted()
                | loading.PalletScanned()
                | loading.ParcelTakenOff()
                | loading.PalletDecided()
            ):
                return self.after_sales.take(posted)

    # Picking

    def _hand_over(self, holder: Badge) -> Answer:
        self._halts.pop(holder, None)
        wait = Prompt(holder, f"wait/{holder}", PromptKind.WAIT, notice="not_at_work")
        self._show(wait)
        return _yes("work_handed_over", "it goes to whoever is free next")

    def _work(self, wanted: said.WorkWanted) -> Answer:
        if wanted.cart is not None and self._plan.kind_of(wanted.cart) is not LocationKind.CART:
            return _no("cart_unknown", "there is no such cart")
        if not wanted.ready:
            return _yes("gone", "good-bye")
        self._carts[wanted.badge] = wanted.cart
        self._halts.setdefault(wanted.badge, toy_halts())
        self._show(self._prompt(wanted.badge))
        return _yes("ready", "work comes")

    def _prompt(self, badge: Badge) -> Prompt:
        if badge in self._puts:
            return self._puts[badge]
        halts = self._halts.get(badge, [])
        number = next((i for i, one in enumerate(halts) if one.picked < one.quantity), None)
        if not halts or badge in self._dropped:
            return Prompt(badge, "idle", PromptKind.WAIT)
        walk = WalkId("W-1")
        if number is None:
            return Prompt(
                badge, f"{walk}/drop", PromptKind.DROP, walk, STATION,
                totes=(TOTE,), stop=len(halts), stops=len(halts),
            )  # fmt: skip
        halt = halts[number]
        return Prompt(
            badge,
            f"{walk}/{number}",
            PromptKind.PICK,
            walk,
            halt.location,
            halt.ware.sku,
            halt.ware.name,
            halt.quantity - halt.picked,
            halt.picked,
            TOTE,
            ORDER,
            (TOTE, ToteId("TOTE-8")),
            number + 1,
            len(halts),
            self._carts.get(badge) is not None,
            slot=1,
        )

    def _show(self, prompt: Prompt) -> None:
        self.board.show(f"prompt/{prompt.badge}", asdict(prompt))

    def _scan(self, scanned: said.CodeScanned) -> Answer:  # noqa: PLR0911 - a flat table
        prompt = self._prompt(scanned.badge)
        if scanned.prompt_id != prompt.prompt_id:
            return _no("done_already", "the prompt has moved on")
        match prompt.kind:
            case PromptKind.WAIT:
                return _no("nothing_to_do", "there is nothing to do")
            case PromptKind.DROP:
                return self._drop(scanned)
            case PromptKind.BIND:
                return self._bind(scanned)
            case PromptKind.PICK:
                return self._scan_at_stop(scanned, prompt)
            case PromptKind.PASS | PromptKind.TAKE:
                return self._hand_on(scanned, prompt)
            case PromptKind.PUT_BACK | PromptKind.PUT_AWAY | PromptKind.FETCH | PromptKind.REFILL:
                return self._put(scanned, prompt)

    def _hand_on(self, scanned: said.CodeScanned, prompt: Prompt) -> Answer:
        if scanned.code != prompt.location:
            return _no("place_wrong", "another place")
        self._next(scanned.badge)
        is_given = prompt.kind is PromptKind.PASS
        return _yes("passed" if is_given else "taken", "the totes change hands")

    def _bind(self, scanned: said.CodeScanned) -> Answer:
        if scanned.code != "TOTE-9":
            return _no("tote_taken", "it has an order", {"order_id": "SO-1043"})
        self._next(scanned.badge)
        return _yes("tote_bound", "it is yours", {"tote_id": scanned.code, "slot": 2})

    def _check(self, scanned: said.CodeScanned) -> Answer:
        if scanned.code != "47":
            return _no("digits_wrong", "not those")
        self._next(scanned.badge)
        return _yes("place_right", "right")

    def _next(self, badge: Badge) -> None:
        del self._puts[badge]
        self._show(self._prompt(badge))

    def _put(self, scanned: said.CodeScanned, prompt: Prompt) -> Answer:
        if scanned.code == prompt.location:
            return _yes("place_right", "right")
        ware = ware_of(scanned.code)
        if ware is None or ware.sku != prompt.sku:
            return _no("wrong_item", "another article")
        self._next(scanned.badge)
        is_taken = prompt.kind is PromptKind.FETCH
        return _yes("all_fetched" if is_taken else "all_put", "it lies there")

    def _drop(self, scanned: said.CodeScanned) -> Answer:
        if scanned.code != STATION:
            return _no("place_wrong", "this is not the station")
        self._dropped.add(scanned.badge)
        self._show(self._prompt(scanned.badge))
        return _yes("dropped", "thank you")

    def _scan_at_stop(  # noqa: PLR0911 - a flat table
        self, scanned: said.CodeScanned, prompt: Prompt
    ) -> Answer:
        if scanned.code in {"FEW", "少"}:
            named = scanned.request_id, scanned.badge, scanned.prompt_id
            return self._trouble(said.TroubleReported(*named, "short", 0))
        if prompt.check:
            return self._check(scanned)
        if scanned.code in {prompt.location, prompt.tote_id}:
            right = "place_right" if scanned.code == prompt.location else "tote_right"
            return _yes(right, "right")
        if scanned.code in self._plan.locations:
            return _no("place_wrong", "another place")
        ware = ware_of(scanned.code)
        if ware is None:
            return _no("unknown_code", "nobody knows this code")
        if ware.sku != prompt.sku:
            wanted = {"sku": prompt.sku, "name": prompt.name}
            got = {"sku": ware.sku, "name": ware.name}
            return _no("wrong_item", "another article", {"expected": wanted, "scanned": got})
        return self._count(scanned.badge)

    def _count(self, badge: Badge) -> Answer:
        halts = self._halts[badge]
        halt = next(one for one in halts if one.picked < one.quantity)
        halt.picked += 1
        self.effects.picked += 1
        self._show(self._prompt(badge))
        if halt.picked < halt.quantity:
            data = {"picked": halt.picked, "quantity": halt.quantity}
            return _yes("picked", "picked", data)
        over = all(one.picked >= one.quantity for one in halts)
        return _yes("walk_done" if over else "stop_done", "done here")

    def _trouble(self, reported: said.TroubleReported) -> Answer:
        if self._prompt(reported.badge).prompt_id != reported.prompt_id:
            return _no("done_already", "the prompt has moved on")
        if reported.code != "short":
            return _yes("noted", "noted")
        halt = next(one for one in self._halts[reported.badge] if one.picked < one.quantity)
        halt.picked = halt.quantity
        self._show(self._prompt(reported.badge))
        return _yes("short", "counted missing")

    # Packing

    def _at_place(self, posted: said.StationScanned | said.HandEmptied) -> Answer:
        if isinstance(posted, said.HandEmptied) or posted.station == WALL:
            return self.wall.take(posted)
        return self._station_scan(posted.code)

    def _show_pack(self, **changes: object) -> None:
        assert self._pack is not None
        self._pack = {**self._pack, **changes}
        self.board.show(f"pack/{STATION}", self._pack)

    def _station_scan(self, code: str) -> Answer:
        if self._pack is None:
            return self._open(code)
        ware = ware_of(code)
        if ware is None:
            return _no("already_open" if code == TOTE else "unknown_code", "no piece")
        lines = [dict(line) for line in self._lines()]
        line = next((one for one in lines if one["sku"] == ware.sku), None)
        if line is None or line["checked"] == line["expected"]:
            data = {"sku": ware.sku, "belongs_to": "SO-1043"}
            return _no("not_wanted", "not of this order", data)
        line["checked"] = int(str(line["checked"])) + 1
        complete = all(one["checked"] == one["expected"] for one in lines)
        checked = sum(int(str(one["checked"])) for one in lines)
        self._show_pack(lines=lines, checked=checked, verdict="match" if complete else "checking")
        return _yes("complete" if complete else "checked", "checked")

    def _lines(self) -> list[dict[str, object]]:
        assert self._pack is not None
        lines = self._pack["lines"]
        assert isinstance(lines, list)
        return lines

    def parcel_is_recalled(self) -> None:
        """The order of a closed parcel is cancelled."""
        with self._lock:
            self._recalled = True
            recalled = [{"sscc": SSCC, "order_id": "SO-1039"}]
            self.board.show(f"pack/{STATION}", {**empty_pack(), "recalled": recalled})

    def _open(self, code: str) -> Answer:
        if code == SSCC and self._recalled:
            self._recalled = False
            self.board.show(f"pack/{STATION}", empty_pack())
            return _yes("unpacked", "it is opened", {"sscc": SSCC, "pieces": 2})
        if code != TOTE:
            return _no("nothing_open", "scan a tote first")
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
        self.board.show(f"pack/{STATION}", self._pack)
        return _yes("opened", "opened", {"tote_id": TOTE, "order_id": ORDER})

    def _close(self, *, partial: bool) -> Answer:
        if self._pack is None:
            return _no("nothing_open", "no tote is open")
        if self._pack["strangers"] and not partial:
            return _no("extra", "take the strangers away")
        complete = self._pack["verdict"] == "match"
        if not complete and not partial:
            return _no("missing", "pieces are missing")
        self._pack = None
        self.board.show(f"pack/{STATION}", empty_pack())
        return _yes("closed", "closed", label_data(complete=complete))

    def _label(self, code: str) -> Answer:
        if code not in {SSCC, ORDER}:
            return _no("parcel_unknown", "?")
        return _yes("label", "here it comes", label_data(complete=True))

    def _print(self, job: str, zpl: bytes) -> bool:
        self.effects.labels.append((job, zpl))
        return True

    # Orders, the map and the board

    def _decide(self, decided: said.HoldDecided | said.OrderAmendment) -> Answer:
        state = self._orders.get(decided.order_id)
        if state is None:
            return _no("order_unknown", "no such order")
        if isinstance(decided, said.OrderAmendment):
            if state not in {"held", "released"}:
                return _no("too_late", f"it is {state} already")
            self._orders[decided.order_id] = "released"
            self._show_orders()
            return _yes("amended_released", f"{decided.quantities} {decided.ship_to}")
        if state != "held":
            return _no("not_held", "it is not held")
        if decided.release:
            self._orders[decided.order_id] = "released"
        else:
            del self._orders[decided.order_id]
        self._show_orders()
        return _yes("released" if decided.release else "refused", "decided")

    def _show_orders(self) -> None:
        self.board.show("orders", orders_view(self._orders, self._clock.now_us()))

    def _show_floor(self) -> None:
        self.board.show("floor", floor_view(self._plan, self._stale))

    def _show_board(self) -> None:
        self.questions = ToyQuestions(
            lambda asked: self.board.show("board", {**board_view(), "questions": asked})
        )
        self.board.show("board", board_view())
        self.board.show("readers/found", found_view())


def _yes(code: str, text: str, data: Mapping[str, object] | None = None) -> Answer:
    return Answer(accepted=True, code=code, text=text, data=data or {})


def _no(code: str, text: str, data: Mapping[str, object] | None = None) -> Answer:
    return Answer(accepted=False, code=code, text=text, data=data or {})
