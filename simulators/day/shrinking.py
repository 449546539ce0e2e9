"""A failing day made as short as it will go: fewer faults, flows, pickers and orders.

Delta debugging on the timetable's entries (halves first, then single ones), then what the
warehouse does besides, then the people, then the orders. A shorter story counts if it breaks one
of the same laws; each try is a whole day, so the number of tries has a bound.
"""

from collections.abc import Callable
from dataclasses import replace

from simulators.day.plan import Story

Breaks = Callable[[Story], bool]
"""Whether a story still breaks what the first one broke."""


def shortest(story: Story, entries: tuple[int, ...], breaks: Breaks, tries_max: int = 60) -> Story:
    """The shortest story found that still breaks.

    Args:
        story: one that breaks.
        entries: numbers of the timetable's entries that happen in it.
        breaks: plays a story.
        tries_max: days that may be played.
    """
    left = [tries_max]

    def still(candidate: Story) -> bool:
        left[0] -= 1
        return left[0] >= 0 and breaks(candidate)

    story = replace(story, kept=entries)
    story = _fewer_entries(story, still)
    story = _fewer_flows(story, still)
    story = _fewer_pickers(story, still)
    return _fewer_orders(story, still)


def _fewer_entries(story: Story, still: Breaks) -> Story:
    """Leave out as many entries as can be: first large parts, then single ones."""
    kept = story.kept or ()
    size = len(kept)
    while size:
        at = 0
        while at < len(kept):
            fewer = (*kept[:at], *kept[at + size :])
            if still(replace(story, kept=fewer)):
                kept = fewer
            else:
                at += size
        size //= 2
    return replace(story, kept=kept)


def _fewer_flows(story: Story, still: Breaks) -> Story:
    """Without one after the other; what the seed draws by itself is not touched."""
    for flow in story.flows or ():
        fewer = replace(story, flows=tuple(one for one in story.flows or () if one != flow))
        if still(fewer):
            story = fewer
    return story


def _fewer_pickers(story: Story, still: Breaks) -> Story:
    for pickers in range(1, story.pickers):
        fewer = replace(story, pickers=pickers)
        if still(fewer):
            return fewer
    return story


def _fewer_orders(story: Story, still: Breaks) -> Story:
    """Half as many, then a quarter fewer, then one fewer."""
    for part in (2, 4, story.orders):
        while story.orders > 1:
            fewer = replace(story, orders=story.orders - max(1, story.orders // part))
            if not still(fewer):
                break
            story = fewer
    return story
