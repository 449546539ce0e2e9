"""Views: the state as plain values, as pages and the API show them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

from edge.floor.board import Shown
from edge.model.goods import Article
from edge.model.ids import Epc, LocationId, OrderId, Sku
from edge.model.orders import OrderState
from edge.model.prompts import Prompt
from edge.model.state import FloorState
from edge.model.work import WallSlot
from edge.rules import gathering, packing, taking_out, walling
from edge.rules.identifying import article_of

SHOWN_RECALLED_MAX = 20
PROMPT_FIELDS = tuple(one.name for one in fields(Prompt))

Names = Mapping[str, str]
"""People's names by badge."""


def prompt_view(prompt: Prompt) -> Shown:
    """A picker's prompt as plain values: it holds no others but its kind and its totes."""
    plain = {name: getattr(prompt, name) for name in PROMPT_FIELDS}
    return {**plain, "kind": prompt.kind.value, "totes": list(prompt.totes)}


def pack_view(state: FloorState, station: LocationId) -> Shown:
    """A pack station's open tote as plain values."""
    pack = state.packs.get(station)
    if pack is None:
        return {
            "station": station,
            "open": False,
            "tote_id": None,
            "order_id": None,
            "carrier": "",
            "lines": [],
            "checked": 0,
            "expected": 0,
            "strangers": [],
            "totes": [],
            "awaited": [],
            "recalled": _recalled(state),
            "take_out": _take_out(state, station),
            "verdict": "empty",
        }
    expected = Counter(sku for sku, _ in state.totes.picked_of(pack.order_id))
    checked = Counter(sku for sku, _ in pack.checked)
    return {
        "station": station,
        "open": True,
        "tote_id": pack.tote_id,
        "order_id": pack.order_id,
        "carrier": state.orders[pack.order_id].carrier,
        "lines": [
            {
                "sku": sku,
                "name": state.articles[sku].name,
                "expected": quantity,
                "checked": checked[sku],
            }
            for sku, quantity in expected.items()
        ],
        "checked": sum(checked.values()),
        "expected": sum(expected.values()),
        "strangers": [_stranger(state, pack.station, epc) for epc in pack.strangers],
        "totes": [one.tote_id for one in state.totes.of_order(pack.order_id)],
        "awaited": gathering.awaited(state, pack),
        "recalled": _recalled(state),
        "take_out": _take_out(state, station),
        "verdict": packing.verdict(state, station),
    }


def _recalled(state: FloorState) -> list[Shown]:
    """Parcels of cancelled orders that are to be opened at any pack station."""
    return [
        {"sscc": one.sscc, "order_id": one.order_id}
        for one in state.parcels.recalled()[:SHOWN_RECALLED_MAX]
    ]


def _take_out(state: FloorState, where: LocationId) -> list[Shown]:
    """What orders want no more, and somebody who stands there is to lay aside; alike as one."""
    slots = {
        one.order_id: one.slot
        for one in state.slots.values()
        if one.wall == where and not one.errands
    }
    found: Counter[tuple[Sku, OrderId, str]] = Counter()
    for one in taking_out.inside(state, where):
        if one.errand.tote_id is not None:
            order_id = state.totes[one.errand.tote_id].order_id
            found[one.piece.sku, order_id, one.errand.tote_id] += 1
    return [
        {
            "sku": sku,
            "name": name_of(state, sku),
            "quantity": quantity,
            "order_id": order_id,
            "tote_id": tote_id,
            "slot": slots.get(order_id),
        }
        for (sku, order_id, tote_id), quantity in found.items()
    ]


def _stranger(state: FloorState, station: LocationId, epc: Epc) -> Shown:
    heard = state.near.get(station, {}).get(epc)
    sku = heard.sku if heard else article_of(state, epc)
    owner = state.order_holding(epc)
    return {"epc": epc, "sku": sku, "name": name_of(state, sku), "belongs_to": owner}


def wall_view(state: FloorState, wall: LocationId) -> Shown:
    """A put wall as plain values: every slot, and the piece in hand."""
    slots = [
        _slot_view(state, slot, state.slots.get(slot)) for slot in walling.slots_of(state, wall)
    ]
    hand = walling.in_hand(state, wall)
    sku = hand.lit[0] if hand is not None and hand.lit is not None else None
    orders = dict.fromkeys(one.order_id for one in state.totes.values() if one.station == wall)
    unsorted = sum(len(walling.unsorted_of(state, one, wall)) for one in orders)
    return {
        "wall": wall,
        "hand": {"slot": hand.slot, "sku": sku, "name": name_of(state, sku)} if hand else None,
        "slots": slots,
        "take_out": _take_out(state, wall),
        "unsorted": unsorted,
    }


def _slot_view(state: FloorState, slot: LocationId, taken: WallSlot | None) -> Shown:
    if taken is not None and taken.errands:
        return _to_be_emptied(state, taken)
    if taken is None or taken.tote_id not in state.totes:
        free = {"slot": slot, "state": "free", "order_id": None, "put": 0, "expected": 0}
        return {**free, "elsewhere": [], "fetched_by": None}
    totes = state.totes.of_order(taken.order_id)
    expected = sum(len(one.picked) for one in totes if one.station == taken.wall)
    is_picked = state.orders[taken.order_id].state is OrderState.PICKED
    unwanted = taking_out.inside_of(state, taken.order_id, taken.wall)
    sorted_all = is_picked and len(taken.put) == expected and not unwanted
    name = "lit" if taken.lit is not None else "complete" if sorted_all else "filling"
    return {
        "slot": slot,
        "state": name,
        "order_id": taken.order_id,
        "put": len(taken.put),
        "expected": expected,
        "elsewhere": [one.tote_id for one in totes if one.station != taken.wall],
        "fetched_by": None,
    }


def _to_be_emptied(state: FloorState, taken: WallSlot) -> Shown:
    """What lies in it is wanted no more; `fetched_by` is whoever has it put back in hand."""
    errands = [state.errands[one] for one in taken.errands if one in state.errands]
    return {
        "slot": taken.slot,
        "state": "emptying",
        "order_id": taken.order_id,
        "put": len(taken.put),
        "expected": 0,
        "elsewhere": [],
        "fetched_by": next((one.picker for one in errands if one.picker is not None), None),
    }


def name_of(state: FloorState, sku: Sku | None) -> str:
    """What an article is called; empty where nobody knows."""
    article = state.articles.get(sku) if sku else None
    return article.name if article else ""


def articles_view(articles: Iterable[Article]) -> dict[str, object]:
    """Name and GTIN of articles, by article number."""
    return {one.sku: {"name": one.name, "gtin": one.gtin} for one in articles}


def people_view(state: FloorState) -> Shown:
    """Whom the central system lists, by badge."""
    return {one.badge: {"name": one.name, "active": one.active} for one in state.people.values()}


def decided_view(state: FloorState) -> Shown:
    """What was decided about readers that were found."""
    approved: list[Shown] = []
    ignored: list[Shown] = []
    for one in state.found.values():
        row = {
            "id": one.found_id,
            "name": one.name,
            "host": one.host,
            "port": one.port,
            "tls": one.tls,
            "certificate_sha256": one.certificate_sha256,
            "antennas": list(one.antennas),
        }
        (ignored if one.name is None else approved).append(row)
    return {"approved": approved, "ignored": ignored}


def tags_view(state: FloorState) -> Shown:
    """Work on single tags, the newest first; `result` is null while it is in hand."""
    jobs = sorted(
        state.tag_jobs.values(), key=lambda job: (job.begun_us, job.job_id), reverse=True
    )
    return {"jobs": [asdict(job) for job in jobs]}
