"""Who may do what, as one table; what is not in the table is open to nobody."""

from collections.abc import Mapping
from types import MappingProxyType

from edge.web.people import Role, Scope

EVERYBODY = frozenset(Role)
"""Everybody who is signed in."""
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
LEADERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
PICKERS = LEADERS | {Role.PICKER}
PACKERS = LEADERS | {Role.PACKER}

PUBLIC = frozenset(
    {
        ("GET", "/"),
        ("GET", "/worker.js"),
        ("GET", "/healthz"),
        ("POST", "/api/session"),
        ("DELETE", "/api/session"),
        ("GET", "/api/session/first"),
        ("POST", "/api/session/first"),
        ("POST", "/api/session/device"),
        ("POST", "/api/session/resume"),
    }
)
"""Open without a session, besides the pages' scripts, styles, sounds and words."""

ROLES: Mapping[tuple[str, str], frozenset[Role]] = MappingProxyType(
    {
        ("GET", "/pick"): PICKERS,
        ("GET", "/cart"): PICKERS,
        ("GET", "/pack"): PACKERS,
        ("GET", "/returns"): PACKERS,
        ("GET", "/dispatch"): PACKERS,
        ("GET", "/wall"): PACKERS,
        ("GET", "/counts"): PICKERS,
        ("GET", "/find"): EVERYBODY,
        ("GET", "/floor"): LEADERS,
        ("GET", "/orders"): LEADERS,
        ("GET", "/board"): LEADERS,
        ("GET", "/setup"): LEADERS,
        ("GET", "/api/session"): EVERYBODY,
        ("GET", "/api/openapi.json"): EVERYBODY,
        ("GET", "/api/asyncapi.json"): EVERYBODY,
        ("POST", "/api/work"): PICKERS,
        ("GET", "/api/work"): PICKERS,
        ("POST", "/api/work/hand-over"): PICKERS,
        ("GET", "/api/prompt"): PICKERS,
        ("GET", "/api/prompt/stream"): PICKERS,
        ("POST", "/api/scan"): PICKERS,
        ("POST", "/api/trouble"): PICKERS,
        ("GET", "/api/troubles"): PICKERS,
        ("GET", "/api/pack/{station}"): PACKERS,
        ("GET", "/api/pack/{station}/stream"): PACKERS,
        ("POST", "/api/pack/{station}/scan"): PACKERS,
        ("POST", "/api/pack/{station}/close"): PACKERS,
        ("GET", "/api/pack/{station}/label"): PACKERS,
        ("GET", "/api/pack/{station}/label/stream"): PACKERS,
        ("POST", "/api/pack/{station}/label"): PACKERS,
        ("GET", "/slip"): PACKERS,
        ("GET", "/api/wall/{wall}"): PACKERS,
        ("GET", "/api/wall/{wall}/stream"): PACKERS,
        ("POST", "/api/wall/{wall}/scan"): PACKERS,
        ("POST", "/api/wall/{wall}/lay-back"): PACKERS,
        ("GET", "/api/find"): EVERYBODY,
        ("GET", "/api/find/stream"): EVERYBODY,
        ("GET", "/api/find/items"): EVERYBODY,
        ("POST", "/api/find"): EVERYBODY,
        ("POST", "/api/find/end"): EVERYBODY,
        ("GET", "/api/floor"): EVERYBODY,
        ("GET", "/api/floor/stream"): LEADERS,
        ("GET", "/api/radio"): LEADERS,
        ("GET", "/api/radio/stream"): LEADERS,
        ("GET", "/api/items"): EVERYBODY,
        ("GET", "/api/items/{epc}"): EVERYBODY,
        ("GET", "/api/readers/found"): LEADERS,
        ("POST", "/api/readers/found/{found_id}/approve"): LEADERS,
        ("POST", "/api/readers/found/{found_id}/ignore"): LEADERS,
        ("POST", "/api/readers/found/{found_id}/try"): LEADERS,
        ("GET", "/api/setup"): LEADERS,
        ("POST", "/api/setup/backups"): LEADERS,
        ("POST", "/api/setup/backups/verify"): LEADERS,
        ("GET", "/api/setup/site"): LEADERS,
        ("POST", "/api/setup/site"): ADMINISTRATORS,
        ("POST", "/api/setup/broker"): ADMINISTRATORS,
        ("POST", "/api/setup/broker/try"): ADMINISTRATORS,
        ("POST", "/api/setup/readers"): LEADERS,
        ("POST", "/api/setup/antennas"): ADMINISTRATORS,
        ("POST", "/api/setup/people"): ADMINISTRATORS,
        ("POST", "/api/setup/certificates"): ADMINISTRATORS,
        ("POST", "/api/setup/roll-back"): ADMINISTRATORS,
        ("POST", "/api/setup/begin-anew"): ADMINISTRATORS,
        ("GET", "/api/setup/devices"): LEADERS,
        ("POST", "/api/setup/devices"): ADMINISTRATORS,
        ("POST", "/api/setup/devices/forget"): ADMINISTRATORS,
        ("GET", "/api/items/{epc}/why"): EVERYBODY,
        ("GET", "/api/heat"): LEADERS,
        ("GET", "/api/calibration"): LEADERS,
        ("GET", "/api/calibration/stream"): LEADERS,
        ("POST", "/api/calibration/steps"): LEADERS,
        ("GET", "/api/orders"): LEADERS,
        ("GET", "/api/orders/stream"): LEADERS,
        ("POST", "/api/orders/{order_id}/decision"): LEADERS,
        ("POST", "/api/put-away"): LEADERS,
        ("GET", "/api/dispatch"): PACKERS,
        ("GET", "/api/dispatch/stream"): PACKERS,
        ("POST", "/api/dispatch"): PACKERS,
        ("POST", "/api/dispatch/close"): PACKERS,
        ("GET", "/api/returns"): PACKERS,
        ("GET", "/api/returns/stream"): PACKERS,
        ("POST", "/api/returns/scan"): PACKERS,
        ("POST", "/api/returns/grade"): PACKERS,
        ("GET", "/api/counts"): PICKERS,
        ("GET", "/api/counts/stream"): PICKERS,
        ("POST", "/api/counts"): PICKERS,
        ("POST", "/api/counts/scan"): PICKERS,
        ("POST", "/api/counts/sweep"): LEADERS,
        ("POST", "/api/counts/decision"): LEADERS,
        ("GET", "/api/tasks"): LEADERS,
        ("GET", "/api/tasks/stream"): LEADERS,
        ("POST", "/api/tasks/done"): LEADERS,
        ("GET", "/api/tags"): LEADERS,
        ("GET", "/api/tags/stream"): LEADERS,
        ("POST", "/api/tags/read"): LEADERS,
        ("POST", "/api/tags/write"): LEADERS,
        ("POST", "/api/tags/password"): LEADERS,
        ("POST", "/api/tags/lock"): LEADERS,
        ("POST", "/api/tags/kill/confirmation"): LEADERS,
        ("POST", "/api/tags/kill"): LEADERS,
        ("GET", "/api/log-levels"): ADMINISTRATORS,
        ("POST", "/api/log-levels"): ADMINISTRATORS,
        ("GET", "/api/board"): LEADERS,
        ("GET", "/api/board/stream"): LEADERS,
        ("GET", "/api/board/questions"): PACKERS,
        ("POST", "/api/board/questions/{name}"): PACKERS,
        ("GET", "/api/letters"): LEADERS,
        ("GET", "/api/letters/stream"): LEADERS,
        ("POST", "/api/letters/{seq}/resend"): LEADERS,
        ("GET", "/readyz"): LEADERS,
        ("GET", "/metrics"): LEADERS,
    }
)
"""The roles of each page and endpoint."""

SCOPES: Mapping[tuple[str, str], Scope] = MappingProxyType(
    {
        ("GET", "/readyz"): Scope.READY,
        ("GET", "/metrics"): Scope.METRICS,
        ("GET", "/api/asyncapi.json"): Scope.READY,
        ("GET", "/api/log-levels"): Scope.OPERATE,
        ("POST", "/api/log-levels"): Scope.OPERATE,
        ("GET", "/api/board"): Scope.LOOK,
        ("GET", "/api/radio"): Scope.LOOK,
    }
)
"""What a machine's token may open."""
