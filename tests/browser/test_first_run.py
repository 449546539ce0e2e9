"""From a gateway that nobody has set up to the first located tag, on the set-up page alone."""

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import HANDHELD, SHOTS, STATION
from tests.browser.judging import judge
from tests.drivers.llrp.simulated import reader_process
from tests.mosquitto import Broker, mosquitto_program
from tests.waiting import PATIENCE_S, ended, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.story]
CONFIG = Path(__file__).parents[2] / "config"
PIN = "815815"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def fresh_gateway(folder: Path, port: int) -> Path:
    """The files as the package installs them, but for folders and the port."""
    text = (CONFIG / "gateway.toml").read_text(encoding="utf-8")
    for before, after in (
        ("/var/lib/warehouse-edge", str(folder / "data")),
        ("port = 8080", f"port = {port}"),
        ("mdns = true", "mdns = false"),
    ):
        assert before in text
        text = text.replace(before, after)
    for name in ("floor.toml", "exceptions.toml"):
        (folder / name).write_text((CONFIG / name).read_text(encoding="utf-8"), encoding="utf-8")
    file = folder / "gateway.toml"
    file.write_text(text, encoding="utf-8")
    return file


@contextmanager
def daemon(config: Path) -> Iterator[dict[str, str]]:
    """The gateway while it runs; what it printed when it was ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edge", "run", "--config", config],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(next(line for line in process.stdout if '"ready": true' in line))
    finally:
        process.terminate()
        ended(process)


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def done(page: Page) -> list[str]:
    return page.locator('[data-done="true"]').evaluate_all(
        "all => all.map(one => one.dataset.step)"
    )


def save(page: Page, form: str, **values: str | bool) -> None:
    """Fill a form in and send it; the gateway takes it."""
    for name, value in values.items():
        field = page.locator(f"#{form}-{name}")
        if isinstance(value, bool):
            field.set_checked(value)
        else:
            field.fill(value)
    page.locator(f"#save-{form}").click()
    expect(page.locator(f"#form-{form} .note-right")).to_be_visible()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """The central system's broker."""
    made = Broker(mosquitto_program(), tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that takes the gateway's own authority, as a handheld that has its ca.pem."""
    context = browser.new_context(viewport=STATION, locale="en-GB", ignore_https_errors=True)
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context.new_page()
    context.close()


def begins_anew_by_tls(page: Page) -> None:
    """Have it begin anew, and follow it to its new address once it answers there."""
    page.locator("#begin-anew").click()
    link = page.locator("#new-address")
    expect(link).to_be_visible()
    address = str(link.get_attribute("href"))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, _, port = address.removeprefix("https://").partition("/")[0].partition(":")
    wait_until("it answers by TLS", lambda: answers_by_tls(host, int(port), context))
    link.click()


def answers_by_tls(host: str, port: int, context: ssl.SSLContext) -> bool:
    try:
        with (
            socket.create_connection((host, port), PATIENCE_S) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except OSError:
        return False


def make_the_first_badge(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#badge", "1001")
    page.fill("#name", "Ana")
    page.fill("#pin", PIN)
    page.fill("#pin-again", "815816")
    page.locator("#first-badge button").click()
    expect(page.locator(".fault")).to_be_visible()  # the two PINs differ
    shoot(page, "first-badge-en-GB-1280x800")
    page.fill("#pin-again", PIN)
    page.locator("#first-badge button").click()
    page.wait_for_url("**/setup")


def tell_the_broker(page: Page, port: int) -> None:
    page.fill("#broker-host", "127.0.0.1")
    page.fill("#broker-port", "1")
    page.locator("#try-broker").click()
    expect(page.locator("#form-broker .note-trouble")).to_contain_text("does not work")
    page.fill("#broker-port", str(port))
    page.locator("#try-broker").click()
    expect(page.locator("#form-broker .note-right")).to_contain_text("It works")
    save(page, "broker")


def take_a_reader(page: Page, port: int) -> None:
    save(page, "reader", host="127.0.0.1", port=str(port))
    found = f"127-0-0-1-{port}"
    page.locator(f"#try-{found}").click()
    expect(page.locator(f"#trial-{found} .trial-tags li")).to_have_count(3)
    page.fill(f"#name-{found}", "shelf-1")
    page.locator(f"#approve-{found}").click()
    expect(page.locator(f'[data-found="{found}"] .note-right').first).to_be_visible()


def place_its_antenna(page: Page) -> None:
    rows = page.locator("#antennas tbody tr")
    expect(rows.first).to_contain_text("no reader of this name")  # of the example floor
    page.fill("#placed-location-1", "SHELF-A")
    shoot(page, "first-run-antennas-en-GB-1280x800")
    page.locator("#save-antennas").click()
    expect(page.locator("#form-antennas .note-right")).to_be_visible()
    expect(page.locator("#guide-section .note-info")).to_contain_text("floor")
    page.locator("#guide-section").scroll_into_view_if_needed()
    shoot(page, "first-run-guide-en-GB-1280x800")


def is_on_the_map(page: Page, address: str) -> None:
    """Nobody has measured where the place is: it is drawn below the others."""
    page.goto(f"{address}/floor")
    expect(page.locator('[data-place="SHELF-A"]')).to_be_visible()
    shoot(page, "first-run-floor-en-GB-1280x800")


def sign_in_again(page: Page) -> None:
    """A page by TLS has another cookie."""
    page.fill("#badge", "1001")
    page.fill("#pin", PIN)
    page.keyboard.press("Enter")


def is_located(page: Page) -> None:
    tag = page.locator('[data-step="tag"]')
    expect(tag).to_have_attribute("data-done", "true")
    expect(page.locator("#guide-section .note-right").first).to_contain_text("SHELF-A")


def test_a_fresh_gateway_comes_to_its_first_located_tag_on_the_page(
    page: Page, broker: Broker, tmp_path: Path
) -> None:
    config = fresh_gateway(tmp_path, free_port())
    with reader_process("--port", "0", "--antennas", "1", "--tags", "3", "--rate", "60") as reader:
        # given: nobody may sign in; the token of the start lets one person in
        with daemon(config) as ready:
            make_the_first_badge(page, ready["first_badge"])
            expect(page.locator('[data-step="site"]')).to_have_attribute("aria-current", "step")
            assert done(page) == ["badge"]

            # when: site, broker and a reader with its antenna are told
            save(page, "site", site="oslo", name="gw-1")
            tell_the_broker(page, broker.port)
            take_a_reader(page, reader.port)
            place_its_antenna(page)

        # and: the gateway is stopped in the middle
        with daemon(config) as ready:
            assert "first_badge" not in ready
            page.goto(f"{ready['url']}/setup")

            # then: the way goes on where it was, and the first tag is located
            is_located(page)
            for step in ("badge", "site", "readers", "places", "broker"):
                expect(page.locator(f'[data-step="{step}"]')).to_have_attribute(
                    "data-done", "true"
                )

            is_on_the_map(page, ready["url"])
            page.goto(f"{ready['url']}/setup")

            # and: certificates let handhelds in, from the next beginning on
            save(page, "certificates", names="localhost, 127.0.0.1", host="127.0.0.1")
            save(page, "people", badge="2002", name="Bo", pin="123456")
            begins_anew_by_tls(page)
            sign_in_again(page)
            is_located(page)
            expect(page.locator('[data-step="certificates"]')).to_have_attribute(
                "data-done", "true"
            )
            judge(page)
            page.set_viewport_size({"width": HANDHELD["width"], "height": HANDHELD["height"]})
            shoot(page, "first-run-done-en-GB-360x640")
