// What a search on the floor's page has found: places with stock of an article, tagged items, and what
// happened to an order or a parcel.

import { get } from "./api.js";
import { h } from "./dom.js";
import { moment, t } from "./language.js";
import { factWords } from "./words.js";

/** What the gateway knows: {items, more, happened}. Throws where it is not reached. */
export async function lookUp(text) {
  const asked = ["items", "history"].map((path) => get(`/api/${path}?q=${encodeURIComponent(text)}`));
  const [items, history] = (await Promise.all(asked)).map(({ status, body }) => (status === 200 ? body : null));
  const found = items?.items ?? [];
  const isItem = found.some((one) => one.epc === text.toLowerCase()); // its history is its own page's
  return { items: found, more: items?.more ?? false, happened: isItem ? [] : (history?.happened ?? []) };
}

/** Where an article lies by the books, tagged or not: by its number or name; of a place all of it. */
export function stockOf(floor, text) {
  const [wanted, plain] = [text.toLowerCase(), (words) => (words ?? "").toLowerCase()];
  const isMeant = (one, place) => plain(one.sku).startsWith(wanted) || plain(one.name).includes(wanted) || plain(place.id) === wanted;
  return (floor?.locations ?? []).flatMap((place) =>
    place.stock.filter((one) => isMeant(one, place)).map((one) => ({ ...one, location: place.id })),
  );
}

/**
 * @param found {stock, items, more, happened, text}.
 * @param heat what is asked of the items' past.
 * @param open called with an item's EPC, choose with a place.
 */
export function results({ stock, items, more, happened, text }, heat, { open, choose }) {
  if (items.length + stock.length + happened.length === 0) return [h("p", {}, t("floor.nothing_found"))];
  return [
    ...(happened.length > 0 ? [h("h2", {}, text), ...history(happened)] : []),
    ...(stock.length > 0 ? [h("h2", { class: "heat-title" }, t("floor.stock_found")), h("ul", { class: "results", id: "stock-found" }, ...stock.map((one) => stockRow(one, choose)))] : []),
    ...(items.length > 0 ? [h("p", { class: "muted" }, t(more ? "floor.found_first" : "floor.found", { count: items.length })), ...heat, h("ul", { class: "results", id: "results" }, ...items.map((one) => itemRow(one, open)))] : []),
  ];
}

function stockRow(one, choose) {
  return row(() => choose(one.location), one.name || one.sku, `${one.location} · ${t("floor.holds", { count: one.quantity })}`, one.sku);
}

function itemRow(one, open) {
  return row(() => open(one.epc), one.name || one.sku || t("pack.unknown_item"), whereabouts(one), one.epc);
}

function row(press, name, where, code) {
  return h("li", {}, h("button", { type: "button", class: "second wide", onclick: press }, h("strong", {}, name), h("span", {}, where), h("code", {}, code)));
}

export function history(facts) {
  const when = (one) => h("time", { datetime: one.at }, moment(Date.parse(one.at) * 1000));
  return [
    h("h3", {}, t("floor.history")),
    h("ol", { class: "history", id: "history" }, ...facts.map((one) => h("li", {}, when(one), h("span", {}, factWords(one))))),
  ];
}

/** A place is never told without how sure it is. */
export function whereabouts(one) {
  if (!one.location) return t("floor.gone");
  return t("floor.at", { location: one.location, percent: Math.round(one.probability * 100) });
}
