"""Playing a story from opening to closing."""

from pathlib import Path

from simulators.day.assortment import substitutes_of
from simulators.day.day import Day, catalogue_of
from simulators.day.judge import Judge
from simulators.day.kernel import at_once, play
from simulators.day.plan import Story
from simulators.day.site import site_of
from simulators.day.stage import Stage
from simulators.day.striking import Striking
from simulators.day.timetable import Entry
from simulators.day.watch import Watches
from simulators.day.ways import way_of


def played(
    story: Story,
    config: Path | None,
    folder: Path,
    entries: list[Entry] | None = None,
    *,
    ends_when_broken: bool = False,
    stage: Stage | None = None,
) -> tuple[Day, Judge]:
    """A day that is over, and its judge.

    Args:
        story: what happens.
        config: a gateway's file; None for the defaults.
        folder: an empty one, for the journal.
        ends_when_broken: the day is over as soon as a promise is broken.
        entries: what goes wrong instead of the story's own timetable; None for that.
        stage: where people look at it; None where nobody does.

    Raises:
        ConfigurationError: the file is wrong.
        NothingToDoError: the day stood still, which is a mistake of the simulation.
    """
    judge = Judge(ends_when_broken=ends_when_broken)
    watch = judge if stage is None else Watches(judge, stage)
    way = way_of(story)
    substitutes = substitutes_of(catalogue_of(story, way.flows))
    day = Day(story, site_of(config, folder, way, substitutes), watch, entries)
    judge.attach(day)
    play(day.clock, _whole(day), at_once if stage is None else stage.passing)
    if judge.failure is not None:
        raise judge.failure
    return day, judge


async def _whole(day: Day) -> None:
    """People work, and things go wrong."""
    day.begin(Striking(day, day.timetable).run())
    await day.run()
