import pytest

from edge.web.joining import joined
from edge.web.shell import HOME, PAGES, STATIC

MODULES = {
    "page.js": """import { show } from "./view.js";
import { count } from "./both.js";
show(count());
""",
    "view.js": """import { count } from "./both.js";
export function show(n) { return n + count(); }
""",
    "both.js": """let told = 0;
export const count = () => ++told;
export class Left {}
""",
}


def test_a_module_stands_once_before_all_that_import_it() -> None:
    script = joined("page.js", MODULES)

    assert [line.split("// ")[1] for line in script.splitlines() if "async () => {" in line] == [
        "both.js",
        "view.js",
        "page.js",
    ]
    assert "return { count, Left };" in script
    assert "const { show } = $view;" in script
    assert "import" not in script
    assert "export" not in script


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('import * as all from "./both.js";', "page.js: cannot be joined: import"),
        ("export default 7;", "page.js: cannot be joined: export default"),
        ('import { a } from "./nowhere.js";', "page.js imports nowhere.js"),
        ('import { a } from "./page.js";', "page.js imports page.js"),
    ],
)
def test_a_module_that_cannot_be_joined_is_named(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        joined("page.js", {**MODULES, "page.js": line + "\n"})


def test_every_page_has_a_script_of_its_own_and_no_module_is_left_over() -> None:
    modules = {file.name: file.read_text("utf-8") for file in (STATIC / "js").glob("*.js")}

    scripts = [joined(f"{name}.js", modules) for name in (HOME, *PAGES)]

    used = {name for name in modules for script in scripts if f"=> {{ // {name}\n" in script}
    assert used == modules.keys()
