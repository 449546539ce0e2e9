"""An EPCIS event before it is written down, and how it is written (EPCIS 2.0, JSON-LD)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from edge.model.events import Fact
from edge.model.ids import LocationId
from edge.sync.epcis.names import EpcisNames

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = "+00:00"


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it is written down.

    Attributes:
        quantities: class URI and pieces; None for an unknown number.
        where: where it was seen, and where it is from then on.
        mass_g: what was weighed, grams; None where nothing was.
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
    mass_g: int | None = None

    @staticmethod
    def moment(fact: Fact, names: EpcisNames) -> str:
        """When a fact occurred, as EPCIS writes it."""
        return _at(fact.occurred_us, names)[0]

    def written(self, fact: Fact, names: EpcisNames) -> dict[str, object]:
        """As EPCIS JSON values; what is empty is left out."""
        occurred, offset = _at(fact.occurred_us, names)
        aggregates = self.kind == "AggregationEvent"
        place = {"id": names.place(self.where)} if self.where is not None else None
        written: dict[str, object] = {
            "@context": [CONTEXT],
            "type": self.kind,
            "eventID": f"urn:uuid:{fact.id}",
            "eventTime": occurred,
            "eventTimeZoneOffset": offset,
            "recordTime": _at(fact.recorded_us, names)[0],
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
            "sensorElementList": _mass(self.mass_g),
        }
        return {name: value for name, value in written.items() if value}


def _mass(mass_g: int | None) -> list[dict[str, object]]:
    """A weight as a sensor's report (EPCIS 2.0, section 7.3.7), in kilograms."""
    if mass_g is None:
        return []
    return [{"sensorReport": [{"type": "Mass", "value": mass_g / 1000, "uom": "KGM"}]}]


def _once(things: Iterable[str]) -> list[str]:
    """Each once, in order: an EPC list must not name a thing twice."""
    return list(dict.fromkeys(things))


def _at(at_us: int, names: EpcisNames) -> tuple[str, str]:
    """A time where the site is, to the millisecond, and its offset from UTC."""
    second, rest_us = divmod(at_us, 1_000_000)
    text, offset = _second(second, names.zone)
    return f"{text}.{rest_us // 1_000:03d}{offset}", offset


@lru_cache(maxsize=1_024)
def _second(second: int, zone: tzinfo) -> tuple[str, str]:
    """Neighbours in the journal mostly share it, and calendars with their zones are slow."""
    at = (_EPOCH + timedelta(seconds=second)).astimezone(zone).isoformat(timespec="seconds")
    return at[: -len(_OFFSET)], at[-len(_OFFSET) :]
