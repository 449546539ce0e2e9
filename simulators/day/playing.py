"""Playing a story from opening to closing."""

from pathlib import Path

from simulators.day.day import Day
from simulators.day.judge import Judge
from simulators.day.kernel import play
from simulators.day.plan import Story
from simulators.day.site import site_of


def played(story: Story, config: Path | None, folder: Path) -> tuple[Day, Judge]:
    """A day that is over, and its judge.

    Args:
        story: what happens.
        config: a gateway's file; None for the defaults.
        folder: an empty one, for the journal.

    Raises:
        ConfigurationError: the file is wrong.
        NothingToDoError: the day stood still, which is a mistake of the simulation.
    """
    judge = Judge()
    day = Day(story, site_of(config, folder), judge)
    judge.attach(day)
    play(day.clock, day.run())
    if judge.failure is not None:
        raise judge.failure
    return day, judge
