"""Who may do what, asked of the running server.

`python -m tests.web.access_table > docs/access.md` writes the published table anew.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import httpx

from edge.web.access import PUBLIC, ROLES, SCOPES
from edge.web.people import Role
from tests.waiting import PATIENCE_S
from tests.web.asking import ask
from tests.web.toy_house import BADGES, PIN, open_house, serve

REFUSALS = frozenset({303, 401, 403})
HEAD = """# Who may do what

Asked of the running server, each page and endpoint as each role; a test compares.
● allowed, · refused. Machines have a token with scopes (`[[token]]` of `gateway.toml`); everything
else that they ask is refused. `operate` is of the gateway's own commands alone, such as
`warehouse-edge log-level`, by its session key; no `[[token]]` can have it.

| | nobody | picker | packer | supervisor | administrator | a token's scope |
|---|:-:|:-:|:-:|:-:|:-:|---|
"""
Answers = Mapping[tuple[str, str], int]


def answers_to(address: str, role: Role | None) -> Answers:
    """The status of every row of the table for one role, or for nobody."""
    with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
        if role is not None:
            client.post("/api/session", json={"badge": BADGES[role], "pin": PIN})
        return {row: ask(client, *row) for row in ROLES}


def table(address: str) -> str:
    """The document, from what the server at an address answers."""
    everyone = (None, *Role)
    answers = {role: answers_to(address, role) for role in everyone}
    lines = [f"| `{method} {path}` | ● | ● | ● | ● | ● | |" for method, path in sorted(PUBLIC)]
    for row in ROLES:
        cells = ("·" if answers[one][row] in REFUSALS else "●" for one in everyone)
        scope = f"`{SCOPES[row].value}`" if row in SCOPES else ""
        lines.append(f"| `{' '.join(row)}` | {' | '.join(cells)} | {scope} |")
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Print the document."""
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Path(folder))
        server = serve(house.given)
        sys.stdout.write(table(f"http://127.0.0.1:{server.port}"))
        server.stop()
        house.stop()


if __name__ == "__main__":
    main()
