// The packing slip of the parcel whose label was made last at a station, for any paper printer.

import { get, whoAmI } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { Frame } from "./frame.js";
import { grouped } from "./label-view.js";
import { kilograms, onLanguage, t } from "./language.js";

const frame = await Frame.start("slip");
await whoAmI();
const page = document.getElementById("page");
const station = new URLSearchParams(location.search).get("station") ?? "";
const { status, body } = station === "" ? { status: 404 } : await get(`/api/pack/${encodeURIComponent(station)}/label`);
const label = status === 200 && body.sscc ? body : null;

function show() {
  if (label === null) return fill(page, nothing(status === 404 ? "no_station" : "nothing"));
  const missing = label.lines.some((line) => line.packed < line.ordered);
  fill(
    page,
    h(
      "article",
      { class: "card slip" },
      h("h2", {}, t("slip.title")),
      h(
        "dl",
        {},
        ...(label.ship_to?.length ? fact("slip.ship_to", label.ship_to.join("\n")) : []),
        ...fact("pack.label_order", label.order_id),
        ...fact("pack.label_carrier", label.carrier || "–"),
        ...fact("slip.parcel", grouped(label.sscc)),
        ...fact("slip.pieces", label.pieces),
        ...(label.weight_g ? fact("slip.weight", kilograms(label.weight_g)) : []),
      ),
      table(label.lines),
      missing ? h("p", { class: "fault" }, t("slip.missing")) : null,
    ),
    h("button", { type: "button", class: "main", id: "print", onclick: () => print() }, t("slip.print")),
  );
}

function nothing(why) {
  return h(
    "div",
    { class: "calm empty" },
    icon("tote"),
    h("div", {}, h("h2", { class: "large" }, t(`slip.${why}`)), h("p", { class: "muted" }, t(`slip.${why}_details`)), h("a", { class: "second", href: "/pack" }, t("slip.to_pack"))),
  );
}

function fact(name, value) {
  return [h("dt", {}, t(name)), h("dd", {}, String(value))];
}

function table(lines) {
  const head = (name, number) => h("th", { scope: "col", class: number ? "number" : null }, t(`slip.${name}`));
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, head("article"), head("ordered", true), head("packed", true))),
    h(
      "tbody",
      {},
      ...lines.map((line) =>
        h(
          "tr",
          { class: line.packed < line.ordered ? "slip-short" : null },
          h("th", { scope: "row" }, line.name || line.sku, h("small", { class: "sku" }, line.sku)),
          h("td", { class: "number" }, String(line.ordered)),
          h("td", { class: "number" }, line.packed < line.ordered ? `${line.packed} ⚠` : String(line.packed)),
        ),
      ),
    ),
  );
}

onLanguage(show);
frame.connected(true);
show();
