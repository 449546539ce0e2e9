"""The law of the scales: what weighs other than it should goes on a supervisor's word only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from edge.model.events import Fact, ParcelClosed
from edge.model.state import FloorState
from edge.model.weights import ParcelWeight
from edge.model.work import Parcel
from edge.settings.packing import Packing
from simulators.day.laws.law import Law

_ACCEPTANCE = "/acceptance"


@dataclass(slots=True)
class WeightIsTold(Law):
    """A parcel is weighed where the site says so, against what its pieces and its carton weigh.

    Attributes:
        packing: the site's own settings.
        tares: cartons and what they weigh empty, grams.
        leaders: badges of those who may let a parcel go.
    """

    packing: Packing = field(default_factory=Packing)
    tares: Mapping[str, int] = field(default_factory=dict)
    leaders: frozenset[str] = frozenset()
    _words: Counter[str] = field(default_factory=Counter)

    @override
    def answered(self, key: str, path: str, answer: dict[str, Any]) -> None:
        if path.endswith(_ACCEPTANCE) and "word" in answer:
            self._words[path.removesuffix(_ACCEPTANCE).rpartition("/")[2]] += 1

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        if isinstance(fact.event, ParcelClosed):
            self._closed(fact.event, mirror)

    def _closed(self, event: ParcelClosed, mirror: FloorState) -> None:
        parcel, goods_g = event.parcel, _goods_g(event.parcel, mirror)
        weigh = self.packing.weigh
        is_wanted = weigh == "always" or (weigh == "known" and goods_g is not None)
        if is_wanted != (parcel.weight is not None):
            self.breaks(f"parcel {parcel.sscc} is{' not' if is_wanted else ''} weighed")
        elif parcel.weight is not None:
            self._weighed(event, parcel.weight, goods_g)
        self._words[event.station] = 0

    def _weighed(self, event: ParcelClosed, weight: ParcelWeight, goods_g: int | None) -> None:
        sscc = event.parcel.sscc
        should_g = goods_g + self.tares.get(weight.carton, 0) if goods_g is not None else None
        if weight.expected_g != should_g:
            self.breaks(f"parcel {sscc} should weigh {should_g} g, not {weight.expected_g}")
            return
        off_g = abs(weight.measured_g - should_g) if should_g is not None else 0
        share_g = (should_g or 0) * self.packing.weight_tolerance_percent / 100
        is_off = off_g > max(self.packing.weight_tolerance_g, round(share_g))
        if is_off and (weight.accepted_by not in self.leaders or weight.reason is None):
            self.breaks(f"parcel {sscc} is {off_g} g off, and nobody let it go")
        if not is_off and weight.accepted_by is not None:
            self.breaks(f"{weight.accepted_by} is said to have let {sscc} go, which weighs right")
        if weight.accepted_by is not None and not self._words[event.station]:
            self.breaks(f"{weight.accepted_by} gave no word for {sscc}")


def _goods_g(parcel: Parcel, mirror: FloorState) -> int | None:
    """What the pieces of a parcel weigh; None where the weight of one is not told."""
    found_g = 0
    for sku, _ in parcel.contents:
        article = mirror.articles.get(sku)
        if article is None or not article.weight_g:
            return None
        found_g += article.weight_g
    return found_g
