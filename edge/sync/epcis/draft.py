"""An EPCIS event before it is written down, and how it is written (EPCIS 2.0, JSON-LD)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from json.encoder import encode_basestring as quoted

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
        return _at(fact.occurred_us, names.zone)[0]

    def written(self, fact: Fact, names: EpcisNames, declared: str = "") -> str:
        """As EPCIS JSON; what is empty is left out.

        Args:
            fact: tells id and times.
            names: see there.
            declared: members to be added at its end, with a comma before them.
        """
        what = self._things(aggregates=self.kind == "AggregationEvent")
        rest = f"{what}{self.rest(names)}{declared}"
        return event_written(fact, names, rest, self.kind, self.action)

    def _things(self, *, aggregates: bool) -> str:
        """Members that say what it is about."""
        members = f',"parentID":{quoted(self.parent)}' if self.parent else ""
        if self.things:
            things = ",".join([quoted(one) for one in _once(self.things)])
            members += f',"{"childEPCs" if aggregates else "epcList"}":[{things}]'
        if self.quantities:
            pieces = ",".join([_quantity(*one) for one in self.quantities])
            members += f',"{"childQuantityList" if aggregates else "quantityList"}":[{pieces}]'
        return members

    def rest(self, names: EpcisNames) -> str:
        """Members that say why, where and for which order."""
        members = f',"bizStep":"{self.step}"' if self.step else ""
        if self.disposition:
            members += f',"disposition":"{self.disposition}"'
        if self.where is not None:
            place = f'{{"id":{quoted(names.place(self.where))}}}'
            members += f',"readPoint":{place}'
            if self.stays:
                members += f',"bizLocation":{place}'
        if self.transactions:
            told = ",".join([_transaction(*one) for one in self.transactions])
            members += f',"bizTransactionList":[{told}]'
        if self.mass_g is not None:
            members += f',"sensorElementList":[{_mass(self.mass_g)}]'
        return members


def event_written(
    fact: Fact, names: EpcisNames, rest: str, kind: str = "ObjectEvent", action: str = "OBSERVE"
) -> str:
    """An event as EPCIS JSON, all behind its action given as members with a comma before each.

    Made of pieces and not of a dictionary: half of what a fact costs on its way out was that.
    """
    occurred, offset = _at(fact.occurred_us, names.zone)
    return (
        f'{{"@context":["{CONTEXT}"],"type":"{kind}"'
        f',"eventID":{quoted(f"urn:uuid:{fact.id}")}'
        f',"eventTime":"{occurred}","eventTimeZoneOffset":"{offset}"'
        f',"recordTime":"{_at(fact.recorded_us, names.zone)[0]}","action":"{action}"{rest}}}'
    )


def _quantity(name: str, count: int | None) -> str:
    told = "" if count is None else f',"quantity":{count}'
    return f'{{"epcClass":{quoted(name)}{told}}}'


def _transaction(kind: str, name: str) -> str:
    return f'{{"type":"{kind}","bizTransaction":{quoted(name)}}}'


def _mass(mass_g: int) -> str:
    """A weight as a sensor's report (EPCIS 2.0, section 7.3.7), in kilograms."""
    return f'{{"sensorReport":[{{"type":"Mass","value":{mass_g / 1000},"uom":"KGM"}}]}}'


def _once(things: Iterable[str]) -> list[str]:
    """Each once, in order: an EPC list must not name a thing twice."""
    return list(dict.fromkeys(things))


@lru_cache(maxsize=64)
def _at(at_us: int, zone: tzinfo) -> tuple[str, str]:
    """A time where the site is, to the millisecond, and its offset; one turn shares it."""
    second, rest_us = divmod(at_us, 1_000_000)
    text, offset = _second(second, zone)
    return f"{text}.{rest_us // 1_000:03d}{offset}", offset


@lru_cache(maxsize=1_024)
def _second(second: int, zone: tzinfo) -> tuple[str, str]:
    """Neighbours in the journal mostly share it, and calendars with their zones are slow."""
    at = (_EPOCH + timedelta(seconds=second)).astimezone(zone).isoformat(timespec="seconds")
    return at[: -len(_OFFSET)], at[-len(_OFFSET) :]
