"""What the toy warehouse shows: the map, the orders, the figures, an empty station."""

from collections.abc import Mapping
from dataclasses import asdict

from edge.floor.alerts import Alert, alert_view
from edge.model.doubts import doubt
from edge.model.places import Floor
from edge.model.sentences import sentence
from tests.web.toy_goods import LAMP, STATION, TEA, Halt, toy_halts

TRIED = sentence("badge_tried", badge="p1", address="10.0.0.9")
_PLACE_KEYS = ("id", "kind", "parent", "x_m", "y_m", "width_m", "depth_m")


def _stock(halt: Halt) -> dict[str, object]:
    return {"sku": halt.ware.sku, "name": halt.ware.name, "quantity": 8, "reserved": halt.quantity}


def orders_view(states: Mapping[str, str], now_us: int) -> dict[str, object]:
    """Orders in these states; the held one lacks stock."""
    lacking = asdict(doubt("no_stock", sku="LAMP-E27", quantity=3, free=1))
    lines = [
        {"line_id": "1", "sku": LAMP.sku, "name": LAMP.name, "quantity": 3, "picked": 0},
        {"line_id": "2", "sku": TEA.sku, "name": TEA.name, "quantity": 1, "picked": 1},
    ]
    shown = [
        {
            "order_id": order_id,
            "rev": 1,
            "state": state,
            "priority": 5 if state == "held" else 0,
            "due_us": now_us + 3_600_000_000,
            "carrier": "DHL",
            "ship_to": ["Ada Lovelace", "12 Analytical Way", "London"],
            "lines": lines,
            "doubts": [lacking] if state == "held" else [],
            "received_us": now_us,
        }
        for order_id, state in sorted(states.items(), reverse=True)
    ]
    return {"orders": shown}


def floor_view(plan: Floor, stale: Mapping[str, int]) -> dict[str, object]:
    """The map, with places that nobody hears since then."""
    stock = {one.location: one for one in toy_halts()}
    return {
        "locations": [
            {
                **{key: getattr(one, key) for key in _PLACE_KEYS},
                "stock": [_stock(stock[one.id])] if one.id in stock else [],
                "items": 7 if one.id in stock else 0,
                "stale_since_us": stale.get(one.id),
            }
            for one in plan.locations.values()
        ],
        "antennas": [
            {
                "reader": one.reader,
                "port": one.port,
                "location": one.location,
                "alive": one.location not in stale,
            }
            for one in plan.antennas
        ],
        "readers": [
            {"device": "north", "alive": not stale, "silent_since_us": None},
            {"device": "south", "alive": True, "silent_since_us": None},
        ],
        "pickers": [
            {
                "badge": "p1",
                "name": "Ana",
                "location": "B-02-1",
                "walk_id": "W-1",
                "done": 1,
                "stops": 3,
            }
        ],
        "aisle_x_m": plan.aisle_x_m,
        "cross_y_m": plan.cross_y_m,
    }


def board_view() -> dict[str, object]:
    """Some figures."""
    return {
        "orders": {
            "held": 1,
            "released": 14,
            "planned": 9,
            "picking": 6,
            "picked": 3,
            "packed": 5,
            "shipped": 212,
            "cancelled": 2,
        },
        "items_picked": 618,
        "items_per_minute": 27.4,
        "pickers": [
            {"badge": "p1", "items_per_minute": 7.2, "items": 164},
            {"badge": "p2", "items_per_minute": 6.4, "items": 149},
        ],
        "zones": [
            {"zone": "zone-a", "items_per_minute": 18.2, "items": 402},
            {"zone": "zone-b", "items_per_minute": 9.2, "items": 216},
        ],
        "stations": [{"station": "PACK-1", "items_per_minute": 31.4, "items": 590}],
        "checked": 2_999,
        "strangers": 1,
        "waves": [
            {
                "due_us": 1_767_610_800_000_000,
                "carriers": ["DHL", "UPS"],
                "orders": 14,
                "lines": 32,
                "begin_us": 1_767_607_200_000_000,
                "picked_us": 1_767_609_000_000_000,
                "standing": "tight",
            },
            {
                "due_us": 1_767_618_000_000_000,
                "carriers": ["DPD"],
                "orders": 120,
                "lines": 410,
                "begin_us": 1_767_606_000_000_000,
                "picked_us": 1_767_619_800_000_000,
                "standing": "late",
            },
            {
                "due_us": None,
                "carriers": [],
                "orders": 3,
                "lines": 5,
                "begin_us": None,
                "picked_us": 1_767_620_000_000_000,
                "standing": "well",
            },
        ],
        "walks": [
            {
                "walk_id": "w1",
                "name": "Li Wei",
                "orders": 8,
                "stops": 17,
                "done": 5,
                "length_m": 142,
                "saved_m": 388,
                "due_us": 1_767_610_800_000_000,
            }
        ],
        "backlog": {"unsent": 3, "oldest_unsent_s": 2, "connected": True},
        "readers": {"up": 1, "down": 1},
        "questions": [],
        "alerts": [
            {
                "code": "device_lost",
                "severity": "critical",
                "text": "south does not answer: it was silent for 10 s",
                "since": "2026-01-05T10:00:00+00:00",
                "values": {"device": "south"},
            },
            alert_view(
                Alert("intrusion", "intrusion_suspected", "warning", TRIED, 0, {"detail": TRIED})
            ),
        ],
    }


def empty_pack() -> dict[str, object]:
    """A station without a tote."""
    return {
        "station": STATION,
        "open": False,
        "tote_id": None,
        "order_id": None,
        "carrier": "",
        "lines": [],
        "checked": 0,
        "expected": 0,
        "strangers": [],
        "recalled": [],
        "take_out": [],
        "verdict": "empty",
    }


def found_view() -> dict[str, object]:
    """One reader that waits for a decision."""
    reader = {
        "id": "192-0-2-9-5085",
        "state": "waiting",
        "name": None,
        "host": "192.0.2.9",
        "port": 5085,
        "tls": True,
        "certificate_sha256": 64 * "a",
        "manufacturer": "Impinj",
        "antennas": 4,
    }
    return {"readers": [reader]}
