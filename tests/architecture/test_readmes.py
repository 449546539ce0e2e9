"""The Chinese README says what the English one says: same commands, figures, links, page words."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "docs" / "README.zh.md").read_text("utf-8")
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
FIGURE = re.compile(r"\d[\d,.]*\d|\d")
EMPHASISED = re.compile(r"(?<!\*)\*([^*\n`]+)\*(?!\*)")
LANG = ROOT / "edge" / "web" / "static" / "lang"


def commands(text: str) -> list[str]:
    lines = "\n".join(BLOCK.findall(text)).splitlines()
    return [line.split("  #")[0].strip() for line in lines]


def spans(text: str) -> set[str]:
    return set(
        re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    )


def links(text: str, folder: Path) -> set[Path]:
    return {(folder / one).resolve() for one in re.findall(r"\]\(([^)#\s]+)", text)}


def test_both_say_what_to_type() -> None:
    assert commands(CHINESE) == commands(ENGLISH)
    assert spans(CHINESE) == spans(ENGLISH)


def test_both_tell_the_same_figures() -> None:
    assert sorted(FIGURE.findall(words(CHINESE))) == sorted(FIGURE.findall(words(ENGLISH)))


def words(text: str) -> str:
    """Without addresses of files and without code, which are compared by themselves."""
    return re.sub(r"\]\([^)]*\)|`[^`\n]*`|```.*?```", " ", text, flags=re.DOTALL)


def test_both_lead_to_the_same_pages() -> None:
    pages = {ROOT / "README.md", ROOT / "docs" / "README.zh.md"}

    assert links(CHINESE, ROOT / "docs") - pages == links(ENGLISH, ROOT) - pages


def test_both_have_the_same_parts() -> None:
    for part in (r"^## ", r"^\| ", r"^\d\. "):
        assert len(re.findall(part, CHINESE, re.MULTILINE)) == len(
            re.findall(part, ENGLISH, re.MULTILINE)
        )


def test_what_a_newcomer_is_told_to_press_stands_on_the_page() -> None:
    for text, language, begins in (
        (ENGLISH, "en", "open the address that"),
        (CHINESE, "zh", "打开 `first_badge` 显示的地址"),
    ):
        shown = json.loads((LANG / f"{language}.json").read_text("utf-8"))
        steps = text[text.index(begins) : text.index("`/floor`", text.index(begins))]
        pressed = EMPHASISED.findall(steps)
        assert len(pressed) == 10
        heads = {re.split(r"[:\uff1a]", said)[0] for said in shown.values()}
        assert [one for one in pressed if one not in heads] == []
