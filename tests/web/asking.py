"""One good request for every page and endpoint of the access table."""

import httpx

EXAMPLES = {
    "/api/pack/{station}": "/api/pack/PACK-1",
    "/api/pack/{station}/stream": "/api/pack/PACK-1/stream",
    "/api/pack/{station}/scan": "/api/pack/PACK-1/scan",
    "/api/pack/{station}/close": "/api/pack/PACK-1/close",
    "/api/pack/{station}/label": "/api/pack/PACK-1/label",
    "/api/pack/{station}/label/stream": "/api/pack/PACK-1/label/stream",
    "/api/find/items": "/api/find/items?q=tea",
    "/api/wall/{wall}": "/api/wall/WALL-1",
    "/api/wall/{wall}/stream": "/api/wall/WALL-1/stream",
    "/api/wall/{wall}/scan": "/api/wall/WALL-1/scan",
    "/api/wall/{wall}/lay-back": "/api/wall/WALL-1/lay-back",
    "/api/items": "/api/items?q=tea",
    "/api/items/{epc}": "/api/items/30395dfa8000000000000001",
    "/api/items/{epc}/why": "/api/items/30395dfa8000000000000001/why",
    "/api/heat": "/api/heat?sku=TEA-250&hours=8",
    "/api/orders/{order_id}/decision": "/api/orders/SO-9999/decision",
    "/api/readers/found/{found_id}/approve": "/api/readers/found/192-0-2-9-5085/approve",
    "/api/readers/found/{found_id}/ignore": "/api/readers/found/192-0-2-9-5085/ignore",
    "/api/readers/found/{found_id}/try": "/api/readers/found/192-0-2-9-5085/try",
    "/api/letters/{seq}/resend": "/api/letters/1/resend",
    "/api/board/questions/{name}": "/api/board/questions/034531200000000025",
}
BODIES: dict[str, dict[str, object]] = {
    "/api/work": {"ready": False},
    "/api/scan": {"prompt_id": "gone", "code": "TEA-250"},
    "/api/work/hand-over": {},
    "/api/tasks/done": {"task_id": "freeze/A-01-3"},
    "/api/trouble": {"prompt_id": "gone", "code": "short"},
    "/api/pack/{station}/scan": {"code": "nothing"},
    "/api/pack/{station}/close": {"partial": False},
    "/api/pack/{station}/label": {"code": "nothing"},
    "/api/wall/{wall}/scan": {"code": "nothing"},
    "/api/wall/{wall}/lay-back": {},
    "/api/find": {"epc": "30395dfa8000000000000001"},
    "/api/find/end": {},
    "/api/orders/{order_id}/decision": {"release": True},
    "/api/readers/found/{found_id}/approve": {"name": "dock", "antennas": [1]},
    "/api/put-away": {"location": "A-01-1", "sku": "TEA-250", "quantity": 1, "epcs": []},
    "/api/returns/scan": {"code": "TEA-250"},
    "/api/returns/grade": {"piece_id": "3/0", "grade": "scrap"},
    "/api/counts": {"location": "A-01-1", "sku": "TEA-250", "quantity": 1},
    "/api/counts/scan": {"code": "TEA-250"},
    "/api/counts/sweep": {"location": "A-01-1"},
    "/api/counts/decision": {"location": "A-01-1", "sku": "TEA-250", "approve": True},
    "/api/tags/read": {"reader": "gate", "bank": "tid"},
    "/api/tags/write": {"reader": "gate", "to_epc": "30" * 12},
    "/api/tags/password": {"reader": "gate", "which": "kill", "new_password": "00000001"},
    "/api/tags/lock": {"reader": "gate", "fields": ["epc"]},
    "/api/tags/kill/confirmation": {"reader": "gate", "epc": "30" * 12, "tid": "e280" * 6},
    "/api/tags/kill": {
        "reader": "gate",
        "epc": "30" * 12,
        "tid": "e280" * 6,
        "kill_password": "00000001",
        "confirmation": "none was asked for",
    },
    "/api/log-levels": {"part": "web", "level": "info", "minutes": 0.1},
    "/api/board/questions/{name}": {"answer": "neither"},
    "/api/calibration/steps": {"step": "moving"},
    "/api/setup/site": {"site": "oslo", "name": "gw-1", "gs1_company_prefix": "4012345"},
    "/api/setup/broker": {"enabled": False, "host": "127.0.0.1", "port": 1, "tls": False},
    "/api/setup/broker/try": {"enabled": True, "host": "127.0.0.1", "port": 1, "tls": False},
    "/api/setup/readers": {"host": "127.0.0.1", "port": 1},
    "/api/setup/antennas": {"reader": "dock", "antennas": [{"port": 1, "location": "DOCK"}]},
    "/api/setup/people": {"badge": "2002", "name": "Eva", "role": "picker", "pin": "815815"},
    "/api/setup/certificates": {"names": ["gw-1.local"], "host": "127.0.0.1"},
    "/api/setup/devices": {"name": "handheld 7"},
    "/api/setup/devices/forget": {"id": "0123456789abcdef"},
    "/api/setup/roll-back": {"number": 1},
    "/api/dispatch": {"sscc": "034531200000000025", "portal": "DOCK"},
    "/api/dispatch/close": {"carrier": "DHL", "due_us": None},
}


def ask(client: httpx.Client, method: str, path: str) -> int:
    """The status of one request of the table; of a stream only the beginning is read."""
    headers = {"Idempotency-Key": f"{method} {path}".replace(" ", "-")}
    body = BODIES.get(path) if method == "POST" else None
    with client.stream(method, EXAMPLES.get(path, path), json=body, headers=headers) as answer:
        return answer.status_code
