"""What portals ask stands on the board, and is answered there by one press."""

import pytest
from playwright.sync_api import Page, expect

from edge.web.people import Role
from tests.browser.conftest import HANDHELD, STATION, Shoot, SignIn
from tests.browser.judging import judge
from tests.web.toy_house import House

pytestmark = pytest.mark.browser

PARCEL = "034531200000000025"
PIECE = "30340000000000000000000a"
TARGET_PX_MIN = 56


@pytest.fixture
def page(signed_in: SignIn, house: House) -> Page:
    """Chen, the supervisor, before the board; the dock is not sure of a parcel and of a piece."""
    page = signed_in(Role.SUPERVISOR, "/board", STATION)
    expect(page.locator(".figures")).to_be_visible()
    house.floor.questions.ask(PARCEL, PARCEL)
    house.floor.questions.ask(PIECE, None)
    expect(page.locator("[data-question]")).to_have_count(2)
    return page


def test_a_portal_s_question_says_what_when_and_what_is_likeliest(
    page: Page, shoot: Shoot
) -> None:
    question = page.locator(f'[data-question="{PARCEL}"]')

    expect(question).to_contain_text(f"Parcel {PARCEL}")
    expect(question).to_contain_text("DOCK-1")
    expect(question).to_contain_text("out (71 %)")
    for button in question.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TARGET_PX_MIN
    shoot(page, "board-questions-1280x800")
    page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
    shoot(page, "board-questions-360x640")


def test_one_press_answers_and_the_question_is_gone(page: Page) -> None:
    page.locator(f'[data-question="{PARCEL}"]').get_by_role("button", name="Went out").click()

    expect(page.locator(".sign")).to_contain_text("Settled")
    expect(page.locator("[data-question]")).to_have_count(1)
    page.locator(f'[data-question="{PIECE}"]').get_by_role("button", name="Passed by").click()
    expect(page.locator(".questions")).to_be_hidden()


def test_a_question_that_was_answered_elsewhere_says_so(page: Page) -> None:
    """Two people press at once: the second press changes nothing."""
    answer = page.request.post(
        f"/api/board/questions/{PARCEL}",
        data={"answer": "in"},
        headers={"Idempotency-Key": "from-elsewhere-1"},
    )
    assert answer.json()["code"] == "settled"
    again = page.request.post(
        f"/api/board/questions/{PARCEL}",
        data={"answer": "out"},
        headers={"Idempotency-Key": "from-elsewhere-2"},
    )
    assert again.json()["code"] == "done_already"
    expect(page.locator("[data-question]")).to_have_count(1)


@pytest.mark.parametrize(
    ("locale", "what", "answer"),
    [
        ("en-GB", "One TEA-250 too many?", "One too many, taken out"),
        ("zh-CN", "TEA-250 多装了一件", "已取出"),
    ],
)
def test_whoever_stands_at_the_door_is_asked_for_a_piece_too_many_on_the_dispatch_page(
    signed_in: SignIn, house: House, shoot: Shoot, locale: str, what: str, answer: str
) -> None:
    page = signed_in(Role.PACKER, "/dispatch", HANDHELD, locale)
    expect(page.locator(".manifest")).to_be_visible()
    house.floor.questions.ask(f"too-many-{PIECE}", PARCEL, "too_many")

    question = page.locator("[data-question]")
    expect(question).to_contain_text(what)
    expect(question).to_contain_text(PARCEL)
    judge(page)
    shoot(page, f"dispatch-too-many-{locale}-360x640")
    question.get_by_role("button", name=answer).click()

    expect(page.locator(".questions")).to_be_hidden()


def test_the_questions_speak_chinese(signed_in: SignIn, house: House, shoot: Shoot) -> None:
    page = signed_in(Role.SUPERVISOR, "/board", HANDHELD, "zh-CN")
    house.floor.questions.ask(PARCEL, PARCEL)

    question = page.locator(f'[data-question="{PARCEL}"]')
    expect(question.get_by_role("button", name="出去了")).to_be_visible()
    expect(question).to_contain_text("最可能")
    shoot(page, "board-questions-zh-360x640")
