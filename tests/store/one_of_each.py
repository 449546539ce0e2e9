"""One fact of each type, with every field filled."""

from edge.model import events as e
from edge.model.counts import CountMethod
from edge.model.devices import FoundDecision
from edge.model.doubts import doubt
from edge.model.errands import Carried, ErrandKind
from edge.model.goods import Article, Forward, PackLevel
from edge.model.ids import (
    Badge,
    DeviceName,
    Epc,
    Gtin,
    LineId,
    LocationId,
    OrderId,
    RequestId,
    Sku,
    Sscc,
    ToteId,
    WalkId,
)
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.passages import Asked, Direction, PassageQuestion
from edge.model.returns import Grade, ReturnedPiece
from edge.model.tag_work import TagJob, TagResult, TagTask
from edge.model.tasks import Task, TaskKind
from edge.model.weights import ParcelWeight, WeightReason
from edge.model.work import ListedPerson, Parcel, Stop, Unit, Walk

SKU, EPC, BADGE = Sku("SHIRT-M"), Epc("30340242201d8840009efdf7"), Badge("B-7")
BIN, CART, STATION, DOCK = (LocationId(one) for one in ("A-01", "cart-1", "pack-1", "dock"))
WALL, SLOT = LocationId("wall-1"), LocationId("wall-1-03")
ORDER, LINE, TOTE, WALK = OrderId("O-1"), LineId("1"), ToteId("T-1"), WalkId("W-1")
SSCC = Sscc("340123450000000018")
PALLET = Sscc("340123450000000032")
TAGGED, SCANNED = Unit(EPC, scanned=False), Unit(None, scanned=True)
BOTH = Unit(EPC, scanned=True)
CARRIED = Carried(SKU, BOTH, BIN)
RETURNED = ReturnedPiece(
    "340123450000000018/0",
    ORDER,
    SSCC,
    0,
    "R-1",
    SKU,
    TAGGED,
    LocationId("quarantine"),
    "too small",
    Grade.QUARANTINE,
    1_700_000_000_000_000,
)
TASK = Task(
    "freeze/A-01", TaskKind.FREEZE, "blocked", BIN, SKU, ORDER, BADGE, 1_700_000_000_000_000
)
TAG_JOB = TagJob(
    RequestId("R-9"),
    BADGE,
    DeviceName("gate"),
    TagTask.WRITE,
    None,
    "e28011602000",
    f"write EPC {EPC}",
    1_700_000_000_000_000,
)

EVENTS: tuple[e.Event, ...] = (
    e.OrderReceived(
        Order(
            ORDER,
            2,
            1,
            1_700_003_600_000_000,
            "DHL",
            (OrderLine(LINE, SKU, 2, substitution=True),),
            OrderState.HELD,
            1_700_000_000_000_000,
            (doubt("hold_rule", rule="räumen", why="\u4ed3\u5e93"),),
        )
    ),
    e.OrderAmended(
        Order(
            ORDER,
            2,
            0,
            None,
            "DHL",
            (OrderLine(LINE, SKU, 2, Gtin("09521234000020")),),
            OrderState.HELD,
            1_700_000_000_000_000,
            (doubt("no_stock", sku=SKU, quantity=2, free=1),),
            ("Ada Lovelace", "London"),
        ),
        BADGE,
    ),
    e.ForwardListed(Forward(BIN, SKU, 2, 8, 3)),
    e.ReplenishmentWanted("refill-1", SKU, LocationId("B-01"), BIN, 6),
    e.PieceFetched("refill-1", SKU, TAGGED, LocationId("B-01"), BADGE),
    e.FetchShort("refill-1", SKU, LocationId("B-01"), 2, "empty", BADGE),
    e.OrderReleased(ORDER, None),
    e.OrderCancelled(ORDER, 3, "customer", BADGE, (Sscc("340123450000000018"),)),
    e.OrderChangeRefused(ORDER, 4, "being picked"),
    e.OrderChanged(
        Order(ORDER, 4, 0, None, "DHL", (OrderLine(LINE, SKU, 1),), OrderState.PICKING, 1),
        WALK,
        TOTE,
        (Stop(BIN, SKU, 1, ORDER, LINE, TOTE, (TAGGED,), checked_empty=True),),
        (CARRIED,),
    ),
    e.ArticleListed(Article(SKU, Gtin("04012345000017"), "Shirt, M", 5, 900, 250, "textile")),
    e.PackListed(PackLevel(Gtin("14012345000014"), SKU, 12, 2)),
    e.StockStated(SKU, BIN, 12, 3, 1_800_000_000_000_000, 1_700_000_000_000_000),
    e.StockPlaced(SKU, BIN, 2, (EPC,), BADGE),
    e.PiecePut("O-1/4", ErrandKind.PUT_BACK, CARRIED, BADGE),
    e.PieceLost("O-1/4", CARRIED, "empty", BADGE),
    e.ItemArrived(EPC, SKU, BIN, 0.9375),
    e.ItemMoved(EPC, None, BIN, CART, 1.0),
    e.ItemDeparted(EPC, SKU, CART, 1_700_000_000_000_001),
    e.ItemWithdrawn(EPC, SKU, "id-7", BIN, CART, 0.9375, 1_700_000_000_000_000, "seen_again"),
    e.ItemNamed(EPC, None, SKU, BIN, 0.9375, 1_700_000_000_000_000, 1_700_000_000_000_000),
    e.EventAgreed(EPC, "id-1", "gateway-0", "id-2"),
    e.TagWorkBegun(TAG_JOB),
    e.TagWorkEnded(
        TAG_JOB.job_id,
        BADGE,
        TAG_JOB.reader,
        TAG_JOB.task,
        TAG_JOB.what,
        TagResult("done", "written and read back", "e28011602000", Epc("e280"), EPC),
    ),
    e.TagWritten(EPC, Epc("e280"), "e28011602000", BADGE),
    e.TagKilled(EPC, "e28011602000", BADGE),
    e.PortalPassed(EPC, SKU, DOCK, "out", 0.96875),
    e.WalkPlanned(
        Walk(
            WALK,
            (Stop(BIN, SKU, 2, ORDER, LINE, TOTE),),
            12.5,
            "same aisle",
            alone_m=30.5,
            totes=(TOTE,),
            unbound=(TOTE,),
        )
    ),
    e.WalkReplanned(
        WALK, (Stop(BIN, SKU, 2, ORDER, LINE, TOTE),), (TOTE,), 9.5, (ORDER,), "9 m to go", (TOTE,)
    ),
    e.PickerChanged(BADGE, ready=True, cart=CART, zone=LocationId("zone-1")),
    e.PersonListed(ListedPerson(BADGE, "Li Wei", "picker", active=False, version=3)),
    e.WalkStarted(WALK, BADGE, CART),
    e.WorkReturned(BADGE, WALK, ("O-1/4",), "silent", None),
    e.ErrandStarted("O-1/4", BADGE),
    e.PiecePicked(WALK, 0, BADGE, ORDER, LINE, SKU, BIN, TOTE, SCANNED),
    e.PickUndone(WALK, 0, BADGE, ORDER, LINE, SKU, BIN, TOTE, TAGGED, BIN),
    e.PieceConfirmed(WALK, 0, TOTE, SKU, SCANNED, BOTH),
    e.StopShort(WALK, 0, BADGE, ORDER, LINE, SKU, BIN, 1, "empty"),
    e.StopSought(WALK, 0, BIN),
    e.StopPostponed(WALK, 0, "later"),
    e.StopRerouted(WALK, 0, BIN, 1),
    e.SurplusAwaited(WALK, 0, "O-2/2", 1),
    e.StopRefilled(WALK, 0, BIN, 1, "put there by B-7"),
    e.SubstituteOffered(WALK, 0, BADGE, SKU),
    e.StopSubstituted(WALK, 0, ORDER, LINE, SKU, Sku("SHIRT-L"), BIN, 1, "short; rule"),
    e.BackOrdered(ORDER, LINE, SKU, 1, "nowhere"),
    e.PlaceConfirmed(WALK, 0, BADGE, BIN, "digits", None),
    e.PlaceMistaken(None, None, BADGE, BIN, 2, "O-1/2"),
    e.ToteBound(WALK, BADGE, ORDER, TOTE, ToteId("T-7")),
    e.ToteFilled(WALK, 0, BADGE, ORDER, TOTE, ToteId("T-2")),
    e.TotesPassed(WALK, BADGE, LocationId("hand-over-2"), LocationId("zone-2")),
    e.TotesTaken(WALK, BADGE, LocationId("hand-over-2")),
    e.TotesDropped(WALK, BADGE, STATION, ((TOTE, EPC),)),
    e.PackOpened(STATION, TOTE, ORDER, BADGE, listens=True),
    e.ToteJoined(STATION, ToteId("T-2"), ORDER, None, listens=True),
    e.PieceChecked(STATION, SKU, BOTH, TAGGED),
    e.StrangerSeen(STATION, EPC, None, OrderId("O-2")),
    e.StrangerLeft(STATION, EPC),
    e.SlotLit(WALL, SLOT, ORDER, TOTE, SKU, TAGGED, BADGE),
    e.PieceSorted(WALL, SLOT, ORDER, SKU, TAGGED, None),
    e.PieceLaidBack(WALL, SLOT, SKU, BADGE),
    e.SlotEmptied(WALL, SLOT, ORDER),
    e.NeighbourHeard(STATION, EPC, beside=True, probability=0.03125),
    e.PackListened(STATION, quiet=True, outwaited=True),
    e.ParcelClosed(
        STATION,
        Parcel(
            SSCC,
            ORDER,
            "DHL",
            ((SKU, BOTH),),
            complete=False,
            weight=ParcelWeight(1_730, 1_480, "M", BADGE, WeightReason.SCALE),
        ),
        TOTE,
        None,
        1,
        (ToteId("T-2"),),
    ),
    e.ParcelUnpacked(SSCC, ORDER, STATION, "cancelled", (CARRIED,), f"parcel/{SSCC}", BADGE),
    e.PiecesUnwanted(WALL, ORDER, TOTE, (CARRIED,), ((SKU, BOTH),), "O-1/2-T-1"),
    e.PieceTakenOut(WALL, "O-1/2-T-1", CARRIED, BOTH, BADGE),
    e.ToteGivenUp(STATION, TOTE, ORDER, ((SKU, TAGGED), (SKU, SCANNED)), BADGE, (ToteId("T-2"),)),
    e.ParcelShipped(SSCC, ORDER, "DHL", DOCK, (EPC,), None),
    e.ManifestClosed(
        "DHL",
        1_700_003_600_000_000,
        (SSCC,),
        (Sscc("340123450000000025"),),
        BADGE,
        (PALLET,),
        weight_g=1_730,
        unweighed=1,
    ),
    e.PalletOpened(PALLET, STATION, 3, BADGE),
    e.ParcelStacked(PALLET, SSCC, ORDER, "DHL", None),
    e.ParcelUnstacked(PALLET, SSCC, ORDER, "taken_off", BADGE),
    e.PalletClosed(PALLET, "DHL", (SSCC,), BADGE),
    e.PalletBrokenUp(PALLET, (SSCC,), BADGE),
    e.PalletSeen(PALLET, SSCC, DOCK),
    e.PalletDeparted(PALLET, "DHL", DOCK, (SSCC,), (SSCC,), None),
    e.PalletLookedAt(PALLET, BADGE),
    e.ReturnExpected("R-1", ORDER, (OrderLine(LINE, SKU, 1),), "too small"),
    e.ReturnReceived(RETURNED, BADGE),
    e.ReturnGraded(RETURNED, Grade.RESTOCK, "340123450000000018/0", BIN, BADGE),
    e.CountWanted(BIN, SKU, "short"),
    e.CountMade(BIN, SKU, 0, 0, CountMethod.ZERO, BADGE, WALK, 3),
    e.VarianceSettled(BIN, SKU, -2, 3, approved=True, by=BADGE),
    e.TroubleRecorded("damaged", BADGE, WALK, 0, BIN, SKU),
    e.TaskOpened(TASK),
    e.TaskDone(TASK, BADGE),
    e.ForeignItemSeen(EPC, None, CART, BADGE),
    e.WrongDoorSeen(SSCC, ORDER, "DHL", DOCK, ("UPS", "GLS"), None),
    e.PassageUnclear(
        PassageQuestion(
            SSCC,
            DOCK,
            EPC,
            None,
            SSCC,
            Direction.OUT,
            0.75,
            1_700_000_000_000_000,
            1_700_000_004_000_000,
        )
    ),
    e.PassageSettled(SSCC, "neither", BADGE),
    e.TooManySuspected(
        PassageQuestion(
            f"too-many-{EPC}", DOCK, EPC, SKU, SSCC, Direction.OUT, 1.0, 1, 1, Asked.TOO_MANY
        )
    ),
    e.TooManySettled(f"too-many-{EPC}", "gone", BADGE),
    e.MessageSetAside("order", "not JSON", '{"order_id":'),
    e.JournalRestored("0199-old", 41, None, "journal-20261128T130500Z.sqlite", "bad page"),
    e.IntrusionSuspected("sign_ins_failed", "192.0.2.7", "badge 1001 was tried in vain"),
    e.PersonActed(BADGE, "configuration", "broker"),
    e.DeviceLost(DeviceName("gate"), 1_700_000_000_000_000, "no keepalive", (DOCK, BIN)),
    e.DeviceReturned(DeviceName("gate"), (DOCK,)),
    e.ReaderApproved(
        FoundDecision(
            "192-0-2-9-5085", DeviceName("gate"), "192.0.2.9", 5085, True, 64 * "a", (1, 2), BADGE
        )
    ),
    e.ReaderIgnored(
        FoundDecision("192-0-2-8-5084", None, "192.0.2.8", 5084, False, "", (), BADGE)
    ),
)
