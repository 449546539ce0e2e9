"""The gateway away, restarted, renewed: what a handheld does meanwhile."""

import base64
import datetime as dt
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from edge.daemon.authority import begin
from edge.web.app import create_app
from edge.web.people import Role
from edge.web.server import TlsFiles, WebServer
from edge.web.shell import STATIC, Shell
from tests.browser.conftest import ARGUMENTS, CHROMIUM, HANDHELD, Shoot, SignIn
from tests.browser.wedge import scan
from tests.web.toy_goods import TEA
from tests.web.toy_house import BADGES, PIN, House

pytestmark = pytest.mark.browser

KEPT_BY_WORKER = """async () => {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) return;
  await new Promise((done) => serviceWorker.addEventListener("controllerchange", done));
}"""


class Gateway:
    """The pages on one port, which may be away or come back with other files."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._port = 0
        self._server: WebServer | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def starts(self, shell: Shell | None = None) -> None:
        app = create_app(self._house.given, shell)
        self._server = WebServer(app, "127.0.0.1", self._port)
        self._server.start()
        self._port = self._server.port

    def stops(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = None


@pytest.fixture
def gateway(house: House) -> Iterator[Gateway]:
    house.floor.forget()
    one = Gateway(house)
    one.starts()
    yield one
    one.stops()


@pytest.fixture
def newer_pages(tmp_path: Path) -> Shell:
    """The same pages, but that a picker is told otherwise where to go."""
    folder = Path(shutil.copytree(STATIC, tmp_path / "static"))
    words = folder / "lang" / "en.json"
    words.write_text(words.read_text("utf-8").replace('"Go to"', '"Walk to"'), encoding="utf-8")
    return Shell(folder)


@pytest.fixture
def page(gateway: Gateway, context_of: Callable[..., BrowserContext]) -> Page:
    """Ana at the first stop, with a browser that has kept the pages."""
    context = context_of(HANDHELD, keeps_pages=True)
    answer = context.request.post(
        f"{gateway.address}/api/session", data={"badge": BADGES[Role.PICKER], "pin": PIN}
    )
    assert answer.ok
    page = context.new_page()
    page.goto(f"{gateway.address}/pick")
    page.get_by_role("button", name="CART-1").click()
    expect(page.locator("#place")).to_have_text("A-01-3")
    page.evaluate(KEPT_BY_WORKER)
    expect(page.locator(".sign")).to_be_hidden()
    return page


def pick_the_first_place(page: Page) -> None:
    for _ in range(2):
        scan(page, TEA.gtin)
        page.wait_for_timeout(320)  # past the bounce of the trigger


def test_a_reload_without_network_shows_the_work_and_takes_scans_exactly_once(
    page: Page, house: House, shoot: Shoot
) -> None:
    page.context.set_offline(True)
    page.reload()

    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator(".pill")).to_have_text("Offline")
    pick_the_first_place(page)
    expect(page.locator(".pill")).to_have_text("Offline · 2 not sent")
    page.reload()  # what waits outlives that, too
    expect(page.locator(".pill")).to_have_text("Offline · 2 not sent")
    expect(page.locator("#count")).to_have_text("0 of 2 picked")  # never "done" when unsent
    shoot(page, "pick-reloaded-offline")
    assert house.floor.effects.picked == 0
    page.context.set_offline(False)

    expect(page.locator("#place")).to_have_text("B-02-1")
    expect(page.locator(".pill")).to_have_text("Connected")
    assert house.floor.effects.picked == 2


def test_a_scan_that_the_gateway_does_not_answer_is_told_to_be_kept(
    page: Page, gateway: Gateway, house: House
) -> None:
    # given: a gateway that takes a scan and says nothing
    held: list[Route] = []
    page.route("**/api/scan", lambda route: route.continue_() if held else held.append(route))

    # when
    scan(page, TEA.gtin)
    expect(page.locator(".sign")).to_have_class(re.compile("sign-kept"))
    expect(page.locator(".pill")).to_have_text("Sending · 1 not sent")
    expect(page.locator(".sign")).to_be_hidden()
    gateway.stops()  # and then is away
    held[0].abort()
    expect(page.locator(".pill")).to_have_text("Offline · 1 not sent")
    scan(page, TEA.sku)

    # then
    expect(page.locator(".sign")).to_have_class(re.compile("sign-kept"))
    expect(page.locator(".pill")).to_have_text("Offline · 2 not sent")
    gateway.starts()
    expect(page.locator("#place")).to_have_text("B-02-1")
    assert house.floor.effects.picked == 2


@pytest.mark.parametrize("path", ["pick", "pack", "wall", "returns", "counts", "dispatch"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_what_waits_hides_neither_the_page_s_name_nor_the_keys_beside_it(
    signed_in: SignIn, path: str, locale: str
) -> None:
    page = signed_in(Role.SUPERVISOR, f"/{path}", HANDHELD, locale)
    expect(page.locator(".pill")).to_be_visible()
    words = json.loads((STATIC / "lang" / f"{locale[:2]}.json").read_text("utf-8"))
    told = f"{words['frame.connecting']} · {words['frame.pending'].format(count=128)}"
    page.locator(".pill span").last.evaluate("(pill, told) => (pill.textContent = told)", told)

    boxes = page.evaluate(
        """() => [...document.querySelectorAll("#frame h1, .pill, #frame .quiet")]
          .map((one) => one.getBoundingClientRect()).map((box) => [box.left, box.right])"""
    )

    assert boxes == sorted(boxes)
    assert all(left[1] <= right[0] for left, right in pairwise(boxes))
    assert boxes[-1][1] <= HANDHELD["width"]


def test_a_gateway_that_is_away_is_no_browsers_error_page(page: Page, gateway: Gateway) -> None:
    gateway.stops()
    page.reload()
    expect(page.locator("#place")).to_have_text("A-01-3")
    expect(page.locator(".pill")).to_have_text("Offline")

    page.get_by_role("link", name="Menu").click()

    expect(page.get_by_role("alert")).to_contain_text("No network")
    page.get_by_role("link", name="Counts").click()
    expect(page.locator("#scan")).to_be_focused()
    expect(page.locator(".pill")).to_have_text("Offline")


def test_a_renewed_gateway_has_its_pages_shown_without_a_touch(
    page: Page, gateway: Gateway, newer_pages: Shell
) -> None:
    expect(page.locator(".where")).to_contain_text("Go to")
    gateway.stops()

    gateway.starts(newer_pages)

    expect(page.locator(".where")).to_contain_text("Walk to")
    used = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    versions = {found[1] for one in used if (found := re.search(r"/static/(\w+)/", one))}
    assert versions == {newer_pages.version}  # never a file of the old ones among them


def test_a_page_with_unsent_scans_sends_them_before_it_renews_itself(
    page: Page, gateway: Gateway, newer_pages: Shell, house: House
) -> None:
    gateway.stops()
    pick_the_first_place(page)
    expect(page.locator(".pill")).to_have_text("Offline · 2 not sent")
    assert house.floor.effects.picked == 0

    gateway.starts(newer_pages)

    expect(page.locator("#place")).to_have_text("B-02-1")
    expect(page.locator(".where")).to_contain_text("Walk to")
    assert house.floor.effects.picked == 2


def test_half_a_code_that_is_typed_is_not_lost_to_a_renewed_page(
    page: Page, gateway: Gateway, newer_pages: Shell
) -> None:
    page.keyboard.type("TEA", delay=80)
    gateway.stops()
    gateway.starts(newer_pages)
    expect(page.locator(".pill")).to_have_text("Connected")
    page.wait_for_timeout(1500)  # three looks whether it may renew itself
    expect(page.locator("#scan")).to_have_value("TEA")
    expect(page.locator(".where")).to_contain_text("Go to")

    page.keyboard.type("-250", delay=80)
    page.keyboard.press("Enter")

    expect(page.locator("#count")).to_have_text("1 of 2 picked")
    expect(page.locator(".where")).to_contain_text("Walk to")


def test_who_signs_out_leaves_no_work_behind_on_the_handheld(page: Page) -> None:
    page.goto("/".join(page.url.split("/")[:3]) + "/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#badge")).to_be_visible()
    page.context.set_offline(True)

    page.goto(page.url.split("?")[0] + "pick")

    expect(page.locator("#badge")).to_be_visible()
    expect(page.locator("#place")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((one) => one.includes('kept'))") == []


def test_signing_out_without_network_ends_the_session_once_there_is_one(page: Page) -> None:
    home = "/".join(page.url.split("/")[:3]) + "/"
    page.context.set_offline(True)
    page.goto(home)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.context.set_offline(False)

    page.goto(home)

    expect(page.locator("#badge")).to_be_visible()
    assert page.context.request.get(f"{home}api/session").status == 401


def test_over_https_the_pages_can_be_installed(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    begin(folder, ["127.0.0.1"], dt.datetime.now(dt.UTC))
    tls = TlsFiles(folder / "web.pem", folder / "web.key")
    server = WebServer(create_app(replace(house.given, secure=True)), "127.0.0.1", 0, tls=tls)
    server.start()
    # as if the device management had made the gateway's authority a trusted one
    trust = f"--ignore-certificate-errors-spki-list={spki(tls.certificate)}"
    handheld = browser.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=str(CHROMIUM), args=[*ARGUMENTS, trust]
    )
    page = handheld.pages[0]
    page.goto(f"https://127.0.0.1:{server.port}/")
    page.evaluate(KEPT_BY_WORKER)
    chrome = handheld.new_cdp_session(page)

    assert chrome.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = chrome.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "Warehouse work"
    page.get_by_role("button", name="中文").click()
    manifest = chrome.send("Page.getAppManifest")
    assert json.loads(manifest["data"])["name"] == "仓库作业"
    handheld.close()
    server.stop()


def spki(certificate: Path) -> str:
    """The name that Chromium knows a key by."""
    public = load_pem_x509_certificate(certificate.read_bytes()).public_key()
    told = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(told).digest()).decode()
