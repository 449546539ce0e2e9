"""Plots of a day's page: steps over minutes, and bars; they fit a screen of any width.

Lines are drawn in an SVG that is stretched to the room there is, with strokes that are not; all
words stand beside it as text of the page, so that they are as large on a telephone as on a desk.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

_COLOURS = ("#0b5cad", "#b35900", "#26734d", "#7a3e9d", "#33404d", "#5a7a00", "#a8326f")
_DASHES = ("", "7 4", "2 4", "10 4 2 4", "1 3", "14 5", "4 2 1 2")
"""Colour is never alone: each line has a dash of its own."""
_MARK = "#a3222d"
_UNITS = 1000.0
"""Width and height of the drawing, before it is stretched."""
_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480)
_MINUTES_MAX, _LEVELS_MAX = 6, 5
STYLE = f"""
.plot{{position:relative;height:230px;margin:.8rem .8rem 3rem 2.6rem;
border-left:1px solid #8895a3;border-bottom:1px solid #8895a3}}
.plot svg{{position:absolute;inset:0;width:100%;height:100%;overflow:visible}}
.plot path{{fill:none;vector-effect:non-scaling-stroke}}
.plot .x,.plot .y{{position:absolute;font-size:.8rem;line-height:1rem;color:#33404d}}
.plot .x{{top:calc(100% + .2rem);transform:translateX(-50%)}}
.plot .y{{right:calc(100% + .4rem);transform:translateY(50%)}}
.plot .axis{{position:absolute;top:calc(100% + 1.3rem);left:0;right:0;text-align:center;
font-size:.85rem;color:#33404d}}
.key{{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;margin:.4rem 0;font-size:.9rem}}
.key svg{{width:30px;height:8px;margin-right:.4rem;vertical-align:middle}}
.bars{{display:grid;grid-template-columns:max-content 1fr;gap:.3rem .8rem;align-items:center;
margin:.4rem 0 1rem;font-size:.9rem}}
.bars div{{display:flex;align-items:center;gap:.4rem}}
.bars i{{display:block;height:1rem;background:{_COLOURS[0]}}}
.bars span{{white-space:nowrap}}
"""
Points = Sequence[tuple[float, float]]


def steps(
    series: Mapping[str, Points],
    length: float,
    what: str,
    marks: Mapping[float, str] | None = None,
) -> str:
    """Counts that grow over the minutes of a day, with a key that has each one's last count.

    Args:
        series: by name, (minute, count) of each step.
        length: of the day in minutes.
        what: is counted, as the words of the upright axis.
        marks: minutes at which something went wrong, and what.
    """
    struck = {at: text for at, text in (marks or {}).items() if at <= length}
    highest = max([1.0, *(y for points in series.values() for _, y in points)])
    top = _levels(highest)[-1]
    drawn = [_line(number, points, length, top) for number, points in enumerate(series.values())]
    title = f"{what}: {', '.join(series)} over {length:.0f} minutes"
    return (
        _key(series, what, has_marks=bool(struck))
        + f'<div class="plot"><svg viewBox="0 0 {_UNITS:.0f} {_UNITS:.0f}" '
        f'preserveAspectRatio="none" role="img" aria-label="{escape(title)}">'
        + _grid(_levels(highest), top)
        + "".join(_mark(at / length, text) for at, text in struck.items())
        + "".join(drawn)
        + "</svg>"
        + _words(_minutes(length), length, _levels(highest), top)
        + '<div class="axis">minutes after opening</div></div>'
    )


def bars(rows: Mapping[str, float], form: str = "{:.2f}") -> str:
    """A bar for each row, with its name before it and its figure behind it."""
    most = max([*rows.values(), 1e-9])
    cells = (
        f"<span>{escape(name)}</span>"
        f'<div><i style="width:{80 * value / most:.1f}%"></i>'
        f"<span>{form.format(value)}</span></div>"
        for name, value in rows.items()
    )
    return f'<div class="bars">{"".join(cells)}</div>'


def _key(series: Mapping[str, Points], what: str, *, has_marks: bool) -> str:
    """What is counted, and which line is whose; the last count belongs to the line's end."""
    entries = [
        _entry(_COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)])
        + f"{escape(name)}: {points[-1][1] if points else 0:.0f}</span>"
        for number, (name, points) in enumerate(series.items())
    ]
    if has_marks:
        entries.append(_entry(_MARK, "2 5") + "something goes wrong (list below)</span>")
    return f'<div class="key"><b>{escape(what)}</b>{"".join(entries)}</div>'


def _entry(colour: str, dash: str) -> str:
    return (
        f'<span><svg viewBox="0 0 30 8" aria-hidden="true"><path d="M0 4h30" stroke="{colour}" '
        f'stroke-width="2.5" stroke-dasharray="{dash}"/></svg>'
    )


def _grid(levels: Sequence[float], top: float) -> str:
    at = (_UNITS * (1 - level / top) for level in levels if level)
    return "".join(f'<path d="M0 {y:.1f}H{_UNITS:.0f}" stroke="#e3e8ed"/>' for y in at)


def _mark(share: float, text: str) -> str:
    return (
        f'<path d="M{_UNITS * share:.1f} 0V{_UNITS:.0f}" stroke="{_MARK}" stroke-dasharray="2 5">'
        f"<title>{escape(text)}</title></path>"
    )


def _line(number: int, points: Points, length: float, top: float) -> str:
    path = f"M0 {_UNITS:.0f}" + "".join(
        f"H{_UNITS * min(x / length, 1.0):.1f}V{_UNITS * (1 - y / top):.1f}" for x, y in points
    )
    return (
        f'<path d="{path}H{_UNITS:.0f}" stroke="{_COLOURS[number % len(_COLOURS)]}" '
        f'stroke-width="2" stroke-dasharray="{_DASHES[number % len(_DASHES)]}"/>'
    )


def _words(minutes: Iterable[float], length: float, levels: Iterable[float], top: float) -> str:
    below = (
        f'<span class="x" style="left:{100 * x / length:.2f}%">{x:.0f}</span>' for x in minutes
    )
    beside = (
        f'<span class="y" style="bottom:{100 * y / top:.2f}%">{y:.0f}</span>' for y in levels
    )
    return "".join((*below, *beside))


def _step(length: float, most: int) -> float:
    return float(next((one for one in _STEPS if length / one <= most), length / most))


def _minutes(length: float) -> list[float]:
    """Whole minutes for an axis: seven at most."""
    step = _step(length, _MINUTES_MAX)
    return [step * number for number in range(int(length / step) + 1)]


def _levels(highest: float) -> list[float]:
    """Whole counts for an axis, the last one at or above the highest: six at most."""
    step = _step(highest, _LEVELS_MAX)
    return [step * number for number in range(int(-(-highest // step)) + 1)]
