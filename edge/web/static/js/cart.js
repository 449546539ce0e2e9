// The tablet on a cart: the picker's page, and beside it where the place lies on the floor and which
// of the cart's totes is wanted. On a small screen it is the picker's page alone.

import { get } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { FloorMap } from "./floor-map.js";
import { onLanguage, t } from "./language.js";
import { onPrompt } from "./pick.js";

const map = new FloorMap(() => {});
map.element.setAttribute("inert", ""); // a picture: the place's name stands large beside it
const totes = h("ul", { class: "slots", id: "totes" });
const title = h("h2", {});
document.body.classList.add("pick");
document.body.append(h("aside", { class: "cart-side" }, map.element, title, totes));

let floor = null;
let prompt = null;

function show() {
  if (floor !== null) map.show(floor, prompt?.location ?? null, new Set());
  const ids = prompt?.totes ?? [];
  title.hidden = ids.length === 0;
  title.textContent = t("cart.totes");
  totes.setAttribute("aria-label", t("cart.totes"));
  fill(totes, ...ids.map(tote));
}

function tote(id, index) {
  const lit = prompt.kind === "drop" || id === prompt.tote_id;
  return h(
    "li",
    { class: `slot slot-${lit ? "lit" : "free"}`, "data-tote": id, "data-state": lit ? "lit" : "free" },
    h("strong", { class: "slot-name" }, String(index + 1)),
    icon(lit ? "place" : "tote"),
    h("span", { class: "slot-order" }, id),
    h("span", { class: "slot-state" }, lit ? t(prompt.kind === "drop" ? "cart.drop" : "cart.put_here") : ""),
  );
}

/** The floor as it is built: what lies and who stands where changes, and this picture does not. */
function plan(all) {
  return { ...all, pickers: [], locations: all.locations.map((one) => ({ ...one, items: 0, stock: [] })) };
}

onPrompt((now) => ((prompt = now), show()));
onLanguage(show);
try {
  const { status, body } = await get("/api/floor");
  floor = status === 200 ? plan(body) : null;
} catch {
  // without network the totes are shown, and no map
}
show();
