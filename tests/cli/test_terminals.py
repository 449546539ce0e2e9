"""What strangers put into names and reasons does nothing to the terminal of whoever looks."""

import io

from rich.console import Console

from edge.cli.doctor import _table
from edge.cli.top import _screen
from edge.daemon.checks.finding import Finding, Status

TITLE = "\x1b]0;owned\x07"
ERASED = "\x1b[2J\x9b2J\u202eevil"


def printed(what: object) -> str:
    out = io.StringIO()
    Console(file=out, width=300).print(what)
    return out.getvalue()


def is_harmless(text: str) -> bool:
    return all(one.isprintable() or one == "\n" for one in text)


def test_a_readers_own_words_do_nothing_to_the_terminal_of_top() -> None:
    antenna = {"reader": f"dock{TITLE}", "port": 1, "location": ERASED, "state": "good"}
    figures = dict.fromkeys(("reads_per_s", "usual_reads_per_s", "rssi_dbm"), 1.0)
    alert = {"severity": "critical", "code": "reader_exception", "text": f"says {ERASED}{TITLE}"}
    numbers = ("backlog", "oldest_unsent_s", "readers_up", "readers_down", "reads_total")
    more = ("reads_folded", "loop_lag_ms", "disk_free_bytes")
    look = {
        "ready": {"ready": True, "connected": 1, **dict.fromkeys((*numbers, *more), 1)},
        "board": {
            "orders": {},
            "pickers": [{"name": f"Ana{TITLE}", "items": 1, "items_per_minute": 1.0}],
            "items_picked": 1,
            "items_per_minute": 1.0,
            "alerts": [alert],
        },
        "radio": {"antennas": [{**antenna, **figures}]},
    }

    shown = printed(_screen("http://gw", look))

    assert "dock" in shown
    assert "Ana" in shown
    assert is_harmless(shown)


def test_a_brokers_own_words_do_nothing_to_the_terminal_of_doctor() -> None:
    shown = printed(_table([Finding("broker", Status.BAD, f"refuses: {ERASED}", TITLE)]))

    assert "refuses: " in shown
    assert is_harmless(shown)
