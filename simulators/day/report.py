"""The report of a day: what was done, how fast, how right, and what caught what was wrong."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from edge.model.events import (
    Event,
    ForeignItemSeen,
    OrderChanged,
    OrderReceived,
    ParcelClosed,
    PieceChecked,
    PiecePicked,
    StrangerSeen,
    TroubleRecorded,
)
from simulators.day.assortment import pieces_of
from simulators.day.day import OPENING_US, Day
from simulators.day.judge import Judge
from simulators.day.laws.gate import GateIsTrue


@dataclass(frozen=True, slots=True)
class LineCount:
    """Lines of the parcels that left, by truth.

    Attributes:
        right: exactly what was ordered and told.
        short: fewer pieces than ordered, and so told.
        wrong: anything else; a sentence for each in `sentences`.
    """

    right: int = 0
    short: int = 0
    wrong: int = 0
    sentences: tuple[str, ...] = ()


@dataclass(slots=True)
class _Truth:
    """What each order's parcels really held, and what the books say."""

    inside: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    told: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def report_of(day: Day, judge: Judge) -> dict[str, Any]:
    """The report as plain values, the interface's keys first."""
    truth = _truth_of(day, judge)
    lines = _lines(day, judge, truth)
    shipped = day.world.ledger
    items = sum(len(one.pieces) for one in shipped)
    central = day.central.store
    due, late = _due_and_late(day)
    ordered = {one.body["order_id"]: one for one in day.book.orders}
    return {
        "seed": day.story.seed,
        "orders": len(ordered),
        "lines": sum(len(one.body["lines"]) for one in ordered.values()),
        "items": items,
        "wrong_lines": lines.wrong,
        "on_time_share": round(1 - late / due, 4) if due else 1.0,
        "items_per_minute": _rates(day, judge),
        "lost": central.missing() + _lost(judge),
        "doubled": central.doubled(),
        "broken": [
            {"promise": one.law, "at_s": round(one.at_s, 1), "text": one.text}
            for one in judge.broken
        ],
        "shipped_orders": central.order_count("shipped"),
        "cancelled_orders": central.order_count("cancelled"),
        "right_lines": lines.right,
        "short_lines": lines.short,
        "due_orders": due,
        "late_orders": late,
        "wrong": list(lines.sentences),
        "parcels": len(shipped),
        "walk_m_per_line": _walk_m_per_line(day, judge),
        "location_accuracy": _location_accuracy(judge),
        "caught": _caught(day, judge),
        "passages": _passages(judge),
        "slips": {
            name: count for name, count in sorted(day.shift.deeds.items()) if "slip" in name
        },
        "minutes": round(day.now_s / 60, 1),
        "restarts": max(0, day.lives - 1),
        "facts": len(judge.facts),
        "redelivered": central.counter("redelivered"),
        "faults": list(day.fault_log),
        "flows": sorted(day.flows),
        "deeds": dict(sorted(day.shift.deeds.items())),
        "digest": judge.digest,
        "command": day.story.command(),
    }


def _truth_of(day: Day, judge: Judge) -> _Truth:
    truth = _Truth()
    for departure in day.world.ledger:
        truth.inside[departure.order_id].update(sku for _, sku in departure.pieces)
    for event in _events(judge):
        if isinstance(event, ParcelClosed):
            truth.told[event.parcel.order_id].update(sku for sku, _ in event.parcel.contents)
    return truth


def _lines(day: Day, judge: Judge, truth: _Truth) -> LineCount:
    """Each ordered article of each order that left; what nobody ordered is a wrong line more."""
    followed = _followed(judge)
    count = Counter[str]()
    wrong: list[str] = []
    for coming in day.book.orders:
        order_id = coming.body["order_id"]
        if order_id not in truth.inside:
            continue
        wanted: Counter[str] = Counter()
        is_changed = coming.changed is not None and followed[order_id] >= coming.changed["rev"]
        body = coming.changed if is_changed else coming.body
        for line in (body or coming.body)["lines"]:
            wanted[line["sku"]] += pieces_of(line)
        inside, told = truth.inside[order_id], truth.told[order_id]
        wanted = _with_substitutes(day, body or coming.body, wanted, inside)
        for sku in {*wanted, *inside}:
            if inside[sku] == wanted[sku] == told[sku]:
                count["right"] += 1
            elif inside[sku] == told[sku] < wanted[sku]:
                count["short"] += 1
            else:
                count["wrong"] += 1
                wrong.append(
                    f"{order_id}: {wanted[sku]} x {sku} ordered, {told[sku]} told, "
                    f"{inside[sku]} inside"
                )
    return LineCount(**count, sentences=tuple(wrong))


def _with_substitutes(
    day: Day, body: dict[str, Any], wanted: Counter[str], inside: Counter[str]
) -> Counter[str]:
    """What is wanted, where what lies inside stands in for it as customer and site allow."""
    may_stand_in = {one.sku: one.by for one in day.site.settings.substitute}
    found = Counter(wanted)
    for line in body["lines"]:
        if line.get("substitution") == "allowed":
            for by in may_stand_in.get(line["sku"], ()):
                lacking, over = found[line["sku"]] - inside[line["sku"]], inside[by] - found[by]
                quantity = max(0, min(lacking, over, pieces_of(line)))
                found[line["sku"]] -= quantity
                found[by] += quantity
    return +found


def _followed(judge: Judge) -> Counter[str]:
    """Of each order the revision that was carried out; one that was refused is none."""
    found: Counter[str] = Counter()
    for event in _events(judge):
        if isinstance(event, OrderReceived | OrderChanged):
            found[event.order.order_id] = event.order.rev
    return found


def _due_and_late(day: Day) -> tuple[int, int]:
    """Orders that were not called off, and those of them that left after their carrier did."""
    due = {one.body["order_id"]: one.due_s for one in day.book.orders}
    cancelled = {one["order_id"] for one in day.central.store.orders("cancelled")}
    left = {one.order_id: (one.at_us - OPENING_US) / 1e6 for one in day.left_at_true_time()}
    wanted = [order_id for order_id in due if order_id not in cancelled]
    return len(wanted), sum(left.get(one, float("inf")) > due[one] for one in wanted)


def _rates(day: Day, judge: Judge) -> dict[str, dict[str, float]]:
    """Items a minute by picker, by zone and by station, from the first order to the last item."""
    first_s = day.book.orders[0].at_s if day.book.orders else 0.0
    last_s = {"picker": first_s, "zone": first_s, "station": first_s}
    found: dict[str, Counter[str]] = {
        "picker": Counter(),
        "zone": Counter(),
        "station": Counter(),
    }
    for fact, at_s in zip(judge.facts, judge.facts_at_s, strict=True):
        event = fact.event
        if isinstance(event, PiecePicked):
            last_s["picker"] = last_s["zone"] = at_s
            found["picker"][event.badge] += 1
            place = day.site.floor.locations[event.location]
            found["zone"][place.parent or place.id] += 1
        elif isinstance(event, PieceChecked) and event.before is None:
            last_s["station"] = at_s
            found["station"][event.station] += 1
    return {
        kind: {
            name: round(count * 60 / max(last_s[kind] - first_s, 1.0), 3)
            for name, count in sorted(counts.items())
        }
        for kind, counts in found.items()
    }


def _walk_m_per_line(day: Day, judge: Judge) -> float:
    pickers = {one.badge for one in _events(judge) if isinstance(one, PiecePicked)}
    walked = sum(day.shift.walked_m.get(badge, 0.0) for badge in pickers)
    lines = {(one.order_id, one.line_id) for one in _events(judge) if isinstance(one, PiecePicked)}
    return round(walked / len(lines), 1) if lines else 0.0


def _location_accuracy(judge: Judge) -> float | None:
    """Looks at pieces in the house of which the product named the right zone or place."""
    right, looks = judge.located
    return round(right / looks, 4) if looks else None


def _caught(day: Day, judge: Judge) -> dict[str, int]:
    """Mistakes by what noticed them first."""
    deeds = day.shift.deeds
    events = list(_events(judge))
    return {
        "by_radio": sum(isinstance(one, ForeignItemSeen | StrangerSeen) for one in events),
        "by_barcode": deeds["scan_wrong_item"] + deeds["scan_done_already"],
        "by_pack_check": deeds["pack_not_wanted"] + deeds["pack_missing"] + deeds["put_aside"],
        "by_scale": deeds["weighed_surplus"] + deeds["weighed_and_lacking"],
        "by_picker": sum(isinstance(one, TroubleRecorded) for one in events),
    }


def _passages(judge: Judge) -> dict[str, int]:
    """Of tags at a gate: told to go in or out, or asked about, and they did; not; untold."""
    law = next(one for one in judge.laws if isinstance(one, GateIsTrue))
    return dict(zip(("right", "wrong", "missed"), law.counts(), strict=True))


def _lost(judge: Judge) -> int:
    return sum(one.law == "NothingLost" for one in judge.broken)


def _events(judge: Judge) -> list[Event]:
    return [fact.event for fact in judge.facts]
