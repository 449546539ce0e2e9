"""The licences page, from the CycloneDX list of what the product is made of."""

import json
import re
import sys
from pathlib import Path

HEAD = """# Licences

warehouse-edge is GPL-3.0-or-later (LICENSE), because sllurp, which sets readers up, is
GPL-3.0-only. What else it is made of, drawn from the packages' own words by `make supply`; the
machine-readable list is `dist/warehouse-edge.cdx.json` (CycloneDX).

| package | version | licence |
|---|---|---|
"""


def licence(component: dict[str, object]) -> str:
    """A component's licences: identifiers before names before what its classifiers say."""
    words: list[str] = []
    for one in component.get("licenses", []):  # type: ignore[attr-defined]
        text = one.get("expression") or one["license"].get("id") or one["license"].get("name")
        words.append(re.sub(r"^License :: (OSI Approved :: )?", "", str(text)).splitlines()[0])
    exact = [word for word in words if " " not in word or " OR " in word or " AND " in word]
    return ", ".join(dict.fromkeys(exact or words)) or "not stated"


def main(file: Path) -> None:
    """Print the page."""
    components = json.loads(file.read_text(encoding="utf-8"))["components"]
    listed = ((one["name"], one["version"], licence(one)) for one in components)
    rows = sorted(listed, key=lambda row: str(row[0]).lower())
    sys.stdout.write(HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
