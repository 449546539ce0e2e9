"""The toy's pickers: three stops, and whatever else a test asks of somebody."""

import threading
from collections.abc import Callable
from dataclasses import asdict, replace

from edge.floor.board import Board
from edge.model import posted as said
from edge.model.ids import Badge, LocationId, ToteId, WalkId
from edge.model.places import Floor, LocationKind
from edge.model.prompts import Answer, Prompt, PromptKind
from tests.web.toy_answers import no, yes
from tests.web.toy_goods import ORDER, STATION, TOTE, Halt, toy_halts, ware_of

Said = said.WorkWanted | said.WorkHandedOver | said.CodeScanned | said.TroubleReported


class ToyPick:
    """Takes what pickers post, and shows each their prompt.

    Args:
        plan: of the floor.
        board: where prompts are shown.
        lock: of the toy.
        picked: called for each piece.
    """

    def __init__(
        self, plan: Floor, board: Board, lock: threading.Lock, picked: Callable[[], None]
    ) -> None:
        self._plan = plan
        self._board = board
        self._lock = lock
        self._picked = picked
        self._halts: dict[Badge, list[Halt]] = {}
        self._dropped: set[Badge] = set()
        self._carts: dict[Badge, LocationId | None] = {}
        self._puts: dict[Badge, Prompt] = {}

    def begin(self) -> None:
        """Nobody is at work."""
        for badge in self._halts:
            self._show(Prompt(badge, "", PromptKind.WAIT))
        self._halts.clear()
        self._dropped.clear()
        self._puts.clear()

    def take(self, posted: Said) -> Answer:
        """Answer as the rules would."""
        match posted:
            case said.WorkWanted():
                return self._work(posted)
            case said.WorkHandedOver():
                return self._hand_over(posted.holder)
            case said.CodeScanned():
                return self._scan(posted)
            case said.TroubleReported():
                return self._trouble(posted)

    def radio_sees_a_piece(self, badge: str) -> None:
        """The cart's antenna sees the wanted piece in the tote."""
        with self._lock:
            self._count(Badge(badge))

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

    def _hand_over(self, holder: Badge) -> Answer:
        self._halts.pop(holder, None)
        wait = Prompt(holder, f"wait/{holder}", PromptKind.WAIT, notice="not_at_work")
        self._show(wait)
        return yes("work_handed_over", "it goes to whoever is free next")

    def _work(self, wanted: said.WorkWanted) -> Answer:
        if wanted.cart is not None and self._plan.kind_of(wanted.cart) is not LocationKind.CART:
            return no("cart_unknown", "there is no such cart")
        if not wanted.ready:
            return yes("gone", "good-bye")
        self._carts[wanted.badge] = wanted.cart
        self._halts.setdefault(wanted.badge, toy_halts())
        self._show(self._prompt(wanted.badge))
        return yes("ready", "work comes")

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
        self._board.show(f"prompt/{prompt.badge}", asdict(prompt))

    def _scan(self, scanned: said.CodeScanned) -> Answer:  # noqa: PLR0911 - a flat table
        prompt = self._prompt(scanned.badge)
        if scanned.prompt_id != prompt.prompt_id:
            return no("done_already", "the prompt has moved on")
        match prompt.kind:
            case PromptKind.WAIT:
                return no("nothing_to_do", "there is nothing to do")
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
            return no("place_wrong", "another place")
        self._next(scanned.badge)
        is_given = prompt.kind is PromptKind.PASS
        return yes("passed" if is_given else "taken", "the totes change hands")

    def _bind(self, scanned: said.CodeScanned) -> Answer:
        if scanned.code != "TOTE-9":
            return no("tote_taken", "it has an order", {"order_id": "SO-1043"})
        self._next(scanned.badge)
        return yes("tote_bound", "it is yours", {"tote_id": scanned.code, "slot": 2})

    def _check(self, scanned: said.CodeScanned) -> Answer:
        if scanned.code != "47":
            return no("digits_wrong", "not those")
        self._next(scanned.badge)
        return yes("place_right", "right")

    def _next(self, badge: Badge) -> None:
        del self._puts[badge]
        self._show(self._prompt(badge))

    def _put(self, scanned: said.CodeScanned, prompt: Prompt) -> Answer:
        if scanned.code == prompt.location:
            return yes("place_right", "right")
        ware = ware_of(scanned.code)
        if ware is None or ware.sku != prompt.sku:
            return no("wrong_item", "another article")
        self._next(scanned.badge)
        is_taken = prompt.kind is PromptKind.FETCH
        return yes("all_fetched" if is_taken else "all_put", "it lies there")

    def _drop(self, scanned: said.CodeScanned) -> Answer:
        if scanned.code != STATION:
            return no("place_wrong", "this is not the station")
        self._dropped.add(scanned.badge)
        self._show(self._prompt(scanned.badge))
        return yes("dropped", "thank you")

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
            return yes(right, "right")
        if scanned.code in self._plan.locations:
            return no("place_wrong", "another place")
        ware = ware_of(scanned.code)
        if ware is None:
            return no("unknown_code", "nobody knows this code")
        if ware.sku != prompt.sku:
            wanted = {"sku": prompt.sku, "name": prompt.name}
            got = {"sku": ware.sku, "name": ware.name}
            return no("wrong_item", "another article", {"expected": wanted, "scanned": got})
        return self._count(scanned.badge)

    def _count(self, badge: Badge) -> Answer:
        halts = self._halts[badge]
        halt = next(one for one in halts if one.picked < one.quantity)
        halt.picked += 1
        self._picked()
        self._show(self._prompt(badge))
        if halt.picked < halt.quantity:
            data = {"picked": halt.picked, "quantity": halt.quantity}
            return yes("picked", "picked", data)
        over = all(one.picked >= one.quantity for one in halts)
        return yes("walk_done" if over else "stop_done", "done here")

    def _trouble(self, reported: said.TroubleReported) -> Answer:
        if self._prompt(reported.badge).prompt_id != reported.prompt_id:
            return no("done_already", "the prompt has moved on")
        if reported.code != "short":
            return yes("noted", "noted")
        halt = next(one for one in self._halts[reported.badge] if one.picked < one.quantity)
        halt.picked = halt.quantity
        self._show(self._prompt(reported.badge))
        return yes("short", "counted missing")
