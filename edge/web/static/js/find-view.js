// How the finder looks. It is given everything and keeps nothing but its elements.

import { fill, h, icon, s } from "./dom.js";
import { decimal, t } from "./language.js";

export class FindView {
  /** @param actions search(text), look(item), stop(), sound(). */
  constructor(actions) {
    this._actions = actions;
    this.input = h("input", {
      id: "scan",
      class: "scan",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      maxlength: 512,
    });
    this._body = h("div", { class: "finder" });
    this._label = h("label", { for: "scan" });
    this._go = h("button", { type: "button", class: "second", id: "search", onclick: () => actions.search(this.input.value) });
    fill(
      document.getElementById("page"),
      this._body,
      h("footer", { class: "foot" }, this._label, this.input, this._go),
    );
    this._choices = null;
  }

  show({ choices, more, item, found, sounds }) {
    this._label.textContent = t("find.scan");
    this._go.textContent = t("find.search");
    if (choices !== null) return fill(this._body, ...this._list(choices, more));
    if (item === null) return fill(this._body, h("div", { class: "calm empty" }, icon("radio"), h("div", {}, h("h2", { class: "large" }, t("find.empty")), h("p", { class: "muted" }, t("find.empty_details")))));
    const looking = found !== null && found.epc === item.epc;
    fill(
      this._body,
      itemOf(item),
      ...(looking ? [meter(found), ears(found)] : [h("p", { class: "fault", role: "status" }, t("find.ended"))]),
      h(
        "div",
        { class: "find-buttons" },
        looking
          ? h("button", { type: "button", class: "main", id: "stop", onclick: () => this._actions.stop() }, t("find.stop"))
          : h("button", { type: "button", class: "main", id: "again", onclick: () => this._actions.look(item) }, t("find.again")),
        h("button", { type: "button", class: "second", onclick: () => this._actions.sound() }, t(sounds ? "find.sound_off" : "find.sound")),
        looking ? h("span", { class: "muted" }, t("find.left", { minutes: found.left_minutes })) : null,
      ),
    );
  }

  _list(choices, more) {
    const rows = choices.map((one) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "second wide choice", onclick: () => this._actions.look(one) },
          h("strong", {}, one.name || one.sku || one.epc),
          h("span", {}, placeOf(one)),
          h("code", {}, one.epc),
        ),
      ),
    );
    return [
      h("h2", {}, t(rows.length ? "find.choose" : "find.none")),
      more ? h("p", { class: "muted" }, t("find.first", { count: choices.length })) : null,
      h("ul", { class: "found-list", id: "choices" }, ...rows),
    ];
  }
}

function placeOf(item) {
  if (!item.location) return t("find.unknown_place");
  return `${item.location} · ${t("find.sure", { percent: Math.round(item.probability * 100) })}`;
}

function itemOf(item) {
  return h(
    "section",
    { class: "card find-item", id: "item" },
    h("strong", { class: "name" }, item.name || item.sku || item.epc),
    h("code", {}, item.epc),
    h("p", {}, `${t("find.last_place")}: `, h("strong", {}, placeOf(item))),
  );
}

/** The bar is a drawing, so that no style has to be written into the page; the number says the same. */
function meter(found) {
  const heard = found.reads_per_s > 0 || found.scale > 0; // what fades was heard just now
  return h(
    "div",
    { class: "card find-meter", id: "meter", role: "meter", "aria-label": t("find.near"), "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": found.scale, "aria-valuetext": t("find.scale", { scale: found.scale }) },
    h("p", { class: "find-scale" }, String(found.scale)),
    s(
      "svg",
      { class: "find-bar", viewBox: "0 0 100 16", preserveAspectRatio: "none", "aria-hidden": "true" },
      s("rect", { class: "find-bar-all", width: 100, height: 16 }),
      s("rect", { class: "find-bar-now", width: found.scale, height: 16 }),
    ),
    h(
      "p",
      { class: "find-figures" },
      heard ? `${decimal(found.reads_per_s)} ${t("find.rate")}` : t("find.silent"),
      found.rssi_dbm === null ? null : ` · ${t("find.level")} ${t("find.dbm", { value: decimal(found.rssi_dbm) })}`,
    ),
  );
}

function ears(found) {
  if (found.antennas.length === 0) return h("p", { class: "muted" }, t("find.silent"));
  return h(
    "section",
    { class: "find-ears" },
    h("h2", {}, t("find.heard_by")),
    h(
      "ul",
      { id: "ears" },
      ...found.antennas
        .slice(0, 4)
        .map((one) =>
          h("li", {}, h("strong", {}, one.location ?? t("floor.antenna", one)), h("span", {}, t("find.scale", { scale: one.scale }))),
        ),
    ),
  );
}
