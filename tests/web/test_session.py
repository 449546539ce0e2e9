from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from edge.clock import PlayedClock
from edge.web.app import create_app, take_people
from edge.web.dependencies import WebDependencies
from edge.web.lockout import ADDRESS_FAILURES_MAX, FAILURES_MAX, LOCK_S, Lockout
from edge.web.people import Role
from edge.web.server import WebServer
from edge.web.sessions import SessionKeyError, load_key
from tests.waiting import PATIENCE_S
from tests.web.toy_house import BADGES, PIN, House, open_house, serve

PICKER = {"badge": BADGES[Role.PICKER], "pin": PIN}
HOUR_US = 3_600_000_000

ClientFor = Callable[..., httpx.Client]


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock()


@pytest.fixture
def played(tmp_path: Path, clock: PlayedClock) -> Iterator[House]:
    opened = open_house(tmp_path, clock)
    yield opened
    opened.stop()


@pytest.fixture
def client_for() -> Iterator[ClientFor]:
    """Starts the web room anew with these dependencies, as a restarted daemon does."""
    with ExitStack() as over:

        def start(given: WebDependencies, like: httpx.Client | None = None) -> httpx.Client:
            server = serve(given)
            over.callback(server.stop)
            client = httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE_S)
            over.callback(client.close)
            if like is not None:
                client.headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in like.cookies.items())
            return client

        yield start


def test_the_cookie_is_out_of_reach_for_scripts_and_foreign_sites(
    played: House, client_for: ClientFor
) -> None:
    cookie = client_for(played.given).post("/api/session", json=PICKER).headers["set-cookie"]

    assert cookie.startswith("we1_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "Domain" not in cookie


def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(
    played: House, client_for: ClientFor
) -> None:
    client = client_for(replace(played.given, secure=True))

    answer = client.post("/api/session", json=PICKER)

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-we1_session=")
    assert "Secure" in cookie
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "Secure" in cookie.split("; ")
    client.headers["Cookie"] = cookie.partition(";")[0]  # a jar sends it over TLS only
    assert client.get("/api/session").status_code == 200


def test_wrong_badge_and_wrong_pin_get_the_same_answer(
    played: House, client_for: ClientFor
) -> None:
    client = client_for(played.given)

    no_pin = client.post("/api/session", json={"badge": "p1", "pin": "0000"})
    no_badge = client.post("/api/session", json={"badge": "nobody", "pin": PIN})

    assert no_pin.status_code == no_badge.status_code == 401
    assert no_pin.json() == no_badge.json()
    assert "set-cookie" not in no_pin.headers


def test_a_session_survives_a_restart(played: House, client_for: ClientFor) -> None:
    before = client_for(played.given)
    before.post("/api/session", json=PICKER)

    after = client_for(
        played.given, before
    )  # a new application, as after a kill, with the same key file

    assert after.get("/api/session").json()["badge"] == "p1"


def test_a_session_of_another_key_is_nobody(
    played: House, client_for: ClientFor, tmp_path: Path
) -> None:
    before = client_for(played.given)
    before.post("/api/session", json=PICKER)

    other = replace(played.given, session_key_path=tmp_path / "other.key")
    after = client_for(other, before)

    assert after.get("/api/session").status_code == 401


def test_a_new_pin_ends_the_sessions_of_the_old_one(played: House, client_for: ClientFor) -> None:
    before = client_for(played.given)
    before.post("/api/session", json=PICKER)

    people = tuple(replace(one, pin_hash=one.pin_hash + "x") for one in played.given.people)
    after = client_for(replace(played.given, people=people), before)

    assert after.get("/api/session").status_code == 401


def test_who_is_taken_out_of_the_file_is_signed_out_by_the_reload(played: House) -> None:
    app = create_app(played.given)
    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    others = tuple(one for one in played.given.people if one.badge != PICKER["badge"])
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE_S
        ) as client:
            assert client.post("/api/session", json=PICKER).status_code == 200

            take_people(app, others, ())

            assert client.get("/api/session").status_code == 401
            assert client.post("/api/session", json=PICKER).status_code == 401
    finally:
        server.stop()


def test_an_idle_session_ends_and_a_used_one_does_not(
    played: House, client_for: ClientFor, clock: PlayedClock
) -> None:
    client = client_for(played.given)
    client.post("/api/session", json=PICKER)

    clock.advance_us(3 * HOUR_US)
    assert client.get("/api/session").status_code == 200
    clock.advance_us(3 * HOUR_US)
    assert client.get("/api/session").status_code == 200
    clock.advance_us(4 * HOUR_US + 1)

    assert client.get("/api/session").status_code == 401


def test_however_busy_a_session_ends_after_its_absolute_time(
    played: House, client_for: ClientFor, clock: PlayedClock
) -> None:
    client = client_for(played.given)
    client.post("/api/session", json=PICKER)

    statuses = []
    for _ in range(15):
        clock.advance_us(HOUR_US)
        statuses.append(client.get("/api/session").status_code)

    assert statuses == [200] * 13 + [401] * 2


def test_the_cart_and_being_at_work_go_with_the_session(
    played: House, client_for: ClientFor
) -> None:
    client = client_for(played.given)
    client.post("/api/session", json=PICKER)
    client.post(
        "/api/work", json={"ready": True, "cart": "CART-1"}, headers={"Idempotency-Key": "w"}
    )

    after = client_for(played.given, client)

    told = after.get("/api/session").json()
    assert (told["cart"], told["at_work"]) == ("CART-1", True)


def test_who_signs_out_is_nobody(played: House, client_for: ClientFor) -> None:
    client = client_for(played.given)
    client.post("/api/session", json=PICKER)

    assert client.delete("/api/session").status_code == 204

    assert client.get("/api/session").status_code == 401


def test_a_copied_token_opens_nothing_once_its_person_has_signed_out(
    played: House, client_for: ClientFor, clock: PlayedClock
) -> None:
    # given: two devices of one person, and a copy of the first one's token
    first = client_for(played.given)
    first.post("/api/session", json=PICKER)
    copied = dict(first.cookies)
    clock.advance_us(1)
    second = client_for(played.given)
    second.post("/api/session", json=PICKER)

    # when: the person signs out on the first device
    first.delete("/api/session")

    # then: the copy is worth nothing, also after a restart; the other device works on
    assert httpx.get(first.base_url.join("/api/session"), cookies=copied).status_code == 401
    restarted = client_for(played.given)
    assert httpx.get(restarted.base_url.join("/api/session"), cookies=copied).status_code == 401
    assert second.get("/api/session").status_code == 200
    # and: what has run out by itself is remembered no longer
    clock.advance_us(played.given.session_times.absolute_s * 1_000_000)
    client_for(played.given)
    assert played.given.session_key_path.with_name("signed-out").read_text() == ""


def test_after_five_wrong_pins_the_badge_is_locked_for_a_time(
    played: House, client_for: ClientFor, clock: PlayedClock
) -> None:
    client = client_for(played.given)
    for _ in range(FAILURES_MAX):
        answer = client.post("/api/session", json={"badge": "p1", "pin": "0000"})
        assert answer.status_code == 401

    locked = client.post("/api/session", json=PICKER)
    assert locked.status_code == 429
    assert locked.headers["retry-after"] == str(LOCK_S)
    assert str(LOCK_S) in locked.json()["text"]

    clock.advance_us(LOCK_S * 1_000_000)
    assert client.post("/api/session", json=PICKER).status_code == 200


@pytest.mark.parametrize(
    ("badge", "told"),
    [("p1", "badge p1 was tried"), ("4711", "a badge that nobody has was tried")],
)
def test_a_guessed_pin_is_a_sign_of_intrusion_and_what_may_be_a_pin_is_not_told(
    played: House, client_for: ClientFor, badge: str, told: str
) -> None:
    client = client_for(played.given)
    for _ in range(FAILURES_MAX - 1):
        client.post("/api/session", json={"badge": badge, "pin": "0000"})
    assert played.floor.effects.noticed == []

    client.post("/api/session", json={"badge": badge, "pin": "0000"})

    # what is posted after the notice is answered after it
    client.post("/api/session", json={"badge": "k1", "pin": PIN})
    client.post(
        "/api/pack/PACK-1/scan", json={"code": "x"}, headers={"Idempotency-Key": f"after-{badge}"}
    )
    (notice,) = played.floor.effects.noticed
    assert notice.sign == "sign_ins_failed"
    assert told in notice.detail
    assert ("4711" in notice.detail) is False


def test_an_address_that_tries_many_badges_is_locked() -> None:
    lockout = Lockout(PlayedClock())

    waits = [lockout.begin(f"b{number}", "10.0.0.9") for number in range(ADDRESS_FAILURES_MAX + 1)]

    assert waits == [0] * ADDRESS_FAILURES_MAX + [LOCK_S]
    assert lockout.begin("b0", "10.0.0.8") == 0


def test_one_good_sign_in_does_not_wash_away_an_addresses_failures() -> None:
    lockout = Lockout(PlayedClock())
    for number in range(ADDRESS_FAILURES_MAX - 1):
        lockout.begin(f"b{number}", "10.0.0.9")

    lockout.begin("own", "10.0.0.9")
    lockout.succeeded("own", "10.0.0.9")
    lockout.begin("b9", "10.0.0.9")

    assert lockout.begin("b10", "10.0.0.9") == LOCK_S


def test_each_further_lock_lasts_twice_as_long() -> None:
    clock = PlayedClock()
    lockout = Lockout(clock)
    waits = []
    for _ in range(3):
        for _ in range(FAILURES_MAX):
            lockout.begin("b", "a")
        waits.append(lockout.begin("b", "a"))
        clock.advance_us(waits[-1] * 1_000_000)

    assert waits == [LOCK_S, 2 * LOCK_S, 4 * LOCK_S]


def test_the_key_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "session.key"

    load_key(path)

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("content", "mode"), [("", 0o600), ("not a key", 0o600), ("", 0o604)])
def test_a_bad_key_file_is_refused_with_its_name(tmp_path: Path, content: str, mode: int) -> None:
    path = tmp_path / "session.key"
    path.write_text(content)
    path.chmod(mode)

    with pytest.raises(SessionKeyError, match=r"session\.key"):
        load_key(path)


def test_a_changed_key_still_opens_the_sessions_of_the_old_one(
    played: House, client_for: ClientFor, tmp_path: Path
) -> None:
    before = client_for(played.given)
    before.post("/api/session", json=PICKER)
    path = played.given.session_key_path
    load_key(tmp_path / "new.key")
    path.write_text((tmp_path / "new.key").read_text() + path.read_text())

    after = client_for(played.given, before)

    assert after.get("/api/session").status_code == 200


def test_who_is_listed_as_gone_has_no_session_any_more_and_cannot_sign_in(
    house: House, client_of: Callable[[Role | None], httpx.Client]
) -> None:
    client = client_of(Role.PACKER)
    assert client.get("/api/session").status_code == 200
    badge = BADGES[Role.PACKER]

    house.given.board.show("people", {badge: {"name": "Bo", "active": False}})
    try:
        assert client.get("/api/session").status_code == 401
        again = client.post("/api/session", json={"badge": badge, "pin": PIN})
        assert (again.status_code, again.json()["error"]) == (401, "wrong_badge_or_pin")
    finally:
        house.given.board.show("people", {})

    assert client.get("/api/session").status_code == 200


def test_a_person_is_called_as_the_central_system_lists_them(
    house: House, client_of: Callable[[Role | None], httpx.Client]
) -> None:
    client, badge = client_of(Role.PACKER), BADGES[Role.PACKER]
    own = client.get("/api/session").json()["name"]

    house.given.board.show("people", {badge: {"name": "李伟", "active": True}})
    listed = client.get("/api/session").json()["name"]
    house.given.board.show("people", {badge: {"name": "", "active": True}})
    nameless = client.get("/api/session").json()["name"]
    house.given.board.show("people", {})

    assert (listed, nameless) == ("李伟", own)


def test_a_person_whom_only_the_central_system_lists_cannot_sign_in(
    house: House, client_of: Callable[[Role | None], httpx.Client]
) -> None:
    house.given.board.show("people", {"x9": {"name": "Eve", "active": True}})

    answer = client_of(None).post("/api/session", json={"badge": "x9", "pin": PIN})

    house.given.board.show("people", {})
    assert answer.status_code == 401
