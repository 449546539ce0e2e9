"""The run as one SVG: events stored in each second, and how old they were."""

from collections.abc import Sequence
from pathlib import Path

from tests.fleet.judging import Second

WIDTH, HEIGHT, LEFT, GAP = 900, 180, 70, 60


def plot(path: Path, run: Sequence[Second], happenings: Sequence[tuple[float, str]]) -> None:
    """Two plots above one another; what was done to the fleet stands as thin lines.

    Args:
        path: of the file.
        run: second by second.
        happenings: UTC seconds, and what was done then.
    """
    first = run[0].at_s
    span_s = max(1.0, run[-1].at_s - first)
    rate = [(one.at_s - first, float(one.events)) for one in run]
    median = [(one.at_s - first, one.lag_s_median) for one in run]
    slow = [(one.at_s - first, one.lag_s_p95) for one in run]
    marks = [at_s - first for at_s, _ in happenings]
    parts = [
        _panel(0, span_s, "events stored in a second", marks, [("#1f6f8b", rate)]),
        _panel(
            HEIGHT + GAP,
            span_s,
            "age when stored, s: median, 95th percentile",
            marks,
            [("#1f6f8b", median), ("#b5532a", slow)],
        ),
    ]
    height = 2 * (HEIGHT + GAP)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + LEFT + 20} {height}"'
        f' font-family="sans-serif" font-size="13">{"".join(parts)}</svg>\n',
        encoding="utf-8",
    )


def _panel(
    top: float,
    span_s: float,
    title: str,
    marks: Sequence[float],
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]],
) -> str:
    most = max((value for _, line in lines for _, value in line), default=1.0) or 1.0

    def x(at_s: float) -> float:
        return LEFT + WIDTH * at_s / span_s

    def y(value: float) -> float:
        return top + 25 + HEIGHT * (1 - value / most)

    drawn = [
        f'<text x="{LEFT}" y="{top + 15}">{title}</text>',
        f'<path d="M{LEFT} {y(0)}H{LEFT + WIDTH}M{LEFT} {y(0)}V{y(most)}" stroke="#444"/>',
        f'<text x="{LEFT - 8}" y="{y(most) + 5}" text-anchor="end">{most:,.1f}</text>',
        f'<text x="{LEFT - 8}" y="{y(0) + 5}" text-anchor="end">0</text>',
        f'<text x="{LEFT + WIDTH}" y="{y(0) + 18}" text-anchor="end">{span_s:.0f} s</text>',
        *(
            f'<path d="M{x(at_s):.1f} {y(0)}V{y(most)}" stroke="#ccc"/>'
            for at_s in marks
            if 0 <= at_s <= span_s
        ),
        *(
            f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="'
            + " ".join(f"{x(at_s):.1f},{y(value):.1f}" for at_s, value in line)
            + '"/>'
            for colour, line in lines
        ),
    ]
    return "".join(drawn)
