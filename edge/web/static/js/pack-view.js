// How the pack station looks. It is given everything and keeps nothing but its elements.

import { fill, h, icon } from "./dom.js";
import { labelSection } from "./label-view.js";
import { t } from "./language.js";
import { StationView, takeOut } from "./station-parts.js";

const VERDICT_ICONS = { match: "right", listening: "radio", missing: "wait", checking: "wait", extra: "wrong", take_out: "trouble", empty: "tote" };

export class PackView extends StationView {
  /** @param actions chooseStation(name), close(), closeAnyway(), again(), printLabel(code), askLabel(). */
  constructor(actions) {
    const close = h("button", { type: "button", class: "main", id: "close", onclick: () => actions.close() });
    super(actions, close);
    this._close = close;
    this._dialog = h("dialog", { "aria-labelledby": "partial-title" });
    this._unsorted = h("dialog", { "aria-labelledby": "unsorted-title" });
    document.body.append(this._dialog, this._unsorted);
  }

  show(all) {
    const { station, pack, note, asksLabel } = all;
    const wanted = station === null ? "station" : pack?.open ? "piece" : asksLabel ? "parcel" : "tote";
    this._label.textContent = t(`pack.scan_${wanted}`);
    this._note.show(note);
    this._close.hidden = !pack?.open;
    this._close.disabled = pack?.verdict === "listening"; // a scan counts all the same
    this._close.textContent = t("pack.close");
    if (!pack?.open) this._dialog.close();
    fill(this._body, ...(station === null ? this._choice(all) : pack === null ? [] : this._tote(all)));
  }

  confirmPartial(pack) {
    const missing = pack.lines.filter((line) => line.checked < line.expected);
    const unwanted = (pack.take_out ?? []).filter((one) => one.order_id === pack.order_id);
    const strange = pack.strangers.length + unwanted.length > 0;
    const go = () => {
      this._dialog.close();
      this._actions.closeAnyway(unwanted.length > 0);
    };
    fill(
      this._dialog,
      h("h2", { id: "partial-title" }, t(strange ? "pack.extra_title" : "pack.partial_title")),
      h("p", {}, t(strange ? "pack.extra_details" : "pack.partial_details")),
      pack.awaited?.length ? h("p", { id: "awaited-first" }, t("pack.awaited", { totes: pack.awaited.join(", ") })) : null,
      h(
        "ul",
        { class: "refused" },
        ...pack.strangers.map((one) => h("li", {}, h("strong", {}, one.name || one.sku || one.epc))),
        ...unwanted.map((one) => h("li", {}, h("strong", {}, one.name || one.sku), h("span", {}, t("pack.unwanted", { count: one.quantity })))),
        ...missing.map((line) =>
          h("li", {}, h("strong", {}, line.name || line.sku), h("span", {}, t("pack.missing", { count: line.expected - line.checked }))),
        ),
      ),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "main", onclick: () => this._dialog.close() }, t("pack.go_on")),
        h("button", { type: "button", class: "second danger", id: "close-anyway", onclick: go }, t(strange ? "pack.close_without_extra" : "pack.close_anyway")),
      ),
    );
    this._dialog.showModal();
  }

  /** What a slot still waits for is nowhere at the wall: the packer looks, or packs without it. */
  confirmUnsorted(wall, go) {
    const pack = () => {
      this._unsorted.close();
      go();
    };
    fill(
      this._unsorted,
      h("h2", { id: "unsorted-title" }, t("pack.unsorted_title")),
      h("p", {}, t("pack.unsorted_details", { wall })),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "main", onclick: () => this._unsorted.close() }, t("pack.unsorted_wait")),
        h("button", { type: "button", class: "second danger", id: "pack-unsorted", onclick: pack }, t("pack.unsorted_go")),
      ),
    );
    if (!this._unsorted.open) this._unsorted.showModal();
  }

  _choice({ stations }) {
    return [
      h("h2", { class: "large" }, t("pack.choose_station")),
      h("p", { class: "muted" }, t("pack.choose_station_details")),
      h(
        "div",
        { class: "buttons columns" },
        ...stations.map((name) =>
          h("button", { type: "button", class: "main", onclick: () => this._actions.chooseStation(name) }, name),
        ),
      ),
    ];
  }

  _tote({ station, pack, label, asksLabel }) {
    const head = h(
      "div",
      { class: "station-head" },
      h("span", {}, t("pack.station", { station })),
      pack.open ? h("strong", { id: "tote" }, pack.tote_id) : null,
      pack.open ? h("span", {}, t("pack.order", { order: pack.order_id })) : null,
      pack.open && pack.carrier ? h("span", { class: "carrier" }, pack.carrier) : null,
      h("button", { type: "button", class: "link", onclick: () => this._actions.again() }, t("pack.other_station")),
    );
    if (!pack.open) {
      const ask = h(
        "button",
        { type: "button", class: "second", id: "ask-label", "aria-pressed": String(asksLabel), onclick: () => this._actions.askLabel() },
        t("label.of_another"),
      );
      return [head, takeOut(pack.take_out), recalled(pack), label?.sscc ? labelSection(label, this._actions.printLabel) : this._empty(), ask];
    }
    return [head, takeOut(pack.take_out), h("div", { class: "station-body" }, verdict(pack), lines(pack))];
  }

  _empty() {
    return h(
      "div",
      { class: "calm empty" },
      icon("tote"),
      h("div", {}, h("h2", { class: "large" }, t("pack.empty")), h("p", { class: "muted" }, t("pack.empty_details"))),
    );
  }
}

/** Parcels whose orders were cancelled after they were closed: they are opened here, or elsewhere. */
function recalled(pack) {
  if (!pack.recalled?.length) return null;
  return h(
    "section",
    { class: "recalled", id: "recalled" },
    icon("trouble"),
    h(
      "div",
      {},
      h("h2", {}, t("pack.recalled")),
      h("p", {}, t("pack.recalled_details")),
      h("ul", {}, ...pack.recalled.map((one) => h("li", {}, h("strong", {}, one.sscc), h("span", {}, t("pack.order", { order: one.order_id }))))),
    ),
  );
}

function verdict(pack) {
  const missing = pack.expected - pack.checked;
  const name = pack.verdict === "checking" && missing > 0 ? "missing" : pack.verdict;
  return h(
    "section",
    { class: `verdict verdict-${name}`, role: "status", id: "verdict", "data-verdict": name },
    icon(VERDICT_ICONS[name] ?? "info"),
    h("p", { class: "verdict-words" }, name === "missing" ? t("pack.missing", { count: missing }) : t(`verdict.${name}`)),
    h("p", { class: "verdict-count" }, t("pack.count", { checked: pack.checked, expected: pack.expected })),
    h("progress", { max: Math.max(1, pack.expected), value: pack.checked, "aria-label": t("pack.progress") }),
    pack.awaited?.length && missing > 0
      ? h("p", { class: "awaited", id: "awaited" }, icon("tote"), h("span", {}, t("pack.awaited", { totes: pack.awaited.join(", ") })))
      : null,
    ...strangers(pack),
  );
}

function strangers(pack) {
  if (pack.strangers.length === 0) return [];
  return [
    h("h2", {}, t("pack.strangers")),
    h(
      "ul",
      { class: "strangers" },
      ...pack.strangers.map((one) =>
        h(
          "li",
          {},
          h("strong", {}, one.name || one.sku || t("pack.unknown_item")),
          h("span", {}, strangerWords(pack, one)),
          h("code", {}, one.epc),
        ),
      ),
    ),
  ];
}

/** Of an article that the order wants, one more is told by counting: any of them may be taken out. */
function strangerWords(pack, one) {
  if (one.belongs_to) return t("pack.whose", { order: one.belongs_to });
  const wanted = pack.lines.find((line) => line.sku === one.sku);
  return wanted ? t("pack.one_too_many", { count: wanted.expected }) : t("pack.nobodys");
}

function lines(pack) {
  const done = (line) => line.checked >= line.expected;
  const sorted = [...pack.lines].sort((a, b) => Number(done(a)) - Number(done(b)));
  return h(
    "ul",
    { class: "lines", id: "lines", "aria-label": t("pack.lines") },
    ...sorted.map((line) =>
      h(
        "li",
        { class: done(line) ? "line line-done" : "line", "data-sku": line.sku },
        icon(done(line) ? "right" : "wait"),
        h("div", {}, h("strong", {}, line.name || line.sku), h("span", { class: "sku" }, line.sku)),
        h("span", { class: "line-count" }, `${line.checked} / ${line.expected}`),
        h("span", { class: "line-words" }, done(line) ? t("pack.line_done") : t("pack.missing", { count: line.expected - line.checked })),
      ),
    ),
  );
}
