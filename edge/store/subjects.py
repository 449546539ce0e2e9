"""What a fact is about: the tags, orders and parcels in its data; its history is found by them."""

from collections.abc import Iterator, Mapping

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
    return dict.fromkeys(_named(data))


def _named(value: object) -> Iterator[str]:
    if value.__class__ is dict or isinstance(value, Mapping):  # the former is quick, and the rule
        for name, part in value.items():
            if isinstance(part, str):
                if name in _NAMES:
                    yield part
            elif isinstance(part, (tuple, list)):
                yield from _listed(name, part)
            elif part.__class__ is dict:
                yield from _named(part)


def _listed(name: object, parts: tuple[object, ...] | list[object]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            if name in _NAMES:
                yield part
        elif isinstance(part, (tuple, list)):
            yield from _listed(None, part)
        else:
            yield from _named(part)
