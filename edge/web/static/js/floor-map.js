// The floor as a drawing to scale. Every place can be reached and chosen by mouse, finger, keys and
// screen reader, and says its name: in its box where that can be read, beside it once it is pointed at.

import { fill, h, s } from "./dom.js";
import { knows, moment, t } from "./language.js";
import { antenna, heatBoxes, itemMarks, pickers } from "./map-marks.js";
import { aisleNames, boxOf, boxOfPlace, drawn, fitted, meet, nextPlace, outermostFirst, reach, up } from "./map-shape.js";
import { wide } from "./text-width.js";

const NEARER = [1, 2, 4]; // so many times as large as what fits into its frame
const LEGIBLE_PX = 9; // smaller letters are left out
const OUTER_M = 0.46; // letters of places that others lie in, and of aisles
const OUTER_PX = 11; // and never smaller than this
const POINTED_PX = 15;
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

export class FloorMap {
  /** @param onChoose called with a location's id. */
  constructor(onChoose) {
    this._onChoose = onChoose;
    this._places = [];
    this._outer = new Set();
    this._level = 0;
    this._px = 0; // of the screen for one metre
    this._stop = null; // the place that the Tab key leads to
    this._pointed = null; // the place that the mouse or the focus is on
    this._chosen = null;
    this._label = s("g", { class: "pointed", "aria-hidden": "true" });
    this._drawing = s("svg", { role: "group", onkeydown: (event) => this._arrow(event) });
    this._frame = h("div", { class: "map-frame" }, this._drawing);
    this._buttons = [-1, 1].map((step) => h("button", { type: "button", class: "second", onclick: () => this._go(step) }, step < 0 ? "−" : "+"));
    this.element = h("div", { class: "map", id: "map" }, this._frame, h("div", { class: "map-nearer" }, ...this._buttons));
    new ResizeObserver(() => this._fit()).observe(this._drawing);
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

  /** Letters by the size of the screen: what nobody could read is left out, what names the rest stays legible. */
  _fit() {
    const { width, height } = this._drawing.getBoundingClientRect();
    const box = this._drawing.viewBox.baseVal;
    this._px = box?.width ? Math.min(width / box.width, height / box.height) : 0;
    if (this._px === 0) return;
    for (const text of this._drawing.querySelectorAll(".box-name, .box-count")) {
      text.classList.toggle("tiny", Number(text.getAttribute("font-size")) * this._px < LEGIBLE_PX);
    }
    for (const text of this._drawing.querySelectorAll(".outer, .aisle-name")) {
      text.setAttribute("font-size", Math.max(OUTER_M, OUTER_PX / this._px).toFixed(2));
    }
    this._showPointed();
  }

  /**
   * @param marked ids of places that a search has found.
   * @param marks where items are or could be: {location, probability, count, is_sure}.
   * @param heat for how long items were at places, or null.
   */
  show(floor, chosen, marked, marks = [], heat = null) {
    const focused = this._drawing.contains(document.activeElement) ? document.activeElement.dataset.place : null;
    const places = outermostFirst(drawn(floor));
    const byId = new Map(places.map((one) => [one.id, one]));
    this._places = places;
    this._chosen = chosen;
    this._outer = new Set(places.map((one) => one.parent).filter((id) => byId.has(id)));
    this._stop = [focused, chosen, this._stop].find((id) => byId.has(id)) ?? places.at(-1)?.id;
    this._drawing.setAttribute("viewBox", boxOf(places, floor).map((value) => value.toFixed(2)).join(" "));
    this._drawing.setAttribute("aria-label", t("floor.map"));
    const heats = heatBoxes(heat, byId);
    fill(
      this._drawing,
      stripes(),
      ...walkways(floor),
      ...places.flatMap((one) => [this._place(one, chosen, marked), heats.get(one.id) ?? null]),
      ...aisles(floor),
      ...floor.antennas.filter((one) => byId.has(one.location)).map((one) => antenna(one, byId)),
      ...pickers(floor, byId),
      ...itemMarks(marks.filter((one) => byId.has(one.location)), byId),
      this._label,
    );
    this._buttons.forEach((one, at) => one.setAttribute("aria-label", t(at === 0 ? "floor.farther" : "floor.nearer")));
    this._fit();
    if (focused) this._box(focused)?.focus({ preventScroll: true });
  }

  _box(id) {
    return this._drawing.querySelector(`[data-place="${CSS.escape(id)}"]`);
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
    if (holds(one) > 0) classes.push("stocked");
    if (one.stale_since_us) classes.push("stale");
    if (one.id === chosen) classes.push("chosen");
    if (marked.has(one.id)) classes.push("marked");
    return s(
      "g",
      {
        class: classes.join(" "),
        tabindex: one.id === this._stop ? 0 : -1,
        role: "button",
        "data-place": one.id,
        "aria-label": nameOf(one),
        "aria-pressed": String(one.id === chosen),
        onclick: choose,
        onkeydown: key,
        onfocus: () => this._focused(one.id),
        onblur: () => this._point(null),
        onpointerenter: () => this._point(one.id),
        onpointerleave: () => this._point(null),
      },
      s("rect", { x, y, width, height, rx: 0.12 }),
      one.stale_since_us ? s("rect", { x, y, width, height, rx: 0.12, class: "hatch", fill: "url(#stripes)" }) : null,
      ...(this._outer.has(one.id) ? [this._outerName(one)] : innerName(one, { x, y, width, height })),
    );
  }

  /** A place that others lie in is named along an edge where they do not hide it: inside, else above. */
  _outerName(one) {
    const words = holds(one) === 0 ? one.id : `${one.id} · ${holds(one)}`;
    const { x, y, width, height } = boxOfPlace(one);
    const across = wide(words) * OUTER_M;
    const fromRight = across > width; // or the last place's name would leave the map
    const left = fromRight ? x + width - across : x + 0.2;
    const inside = this._places.filter((other) => other.parent === one.id).map(boxOfPlace);
    const lines = [y + 0.48, y + height - 0.18, y - 0.24];
    const boxAt = (line) => ({ x: left, y: line - OUTER_M, width: across, height: OUTER_M * 1.3 });
    const free = lines.find((line) => !inside.some((box) => meet(box, boxAt(line)))) ?? lines.at(-1);
    const place = fromRight ? { x: x + width, class: "outer from-right" } : { x: left, class: "outer" };
    return s("text", { ...place, y: free.toFixed(2), "font-size": OUTER_M }, words);
  }

  /** One stop for the Tab key; the arrow keys lead on from there. */
  _arrow(event) {
    const from = this._places.find((one) => one.id === document.activeElement?.dataset?.place);
    if (!from || !(event.key in ARROWS)) return;
    event.preventDefault();
    const next = nextPlace(this._places, from, ARROWS[event.key]);
    if (next) this._box(next.id).focus();
  }

  _focused(id) {
    if (this._stop !== null) this._box(this._stop)?.setAttribute("tabindex", "-1");
    this._stop = id;
    this._box(id).setAttribute("tabindex", "0");
    this._point(id);
  }

  _point(id) {
    this._pointed = id;
    this._showPointed();
  }

  /** The whole name and what lies there, at a size that can be read however far away the map is. */
  _showPointed() {
    const one = this._places.find((place) => place.id === (this._pointed ?? this._chosen));
    if (!one || this._px === 0) return fill(this._label);
    const size = POINTED_PX / this._px;
    const words = holds(one) === 0 ? one.id : `${one.id} · ${t("floor.holds", { count: holds(one) })}`;
    const [width, height] = [(wide(words) + 1.2) * size, 1.7 * size];
    const box = boxOfPlace(one);
    const all = this._drawing.viewBox.baseVal;
    const left = Math.max(all.x, Math.min(all.x + all.width - width, box.x + box.width / 2 - width / 2));
    const top = box.y - height - 0.1 < all.y ? box.y + box.height + 0.1 : box.y - height - 0.1;
    fill(
      this._label,
      s("rect", { x: left, y: top, width, height, rx: height / 4 }),
      s("text", { x: left + width / 2, y: top + height * 0.68, "font-size": size }, words),
    );
  }
}

/** Its name above, in one line or two, and below it how many pieces lie there. */
function innerName(one, { x, y, width, height }) {
  const count = holds(one);
  const { lines, size } = fitted(one.id, width, height * (count === 0 ? 0.9 : 0.6), 0.6);
  const room = count === 0 ? height : height * 0.64;
  const first = y + (room - lines.length * size * 1.12) / 2 + size * 0.94;
  const middle = x + width / 2;
  const names = lines.map((line, at) => s("text", { x: middle, y: first + at * size * 1.12, "font-size": size.toFixed(3), class: "box-name" }, line));
  if (count === 0) return names;
  const tall = Math.min(height * 0.34, (width * 0.9) / wide(String(count)), 0.6).toFixed(2);
  return [...names, s("text", { x: middle, y: y + height * 0.93, "font-size": tall, class: "box-count" }, String(count))];
}

/** So many pieces lie there: by the books or by their tags, whichever is more. */
export function holds(one) {
  return Math.max(one.items, one.stock.reduce((sum, stock) => sum + stock.quantity, 0));
}

function nameOf(one) {
  const kind = t(knows(`kind.${one.kind}`) ? `kind.${one.kind}` : "kind.bin");
  const parts = [`${one.id}, ${kind}`, t("floor.items", { count: one.items })];
  for (const stock of one.stock) parts.push(`${stock.name || stock.sku}: ${stock.quantity}`);
  if (one.stale_since_us) parts.push(t("floor.stale_place", { since: moment(one.stale_since_us) }));
  return parts.join("; ");
}

function walkways(floor) {
  const ends = reach(floor);
  if (ends === null) return [];
  const { top, bottom, left, right } = ends;
  return [
    ...floor.aisle_x_m.map((x) => s("line", { class: "walkway", x1: x, x2: x, y1: top, y2: bottom })),
    ...floor.cross_y_m.map((y) => s("line", { class: "walkway", x1: left, x2: right, y1: up(y), y2: up(y) })),
  ];
}

/** At the upper end of each aisle what it is called. */
function aisles(floor) {
  const ends = reach(floor);
  return aisleNames(floor).map(({ x, name }) => s("text", { class: "aisle-name", x, y: ends.top + 0.04, "font-size": OUTER_M, "aria-hidden": "true" }, name));
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
