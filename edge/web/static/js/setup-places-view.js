// Antennas to places: the floor as the floor file has it, with the antennas of a chosen place.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { FloorMap } from "./floor-map.js";
import { t } from "./language.js";

/** The section "antennas and places" of the page /setup: {element, show, take(sheet)}. */
export function placesSection() {
  const view = new PlacesView();
  return { element: view.element, show: () => view.show(), take: (sheet) => view.take(sheet) };
}

class PlacesView {
  constructor() {
    this._floor = null;
    this._readers = new Map();
    this._chosen = null;
    this._head = h("h2", {});
    this._hint = h("p", { class: "muted" });
    this._map = new FloorMap((place) => ((this._chosen = place === this._chosen ? null : place), this.show()));
    this._list = h("div", { class: "scroll", role: "region", tabindex: 0 });
    this.element = h("section", { class: "setup-section", id: "places-section" }, this._head, this._hint, h("div", { class: "setup-places" }, h("div", { class: "map-side" }, this._map.element), this._list));
    this.show();
    this._look();
  }

  /** Which readers there are, and whether they answer: the floor file may name others. */
  take(sheet) {
    const readers = new Map(sheet.readers.map((one) => [one.name, one.up]));
    const same = readers.size === this._readers.size && [...readers].every(([name, up]) => this._readers.get(name) === up);
    this._readers = readers;
    if (!same) this.show();
  }

  _state(reader) {
    if (!this._readers.has(reader)) return t("setup.no_reader");
    return t(this._readers.get(reader) ? "setup.up" : "setup.down");
  }

  async _look() {
    try {
      const { status, body } = await get("/api/floor");
      if (status === 200) this._floor = body;
    } catch {
      return; // the page says itself that the gateway is not reached
    }
    this.show();
  }

  show() {
    this._head.textContent = t("setup.places");
    this._hint.textContent = t("setup.places_hint");
    this._list.setAttribute("aria-label", t("setup.places"));
    if (this._floor === null) return;
    this._map.show(this._floor, this._chosen, new Set());
    const rows = this._floor.antennas.filter((one) => this._chosen === null || one.location === this._chosen);
    const head = (key) => h("th", { scope: "col" }, t(key));
    fill(
      this._list,
      h(
        "table",
        { id: "antennas" },
        h("thead", {}, h("tr", {}, head("setup.reader"), head("setup.antenna"), head("setup.place"), head("setup.state"))),
        h("tbody", {}, ...rows.map((one) => h("tr", {}, h("td", {}, one.reader), h("td", {}, String(one.port)), h("td", {}, one.location), h("td", {}, this._state(one.reader))))),
      ),
      rows.length === 0 ? h("p", { class: "muted" }, t("setup.no_antenna")) : null,
    );
  }
}
