import json
import re
from pathlib import Path

import edge.web

STATIC = Path(edge.web.__file__).parent / "static"
CODES = (
    "ready",
    "gone",
    "cart_unknown",
    "cart_taken",
    "work_in_hand",
    "picked",
    "stop_done",
    "walk_done",
    "paired",
    "place_right",
    "place_wrong",
    "tote_right",
    "tote_wrong",
    "wrong_item",
    "unknown_code",
    "done_already",
    "dropped",
    "nothing_to_do",
    "rerouted",
    "short",
    "not_allowed",
    "noted",
    "opened",
    "checked",
    "complete",
    "not_wanted",
    "already_open",
    "tote_unknown",
    "tote_not_here",
    "nothing_open",
    "numbers_unsure",
    "numbers_used_up",
    "closed",
    "label",
    "weigh",
    "weight_off",
    "not_confirmed",
    "missing",
    "extra",
    "released",
    "refused",
    "not_held",
    "order_unknown",
    "placed",
    "place_unknown",
    "article_unknown",
    "shipped",
    "parcel_unknown",
    "shipped_already",
    "invalid",
    "store_failed",
    "put",
    "all_put",
    "order_cancelled",
    "given_up",
    "return_found",
    "received",
    "graded",
    "not_shipped",
    "which_order",
    "reason_needed",
    "no_quarantine",
    "piece_unknown",
    "count_place",
    "count_piece",
    "found_empty",
    "count_right",
    "variance",
    "swept",
    "not_heard",
    "reader_silent",
    "no_variance",
    "variance_approved",
    "variance_refused",
    "promised",
)


def words(language: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads((STATIC / "lang" / f"{language}.json").read_text("utf-8"))
    return loaded


def test_both_languages_have_the_same_keys_and_none_is_empty() -> None:
    english, chinese = words("en"), words("zh")

    assert english.keys() == chinese.keys()
    assert all(english.values())
    assert all(chinese.values())


def test_both_languages_name_the_same_values() -> None:
    english, chinese = words("en"), words("zh")

    for key, text in english.items():
        names = set(re.findall(r"\{(\w+)\}", text))
        assert names == set(re.findall(r"\{(\w+)\}", chinese[key])), key


def test_every_answer_of_the_rules_has_words() -> None:
    assert {f"code.{code}" for code in CODES} <= words("en").keys()


def test_every_alert_has_a_name_and_a_sentence() -> None:
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")
    table = page.partition("## Alerts")[2].partition("\n## ")[0]
    codes = re.findall(r"^\| `([a-z_-]+)` \|", table, re.MULTILINE)

    wanted = {f"alert.{code}{part}" for code in codes for part in ("", ".text")}
    assert len(codes) > 30
    assert wanted - words("en").keys() == set()


def test_every_word_that_a_script_asks_for_is_there() -> None:
    known = words("en").keys()
    for script in (STATIC / "js").glob("*.js"):
        text = script.read_text("utf-8")
        for key in re.findall(r'\bt\("([a-z_.]+)"', text):
            assert key in known, f"{script.name}: {key}"


def test_pages_hold_nothing_inline_and_name_no_other_host() -> None:
    for page in STATIC.glob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), page.name
        assert "//" not in text.replace("<!doctype html>", ""), page.name
    for script in (STATIC / "js").glob("*.js"):
        text = script.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "innerHTML" not in text
        assert not re.search(r"https?://", text), script.name


def test_no_word_stands_twice_in_a_catalogue() -> None:
    for file in (STATIC / "lang").glob("*.json"):
        pairs: list[tuple[str, str]] = json.loads(
            file.read_text(encoding="utf-8"), object_pairs_hook=list
        )
        keys = [key for key, _ in pairs]

        assert len(keys) == len(set(keys)), (
            f"{file.name}: {[k for k in keys if keys.count(k) > 1]}"
        )
