"""From the tap to a picker's page that takes scans, in a handheld's browser.

Chromium with its processor slowed six times and a wireless network of 20 ms and 20 Mbit/s opens
`/pick` amid a walk: the time is over when the place stands there and the field has the focus. The
baseline is the same page as it would be by itself: scripts are found one import after the other,
packed by nothing, each is asked for anew at each visit, and the page brings nothing along.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from starlette.responses import FileResponse, Response
from typing_extensions import override

from edge.web.app import create_app
from edge.web.people import Role
from edge.web.server import WebServer
from edge.web.shell import STATIC, Shell
from tests.benchmarks.figures import Effort, Figure
from tests.web.toy_house import BADGES, PIN, House, open_house

SLOWED_TIMES = 6
NETWORK = {
    "offline": False,
    "latency": 20,  # ms
    "downloadThroughput": 2_500_000,  # bytes/s
    "uploadThroughput": 2_500_000,
}
USABLE = """
globalThis.usableMs = new Promise((done) => {
  const look = () => {
    const stands = document.getElementById("place")?.textContent;
    if (stands && document.activeElement?.id === "scan") done(performance.now());
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
"""
KEPT = """async () => {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) return;
  await new Promise((done) => serviceWorker.addEventListener("controllerchange", done));
}"""
CHROMIUM = "/usr/bin/chromium"
VIEW = {"width": 360, "height": 640}


@dataclass(frozen=True, slots=True)
class Visit:
    """One opening of the page.

    Attributes:
        usable_ms: from the tap until the page takes scans, by the clock on the wall.
        processor_ms: what the slowed processor worked for it, whatever else the host does.
    """

    usable_ms: float
    processor_ms: float


class PlainShell(Shell):
    """The files as any folder of files would be served; everything is asked for."""

    @override
    def page(self, name: str, brought: Mapping[str, object]) -> bytes:
        html = super().page(name, {}).decode()
        return "\n".join(line for line in html.splitlines() if "preload" not in line).encode()

    @override
    def file(self, name: str, *, packed: bool) -> Response:
        module = STATIC / name
        is_script = name.startswith("js/") and module.is_file()
        answer = FileResponse(module) if is_script else super().file(name, packed=False)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


class Handheld:
    """A browser that opens a picker's page of one server.

    Args:
        browser: Chromium.
        port: of the server.
        keeps_pages: whether its worker may keep them.
    """

    def __init__(self, browser: Browser, port: int, *, keeps_pages: bool) -> None:
        self._browser = browser
        self._address = f"http://127.0.0.1:{port}"
        self._keeps_pages = keeps_pages

    def opens(self) -> list[Visit]:
        """The first visit, and the next one."""
        context = self._browser.new_context(
            base_url=self._address,
            viewport={"width": VIEW["width"], "height": VIEW["height"]},
            service_workers="allow" if self._keeps_pages else "block",
        )
        context.add_init_script(USABLE)
        context.request.post("/api/session", data={"badge": BADGES[Role.PICKER], "pin": PIN})
        context.request.post(
            "/api/work",
            data={"ready": True, "cart": "CART-1"},
            headers={"Idempotency-Key": "at-work"},
        )
        page = context.new_page()
        chrome = context.new_cdp_session(page)
        chrome.send("Performance.enable", {"timeDomain": "threadTicks"})
        chrome.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED_TIMES})
        chrome.send("Network.enable")
        chrome.send("Network.emulateNetworkConditions", NETWORK)
        page.goto("/pick")
        first = _visit(page, chrome)
        if self._keeps_pages:
            page.evaluate(KEPT)
        page.reload()
        again = _visit(page, chrome)
        context.close()
        return [first, again]


def _visit(page: Page, chrome: CDPSession) -> Visit:
    usable_ms: float = page.evaluate("usableMs")
    told = {one["name"]: one["value"] for one in chrome.send("Performance.getMetrics")["metrics"]}
    return Visit(usable_ms, 1000 * told["TaskDuration"])


@contextmanager
def pages(house: House, shell: Shell) -> Iterator[int]:
    """The port where a house's pages are."""
    server = WebServer(create_app(house.given, shell), "127.0.0.1", 0)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def page_open(effort: Effort) -> list[Figure]:
    """The median of the rounds, at the first visit and at those that follow."""
    with (
        tempfile.TemporaryDirectory(prefix="warehouse-edge-bench-") as folder,
        sync_playwright() as playwright,
        ExitStack() as all_,
    ):
        house = open_house(Path(folder))
        all_.callback(house.stop)
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        all_.callback(browser.close)
        ours = Handheld(browser, all_.enter_context(pages(house, Shell())), keeps_pages=True)
        plain = Handheld(
            browser, all_.enter_context(pages(house, PlainShell())), keeps_pages=False
        )
        rounds = [(ours.opens(), plain.opens()) for _ in range(effort.rounds + 1)][1:]
    return [
        Figure.less(
            f"page_{what.removesuffix('_ms')}_{visit}",
            "ms",
            f"files as they lie in a folder, {visit} visit",
            (
                median(getattr(one[at], what) for one, _ in rounds),
                median(getattr(one[at], what) for _, one in rounds),
            ),
        )
        for at, visit in enumerate(("first", "next"))
        for what in ("usable_ms", "processor_ms")
    ]
