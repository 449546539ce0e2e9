"""An EPCIS event before it is written down, and how it is written (EPCIS 2.0, JSON-LD)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.model.events import Fact
from edge.model.ids import LocationId
from edge.sync.epcis.names import EpcisNames

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it is written down.

    Attributes:
        quantities: class URI and pieces; None for an unknown number.
        where: where it was seen, and where it is from then on.
    """

    step: str
    disposition: str
    things: tuple[str, ...] = ()
    quantities: tuple[tuple[str, int | None], ...] = ()
    where: LocationId | None = None
    stays: bool = True
    transactions: tuple[tuple[str, str], ...] = ()
    action: str = "OBSERVE"
    parent: str | None = None
    kind: str = "ObjectEvent"

    @staticmethod
    def moment(fact: Fact, names: EpcisNames) -> str:
        """When a fact occurred, as EPCIS writes it."""
        return _text(_at(fact.occurred_us, names))

    def written(self, fact: Fact, names: EpcisNames) -> dict[str, object]:
        """As EPCIS JSON values; what is empty is left out."""
        occurred = _at(fact.occurred_us, names)
        aggregates = self.kind == "AggregationEvent"
        place = {"id": names.place(self.where)} if self.where is not None else None
        written: dict[str, object] = {
            "@context": [CONTEXT],
            "type": self.kind,
            "eventID": f"urn:uuid:{fact.id}",
            "eventTime": _text(occurred),
            "eventTimeZoneOffset": _offset(occurred),
            "recordTime": _text(_at(fact.recorded_us, names)),
            "action": self.action,
            "parentID": self.parent,
            "childEPCs" if aggregates else "epcList": _once(self.things),
            "childQuantityList" if aggregates else "quantityList": [
                {"epcClass": name} if count is None else {"epcClass": name, "quantity": count}
                for name, count in self.quantities
            ],
            "bizStep": self.step,
            "disposition": self.disposition,
            "readPoint": place,
            "bizLocation": place if self.stays else None,
            "bizTransactionList": [
                {"type": kind, "bizTransaction": name} for kind, name in self.transactions
            ],
        }
        return {name: value for name, value in written.items() if value}


def _once(things: Iterable[str]) -> list[str]:
    """Each once, in order: an EPC list must not name a thing twice."""
    return list(dict.fromkeys(things))


def _at(at_us: int, names: EpcisNames) -> datetime:
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(names.zone)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _offset(at: datetime) -> str:
    return at.isoformat()[-len("+00:00") :]
