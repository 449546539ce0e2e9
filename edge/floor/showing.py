"""Showing: the state as plain values on the board, newest prompts first, maps a little later.

Prompts and pack stations are shown after every turn that changed something: a person waits for
them. The wide views are drawn at most a few times a second, whatever happens on the floor.
"""

from collections.abc import Callable
from dataclasses import asdict

from edge.clock import Clock
from edge.floor.after_sales import counts_view, returns_view, tasks_view
from edge.floor.alerts import Alerts, alert_view
from edge.floor.board import Board, Shown
from edge.floor.floor_picture import FloorPicture
from edge.floor.manifests import dispatch_view
from edge.floor.orders_picture import OrdersPicture
from edge.floor.progress import rates_view, walks_view, waves_view
from edge.floor.rates import Rates
from edge.floor.views import (
    Names,
    articles_view,
    decided_view,
    pack_view,
    people_view,
    prompt_view,
    tags_view,
    wall_view,
)
from edge.model.events import (
    ArticleListed,
    CountMade,
    CountWanted,
    ErrandStarted,
    Event,
    FetchShort,
    ItemArrived,
    ItemDeparted,
    ItemMoved,
    ManifestClosed,
    OrderReceived,
    PalletBrokenUp,
    PalletClosed,
    PalletDeparted,
    PalletLookedAt,
    PalletOpened,
    PalletSeen,
    ParcelClosed,
    ParcelShipped,
    ParcelStacked,
    ParcelUnstacked,
    PassageSettled,
    PassageUnclear,
    PersonListed,
    PieceFetched,
    PieceLost,
    PiecePut,
    ReplenishmentWanted,
    ReturnExpected,
    ReturnGraded,
    ReturnReceived,
    StockStated,
    TagWorkBegun,
    TagWorkEnded,
    TaskDone,
    TaskOpened,
    TooManySettled,
    TooManySuspected,
    VarianceSettled,
    WrongDoorSeen,
)
from edge.model.ids import Badge
from edge.model.orders import OrderState
from edge.model.places import LocationKind
from edge.model.prompts import Prompt
from edge.model.state import FloorState
from edge.rules import guiding

WIDE_VIEW_US = 400_000
DRAWING_PAUSE = 10
"""Times the time of the last drawing: 100,000 rows of stock take some 150 ms of the loop's."""

AFTER_SALES = (
    ReturnExpected,
    ReturnReceived,
    ReturnGraded,
    PiecePut,
    PieceLost,
    CountWanted,
    CountMade,
    VarianceSettled,
    StockStated,
    TaskOpened,
    TaskDone,
    ReplenishmentWanted,
    PieceFetched,
    FetchShort,
    ErrandStarted,
    OrderReceived,
)
"""Facts that change the lists of returns, counts and tasks."""

DISPATCH = (
    ParcelClosed,
    ParcelShipped,
    ManifestClosed,
    WrongDoorSeen,
    PalletOpened,
    ParcelStacked,
    ParcelUnstacked,
    PalletClosed,
    PalletBrokenUp,
    PalletSeen,
    PalletDeparted,
    PalletLookedAt,
    PassageUnclear,
    PassageSettled,
    TooManySuspected,
    TooManySettled,
)
"""Facts that change the manifests, the pallets and what portals ask."""


RADIO = (ItemArrived, ItemMoved, ItemDeparted)
"""Facts that change the floor alone: by far the most are of these."""


class Showing:
    """Puts the state on the board; used by the floor loop only.

    Args:
        board: where it is shown.
        rates: of pieces that are handled.
        alerts: shown on the board page.
        link_status: what the link to the central system says of itself, plain values.
        names: people's names by badge; those that the central system lists go before.
    """

    def __init__(
        self,
        board: Board,
        rates: Rates,
        alerts: Alerts,
        link_status: Callable[[], Shown],
        names: Names,
    ) -> None:
        self._board = board
        self._rates = rates
        self._alerts = alerts
        self._link_status = link_status
        self._known_names = names
        self._names = names
        self._prompts: dict[Badge, Prompt] = {}
        self._wide_due_us = 0
        self._floor_outdated = True
        self._lists_outdated = True
        self._articles_drawn = False
        self._tags_outdated = True
        self._after_sales_outdated = True
        self._dispatch_outdated = True
        self._people_outdated = True
        self._listed: dict[str, object] = {}
        self._picture = FloorPicture()
        self._orders = OrdersPicture()

    def note(self, event: Event, occurred_us: int) -> None:
        """Count what the rates need, and note what has to be drawn anew."""
        self._rates.note(event, occurred_us)
        if isinstance(event, RADIO):
            return
        self._lists_outdated = True
        self._people_outdated |= isinstance(event, PersonListed)
        if isinstance(event, ArticleListed):
            self._listed |= articles_view((event.article,))
            self._orders.renamed()
        self._tags_outdated |= isinstance(event, TagWorkBegun | TagWorkEnded)
        self._after_sales_outdated |= isinstance(event, AFTER_SALES)
        self._dispatch_outdated |= isinstance(event, DISPATCH)

    def articles(self) -> None:
        """Put up what was listed, before anybody tells others of the facts that name it.

        Added to what is up: a central system lists its articles in many messages, and a catalogue
        is not to be drawn anew for each.
        """
        if self._listed:
            sheet = self._board.look("articles")
            self._board.show("articles", {**(sheet.value if sheet else {}), **self._listed})
            self._listed = {}

    def near(self, state: FloorState) -> None:
        """Every picker's prompt and every station's tote; the floor is outdated now."""
        self._floor_outdated = True
        self._board.show("readers/decided", decided_view(state))
        for badge in state.pickers:
            self._show_prompt(guiding.prompt(state, badge))
        for station in state.floor.places_of(LocationKind.STATION):
            self._board.show(f"pack/{station}", pack_view(state, station))
        if self._people_outdated:
            self._people_outdated = False
            self._board.show("people", people_view(state))
            listed = {str(one.badge): one.name for one in state.people.values() if one.name}
            self._names = {**self._known_names, **listed}
        for wall in state.floor.places_of(LocationKind.WALL):
            self._board.show(f"wall/{wall}", wall_view(state, wall))
        if self._tags_outdated:
            self._tags_outdated = False
            self._board.show("tags", tags_view(state))
        if self._after_sales_outdated:
            self._after_sales_outdated = False
            self._board.show("returns", returns_view(state))
            self._board.show("counts", counts_view(state))
            self._board.show("tasks", tasks_view(state))

    def _show_prompt(self, prompt: Prompt) -> None:
        """Only one that changed is put into words: with fifty pickers one scan changes one."""
        if self._prompts.get(prompt.badge) != prompt:
            self._prompts[prompt.badge] = prompt
            self._board.show(f"prompt/{prompt.badge}", prompt_view(prompt))

    def wide(self, state: FloorState, clock: Clock) -> None:
        """The board, if it is due; floor, articles and orders too if anything has happened.

        A large floor takes long to draw, and is drawn the more seldom for it.
        """
        began_us = clock.monotonic_us()
        if began_us < self._wide_due_us:
            return
        if not self._articles_drawn:
            self._articles_drawn = True
            self._board.show("articles", articles_view(state.articles.values()))
        self.articles()
        if self._lists_outdated:
            self._lists_outdated = False
            self._board.show("orders", self._orders.drawn(state))
        if self._floor_outdated:
            self._floor_outdated = False
            self._board.show("floor", self._picture.drawn(state, self._names, self._prompts))
        if self._dispatch_outdated:
            self._dispatch_outdated = False
            self._board.show("dispatch", dispatch_view(state, clock.now_us()))
        self._board.show("board", self._rates_view(state, clock.now_us()))
        drawn_us = clock.monotonic_us()
        self._wide_due_us = drawn_us + max(WIDE_VIEW_US, DRAWING_PAUSE * (drawn_us - began_us))

    def _rates_view(self, state: FloorState, now_us: int) -> Shown:
        readers = {antenna.reader for antenna in state.floor.antennas}
        pickers = sum(one.ready for one in state.pickers.values())
        down = sum(reader in state.outages for reader in readers)
        return {
            "orders": {one.value: state.orders.count(one) for one in OrderState},
            **rates_view(self._rates, self._names, now_us),
            "waves": waves_view(state, self._rates.pace(pickers, now_us), now_us),
            "walks": walks_view(state, self._names),
            "backlog": dict(self._link_status()),
            "readers": {"up": len(readers) - down, "down": down},
            "questions": [asdict(one) for one in state.questions.values()],
            "alerts": [alert_view(one) for one in self._alerts.active()],
        }
