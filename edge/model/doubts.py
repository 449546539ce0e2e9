"""Every doubt that review can have about an order: one table of its forms and their sentences.

A doubt is a code, a form of it where a code has several, and the values that its sentence names.
Whoever says it in another language (the pages' words `doubt.CODE.FORM`) takes code, form and
values; the English sentence goes with it for everybody else.
"""

from collections.abc import Mapping
from types import MappingProxyType

from edge.model.orders import Doubt

PLAIN = "text"
"""The form of a code that has one only."""

SENTENCES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("held_by_central", PLAIN): "the central system holds this order",
        ("no_lines", PLAIN): "the order has no lines",
        ("unknown_sku", PLAIN): "line {line}: no article {sku}",
        ("unknown_pack", PLAIN): "line {line}: {pack} is no known pack of {sku}",
        ("large_quantity", PLAIN): "line {line}: {quantity} pieces, more than {most}",
        ("no_carrier", PLAIN): "the order has no carrier",
        ("no_ship_to", PLAIN): "the order has no ship_to",
        ("no_due_at", PLAIN): "the order has no due_at",
        ("duplicate", PLAIN): "order {order} has the same goods for the same address",
        ("hold_rule", PLAIN): "{rule}: {why}",
        ("no_stock", PLAIN): "{sku}: {quantity} wanted, {free} free",
        ("no_stock", "none_found"): "no piece of it was found on the walk",
        ("no_stock", "all_lost"): "all of its pieces were lost on the way to the pack station",
        ("doubtful_stock", "to_count"): (
            "{sku}: {quantity} wanted, not surely there: to be counted {to_count}"
        ),
        ("doubtful_stock", "unheard"): (
            "{sku}: {quantity} wanted, not surely there: the radio covers {unheard} and hears none"
        ),
        ("doubtful_stock", "both"): (
            "{sku}: {quantity} wanted, not surely there: to be counted {to_count};"
            " the radio covers {unheard} and hears none"
        ),
    }
)


def doubt(code: str, form: str = PLAIN, **values: object) -> Doubt:
    """A doubt with its sentence.

    Raises:
        KeyError: it is not in the table, or a value of its sentence is not told.
    """
    told = {name: str(values[name]) for name in sorted(values)}
    return Doubt(code, SENTENCES[code, form].format_map(told), form, told)
