"""What pickers report reaches a supervisor, who settles it on the orders page."""

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.web.toy_after_sales import TEA_BIN
from tests.web.toy_house import House

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_supervisor_frees_a_frozen_place_on_the_orders_page(
    signed_in: SignIn, house: House, locale: str, shoot: Shoot
) -> None:
    page: Page = signed_in(Role.SUPERVISOR, "/orders", STATION, locale)
    state = house.floor.after_sales.state
    house.floor.after_sales.place_is_blocked(house.given.clock.now_us())
    card = page.locator(".task")
    expect(card).to_contain_text(TEA_BIN)
    judge(page)
    shoot(page, f"orders-task-{locale}-1280x800")
    assert TEA_BIN in state.frozen

    card.get_by_role("button").click()

    expect(card).to_have_count(0)
    assert TEA_BIN not in state.frozen
