// What is marked on the drawing of the floor: antennas, pickers, where items are and have been.

import { s } from "./dom.js";
import { aisleOf, boxOfPlace, meet } from "./map-shape.js";
import { t } from "./language.js";
import { wide } from "./text-width.js";
import { percent, span } from "./why-view.js";

/** Alive: a filled circle with a wave; dead: a crossed square, so that colour is not needed. */
export function antenna(one, byId) {
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

const PERSON_M = 0.38;

/** People stand in the aisle before their place, one below the other, and hide neither name nor count. */
export function pickers(floor, byId) {
  const at = new Map();
  return floor.pickers
    .filter((one) => byId.has(one.location))
    .map((one) => {
      const place = byId.get(one.location);
      const before = at.get(place.id) ?? 0;
      at.set(place.id, before + 1);
      const { x, y, width, height } = boxOfPlace(place);
      const aisle = aisleOf(floor, place);
      const [cx, cy] = [aisle !== null && aisle > place.x_m ? x + width + PERSON_M : x - PERSON_M, y + height / 2 + before * 1.9 * PERSON_M];
      return picker(one, cx, cy);
    });
}

function picker(one, cx, cy) {
  const name = `${one.name || one.badge}: ${t("floor.stops_done", { done: one.done, stops: one.stops })}`;
  return s(
    "g",
    { class: "picker-mark", role: "img", "aria-label": name },
    s("title", {}, name),
    s("circle", { cx, cy, r: PERSON_M }),
    s("text", { x: cx, y: cy + 0.13, "font-size": 0.36 }, initials(one.name || one.badge)),
  );
}

/** Two letters that tell people apart: of the first and the last name, or the end of a name of few signs. */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [[...words[0]][0], [...words.at(-1)][0]] : [...name].slice(name.charCodeAt(0) > 0x2e80 ? -2 : 0).slice(0, 2);
  return letters.join("").toUpperCase();
}

const HEAT_LEAST = 0.12;
const HEAT_MOST = 0.6;

/** By place: the longer items were there, the darker it is; how long stands there as well. */
export function heatBoxes(heat, byId) {
  const places = (heat?.places ?? []).filter((one) => byId.has(one.location));
  const most = Math.max(1, ...places.map((one) => one.dwell_s));
  const heatOf = (one) => {
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
  };
  return new Map(places.map((one) => [one.location, heatOf(one)]));
}

const MARK = { letters: 0.44, tall: 0.66, edge: 0.07, least: 1.1 };
const SMALL_MARK = { letters: 0.34, tall: 0.48, edge: 0.06, least: 0.5 };

/**
 * Where items are: a full pin with its certainty; where they could be: a faint, dashed one. Where two
 * would lie on each other, both are small and tell how many, or of a single item how sure it is.
 */
export function itemMarks(marks, byId) {
  const boxes = marks.map((one) => markBox(one, byId.get(one.location), MARK));
  return marks.map((one, at) => {
    const isClose = boxes.some((box, other) => other !== at && meet(box, boxes[at]));
    return itemMark(one, byId.get(one.location), isClose ? SMALL_MARK : MARK);
  });
}

function markWords(one, size) {
  const words = percent(one.probability);
  if (one.count > 1) return size === MARK ? `${one.count} × ${words}` : `${one.count}×`;
  return size === MARK ? words : words.replace(" ", "");
}

function markBox(one, place, size) {
  const { x, y, width } = boxOfPlace(place);
  const across = Math.max(size.least, (wide(markWords(one, size)) * 1.1 + 0.7) * size.letters);
  return { x: x + (width - across) / 2, y: y - 0.88 * size.tall, width: across, height: size.tall };
}

function itemMark(one, place, size) {
  const { x, y, width, height } = markBox(one, place, size);
  const { edge } = size;
  const name = `${place.id}: ${t(one.is_sure ? "floor.legend.here" : "floor.legend.maybe")}, ${markWords(one, MARK)}`;
  return s(
    "g",
    { class: one.is_sure ? "item-mark sure" : "item-mark maybe", role: "img", "aria-label": name, "data-mark": place.id },
    s("title", {}, name),
    s("rect", { x, y, width: width.toFixed(2), height, rx: height / 2, "fill-opacity": (0.25 + 0.75 * one.probability).toFixed(2) }),
    s("rect", { x: x + edge, y: y + edge, width: (width - 2 * edge).toFixed(2), height: height - 2 * edge, rx: height / 2 - edge, class: "mark-paper" }),
    s("text", { x: x + width / 2, y: y + height * 0.76, "font-size": size.letters }, markWords(one, size)),
  );
}
