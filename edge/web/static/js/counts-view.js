// How the counts page looks. It is given everything and keeps nothing but its elements.

import { countSections } from "./count-lists.js";
import { fill, h, icon } from "./dom.js";
import { t } from "./language.js";
import { StationView } from "./station-parts.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0"];
const DIGITS_MAX = 6;

export class CountsView extends StationView {
  /** @param actions set(sku, count), save(), sweep(), leave(), decide(count, approve) or null. */
  constructor(actions) {
    const save = h("button", { type: "button", class: "main", id: "save", onclick: () => actions.save() });
    super(actions, save);
    this._save = save;
    this._pad = h("dialog", { class: "pad", "aria-labelledby": "pad-title" });
    document.body.append(this._pad);
  }

  show({ counts, tally, note, leads }) {
    const counted = tally?.rows.filter((one) => one.count !== null).length ?? 0;
    this._label.textContent = t(tally === null ? "counts.scan_place" : "counts.scan_piece");
    this._note.show(note);
    this._save.hidden = counted === 0;
    this._save.textContent = t("counts.save", { counted, all: tally?.rows.length ?? 0 });
    fill(
      this._body,
      ...(tally === null ? [empty()] : this._tally(tally, leads)),
      ...countSections(counts, this._actions.decide),
    );
  }

  _tally(tally, leads) {
    const asks = tally.radio && leads;
    return [
      h(
        "div",
        { class: "station-head" },
        h("strong", { id: "place" }, tally.location),
        h("button", { type: "button", class: "link", onclick: () => this._actions.leave() }, t("counts.other_place")),
      ),
      asks ? h("button", { type: "button", class: "second", id: "sweep", onclick: () => this._actions.sweep() }, t("counts.sweep")) : null,
      tally.rows.length === 0 ? h("p", { class: "muted" }, t("counts.nothing_known")) : null,
      h("ul", { class: "returned", id: "rows" }, ...tally.rows.map((row) => this._row(row))),
    ];
  }

  _row(row) {
    const name = row.name || row.sku;
    const step = (by) => this._actions.set(row.sku, (row.count ?? 0) + by);
    return h(
      "li",
      { class: row.count === null ? "card count-row" : "card count-row count-row-done", "data-sku": row.sku },
      h("strong", {}, name),
      h("span", { class: "sku" }, row.sku),
      h(
        "div",
        { class: "stepper", role: "group", "aria-label": name },
        h("button", { type: "button", class: "second", "data-step": "-1", "aria-label": t("counts.less"), disabled: !row.count, onclick: () => step(-1) }, "−"),
        h("button", { type: "button", class: "second figure", onclick: () => this._ask(row) }, row.count === null ? t("counts.not_yet") : String(row.count)),
        h("button", { type: "button", class: "second", "data-step": "1", "aria-label": t("counts.more"), onclick: () => step(1) }, "+"),
      ),
    );
  }

  /** A pad of our own: no keyboard comes up, and a scan can never become a number. */
  _ask(row) {
    let typed = "";
    const shown = h("output", { class: "pad-shown" }, "0");
    const type = (digit) => {
      typed = digit === "⌫" ? typed.slice(0, -1) : (typed + digit).slice(0, DIGITS_MAX);
      shown.textContent = String(Number(typed));
    };
    const done = () => {
      this._pad.close();
      this._actions.set(row.sku, Number(typed));
    };
    fill(
      this._pad,
      h("h2", { id: "pad-title" }, row.name || row.sku),
      shown,
      h(
        "div",
        { class: "pad-keys" },
        ...DIGITS.map((digit) => h("button", { type: "button", class: "second", "aria-label": digit === "⌫" ? t("counts.back") : digit, onclick: () => type(digit) }, digit)),
        h("button", { type: "button", class: "main", id: "pad-done", onclick: done }, t("counts.done")),
      ),
      h("button", { type: "button", class: "second wide", onclick: () => this._pad.close() }, t("pick.back")),
    );
    this._pad.showModal();
  }
}

function empty() {
  return h(
    "div",
    { class: "calm empty" },
    icon("place"),
    h("div", {}, h("h2", { class: "large" }, t("counts.scan_place")), h("p", { class: "muted" }, t("counts.scan_place_details"))),
  );
}
