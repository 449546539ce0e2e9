"""What a site's configuration makes of its terms."""

import pytest

from edge.compose.terms import terms_of
from edge.settings.gateway import Door, Printer, Review, Settings

DOOR = Door(portal="dock-1", carriers=("DHL",))
PRINTER = Printer(name="pack-printer", station="pack-1", address="tcp://10.0.0.9:9100")


@pytest.mark.parametrize(
    ("settings", "required"),
    [
        (Settings(), ()),
        (Settings(door=(DOOR,)), ("carrier",)),
        (Settings(door=(DOOR,), printer=(PRINTER,)), ("carrier", "ship_to")),
        (Settings(printer=(PRINTER,), review=Review(required=())), ()),
        (Settings(review=Review(required=("due_at",))), ("due_at",)),
    ],
)
def test_an_order_has_to_bear_what_the_site_makes_use_of(
    settings: Settings, required: tuple[str, ...]
) -> None:
    assert terms_of(settings, ()).review.required == required
