"""What EPCIS events call places and grades (CBV 2.0, section 7), and which facts have none."""

from edge.model import events as e
from edge.model.places import LocationKind
from edge.model.returns import Grade

WITHOUT_EVENT = (
    e.ArticleListed,
    e.PackListed,
    e.ForwardListed,
    e.ReplenishmentWanted,
    e.ItemNamed,
    e.EventAgreed,
    e.TagWorkBegun,
    e.TagWorkEnded,
    e.PickerChanged,
    e.PersonListed,
    e.ManifestClosed,
    e.PalletLookedAt,
    e.WalkStarted,
    e.WorkReturned,
    e.StopRerouted,
    e.StopSought,
    e.StopPostponed,
    e.SurplusAwaited,
    e.StopRefilled,
    e.SubstituteOffered,
    e.StopSubstituted,
    e.PlaceConfirmed,
    e.PlaceMistaken,
    e.ToteBound,
    e.ToteFilled,
    e.TotesPassed,
    e.TotesTaken,
    e.TotesDropped,
    e.SlotLit,
    e.PieceLaidBack,
    e.SlotEmptied,
    e.NeighbourHeard,
    e.PackListened,
    e.PiecesUnwanted,
    e.ErrandStarted,
)
"""Facts of these kinds that tell of no thing."""
STEPS = {
    LocationKind.STATION: "packing",
    LocationKind.WALL: "staging_outbound",
    LocationKind.SLOT: "staging_outbound",
    LocationKind.CART: "picking",
    LocationKind.PORTAL: "entering_exiting",
    LocationKind.STAGING: "staging_outbound",
    LocationKind.QUARANTINE: "holding",
}
"""What happens to a thing in a place of this kind; in storage it is stored."""
GRADED = {
    Grade.RESTOCK: "sellable_not_accessible",
    Grade.QUARANTINE: "non_sellable_other",
    Grade.SCRAP: "damaged",
}
"""What a grade makes of a piece that came back (CBV 2.0, section 7.2)."""
DISPOSITIONS = {LocationKind.QUARANTINE: "non_sellable_other"}
"""What a thing is there, where that is not as usual."""
