"""Which facts want a person, and which end an alert."""

from collections.abc import Callable

from edge.floor.alerts import Alert, Alerts, Severity
from edge.model.events import (
    DeviceLost,
    DeviceReturned,
    Event,
    IntrusionSuspected,
    ItemArrived,
    ItemDeparted,
    ItemMoved,
    MessageSetAside,
    OrderCancelled,
    OrderReceived,
    PalletDeparted,
    PalletLookedAt,
    ParcelShipped,
    ParcelUnpacked,
    ParcelUnstacked,
    PassageSettled,
    PassageUnclear,
    TooManySettled,
    TooManySuspected,
    WrongDoorSeen,
)
from edge.model.ids import DeviceName, OrderId, Sscc
from edge.model.orders import Order, OrderState
from edge.model.passages import Asked, PassageQuestion
from edge.model.state import FloorState
from edge.model.work import WrongDoor
from edge.rules import numbering, rush
from edge.rules.terms import Terms

NUMBERS_ALERT = "parcel-numbers"
_NUMBERS: dict[str, tuple[str, Severity]] = {
    "clock_unsure": ("numbers_unsure", "critical"),
    "used_up": ("numbers_used_up", "critical"),
    "ahead": ("numbers_ahead", "warning"),
}
"""Trouble with parcel numbers → code and severity of its alert."""
_OF_RADIO = frozenset({ItemArrived, ItemMoved, ItemDeparted})
"""By far the most facts, of which none wants a person."""
_PLACES = ("to_count", "unheard")
"""What a doubt calls the places that a person may look at."""
NoteRefused = Callable[[MessageSetAside, int], None]
"""Told a message that could not be understood, and when; returns at once."""


class Alarming:
    """Used by the floor loop only.

    Args:
        alerts: told.
        note_refused: told as well of messages that could not be understood.
        terms: what parcel numbers are made of.
    """

    def __init__(self, alerts: Alerts, note_refused: NoteRefused, terms: Terms) -> None:
        self._alerts = alerts
        self._note_refused = note_refused
        self._terms = terms
        self._numbers_trouble: str | None = None
        self._rush_waits: set[OrderId] = set()

    def restarted(self, state: FloorState, now_us: int) -> None:
        """What was wrong before the restart: devices that did not answer, open questions.

        What the state does not date is told as since now.
        """
        for device, since_us in state.outages.items():
            text = f"{device} did not answer before the restart"
            self._lost(device, text, since_us)
        for question in state.questions.values():
            self._ask(question)
        for parcel in state.parcels.unlisted():
            if parcel.wrong_door is not None:
                door = parcel.wrong_door
                self._at_a_door(parcel.sscc, parcel.carrier, door, is_recalled=parcel.recalled)
        for parcel in state.parcels.recalled():
            self._recalled(parcel.order_id, parcel.sscc, now_us)
        for order in state.orders.in_state(OrderState.HELD):
            self._held(order, order.received_us)
        for pallet in (one for one in state.pallets.present() if one.is_doubtful):
            self._pallet_differs(pallet.sscc, (*pallet.unheard, *pallet.left_alone), now_us)

    def look(self, state: FloorState, now_us: int) -> None:
        """Whether the next parcel gets a number of its own, and which orders wait no longer."""
        for order_id in [one for one in self._rush_waits if not _waits(state, one)]:
            self._rush_waits.remove(order_id)
            self._alerts.end(_rush_of(order_id))
        found = numbering.trouble(state, self._terms, now_us // 1_000_000 - numbering.SINCE_S)
        if found == self._numbers_trouble:
            return
        self._numbers_trouble = found
        self._alerts.end(NUMBERS_ALERT)
        if found is not None:
            code, severity = _NUMBERS[found]
            text = numbering.why(state, self._terms, found)
            values = {
                "serial": str(numbering.last_given(state, self._terms)),
                "seconds": str(numbering.unit_s(self._terms)),
                "prefix": self._terms.company_prefix,
                "extension": str(self._terms.sscc_extension),
            }
            self._alerts.begin(Alert(NUMBERS_ALERT, code, severity, text, now_us, values))

    def note(self, event: Event, at_us: int) -> None:
        """A fact that is on disk."""
        if type(event) not in _OF_RADIO:
            self._note(event, at_us)

    def _note(self, event: Event, at_us: int) -> None:
        self._note_pallet(event, at_us)
        self._note_parcel(event, at_us)
        match event:
            case MessageSetAside():
                text = f"a message on {event.topic} was set aside: {event.reason}"
                self._alerts.end("dead-letter")  # the newest is told, not the first
                values = {"topic": event.topic, "detail": event.reason}
                alert = Alert("dead-letter", "message_refused", "warning", text, at_us, values)
                self._alerts.begin(alert)
                self._note_refused(event, at_us)
            case IntrusionSuspected():
                alert_id = f"intrusion-{event.sign.replace('_', '-')}"
                self._alerts.end(alert_id)  # the newest is told, not the first
                values = {"detail": event.detail}
                self._alerts.begin(
                    Alert(alert_id, "intrusion_suspected", "warning", event.detail, at_us, values)
                )
            case DeviceLost():
                self._lost(event.device, f"{event.device} does not answer: {event.reason}", at_us)
            case DeviceReturned():
                self._alerts.end(_name_of(event.device))
            case OrderReceived() if event.order.state is OrderState.HELD:
                self._held(event.order, at_us)
            case PassageUnclear() | TooManySuspected():
                self._ask(event.question)
            case PassageSettled() | TooManySettled() | ParcelShipped():
                self._over(event)
            case _:
                pass

    def _note_parcel(self, event: Event, at_us: int) -> None:
        match event:
            case WrongDoorSeen():
                door = WrongDoor(event.portal, at_us)
                self._at_a_door(event.sscc, event.carrier, door, is_recalled=not event.expected)
            case OrderCancelled():
                for sscc in event.parcels:
                    self._recalled(event.order_id, sscc, at_us)
            case ParcelUnpacked():
                self._alerts.end(_recall_of(event.sscc))
                self._alerts.end(_at_wrong_door(event.sscc))
            case _:
                pass

    def _note_pallet(self, event: Event, at_us: int) -> None:
        match event:
            case PalletDeparted() if event.unheard:
                self._pallet_differs(event.pallet, event.unheard, at_us)
            case ParcelUnstacked() if event.reason == "left_alone":
                self._pallet_differs(event.pallet, (event.sscc,), at_us)
            case PalletLookedAt():
                self._alerts.end(_differing(event.pallet))
            case _:
                pass

    def _pallet_differs(self, pallet: Sscc, ssccs: tuple[Sscc, ...], since_us: int) -> None:
        text = (
            f"pallet {pallet} and what a portal heard of it differ in {', '.join(ssccs)}; "
            "look at it and say so on the dispatch page"
        )
        name = _differing(pallet)
        self._alerts.end(name)  # the newest is told, not the first
        values = {"pallet": pallet, "parcels": ", ".join(ssccs)}
        self._alerts.begin(Alert(name, "pallet_differs", "warning", text, since_us, values))

    def _ask(self, question: PassageQuestion) -> None:
        """A portal's question stands until a person or a later passage answers it."""
        if question.asks is Asked.TOO_MANY:
            self._too_many(question)
            return
        what = f"parcel {question.sscc}" if question.sscc else f"tag {question.epc}"
        text = (
            f"{what} was at {question.portal}, most likely {question.likeliest.value} "
            f"({question.probability:.0%}); say on the board how it went"
        )
        name = _asking(question.name)
        values = {"what": question.sscc or question.epc, "portal": question.portal}
        self._alerts.begin(
            Alert(name, "passage_unclear", "warning", text, question.ended_us, values)
        )

    def _too_many(self, question: PassageQuestion) -> None:
        ssccs = ", ".join((question.sscc or "", *question.others))
        text = (
            f"more {question.sku} went out at {question.portal} than parcel {ssccs} should hold: "
            "hold it back, count them in it and say on the board or the dispatch page what it was"
        )
        values = {
            "parcel": ssccs,
            "sku": question.sku or "",
            "portal": question.portal,
            "epc": question.epc,
        }
        name = _asking(question.name)
        self._alerts.begin(Alert(name, "too_many", "warning", text, question.ended_us, values))

    def _over(self, event: PassageSettled | TooManySettled | ParcelShipped) -> None:
        """A question is answered, or a parcel has left: nothing is asked of it any more."""
        if not isinstance(event, ParcelShipped):
            self._alerts.end(_asking(event.question))
        else:
            self._alerts.end(_asking(event.sscc))
            self._alerts.end(_at_wrong_door(event.sscc))

    def _at_a_door(self, sscc: Sscc, carrier: str, door: WrongDoor, *, is_recalled: bool) -> None:
        name = _at_wrong_door(sscc)
        self._alerts.end(name)  # the door at which it is now is told, not the first
        why = "though its order is cancelled" if is_recalled else "where others load"
        text = f"parcel {sscc} for {carrier} was at {door.portal}, {why}; it is not shipped"
        values = {"parcel": sscc, "carrier": carrier, "portal": door.portal}
        self._alerts.begin(Alert(name, "wrong_door", "critical", text, door.since_us, values))

    def _recalled(self, order_id: OrderId, sscc: Sscc, since_us: int) -> None:
        text = (
            f"order {order_id} is cancelled: take its parcel {sscc} to a pack station and scan it "
            "there, so that its pieces are put back"
        )
        values = {"order": order_id, "parcel": sscc}
        name = _recall_of(sscc)
        self._alerts.begin(Alert(name, "parcel_recalled", "warning", text, since_us, values))

    def _held(self, order: Order, since_us: int) -> None:
        """An order in a rush has no other hope than doubtful places: a person says what to do."""
        doubts = [one for one in order.doubts if one.code == rush.DOUBTFUL]
        if not doubts:
            return
        reasons = "; ".join(one.text for one in doubts)
        places = [one.values[name] for one in doubts for name in _PLACES if name in one.values]
        self._rush_waits.add(order.order_id)
        text = (
            f"order {order.order_id} is in a rush and waits ({reasons}): count those "
            "places, or let it go on the orders page"
        )
        values = {"order": order.order_id, "detail": reasons}
        if places:  # an order of an earlier version tells its sentence only
            values["places"] = ", ".join(places)
        name = _rush_of(order.order_id)
        self._alerts.begin(Alert(name, "rush_waits", "warning", text, since_us, values))

    def _lost(self, device: DeviceName, text: str, since_us: int) -> None:
        name = _name_of(device)
        values = {"device": device}
        self._alerts.begin(Alert(name, "device_lost", "critical", text, since_us, values))


def _rush_of(order_id: OrderId) -> str:
    """The name of the alert that an order in a rush waits."""
    return f"rush-waits-{order_id}"


def _waits(state: FloorState, order_id: OrderId) -> bool:
    order = state.orders.get(order_id)
    return order is not None and any(one.code == rush.DOUBTFUL for one in order.doubts)


def _asking(question: str) -> str:
    """The name of the alert that a portal asks a person."""
    return f"passage-unclear-{question}"


def _at_wrong_door(sscc: Sscc) -> str:
    """The name of the alert that a parcel was at a wrong door."""
    return f"wrong-door-{sscc}"


def _recall_of(sscc: Sscc) -> str:
    """The name of the alert that a parcel is to be opened again."""
    return f"parcel-recalled-{sscc}"


def _differing(pallet: Sscc) -> str:
    """The name of the alert that a pallet left without one of its parcels, or the reverse."""
    return f"pallet-differs-{pallet}"


def _name_of(device: DeviceName) -> str:
    """The name of the alert that a device does not answer."""
    return f"device-lost-{device}"
