"""One script of a page's modules, so that a handheld asks once and not twenty times.

Modules stay what they are in the folder: plain, importing each other by `import { a } from
"./b.js";` at the beginning of a line. Joined, each becomes a function that gives back what it
exports, called once, after those that it imports; nothing is renamed, and no module sees more of
another than it imported.
"""

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def joined(first: str, modules: Mapping[str, str]) -> str:
    """One module of `first` and all that it imports, directly and through others.

    Args:
        first: name of the page's own module, such as `pick.js`.
        modules: text of every module by its name.

    Raises:
        ValueError: a module imports or exports in another form than this file understands, what
            is not there, or itself through others.
    """
    order: list[str] = []
    _collect(first, modules, (), order)
    return "".join(_wrapped(name, modules[name]) for name in order)


def _collect(
    name: str, modules: Mapping[str, str], above: tuple[str, ...], order: list[str]
) -> None:
    """Add a module to the order, after all that it imports."""
    if name in order:
        return
    if name in above or name not in modules:
        raise ValueError(f"{' imports '.join((*above, name))}: a circle, or not there")
    for _, imported in _IMPORT.findall(modules[name]):
        _collect(f"{imported}.js", modules, (*above, name), order)
    order.append(name)


def _wrapped(name: str, text: str) -> str:
    exported = ", ".join(_EXPORT.findall(text))
    inside = _EXPORT.sub("", _IMPORT.sub(_taken, text))
    strange = _LEFT.search(inside)
    if strange is not None:
        raise ValueError(f"{name}: cannot be joined: {strange.group()}")
    return (
        f"const {_variable(name)} = await (async () => {{ // {name}\n"
        f"{inside}\nreturn {{ {exported} }};\n}})();\n"
    )


def _taken(found: re.Match[str]) -> str:
    return f"const {{{found[1]}}} = {_variable(found[2])};"


def _variable(name: str) -> str:
    """A name that no module uses by itself."""
    return f"${name.removesuffix('.js').replace('-', '_')}"
