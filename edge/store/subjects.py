"""What a fact is about: the tags, orders and parcels in its data; its history is found by them."""

from collections.abc import Mapping

_NAMES = frozenset(
    {
        "epc",
        "epcs",
        "epc_before",
        "order_id",
        "sscc",
        "ssccs",
        "pallet",
        "pallets",
        "unheard",
        "belongs_to",
    }
)


def subjects_of(data: Mapping[str, object]) -> dict[str, None]:
    """Every EPC, order number and SSCC anywhere in a fact's data, each once, in order."""
    found: dict[str, None] = {}
    _gather(data, found)
    return found


def _gather(value: object, found: dict[str, None]) -> None:
    if value.__class__ is dict or isinstance(value, Mapping):  # the former is quick, and the rule
        for name, part in value.items():
            if isinstance(part, str):
                if name in _NAMES:
                    found[part] = None
            elif isinstance(part, (tuple, list)):
                _gather_listed(name, part, found)
            elif part.__class__ is dict:
                _gather(part, found)


def _gather_listed(
    name: object, parts: tuple[object, ...] | list[object], found: dict[str, None]
) -> None:
    for part in parts:
        if isinstance(part, str):
            if name in _NAMES:
                found[part] = None
        elif isinstance(part, (tuple, list)):
            _gather_listed(None, part, found)
        else:
            _gather(part, found)
