"""The floor loop with all that it works with, for a gateway at work and for one that is played."""

from collections.abc import Callable, Mapping
from dataclasses import asdict

from edge.compose.calibrating import calibration_in_use
from edge.compose.core import Core
from edge.compose.habits import FILE, take_up_habits
from edge.compose.link import Link, backlog
from edge.compose.terms import terms_of
from edge.daemon.health import disk_used_share
from edge.daemon.supervisor import guard
from edge.floor.housekeeping import Housekeeping, Retention
from edge.floor.loop import FloorLoop
from edge.floor.loop_parts import LoopParts
from edge.floor.planner import Planner
from edge.floor.radio import Radio
from edge.floor.rates import Rates
from edge.floor.showing import Showing
from edge.locating.locator import Locator
from edge.locating.settings import RadioSettings
from edge.model.inputs import Input
from edge.model.posted import TagWorkWanted
from edge.model.prompts import Answer
from edge.store.archive import FactArchive
from edge.store.store import Store


def floor_loop(
    core: Core,
    store: Store,
    planner: Planner,
    link: Link | None,
    work_on_tags: Callable[[TagWorkWanted], None] | None = None,
    answered: Callable[[Input, Answer], None] | None = None,
) -> FloorLoop:
    """The loop with all that it works with."""
    settings = core.settings
    names: Mapping[str, str] = {one.badge: one.name for one in settings.person}
    showing = Showing(
        core.board,
        Rates(
            core.clock.now_us(),
            settings.work.line_s,
            60 * settings.work.ready_before_minutes,
            core.floor,
        ),
        core.alerts,
        lambda: asdict(backlog(core, store, link)),
        names,
    )
    wake = link.wake if link else _nobody_waits

    def committed() -> None:
        showing.articles()  # the link's EPCIS events name articles by them
        wake()

    locator = Locator(
        core.floor,
        calibration=calibration_in_use(core),
        radio=RadioSettings(**settings.radio.model_dump()),
    )
    take_up_habits(core.store_path.with_name(FILE), locator.health)
    return FloorLoop(
        LoopParts(
            floor=core.floor,
            terms=terms_of(settings, core.troubles),
            inbox=core.inbox,
            store=store,
            locator=locator,
            radio=Radio(locator, core.board, core.alerts),
            planner=planner,
            housekeeping=housekeeping(core, store),
            showing=showing,
            alerts=core.alerts,
            clock=core.clock,
            committed=committed,
            guard=guard,
            desk=core.desk,
            tick_ms=settings.timing.tick_ms,
            work_on_tags=work_on_tags or _nobody_works,
            answered=answered or _nobody_looks,
            silent=core.handhelds.silent,
            damaged=core.damage.tell,
            note_refused=core.letters.refused,
        )
    )


def housekeeping(core: Core, store: Store) -> Housekeeping:
    """What keeps the journal's disk bounded; a played one lies elsewhere than the gateway's."""
    journal, data_dir = core.settings.journal, core.store_path.parent
    return Housekeeping(
        store,
        core.clock,
        core.alerts,
        Retention(
            rows=journal.keep_facts_min,
            span_us=int(journal.keep_days * 86_400e6),
            archive=FactArchive(journal.archive_dir) if journal.archive_dir else None,
        ),
        lambda: disk_used_share(data_dir),
        data_dir / "reserve" if journal.reserve else None,
    )


def _nobody_works(_: TagWorkWanted) -> None:
    """Where a day is played there is no reader; none was asked for anything either."""


def _nobody_looks(_: Input, __: Answer) -> None:
    """Where a day is played there is no light."""


def _nobody_waits() -> None:
    """Without a link nobody waits for commits."""
