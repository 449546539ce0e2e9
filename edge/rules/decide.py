"""Decide: one table from input to rule, and what follows from the state by itself."""

from edge.model.events import Event, EventAgreed, IntrusionSuspected, MessageSetAside, PersonActed
from edge.model.inputs import (
    ArticlesListed,
    BoxJudged,
    CentralAcknowledged,
    DeviceChanged,
    ForwardsListed,
    HandheldSilent,
    Input,
    IntrusionNoticed,
    ItemLocated,
    ItemsListed,
    MessageRefused,
    OrderSubmitted,
    PacksListed,
    PalletDue,
    PartnerAgreed,
    PassageJudged,
    PeopleListed,
    PlanReady,
    ReturnAnnounced,
    StockListed,
    TagWorkOver,
)
from edge.model.loading import PalletDecided, PalletScanned, PalletWanted, ParcelTakenOff
from edge.model.places import LocationKind
from edge.model.posted import (
    CodeScanned,
    CountScanned,
    CountTold,
    FoundReaderDecided,
    GradeDecided,
    HandEmptied,
    HoldDecided,
    LabelWanted,
    ManifestWanted,
    OrderAmendment,
    ParcelDispatched,
    ParcelWanted,
    PassageAnswered,
    PersonDid,
    ReturnScanned,
    StationScanned,
    StockPutAway,
    SweepWanted,
    TagWorkWanted,
    TaskFinished,
    TroubleReported,
    VarianceDecided,
    WorkHandedOver,
    WorkWanted,
)
from edge.model.state import FloorState
from edge.rules import (
    closing,
    counting,
    dispatching,
    finding,
    guiding,
    handing_over,
    intake,
    labels,
    leaving,
    packing,
    passing,
    putting,
    refilling,
    returning,
    review,
    rush,
    sensing,
    stacking,
    stocking,
    tagging,
    taking_plans,
    too_many,
    troubles,
    verifying,
    walling,
)
from edge.rules.decision import Decision, accept, refuse
from edge.rules.terms import Terms


def decide(state: FloorState, terms: Terms, input_: Input) -> Decision:  # noqa: C901, PLR0911, PLR0912, PLR0915 - a table, one line an input
    """The facts that an input becomes and the answer to its sender; changes nothing itself."""
    match input_:
        case ItemLocated():  # by far the most: they are asked for first
            return sensing.located(state, terms, input_)
        case OrderSubmitted():
            return intake.submitted(state, terms, input_)
        case HoldDecided():
            return intake.decided(state, terms, input_)
        case OrderAmendment():
            return intake.amended(state, terms, input_)
        case ArticlesListed():
            return stocking.articles_listed(state, input_)
        case ItemsListed():
            return stocking.items_listed(state, input_)
        case PacksListed():
            return stocking.packs_listed(state, input_)
        case PeopleListed():
            return stocking.people_listed(state, input_)
        case ForwardsListed():
            return refilling.listed(state, input_)
        case StockListed():
            return stocking.stock_listed(state, input_)
        case StockPutAway():
            return stocking.put_away(state, input_)
        case PlanReady():
            return taking_plans.ready(state, terms, input_)
        case WorkWanted():
            return guiding.work_wanted(state, terms, input_)
        case WorkHandedOver():
            return handing_over.handed_over(state, input_)
        case HandheldSilent():
            return handing_over.silent(state, input_)
        case CodeScanned():
            return verifying.scanned(state, terms, input_)
        case TroubleReported():
            return troubles.reported(state, terms, input_)
        case TaskFinished():
            return troubles.finished(state, input_)
        case StationScanned():
            if state.floor.kind_of(input_.station) is LocationKind.WALL:
                return walling.scanned(state, input_)
            return packing.scanned(state, input_)
        case HandEmptied():
            return walling.laid_back(state, input_)
        case ParcelWanted():
            return closing.parcel_wanted(state, terms, input_)
        case LabelWanted():
            return labels.wanted(state, input_)
        case ParcelDispatched():
            return dispatching.declared(state, terms, input_)
        case ManifestWanted():
            return dispatching.manifest_wanted(state, input_)
        case PalletWanted():
            return stacking.wanted(state, terms, input_)
        case PalletScanned():
            return stacking.scanned(state, input_)
        case ParcelTakenOff():
            return stacking.taken_off(state, input_)
        case PalletDecided():
            return stacking.decided(state, input_)
        case PalletDue():
            return leaving.due(state, input_)
        case FoundReaderDecided():
            return finding.decided(state, terms, input_)
        case PassageJudged():
            return passing.judged(state, terms, input_)
        case PassageAnswered():
            return passing.answered(state, terms, input_)
        case BoxJudged():
            return packing.box_judged(state, input_)
        case DeviceChanged():
            return sensing.device_changed(state, input_)
        case TagWorkWanted():
            return tagging.wanted(state, input_)
        case TagWorkOver():
            return tagging.ended(state, input_)
        case ReturnAnnounced():
            return returning.announced(state, input_)
        case ReturnScanned():
            return returning.scanned(state, input_)
        case GradeDecided():
            return returning.graded(state, terms, input_)
        case CountScanned():
            return counting.scanned(state, input_)
        case CountTold():
            return counting.told(state, input_)
        case SweepWanted():
            return counting.swept(state, input_)
        case VarianceDecided():
            return counting.decided(state, input_)
        case PartnerAgreed():
            return accept(
                "agreed",
                "",
                EventAgreed(input_.epc, input_.event_id, input_.partner, input_.kept_id),
            )
        case MessageRefused():
            return refuse(
                "invalid",
                input_.reason,
                MessageSetAside(input_.topic, input_.reason, input_.excerpt),
            )
        case IntrusionNoticed():
            fact = IntrusionSuspected(input_.sign, input_.subject, input_.detail)
            return accept("noted", input_.detail, fact)
        case PersonDid():
            act = PersonActed(input_.badge, input_.action, input_.subject)
            return accept("noted", f"{input_.action}: {input_.subject}", act)
        case CentralAcknowledged():
            return accept("acknowledged", f"up to {input_.upto}")


def follow_up(state: FloorState, terms: Terms, now_us: int) -> list[Event]:
    """What now follows by itself: doubts that ended, walks for free pickers, tags at stations.

    Called after every input until it has nothing more to say; each call's events are applied
    first.
    """
    return [
        *review.resolved(state, terms, now_us),
        *rush.held(state, terms, now_us),
        *rush.waited_out(state, terms, now_us),
        *rush.counts_wanted(state, now_us),
        *refilling.wanted(state),
        *guiding.assignments(state),
        *putting.assignments(state),
        *packing.noticed(state),
        *walling.noticed(state),
        *too_many.noticed(state, now_us),
    ]
