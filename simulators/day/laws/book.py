"""All laws of a day, in the order in which they look."""

from simulators.day.laws.delivery import (
    AnswerIsKept,
    CursorIsTrue,
    JournalIsSound,
    NothingDoubled,
    NothingLost,
    OrderKept,
    SentOnlyCommitted,
)
from simulators.day.laws.flows import (
    HeldIsAsked,
    ListIsTrue,
    PalletIsOne,
    RefillFits,
    SlotIsItsOrder,
    WorkIsInOneHand,
    WrongDoorHolds,
)
from simulators.day.laws.gate import GateIsTrue
from simulators.day.laws.goods import (
    DeadReaderMovesNothing,
    FactsSayTheSame,
    OnePlaceForATag,
    PromisedLiesThere,
    StockAddsUp,
)
from simulators.day.laws.law import Law
from simulators.day.laws.leaving import LabelIsHeeded, OutIsSaid
from simulators.day.laws.number_list import ListIsOnTags
from simulators.day.laws.parcels import (
    ClosedWhenQuiet,
    MissingIsCounted,
    ParcelIsItsOrder,
    TooManyIsTrue,
)
from simulators.day.laws.tag_work import NumbersAreTrue, TagWorkIsTrue
from simulators.day.laws.weight import WeightIsTold
from simulators.day.laws.work import (
    AlertsAreTrue,
    EventsInOrder,
    EverythingGetsDone,
    GoodMailIsTaken,
    NoPieceTwice,
    PromptsLeadOn,
    RulesDecide,
)

LAWS: tuple[type[Law], ...] = (
    *(NothingLost, NothingDoubled, OrderKept, CursorIsTrue, SentOnlyCommitted, AnswerIsKept),
    *(JournalIsSound, StockAddsUp, PromisedLiesThere, OnePlaceForATag, ParcelIsItsOrder),
    *(ClosedWhenQuiet, MissingIsCounted, FactsSayTheSame, DeadReaderMovesNothing, EventsInOrder),
    *(NoPieceTwice, PromptsLeadOn, EverythingGetsDone, AlertsAreTrue, RulesDecide),
    *(GoodMailIsTaken, SlotIsItsOrder, WrongDoorHolds, PalletIsOne, ListIsTrue),
    *(WorkIsInOneHand, HeldIsAsked, RefillFits, TagWorkIsTrue, WeightIsTold, TooManyIsTrue),
    *(OutIsSaid, LabelIsHeeded, GateIsTrue, NumbersAreTrue, ListIsOnTags),
)
