// The floor as a drawing to scale: one unit of the drawing is one metre. The plan's y grows upwards,
// a drawing's downwards; `up` turns the one into the other.

import { fill, h, s } from "./dom.js";
import { knows, moment, t } from "./language.js";
import { percent, span } from "./why-view.js";

const MARGIN_M = 1.2;
const up = (y) => -y;
const POINT_M = 0.8; // side of a place whose size nobody measured
const NEARER = [1, 2, 4]; // so many times as large as what fits into its frame
const LEGIBLE_PX = 7; // names that would be smaller are left out: the place is named when it is chosen

export class FloorMap {
  /** @param onChoose called with a location's id. */
  constructor(onChoose) {
    this._onChoose = onChoose;
    this._outer = new Set();
    this._level = 0;
    this._drawing = s("svg", { role: "group" });
    this._frame = h("div", { class: "map-frame" }, this._drawing);
    this._buttons = [-1, 1].map((step) => h("button", { type: "button", class: "second", onclick: () => this._go(step) }, step < 0 ? "−" : "+"));
    this.element = h("div", { class: "map", id: "map" }, this._frame, h("div", { class: "map-nearer" }, ...this._buttons));
    new ResizeObserver(() => this._leaveOutTiny()).observe(this._drawing);
    this._go(0);
  }

  /** Go nearer or back; what is in the middle stays there. */
  _go(step) {
    const frame = this._frame;
    const across = (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth;
    const down = (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight;
    this._level = Math.min(NEARER.length - 1, Math.max(0, this._level + step));
    this._drawing.setAttribute("class", `nearer-${NEARER[this._level]}`);
    frame.scrollTo(across * frame.scrollWidth - frame.clientWidth / 2, down * frame.scrollHeight - frame.clientHeight / 2);
    this._buttons[0].disabled = this._level === 0;
    this._buttons[1].disabled = this._level === NEARER.length - 1;
  }

  _leaveOutTiny() {
    const { width, height } = this._drawing.getBoundingClientRect();
    const box = this._drawing.viewBox.baseVal;
    const px = box?.width ? Math.min(width / box.width, height / box.height) : 0;
    for (const name of this._drawing.querySelectorAll(".box-name:not(.outer)")) {
      name.classList.toggle("tiny", Number(name.getAttribute("font-size")) * px < LEGIBLE_PX);
    }
  }

  /**
   * @param marked ids of places that a search has found.
   * @param marks where items are or could be: {location, probability, count, is_sure}.
   * @param heat for how long items were at places, or null.
   */
  show(floor, chosen, marked, marks = [], heat = null) {
    const focused = document.activeElement?.dataset?.place;
    const places = drawn(floor);
    const byId = new Map(places.map((one) => [one.id, one]));
    this._outer = new Set(places.map((one) => one.parent).filter((id) => byId.has(id)));
    this._drawing.setAttribute("viewBox", boxOf(places, floor).join(" "));
    this._drawing.setAttribute("aria-label", t("floor.map"));
    fill(
      this._drawing,
      stripes(),
      ...walkways(floor, measured(floor)),
      ...outermostFirst(places).map((one) => this._place(one, chosen, marked)),
      ...heatBoxes(heat, byId),
      ...floor.antennas.filter((one) => byId.has(one.location)).map((one) => antenna(one, byId)),
      ...floor.pickers.filter((one) => byId.has(one.location)).map((one, index) => picker(one, byId, index)),
      ...marks.filter((one) => byId.has(one.location)).map((one) => itemMark(one, byId.get(one.location))),
    );
    this._buttons.forEach((one, at) => one.setAttribute("aria-label", t(at === 0 ? "floor.farther" : "floor.nearer")));
    this._leaveOutTiny();
    if (focused) this._drawing.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  }

  _place(one, chosen, marked) {
    const { x, y, width, height } = boxOfPlace(one);
    const choose = () => this._onChoose(one.id);
    const key = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    };
    const classes = ["place-box", `box-${one.kind}`];
    if (one.stock.length > 0 || one.items > 0) classes.push("stocked");
    if (one.stale_since_us) classes.push("stale");
    if (one.id === chosen) classes.push("chosen");
    if (marked.has(one.id)) classes.push("marked");
    return s(
      "g",
      {
        class: classes.join(" "),
        tabindex: 0,
        role: "button",
        "data-place": one.id,
        "aria-label": nameOf(one),
        "aria-pressed": String(one.id === chosen),
        onclick: choose,
        onkeydown: key,
      },
      s("title", {}, nameOf(one)),
      s("rect", { x, y, width, height, rx: 0.12 }),
      one.stale_since_us ? s("rect", { x, y, width, height, rx: 0.12, class: "hatch", fill: "url(#stripes)" }) : null,
      ...(this._outer.has(one.id) ? outerName(one, x, y) : innerName(one, { x, y, width, height })),
    );
  }
}

/** A place that others lie in is named along its upper edge, where they do not hide it. */
function outerName(one, x, y) {
  const words = holds(one) === 0 ? one.id : `${one.id} · ${holds(one)}`;
  return [s("text", { x: x + 0.2, y: y + 0.48, "font-size": 0.46, class: "box-name outer" }, words)];
}

function innerName(one, { x, y, width, height }) {
  const size = Math.min(width / (one.id.length * 0.66), height * 0.32, 0.6);
  const middle = x + width / 2;
  const name = s("text", { x: middle, y: y + height * 0.4, "font-size": size.toFixed(2), class: "box-name" }, one.id);
  if (holds(one) === 0) return [name];
  const tall = Math.min(height * 0.36, 0.8).toFixed(2);
  return [name, s("text", { x: middle, y: y + height * 0.82, "font-size": tall, class: "box-count" }, String(holds(one)))];
}

function holds(one) {
  return Math.max(one.items, one.stock.reduce((sum, stock) => sum + stock.quantity, 0));
}

function nameOf(one) {
  const kind = t(knows(`kind.${one.kind}`) ? `kind.${one.kind}` : "kind.bin");
  const parts = [`${one.id}, ${kind}`, t("floor.items", { count: one.items })];
  for (const stock of one.stock) parts.push(`${stock.name || stock.sku}: ${stock.quantity}`);
  if (one.stale_since_us) parts.push(t("floor.stale_place", { since: moment(one.stale_since_us) }));
  return parts.join("; ");
}

/**
 * What is drawn: every place that has one on the plan, and in a row below them those that an antenna
 * hears though nobody has measured where they are. Carts move; without a place they are left out.
 */
function drawn(floor) {
  const placed = measured(floor);
  const heard = new Set(floor.antennas.map((one) => one.location));
  const others = floor.locations.filter((one) => one.kind !== "cart" && !hasPlace(one) && heard.has(one.id));
  const [left, , , bottom] = edges(placed, floor);
  const beside = (one, at) => ({ ...one, x_m: left + (at + 0.5) * 2.5 * POINT_M, y_m: up(bottom + 2 * POINT_M), width_m: 2 * POINT_M, depth_m: POINT_M });
  return [...placed, ...others.map(beside)];
}

function measured(floor) {
  return floor.locations.filter((one) => one.kind !== "cart" && hasPlace(one));
}

function hasPlace(one) {
  return one.x_m !== 0 || one.y_m !== 0 || one.width_m > 0;
}

function boxOfPlace(one) {
  const width = one.width_m || POINT_M;
  const height = one.depth_m || POINT_M;
  return { x: one.x_m - width / 2, y: up(one.y_m) - height / 2, width, height };
}

/** Left, top, right and bottom of the plan; a point where there is nothing on it. */
function edges(places, floor) {
  const boxes = places.map(boxOfPlace);
  const xs = [...boxes.flatMap((box) => [box.x, box.x + box.width]), ...floor.aisle_x_m];
  const ys = [...boxes.flatMap((box) => [box.y, box.y + box.height]), ...floor.cross_y_m.map(up)];
  if (xs.length === 0 || ys.length === 0) return [0, 0, 0, 0];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function boxOf(places, floor) {
  const [left, top, right, bottom] = edges(places, floor);
  const box = [left - MARGIN_M, top - MARGIN_M, right - left + 2 * MARGIN_M, bottom - top + 2 * MARGIN_M];
  return box.map((value) => value.toFixed(2));
}

/** Large places lie under the small ones that are part of them. */
function outermostFirst(places) {
  const area = (one) => (one.width_m || POINT_M) * (one.depth_m || POINT_M);
  return [...places].sort((a, b) => area(b) - area(a));
}

function walkways(floor, places) {
  const { aisle_x_m: aisles, cross_y_m: crosses } = floor;
  const xs = [...aisles, ...places.map((one) => one.x_m)];
  const ys = [...crosses, ...places.filter((one) => one.kind === "bin").map((one) => one.y_m)].map(up);
  if (ys.length === 0 || xs.length === 0) return [];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  return [
    ...aisles.map((x) => s("line", { class: "walkway", x1: x, x2: x, y1: top, y2: bottom })),
    ...crosses.map((y) => s("line", { class: "walkway", x1: left, x2: right, y1: up(y), y2: up(y) })),
  ];
}

function stripes() {
  return s(
    "defs",
    {},
    s(
      "pattern",
      { id: "stripes", width: 0.4, height: 0.4, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      s("rect", { width: 0.14, height: 0.4, class: "stripe" }),
    ),
  );
}

/** Alive: a filled circle with a wave; dead: a crossed square, so that colour is not needed. */
function antenna(one, byId) {
  const place = byId.get(one.location);
  const { x, y, width } = boxOfPlace(place);
  const [cx, cy] = [x + width, y];
  const name = t(one.alive ? "floor.antenna_alive" : "floor.antenna_dead", { reader: one.reader, port: one.port });
  const drawing = one.alive
    ? [s("circle", { cx, cy, r: 0.14 }), s("circle", { cx, cy, r: 0.27, class: "wave" })]
    : [
        s("rect", { x: cx - 0.22, y: cy - 0.22, width: 0.44, height: 0.44 }),
        s("path", { d: `M${cx - 0.12} ${cy - 0.12}l.24 .24M${cx + 0.12} ${cy - 0.12}l-.24 .24` }),
      ];
  return s("g", { class: one.alive ? "antenna alive" : "antenna dead", role: "img", "aria-label": name }, s("title", {}, name), ...drawing);
}

function picker(one, byId, index) {
  const place = byId.get(one.location);
  const box = boxOfPlace(place);
  const x = box.x + (index % 3) * 0.3;
  const y = box.y + box.height;
  const name = `${one.name || one.badge}: ${t("floor.stops_done", { done: one.done, stops: one.stops })}`;
  const initial = [...(one.name || one.badge)][0].toUpperCase();
  return s(
    "g",
    { class: "picker-mark", role: "img", "aria-label": name },
    s("title", {}, name),
    s("circle", { cx: x, cy: y, r: 0.34 }),
    s("text", { x, y: y + 0.14, "font-size": 0.4 }, initial),
  );
}

const HEAT_LEAST = 0.12;
const HEAT_MOST = 0.6;

/** The longer items were at a place, the darker it is; how long stands there as well. */
function heatBoxes(heat, byId) {
  const places = (heat?.places ?? []).filter((one) => byId.has(one.location));
  const most = Math.max(1, ...places.map((one) => one.dwell_s));
  return places.map((one) => {
    const { x, y, width, height } = boxOfPlace(byId.get(one.location));
    const opacity = (HEAT_LEAST + (HEAT_MOST - HEAT_LEAST) * (one.dwell_s / most)).toFixed(2);
    const words = span(one.dwell_s);
    const size = Math.min(0.42, (width * 0.92) / (words.length * 0.6)).toFixed(2);
    return s(
      "g",
      { class: "heat", "data-heat": one.location },
      s("rect", { x, y, width, height, rx: 0.12, "fill-opacity": opacity }),
      s("rect", { x: x + 0.04, y: y + height - 0.5, width: width - 0.08, height: 0.46, rx: 0.1, class: "heat-label" }),
      s("text", { x: x + width / 2, y: y + height - 0.15, "font-size": size }, words),
    );
  });
}

/** Where an item is: a full pin with its certainty; where it could be: a faint, dashed one. */
function itemMark(one, place) {
  const { x, y, width } = boxOfPlace(place);
  const words = percent(one.probability);
  const label = one.count > 1 ? `${one.count} × ${words}` : words;
  const wide = Math.max(1.1, label.length * 0.32 + 0.3);
  const [left, top] = [x + width / 2 - wide / 2, y - 0.58];
  const name = `${place.id}: ${t(one.is_sure ? "floor.legend.here" : "floor.legend.maybe")}, ${label}`;
  return s(
    "g",
    { class: one.is_sure ? "item-mark sure" : "item-mark maybe", role: "img", "aria-label": name, "data-mark": place.id },
    s("title", {}, name),
    s("rect", { x: left, y: top, width: wide.toFixed(2), height: 0.66, rx: 0.33, "fill-opacity": (0.25 + 0.75 * one.probability).toFixed(2) }),
    s("rect", { x: left + 0.07, y: top + 0.07, width: (wide - 0.14).toFixed(2), height: 0.52, rx: 0.26, class: "mark-paper" }),
    s("text", { x: x + width / 2, y: top + 0.5, "font-size": 0.44 }, label),
  );
}
