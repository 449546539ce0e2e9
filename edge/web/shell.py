"""The files that the pages are made of, read once and served as one version.

The version is a digest of them all and stands in their addresses, `/static/VERSION/js/pick.js`;
scripts name files relatively and so stay within it. An upgrade therefore never mixes old
files with new ones, whoever keeps copies: what lies at an address never changes and may be kept
for ever. Pages themselves and the worker that keeps them for times without network have fixed
addresses, are asked for anew each time, and name the version that they belong to. Each page has
one script, joined of its modules, and bears what its person would ask for first. All share one
style, joined of a file for each idea.
"""

import gzip
import hashlib
import html
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from edge.web.joining import joined

STATIC = Path(__file__).parent / "static"
PAGES = (
    "pick",
    "cart",
    "pack",
    "wall",
    "slip",
    "find",
    "dispatch",
    "returns",
    "counts",
    "floor",
    "orders",
    "board",
    "setup",
)
HOME = "home"
"""The page at `/`: signing in, and the way to the others."""
STYLES = (
    "base",
    "pick",
    "signs",
    "pack",
    "floor",
    "board",
    "wall",
    "find",
    "setup",
    "returns",
    "setup-forms",
    "asking",
)
"""The files of the style, in the order in which they hold: the later of two rules alike does."""
VERSION_HEADER = "X-Pages-Version"
"""On every answer, so that an open page learns that the gateway has newer pages."""

_TEMPLATE = "page.html"
_WORKER = "worker.js"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_PACKED = frozenset({".css", ".js", ".json", ".svg"})
_BROUGHT = b'name="brought" content="{}"'
_VERSION_LENGTH = 16
_FOR_EVER = "public, max-age=31536000, immutable"


class Shell:
    """All files of the pages as one version.

    Args:
        folder: where they lie.

    Attributes:
        version: hexadecimal; changes with any of them.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in _MEDIA_TYPES
        }
        template = files.pop(_TEMPLATE).decode()
        worker = files.pop(_WORKER).decode()
        files = _with_joined_style(_with_joined_scripts(files))
        pages = {f"pages/{name}.html": _page(template, name, files) for name in (HOME, *PAGES)}
        self.version = _digest({**files, **pages, _WORKER: worker.encode()})
        self._files = files | {
            name: page.replace(b"VERSION", self.version.encode()) for name, page in pages.items()
        }
        self._packed = {
            name: gzip.compress(content, mtime=0)
            for name, content in self._files.items()
            if PurePosixPath(name).suffix in _PACKED
        }
        self.worker = f"const SHELL = {self._kept()};\n{worker}".encode()
        """The service worker; it differs whenever any file does, which is how browsers notice."""

    def page(self, name: str, brought: Mapping[str, object]) -> bytes:
        """The HTML of a page.

        Args:
            name: of the page.
            brought: plain JSON values that its script finds there instead of asking for them.
        """
        told = html.escape(json.dumps(brought, ensure_ascii=False, separators=(",", ":")))
        plain = self._files[f"pages/{name}.html"]
        return plain.replace(_BROUGHT, f'name="brought" content="{told}"'.encode())

    def file(self, name: str, *, packed: bool) -> Response:
        """A file as its address promises it; 404 for one that is not there."""
        content = self._files.get(name)
        if content is None:
            return PlainTextResponse("there is no such file", 404)
        headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        if packed and name in self._packed:
            content = self._packed[name]
            headers["Content-Encoding"] = "gzip"
        return Response(content, 200, headers, _MEDIA_TYPES[PurePosixPath(name).suffix])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request below `/static`, as an ASGI application."""
        request = Request(scope)
        version, _, name = request.url.path.removeprefix("/static/").partition("/")
        if request.method not in {"GET", "HEAD"}:
            answer: Response = PlainTextResponse("files are only read", 405)
        elif version != self.version:
            answer = PlainTextResponse("these pages are of another version", 404)
        else:
            packed = "gzip" in request.headers.get("accept-encoding", "")
            answer = self.file(name, packed=packed)
        await answer(scope, receive, send)

    def _kept(self) -> str:
        """What the worker is told: the version, its files, and which page lies at which path."""
        paths = {"/": HOME} | {f"/{name}": name for name in PAGES}
        return json.dumps({"version": self.version, "files": sorted(self._files), "pages": paths})


def _with_joined_scripts(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with one script for each page in the place of all modules."""
    modules = {
        name.removeprefix("js/"): content.decode()
        for name, content in files.items()
        if name.startswith("js/")
    }
    others = {name: content for name, content in files.items() if not name.startswith("js/")}
    return others | {
        f"js/{name}.js": joined(f"{name}.js", modules).encode() for name in (HOME, *PAGES)
    }


def _with_joined_style(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with one style in the place of its parts.

    Raises:
        ValueError: a part is not there, or is none that `STYLES` names.
    """
    parts = [f"style/{name}.css" for name in STYLES]
    others = {name: one for name, one in files.items() if not name.startswith("style/")}
    if set(files) - set(others) != set(parts):
        raise ValueError("the files of the style are not those that STYLES names")
    return others | {"style.css": b"".join(files[name] for name in parts)}


def _page(template: str, name: str, files: Mapping[str, bytes]) -> bytes:
    """A page that names at once the words that its script needs, so that none waits."""
    words = "".join(
        f'<link rel="preload" as="fetch" crossorigin href="/static/VERSION/{file}">\n'
        for file in sorted(files)
        if file.startswith("lang/") and file.endswith(".json")
    )
    return template.replace("NAME", name).replace("</head>", f"{words}</head>").encode()


def _digest(files: Mapping[str, bytes]) -> str:
    told = hashlib.sha256()
    for name in sorted(files):
        told.update(f"{name}\0{len(files[name])}\0".encode())
        told.update(files[name])
    return told.hexdigest()[:_VERSION_LENGTH]
