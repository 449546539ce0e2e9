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

_WIDTH, _HEIGHT = 900.0, 220.0
_LEFT, _BOTTOM, _TOP = 46.0, 26.0, 14.0
_COLOURS = ("#0b5cad", "#b35900", "#26734d", "#7a3e9d", "#a3222d", "#4d5a66")
_DASHES = ("", "7 4", "2 4", "10 4 2 4", "1 3", "14 5")
"""Colour is never alone: each line has a dash of its own, and its name at its end."""
_STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480)
_TICKS_MAX = 6
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
svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:#33404d}
code{background:#f1f4f7;padding:.1rem .35rem;border-radius:4px;overflow-wrap:anywhere}
"""
Points = Sequence[tuple[float, float]]


def page_of(day: Day, judge: Judge, report: dict[str, Any]) -> str:
    """The page as HTML."""
    events = [(fact.event, _minute(fact.occurred_us)) for fact in judge.facts]
    length = max(report["minutes"], 1.0)
    parts = [
        _head(report),
        _figures(report),
        _section("Orders on their way", lines(_flow(events), length, _marks(day)) + _legend(day)),
        _section("Pieces picked, by picker", lines(_picked(events), length, _marks(day))),
        _section("Items a minute", bars(_rates(report))),
        _section("Lines that were wrong", _listing(report["wrong"])),
        _section("What caught what was wrong", _table(report["caught"])),
        _section("What hands did", _table(report["slips"])),
        _section("What went wrong, by the timetable", _timetable(day)),
        _section("Broken promises", _broken(report["broken"])),
        f"<p>Played again with <code>{escape(report['command'])}</code></p>",
    ]
    title = f"Simulated day {report['seed']}"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style><body>{''.join(parts)}</body></html>"
    )


def lines(series: dict[str, Points], length: float, marks: Iterable[float] = ()) -> str:
    """Steps over minutes; `marks` are instants at which something went wrong."""
    top = max([1.0, *(y for points in series.values() for _, y in points)])
    drawn = [_axes(length, top)]
    drawn += [_mark(at, length) for at in marks if at <= length]
    for number, (name, points) in enumerate(series.items()):
        drawn.append(_line(number, name, points, (length, top)))
    return _svg("".join(drawn), f"steps of {', '.join(series)} over {length:.0f} minutes")


def bars(rows: dict[str, float]) -> str:
    """A bar for each row, with its name and figure."""
    most = max([*rows.values(), 1e-9])
    height = 24.0 * len(rows) + 8
    drawn = []
    for number, (name, value) in enumerate(rows.items()):
        y = 8 + 24.0 * number
        width = value / most * (_WIDTH - 260)
        drawn.append(
            f'<text x="0" y="{y + 13}">{escape(name)}</text>'
            f'<rect x="170" y="{y}" width="{width:.1f}" height="17" fill="{_COLOURS[0]}"/>'
            f'<text x="{176 + width:.1f}" y="{y + 13}">{value:.2f}</text>'
        )
    return _svg("".join(drawn), "bars of items a minute", height)


def _minute(at_us: int) -> float:
    return (at_us - OPENING_US) / 60e6


def _flow(events: list[tuple[Event, float]]) -> dict[str, Points]:
    """How many orders have come, are in packing, are packed and have left."""
    stages: dict[str, type[Any]] = {
        "received": OrderReceived,
        "in packing": PackOpened,
        "packed": ParcelClosed,
        "shipped": ParcelShipped,
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


def _rates(report: dict[str, Any]) -> dict[str, float]:
    return {
        name if name.startswith(kind) else f"{kind} {name}": value
        for kind, rates in report["items_per_minute"].items()
        for name, value in rates.items()
    }


def _marks(day: Day) -> list[float]:
    return [entry.at_s / 60 for entry in day.timetable]


def _legend(day: Day) -> str:
    return "<p>Dotted red: something goes wrong there.</p>" if day.timetable else ""


def _ticks(length: float) -> list[float]:
    """Whole minutes for an axis: seven at most."""
    step = next((one for one in _STEPS_MIN if length / one <= _TICKS_MAX), _STEPS_MIN[-1])
    return [float(step * number) for number in range(int(length / step) + 1)]


def _x(at: float, length: float) -> float:
    return _LEFT + min(max(at, 0.0), length) / length * (_WIDTH - _LEFT - 130)


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _BOTTOM - _TOP)


def _axes(length: float, top: float) -> str:
    base, right = _y(0, top), _x(length, length)
    drawn = [
        f'<path d="M{_LEFT} {_TOP}V{base}H{right}" fill="none" stroke="#8895a3"/>',
        f'<text x="{_LEFT - 6}" y="{_TOP + 5}" text-anchor="end">{top:.0f}</text>',
        f'<text x="{_LEFT - 6}" y="{base}" text-anchor="end">0</text>',
    ]
    for at in _ticks(length):
        x = _x(at, length)
        drawn.append(
            f'<path d="M{x:.1f} {base}v4" stroke="#8895a3"/>'
            f'<text x="{x:.1f}" y="{base + 18}" text-anchor="middle">{at:.0f} min</text>'
        )
    return "".join(drawn)


def _mark(at: float, length: float) -> str:
    x = _x(at, length)
    return (
        f'<path d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="#a3222d" '
        'stroke-width="1" stroke-dasharray="2 5" opacity=".55"/>'
    )


def _line(number: int, name: str, points: Points, scale: tuple[float, float]) -> str:
    length, top = scale
    colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
    path = f"M{_x(0, length):.1f} {_y(0, top):.1f}"
    path += "".join(f"H{_x(x, length):.1f}V{_y(y, top):.1f}" for x, y in points)
    path += f"H{_x(length, length):.1f}"
    end = _y(points[-1][1], top) if points else _y(0, top)
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dash}"/>'
        f'<path d="M{_WIDTH - 122} {_TOP + 16 * number + 4}h26" stroke="{colour}" '
        f'stroke-width="2" stroke-dasharray="{dash}"/>'
        f'<text x="{_WIDTH - 90}" y="{_TOP + 16 * number + 8}">{escape(name)}</text>'
        f'<circle cx="{_x(length, length):.1f}" cy="{end:.1f}" r="3" fill="{colour}"/>'
    )


def _svg(inside: str, title: str, height: float = _HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(title)}">{inside}</svg>'
    )


def _head(report: dict[str, Any]) -> str:
    broken = len(report["broken"])
    verdict = "Every promise was kept." if not broken else f"{broken} promises were broken."
    flows = f" Besides: {', '.join(report['flows'])}." if report["flows"] else ""
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
        "on time": f"{report['on_time_share']:.1%}",
        "walk a line": f"{report['walk_m_per_line']} m",
        "places right": "-" if accuracy is None else f"{accuracy:.1%}",
        "facts": f"{report['facts']:,}",
        "lost": report["lost"],
        "doubled": report["doubled"],
        "redelivered": report["redelivered"],
    }
    cells = (f"<div><b>{value}</b>{name}</div>" for name, value in shown.items())
    return f'<div class="figures">{"".join(cells)}</div>'


def _section(title: str, inside: str) -> str:
    return f"<h2>{title}</h2>{inside}"


def _table(rows: dict[str, Any]) -> str:
    if not rows:
        return "<p>Nothing.</p>"
    cells = (
        f'<tr><td>{escape(name.replace("_", " "))}</td><td class="n">{value}</td></tr>'
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
        f"<td>{escape(entry.told)}</td></tr>"
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
