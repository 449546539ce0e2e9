"""What the product is made of is pinned, hashed, and named with its licence."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
ONLY_ON_WINDOWS = {"colorama"}
REGISTRIES = re.compile(r"https?://|--index-url|--find-links", re.IGNORECASE)


def same_name(name: str) -> str:
    """Names of packages as PEP 503 compares them."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(lock: str) -> set[tuple[str, str]]:
    """Names and versions; a package may have one for each version of Python."""
    found = PIN.findall((ROOT / lock).read_text(encoding="utf-8"))
    return {(same_name(name), version) for name, version in found}


def test_the_licences_page_names_what_is_pinned_and_nothing_else() -> None:
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]

    named = {(same_name(name), version) for name, version, _ in rows[1:]}

    pins = {one for one in pinned("requirements.lock") if one[0] not in ONLY_ON_WINDOWS}
    assert named <= pins, "make supply writes the page anew"
    assert {name for name, _ in named} == {name for name, _ in pins}


@pytest.mark.parametrize("lock", ["requirements.lock", ".ci/dev.lock"])
def test_every_pin_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)

    assert all("--hash=sha256:" in one for one in blocks if PIN.match(one))
    assert len(pinned(lock)) > 30
    assert not REGISTRIES.search(text)
