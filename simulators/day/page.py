"""The report of a day as one page: figures, plots, faults; own SVG, no script, no other file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from edge.model.events import (
    Event,
    OrderReceived,
    PackOpened,
    ParcelClosed,
    ParcelShipped,
    PiecePicked,
)
from simulators.day.day import OPENING_US, Day
from simulators.day.judge import Judge
from simulators.day.plain_words import CAUGHT, PASSAGES, SLIPS, told
from simulators.day.plots import STYLE, Points, bars, steps

_LEFT_BEFORE_MIN = (
    ("after it", -1e9),
    ("0 to 5", 0.0),
    ("5 to 10", 5.0),
    ("10 to 20", 10.0),
    ("20 to 30", 20.0),
    ("30 and more", 30.0),
)
"""How many minutes before its carrier an order has left: names, and where each begins."""
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:960px;margin:2rem auto;padding:0 1rem;
color:#1a2330;background:#fff}
h1{font-size:1.6rem;margin:0 0 .2rem}h2{font-size:1.15rem;margin:2rem 0 .4rem}
.verdict{font-size:1.15rem;font-weight:600;padding:.6rem 1rem;border-left:8px solid}
.good{border-color:#26734d;background:#eef7f1}.bad{border-color:#a3222d;background:#fbeff0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.6rem}
.figures div{border:1px solid #cfd6de;border-radius:6px;padding:.5rem .8rem}
.figures b{display:block;font-size:1.35rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem;
border-bottom:1px solid #dde3e9;vertical-align:top}td.n{text-align:right;white-space:nowrap}
.narrow td:last-child{width:100%}
code{background:#f1f4f7;padding:.1rem .35rem;border-radius:4px;overflow-wrap:anywhere}
"""


def page_of(day: Day, judge: Judge, report: dict[str, Any]) -> str:
    """The page as HTML."""
    events = [
        (fact.event, at_s / 60) for fact, at_s in zip(judge.facts, judge.facts_at_s, strict=True)
    ]
    length = max(report["minutes"], 1.0)
    parts = [
        _head(report),
        _figures(report),
        _section(
            "Orders and parcels on their way",
            steps(_flow(events), length, "orders, parcels", _marks(day)),
        ),
        _section(
            "Pieces picked, by picker", steps(_picked(events), length, "pieces", _marks(day))
        ),
        *_rates(report),
        _section(
            "Orders, by the minutes that were left before their carrier",
            bars(_ahead(day), "{:.0f}"),
        ),
        _section("Lines that were wrong", _listing(report["wrong"])),
        _section(
            "How often what noticed that something was wrong", _table(report["caught"], CAUGHT)
        ),
        _section("Tags that went through the gate", _table(report["passages"], PASSAGES))
        if "gate" in report["flows"]
        else "",
        _section("Where hands slipped unseen", _table(report["slips"], SLIPS)),
        _section("What went wrong, by the timetable", _timetable(day)),
        _section("Broken promises", _broken(report["broken"])),
        f"<p>Played again with <code>{escape(report['command'])}</code></p>",
    ]
    title = f"Simulated day {report['seed']}"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}{STYLE}</style><body>{''.join(parts)}</body></html>"
    )


def _minute(at_us: int) -> float:
    return (at_us - OPENING_US) / 60e6


def _flow(events: list[tuple[Event, float]]) -> dict[str, Points]:
    """How many orders have come, how many parcels were begun, are packed and have left."""
    stages: dict[str, type[Any]] = {
        "orders received": OrderReceived,
        "checks begun": PackOpened,
        "parcels packed": ParcelClosed,
        "parcels left": ParcelShipped,
    }
    return {
        name: _steps(at for event, at in events if isinstance(event, kind))
        for name, kind in stages.items()
    }


def _picked(events: list[tuple[Event, float]]) -> dict[str, Points]:
    badges = sorted({event.badge for event, _ in events if isinstance(event, PiecePicked)})
    return {
        badge: _steps(
            at for event, at in events if isinstance(event, PiecePicked) and event.badge == badge
        )
        for badge in badges
    }


def _steps(instants: Iterable[float]) -> Points:
    return [(0.0, 0.0), *((at, number) for number, at in enumerate(sorted(instants), 1))]


def _rates(report: dict[str, Any]) -> list[str]:
    """Pieces a minute, over the time from the first order to the last such piece."""
    named = {
        "picker": "Pieces picked a minute, by picker",
        "zone": "Pieces picked a minute, by zone",
        "station": "Pieces checked a minute, by pack station",
    }
    rates = report["items_per_minute"]
    return [_section(title, bars(rates[kind])) for kind, title in named.items() if rates[kind]]


def _ahead(day: Day) -> dict[str, float]:
    """How many orders left how long before their carrier did."""
    due_s = {one.body["order_id"]: one.due_s for one in day.book.orders}
    found = dict.fromkeys((name for name, _ in _LEFT_BEFORE_MIN), 0.0)
    for one in day.left_at_true_time():
        ahead = due_s[one.order_id] / 60 - _minute(one.at_us)
        found[[name for name, least in _LEFT_BEFORE_MIN if least <= ahead][-1]] += 1
    return found


def _marks(day: Day) -> dict[float, str]:
    return {entry.at_s / 60: told(entry) for entry in day.timetable}


def _head(report: dict[str, Any]) -> str:
    broken = len(report["broken"])
    verdict = "Every promise was kept." if not broken else f"{broken} promises were broken."
    flows = f" Done besides: {', '.join(report['flows'])}." if report["flows"] else ""
    return (
        f"<h1>Simulated day {report['seed']}</h1>"
        f"<p>{report['minutes']:.0f} minutes of work, {report['restarts']} restarts, "
        f"{len(report['faults'])} things that went wrong.{escape(flows)}</p>"
        f'<p class="verdict {"bad" if broken else "good"}">{verdict}</p>'
    )


def _figures(report: dict[str, Any]) -> str:
    accuracy = report["location_accuracy"]
    cancelled = report["cancelled_orders"]
    shown = {
        f"orders, {cancelled} cancelled" if cancelled else "orders": report["orders"],
        "lines": report["lines"],
        "items": report["items"],
        "wrong lines": report["wrong_lines"],
        "lines told short": report["short_lines"],
        "of orders left before their carrier": f"{report['on_time_share']:.1%}",
        "walked for a line": f"{report['walk_m_per_line']} m",
        "of pieces lay where they were thought to be": "-"
        if accuracy is None
        else f"{accuracy:.1%}",
        "facts told to the central system": f"{report['facts']:,}",
        "facts lost": report["lost"],
        "facts doubled": report["doubled"],
        "facts delivered again": report["redelivered"],
    }
    cells = (f"<div><b>{value}</b>{name}</div>" for name, value in shown.items())
    return f'<div class="figures">{"".join(cells)}</div>'


def _section(title: str, inside: str) -> str:
    return f"<h2>{title}</h2>{inside}"


def _table(rows: dict[str, Any], words: dict[str, str]) -> str:
    if not rows:
        return "<p>Never.</p>"
    cells = (
        f"<tr><td>{escape(words.get(name, name.replace('_', ' ')))}</td>"
        f'<td class="n">{value}</td></tr>'
        for name, value in rows.items()
    )
    return f"<table>{''.join(cells)}</table>"


def _listing(rows: Sequence[str]) -> str:
    if not rows:
        return "<p>Nothing.</p>"
    return f"<table>{''.join(f'<tr><td>{escape(row)}</td></tr>' for row in rows)}</table>"


def _timetable(day: Day) -> str:
    """The number is the one of `--keep`, the minute that of the plots."""
    struck = [entry for entry in day.timetable if str(entry) in day.fault_log]
    if not struck:
        return "<p>Nothing.</p>"
    cells = (
        f'<tr><td class="n">{entry.number}</td><td class="n">{entry.at_s / 60:.1f} min</td>'
        f"<td>{escape(told(entry))}</td></tr>"
        for entry in struck
    )
    return f'<table class="narrow">{"".join(cells)}</table>'


def _broken(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "<p>None.</p>"
    known = Counter(row["promise"] for row in rows)
    head = ", ".join(f"{name} ({count})" for name, count in known.items())
    cells = (
        f'<tr><td>{escape(row["promise"])}</td><td class="n">{row["at_s"]} s</td>'
        f"<td>{escape(row['text'])}</td></tr>"
        for row in rows
    )
    return f"<p>{escape(head)}</p><table>{''.join(cells)}</table>"
