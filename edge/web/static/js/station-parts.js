// What the pages of stations have in common: how they are laid out, the field that the scanner types
// into, and the line that keeps telling what went wrong until the next scan.

import { getKept } from "./api.js";
import { brought } from "./brought.js";
import { fill, h, icon } from "./dom.js";
import { keep } from "./kept.js";
import { t } from "./language.js";

const places = brought("places"); // names by their kind

/** One real, visible field: no keyboard comes up for it, and nothing is put in by the browser. */
export function scanField() {
  return h("input", {
    id: "scan",
    class: "scan",
    inputmode: "none",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: 512,
  });
}

/** Names of the places of a kind, `cart` or `station`; null where they are neither told nor kept. */
export async function placesOf(kind) {
  if (places !== null) {
    keep(`places/${kind}`, places[kind] ?? []);
    return places[kind] ?? [];
  }
  const names = ({ locations }) => locations.filter((one) => one.kind === kind).map((one) => one.id);
  return getKept("/api/floor", names, `places/${kind}`);
}

/** Pieces that their orders want no more, to be laid aside here, a scan each; null for none. */
export function takeOut(unwanted) {
  if (!unwanted?.length) return null;
  return h(
    "section",
    { class: "recalled", id: "take-out", role: "status" },
    icon("trouble"),
    h(
      "div",
      {},
      h("h2", {}, t("station.take_out")),
      h("p", {}, t("station.take_out_details")),
      h("ul", {}, ...unwanted.map((one) => h("li", {}, h("strong", {}, `${one.quantity} × ${one.name || one.sku}`), h("span", {}, whereIs(one))))),
    ),
  );
}

/** What came to be taken out since the view before, as words; null for nothing. */
export function newlyUnwanted(before, now) {
  const known = new Map((before?.take_out ?? []).map((one) => [keyOf(one), one.quantity]));
  const found = (now.take_out ?? []).filter((one) => one.quantity > (known.get(keyOf(one)) ?? 0));
  return found.length ? found.map((one) => one.name || one.sku).join(", ") : null;
}

const keyOf = (one) => `${one.order_id}\n${one.tote_id}\n${one.sku}`;

function whereIs({ slot, tote_id: tote, order_id: order }) {
  return slot ? t("station.out_of_slot", { slot, tote, order }) : t("station.out_of_tote", { tote, order });
}

/** The line of a page's last trouble. */
export class Note {
  constructor() {
    this.element = h("div", { class: "note", role: "status", hidden: true });
  }

  /** @param note `{kind, words, details}`, or null for none. */
  show(note) {
    this.element.hidden = note === null;
    if (note === null) return;
    this.element.className = `note note-${note.kind}`;
    fill(this.element, icon(note.kind), h("div", {}, h("strong", {}, note.words), h("p", {}, note.details)));
  }
}

/** The page of a station: the last trouble, what it shows, and the field with its label and buttons. */
export class StationView {
  constructor(actions, ...buttons) {
    this._actions = actions;
    this.input = scanField();
    this._note = new Note();
    this._body = h("div", { class: "station" });
    this._label = h("label", { for: "scan" });
    this._foot = h("footer", { class: "foot" }, this._label, this.input, ...buttons);
    fill(document.getElementById("page"), this._note.element, this._body, this._foot);
  }
}
