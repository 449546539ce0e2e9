// The live map: what lies where, what hears it, who is where; search and history.

import { get, whoAmI } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { FloorMap } from "./floor-map.js";
import { history, lookUp, results, stockOf, whereabouts } from "./floor-results.js";
import { Frame } from "./frame.js";
import { moment, onLanguage, t } from "./language.js";
import { placeDetails } from "./place-view.js";
import { whenFree } from "./press.js";
import { listen } from "./stream.js";
import { marksOf, span, whyPanel } from "./why-view.js";

const SESSION_KEPT_MS = 5 * 60 * 1000;
const TYPING_MS = 250;
const WHY_MS = 3000; // the reasons of an open item are asked for anew
const HEAT_HOURS = [8, 24, 168];

const frame = await Frame.start("floor");
await whoAmI();

let floor = null;
let chosen = null; // id of a location
let found = null; // by the last search: {text, items, more, happened}; null before any
let item = null; // an item with its history
let why = null; // the reasons for the open item's place
let heat = null; // where the item or article has been
let heatHours = 0; // 0: no heat is shown
let timer = 0;

const search = h("input", { id: "search", type: "search", maxlength: 64, autocomplete: "off", oninput: typed });
const searchLabel = h("label", { for: "search" });
const map = new FloorMap(choose);
const legend = h("ul", { class: "legend" });
const stale = h("div", { class: "stale-list" });
const details = h("section", { class: "details", "aria-live": "polite" });
const layout = h(
  "div",
  { class: "floor-layout" },
  h("div", { class: "map-side" }, stale, map.element, legend),
  h("aside", { class: "look-up" }, searchLabel, search, details),
);
fill(document.getElementById("page"), layout);

function show() {
  searchLabel.textContent = t("floor.search");
  search.placeholder = t("floor.search_hint");
  showLegend();
  if (floor !== null) {
    map.show(floor, chosen, placesFound(), marks(), heat);
    showStale();
  }
  showDetails();
}

function showLegend() {
  const entry = (name, mark) => h("li", {}, h("span", { class: `mark mark-${mark}` }), t(`floor.legend.${name}`));
  fill(
    legend,
    entry("stock", "stock"),
    h("li", {}, h("strong", { class: "mark-number", "aria-hidden": "true" }, "12"), t("floor.legend.number")),
    entry("stale", "stale"),
    entry("antenna", "alive"),
    entry("antenna_dead", "dead"),
    entry("picker", "picker"),
    entry("here", "here"),
    entry("maybe", "maybe"),
    heat === null ? null : entry("heat", "heat"),
  );
}

function showStale() {
  const places = floor.locations.filter((one) => one.stale_since_us);
  const down = floor.readers.filter((one) => !one.alive);
  stale.hidden = places.length === 0 && down.length === 0;
  const since = places.length > 0 ? Math.min(...places.map((one) => one.stale_since_us)) : null;
  fill(
    stale,
    icon("trouble"),
    h(
      "p",
      {},
      since === null ? "" : t("floor.stale", { count: places.length, since: moment(since) }),
      " ",
      down.length === 0 ? "" : t("floor.readers_down", { readers: down.map((one) => one.device).join(", ") }),
    ),
  );
}

function showDetails() {
  if (item !== null) return fill(details, ...itemDetails());
  if (found !== null) {
    const all = { ...found, stock: stockOf(floor, found.text) };
    return fill(details, ...results(all, heatChoice(skuFound()), { open, choose }));
  }
  const place = floor?.locations.find((one) => one.id === chosen);
  if (place) return fill(details, ...placeDetails(place));
  fill(details, h("p", { class: "muted" }, t("floor.choose")), ...pickers());
}

function pickers() {
  const people = floor?.pickers ?? [];
  if (people.length === 0) return [];
  return [
    h("h2", {}, t("floor.pickers")),
    h(
      "ul",
      { class: "rows" },
      ...people.map((one) =>
        h(
          "li",
          {},
          h("strong", {}, one.name || one.badge),
          h("span", {}, one.location ?? "–"),
          h("span", {}, one.stops ? t("floor.stops_done", { done: one.done, stops: one.stops }) : t("floor.idle")),
        ),
      ),
    ),
  ];
}

function itemDetails() {
  return [
    h("button", { type: "button", class: "link", onclick: back }, t("floor.back")),
    h("h2", { id: "item-name" }, item.name || item.sku || t("pack.unknown_item")),
    h("code", {}, item.epc),
    ...(why === null ? [h("p", {}, whereabouts(item))] : whyPanel(why)),
    ...heatChoice(true, "h3"),
    ...history(item.history),
  ];
}

/** Where the found items are, with how sure that is; of an open item also where it could be. */
function marks() {
  if (item !== null && why?.reason) return marksOf(why);
  const rows = item !== null ? [item] : (found?.items ?? []);
  const byPlace = new Map();
  for (const one of rows.filter((row) => row.location)) {
    const known = byPlace.get(one.location) ?? { location: one.location, sum: 0, count: 0 };
    byPlace.set(one.location, { ...known, sum: known.sum + one.probability, count: known.count + 1 });
  }
  return [...byPlace.values()].map((one) => ({ location: one.location, probability: one.sum / one.count, count: one.count, is_sure: true }));
}

/** The article of all that was found; null where they are of several. */
function skuFound() {
  const skus = new Set((found?.items ?? []).map((one) => one.sku));
  return skus.size === 1 ? [...skus][0] : null;
}

function heatChoice(subject, heading = "h2") {
  if (subject === null) return [];
  const choice = (hours) =>
    h(
      "button",
      { type: "button", class: "second", "aria-pressed": String(heatHours === hours), onclick: () => showHeat(heatHours === hours ? 0 : hours) },
      span(hours * 3600),
    );
  const most = heat?.places.slice(0, 5) ?? [];
  return [
    h(heading, { class: "heat-title" }, t("heat.title")),
    h("div", { class: "heat-choice", role: "group", "aria-label": t("heat.title") }, ...HEAT_HOURS.map(choice)),
    heat === null
      ? null
      : h("p", { class: "muted", id: "heat-summary" }, most.length === 0 ? t("heat.nothing") : t(heat.is_whole ? "heat.items" : "heat.items_some", { count: heat.items })),
    heat === null ? null : h("ul", { class: "rows heat-rows" }, ...most.map((one) => h("li", {}, h("strong", {}, one.location), h("span", {}, span(one.dwell_s))))),
  ];
}

async function showHeat(hours) {
  heatHours = hours;
  heat = null;
  const about = item !== null ? `epc=${item.epc}` : `sku=${encodeURIComponent(skuFound() ?? "")}`;
  if (hours > 0) {
    try {
      const { status, body } = await get(`/api/heat?${about}&hours=${hours}`);
      if (status === 200 && heatHours === hours) heat = body;
    } catch {
      frame.connected(false);
    }
  }
  show();
}

function forgetHeat() {
  heat = null;
  heatHours = 0;
}

function placesFound() {
  const rows = item !== null ? [item] : found === null ? [] : [...found.items, ...stockOf(floor, found.text)];
  return new Set(rows.map((one) => one.location));
}

function choose(id) {
  chosen = chosen === id ? null : id;
  item = found = why = null;
  forgetHeat();
  search.value = "";
  show();
}

function typed() {
  clearTimeout(timer);
  timer = setTimeout(look, TYPING_MS);
}

async function look() {
  const text = search.value.trim();
  item = why = chosen = null;
  forgetHeat();
  if (text === "") {
    found = null;
    return show();
  }
  try {
    const looked = await lookUp(text);
    if (search.value.trim() === text) found = { text, ...looked };
  } catch {
    frame.connected(false);
  }
  show();
}

async function open(epc) {
  try {
    const { status, body } = await get(`/api/items/${epc}`);
    if (status === 200) item = body;
    why = null;
    forgetHeat();
  } catch {
    frame.connected(false);
  }
  show();
  await askWhy();
}

/** Ask for the reasons of the open item; an answer for another one is too late. */
async function askWhy() {
  const epc = item?.epc;
  if (epc === undefined || document.hidden) return;
  try {
    const { status, body } = await get(`/api/items/${epc}/why`);
    if (item?.epc !== epc || status !== 200) return;
    why = body;
    item = { ...(body.item ?? item), history: body.history };
    whenFree(show);
  } catch {
    frame.connected(false);
  }
}

function back() {
  item = why = null;
  forgetHeat();
  show();
}

onLanguage(show);
setInterval(askWhy, WHY_MS);
setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
show();
listen("/api/floor/stream", "floor", (value) => ((floor = value), show()), (state) => frame.connected(state));
