import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from edge.web.people import Role
from edge.web.shell import PAGES, STATIC, VERSION_HEADER, Shell

ClientOf = Callable[[Role | None], httpx.Client]


def told_to_the_worker(script: str) -> dict[str, object]:
    """What the gateway wrote before the worker's first line."""
    first = script.splitlines()[0]
    told: dict[str, object] = json.loads(first.removeprefix("const SHELL = ").removesuffix(";"))
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the pages, to be changed."""
    return Path(shutil.copytree(STATIC, tmp_path / "static"))


@pytest.mark.parametrize("name", ["style/base.css", "lang/zh.json", "page.html", "worker.js"])
def test_the_version_of_the_pages_changes_with_any_of_their_files(folder: Path, name: str) -> None:
    assert Shell(folder).version == Shell().version

    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")

    assert Shell(folder).version != Shell().version
    assert Shell(folder).worker != Shell().worker


def test_a_part_of_the_style_that_nobody_named_is_noticed(folder: Path) -> None:
    (folder / "style" / "news.css").write_text(".news { color: red; }\n", encoding="utf-8")

    with pytest.raises(ValueError, match="STYLES"):
        Shell(folder)


def test_pages_name_files_of_their_own_version_only(client_of: ClientOf) -> None:
    version = Shell().version
    html = client_of(Role.SUPERVISOR).get("/floor").text

    named = re.findall(r'(?:href|src)="([^"]+)"', html)

    assert f"/static/{version}/js/floor.js" in named
    assert f"/static/{version}/lang/zh.json" in named  # what its script needs is asked for at once
    assert all(one.startswith(f"/static/{version}/") for one in named)
    assert all(client_of(None).get(one).status_code == 200 for one in named)


def test_whatever_the_worker_keeps_is_there_and_never_changes(client_of: ClientOf) -> None:
    client = client_of(None)
    answer = client.get("/worker.js")
    told = told_to_the_worker(answer.text)
    files = told["files"]
    assert isinstance(files, list)

    assert answer.headers["cache-control"] == "no-cache"
    assert told["pages"] == {"/": "home"} | {f"/{name}": name for name in PAGES}
    assert {"js/pick.js", "lang/zh.json", "style.css", "pages/pick.html"} <= set(files)
    for name in files:
        file = client.get(f"/static/{told['version']}/{name}")
        assert file.status_code == 200, name
        assert "immutable" in file.headers["cache-control"], name


def test_a_file_of_another_version_is_not_given_out(client_of: ClientOf) -> None:
    client = client_of(None)

    assert client.get("/static/0123456789abcdef/js/pick.js").status_code == 404
    assert client.get("/static/js/pick.js").status_code == 404
    assert client.get(f"/static/{Shell().version}/js/nothing.js").status_code == 404
    assert client.post(f"/static/{Shell().version}/js/pick.js").status_code == 405


def test_files_are_packed_for_whoever_can_unpack_them(client_of: ClientOf) -> None:
    address = f"/static/{Shell().version}/lang/zh.json"
    packed = client_of(None).get(address)
    plain = client_of(None).get(address, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == (STATIC / "lang" / "zh.json").read_bytes()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2


def test_every_answer_tells_which_pages_the_gateway_has(client_of: ClientOf) -> None:
    for path in ("/", "/api/session", "/worker.js", "/nowhere"):
        assert client_of(Role.PICKER).get(path).headers[VERSION_HEADER] == Shell().version


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_can_be_installed_in_both_languages(language: str) -> None:
    manifest = json.loads((STATIC / "lang" / f"{language}.webmanifest").read_text("utf-8"))

    assert manifest["name"]
    assert manifest["start_url"] == manifest["scope"] == manifest["id"] == "/"
    for icon in manifest["icons"]:
        assert (STATIC / "lang" / icon["src"]).resolve().is_file()
