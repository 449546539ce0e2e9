// How the put wall looks. It is given everything and keeps nothing but its elements.

import { fill, h, icon } from "./dom.js";
import { t } from "./language.js";
import { StationView, takeOut } from "./station-parts.js";

const ICONS = { free: "tote", filling: "wait", lit: "place", complete: "right", emptying: "trouble" };

export class WallView extends StationView {
  /** @param actions choose(name), layBack(), again(). */
  constructor(actions) {
    const back = h("button", { type: "button", class: "second", id: "lay-back", onclick: () => actions.layBack() });
    super(actions, back);
    this._back = back;
  }

  show({ walls, name, wall, note }) {
    const hand = wall?.hand ?? null;
    this._label.textContent = t(name === null ? "wall.scan_wall" : hand ? "wall.scan_slot" : "wall.scan_piece");
    this._note.show(note);
    this._foot.hidden = name === null && walls?.length === 0;
    this._back.hidden = hand === null;
    this._back.textContent = t("wall.lay_back");
    fill(this._body, ...(name === null ? this._choice(walls) : wall === null ? [] : this._wall(wall)));
  }

  _choice(walls) {
    if (walls === null) return [];
    const buttons = walls.map((one) =>
      h("button", { type: "button", class: "main", onclick: () => this._actions.choose(one) }, one),
    );
    return [
      h("h2", { class: "large" }, t(walls.length ? "wall.choose" : "wall.none")),
      h("p", { class: "muted" }, t(walls.length ? "wall.choose_details" : "wall.none_details")),
      h("div", { class: "buttons columns" }, ...buttons),
    ];
  }

  _wall(wall) {
    const head = h(
      "div",
      { class: "station-head" },
      h("strong", {}, wall.wall),
      h("span", { id: "unsorted" }, wall.unsorted ? t("wall.unsorted", { count: wall.unsorted }) : t("wall.nothing")),
      h("button", { type: "button", class: "link", onclick: () => this._actions.again() }, t("wall.other")),
    );
    const slots = wall.slots.map(slotOf);
    return [
      head,
      takeOut(wall.take_out),
      handOf(wall.hand),
      h("ul", { class: "slots", id: "slots", "aria-label": t("wall.slots") }, ...slots),
    ];
  }
}

function handOf(hand) {
  if (hand === null) {
    return h("section", { class: "hand hand-none", role: "status", id: "hand" }, icon("tote"), h("p", {}, t("wall.scan_piece")));
  }
  return h(
    "section",
    { class: "hand hand-lit", role: "status", id: "hand" },
    icon("place"),
    h("div", {}, h("p", {}, t("wall.put_into")), h("p", { class: "hand-slot" }, hand.slot)),
    h("div", { class: "hand-what" }, h("strong", {}, hand.name || hand.sku), h("p", { class: "sku" }, hand.sku)),
  );
}

function slotOf(slot) {
  return h(
    "li",
    { class: `slot slot-${slot.state}`, "data-slot": slot.slot, "data-state": slot.state },
    h("strong", { class: "slot-name" }, slot.slot),
    icon(ICONS[slot.state]),
    h("span", { class: "slot-state" }, t(`wall.state.${slot.state}`)),
    slot.order_id ? h("span", { class: "slot-order" }, slot.order_id) : null,
    slot.state === "emptying" ? h("span", { class: "slot-count" }, putBack(slot)) : slot.order_id ? h("span", { class: "slot-count" }, t("wall.of", slot)) : null,
    slot.elsewhere?.length ? h("span", { class: "slot-elsewhere" }, t("wall.elsewhere", { totes: slot.elsewhere.join(", ") })) : null,
  );
}

/** What lies in it is put back by whoever is sent, and the slot is nobody else's until then. */
function putBack(slot) {
  if (slot.fetched_by) return t("wall.fetched_by", { count: slot.put, badge: slot.fetched_by });
  return t("wall.to_put_back", { count: slot.put });
}
