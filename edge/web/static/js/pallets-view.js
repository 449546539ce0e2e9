// How pallets look on the dispatch page: what is stacked, what waits, what a portal missed.

import { h, icon } from "./dom.js";
import { grouped } from "./label-view.js";
import { t } from "./language.js";

const STATES = { open: "tote", closed: "kept", left: "right", broken_up: "info" };

/**
 * @param list the pallets; @param chosen the number of the one that scans go to; @param places where
 * one can stand; @param place the chosen one; @param label what the last label there came to;
 * @param actions begin(), choose(sscc), step(sscc, step), takeOff(sscc, parcel), breakUp(pallet), at(place).
 */
export function palletSection({ list, chosen, places, place, label }, actions) {
  const options = places.map((one) => h("option", { value: one, selected: one === place }, one));
  return h(
    "section",
    { class: "pallets", id: "pallets" },
    h("h2", {}, t("pallet.title")),
    h(
      "div",
      { class: "pallet-head" },
      h(
        "label",
        {},
        h("span", {}, t("pallet.place")),
        h("select", { id: "pallet-place", onchange: (event) => actions.at(event.target.value) }, ...options),
      ),
      h("button", { type: "button", class: "main", id: "begin-pallet", disabled: !place, onclick: () => actions.begin() }, t("pallet.begin")),
    ),
    label?.parcels !== undefined
      ? h("p", { class: "facts", role: "status", id: "pallet-label", "data-state": label.state }, `${grouped(label.sscc)} · ${t(`label.${label.state}`, { printer: label.printer ?? "" })}`)
      : null,
    h("ul", { class: "returned" }, ...list.map((one) => card(one, one.sscc === chosen, actions))),
  );
}

function card(pallet, isChosen, actions) {
  return h(
    "li",
    { class: `card returned-piece pallet${isChosen ? " chosen" : ""}`, "data-pallet": pallet.sscc, "data-state": pallet.state },
    h("strong", { class: "pallet-number" }, icon(STATES[pallet.state]), h("span", {}, grouped(pallet.sscc))),
    h(
      "p",
      { class: "facts" },
      h("span", {}, t(`pallet.state.${pallet.state}`)),
      h("span", {}, pallet.carrier || t("dispatch.no_carrier")),
      h("span", {}, pallet.place),
      h("span", {}, t("pallet.parcels", { count: pallet.parcels.length })),
      pallet.seen ? h("span", {}, t("pallet.seen", { count: pallet.seen })) : null,
    ),
    ...doubts(pallet),
    pallet.state === "open" ? parcels(pallet, actions) : null,
    h("div", { class: "buttons" }, ...buttons(pallet, isChosen, actions)),
  );
}

function doubts(pallet) {
  return ["unheard", "left_alone"]
    .filter((kind) => pallet[kind].length > 0)
    .map((kind) => h("p", { class: "fault" }, `⚠ ${t(`pallet.${kind}`)}: ${pallet[kind].map(grouped).join(", ")}`));
}

function parcels(pallet, actions) {
  return h(
    "ul",
    { class: "returned stacked" },
    ...pallet.parcels.map((one) =>
      h(
        "li",
        { class: "facts" },
        h("span", { class: "sku" }, grouped(one.sscc)),
        h("span", {}, t("pack.order", { order: one.order_id })),
        h("button", { type: "button", class: "second", onclick: () => actions.takeOff(pallet.sscc, one.sscc) }, t("pallet.take_off")),
      ),
    ),
  );
}

function buttons(pallet, isChosen, actions) {
  const step = (name, look, disabled = false) =>
    h("button", { type: "button", class: look, disabled, "data-step": name, onclick: () => actions.step(pallet.sscc, name) }, t(`pallet.${name}`));
  const breakUp = h("button", { type: "button", class: "second", "data-step": "break_up", onclick: () => actions.breakUp(pallet) }, t("pallet.break_up"));
  const looked = pallet.unheard.length + pallet.left_alone.length > 0 ? [step("looked_at", "main")] : [];
  if (pallet.state === "open") {
    const choose = h(
      "button",
      { type: "button", class: "second", "aria-pressed": String(isChosen), onclick: () => actions.choose(pallet.sscc) },
      t(isChosen ? "pallet.chosen" : "pallet.choose"),
    );
    return [...looked, choose, step("close", "main", pallet.parcels.length === 0), breakUp];
  }
  return pallet.state === "closed" ? [...looked, step("label", "second"), breakUp] : looked;
}
