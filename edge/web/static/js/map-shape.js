// Where everything lies on the drawing of the floor: one unit is one metre. The plan's y grows
// upwards, a drawing's downwards; `up` turns the one into the other.

import { wide } from "./text-width.js";

const MARGIN_M = 1.2;
const POINT_M = 0.8; // side of a place whose size nobody measured
const BETWEEN = /[-_./: ]+/; // what parts the words of a name: aisle, bay, level

export const up = (y) => -y;

/**
 * What is drawn: every place that has one on the plan, and in a row below them those that an antenna
 * hears though nobody has measured where they are. Carts move; without a place they are left out.
 */
export function drawn(floor) {
  const placed = measured(floor);
  const heard = new Set(floor.antennas.map((one) => one.location));
  const others = floor.locations.filter((one) => one.kind !== "cart" && !hasPlace(one) && heard.has(one.id));
  const [left, , , bottom] = edges(placed, floor);
  const beside = (one, at) => ({ ...one, x_m: left + (at + 0.5) * 2.5 * POINT_M, y_m: up(bottom + 2 * POINT_M), width_m: 2 * POINT_M, depth_m: POINT_M });
  return [...placed, ...others.map(beside)];
}

export function measured(floor) {
  return floor.locations.filter((one) => one.kind !== "cart" && hasPlace(one));
}

function hasPlace(one) {
  return one.x_m !== 0 || one.y_m !== 0 || one.width_m > 0;
}

export function boxOfPlace(one) {
  const width = one.width_m || POINT_M;
  const height = one.depth_m || POINT_M;
  return { x: one.x_m - width / 2, y: up(one.y_m) - height / 2, width, height };
}

/** Whether two boxes lie on each other. */
export function meet(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Left, top, right and bottom of the plan; a point where there is nothing on it. */
function edges(places, floor) {
  const boxes = places.map(boxOfPlace);
  const xs = [...boxes.flatMap((box) => [box.x, box.x + box.width]), ...floor.aisle_x_m];
  const ys = [...boxes.flatMap((box) => [box.y, box.y + box.height]), ...floor.cross_y_m.map(up)];
  if (xs.length === 0 || ys.length === 0) return [0, 0, 0, 0];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Left, top, width and height of the drawing. */
export function boxOf(places, floor) {
  const [left, top, right, bottom] = edges(places, floor);
  return [left - MARGIN_M, top - MARGIN_M, right - left + 2 * MARGIN_M, bottom - top + 2 * MARGIN_M];
}

/** Large places lie under the small ones that are part of them. */
export function outermostFirst(places) {
  const area = (one) => (one.width_m || POINT_M) * (one.depth_m || POINT_M);
  return [...places].sort((a, b) => area(b) - area(a));
}

/** The place that somebody means who presses an arrow key: the nearest one, and rather straight ahead. */
export function nextPlace(places, from, [right, down]) {
  const far = (one) => {
    const [dx, dy] = [one.x_m - from.x_m, up(one.y_m) - up(from.y_m)];
    const ahead = dx * right + dy * down;
    return ahead > 0.01 ? ahead + 3 * Math.abs(dx * down + dy * right) : Infinity;
  };
  const [nearest] = places.map((one) => [far(one), one]).sort(([a], [b]) => a - b);
  return nearest && nearest[0] < Infinity ? nearest[1] : null;
}

/** The aisle beside which a place lies, by its x; null without aisles. */
export function aisleOf(floor, place) {
  const nearest = [...floor.aisle_x_m].sort((a, b) => Math.abs(a - place.x_m) - Math.abs(b - place.x_m));
  return nearest[0] ?? null;
}

/**
 * What the aisles are called: the word that all bins beside one have in common and no other aisle's
 * bins have, such as A of A-01-1 and A-02-1. An aisle without such a word has no name.
 */
export function aisleNames(floor) {
  const bins = measured(floor).filter((one) => one.kind === "bin");
  const words = bins.map((one) => one.id.split(BETWEEN));
  let same = 0; // so many words stand before every name, and tell nothing
  while (words.length > 1 && words.every((one) => one.length > same + 1 && one[same] === words[0][same])) same += 1;
  const wordsBeside = (x) => [...new Set(bins.flatMap((one, at) => (aisleOf(floor, one) === x ? [words[at][same]] : [])))];
  const named = floor.aisle_x_m.map((x) => ({ x, words: wordsBeside(x) }));
  const count = (word) => named.filter((one) => one.words.includes(word)).length;
  return named.filter((one) => one.words.length === 1 && count(one.words[0]) === 1).map(({ x, words: [name] }) => ({ x, name }));
}

/** From where to where the aisles reach: {top, bottom, left, right}; null where there are none. */
export function reach(floor) {
  const places = measured(floor);
  const xs = [...floor.aisle_x_m, ...places.map((one) => one.x_m)];
  const ys = [...floor.cross_y_m, ...places.filter((one) => one.kind === "bin").map((one) => one.y_m)].map(up);
  if (ys.length === 0 || xs.length === 0) return null;
  return { top: Math.min(...ys), bottom: Math.max(...ys), left: Math.min(...xs), right: Math.max(...xs) };
}

/** The lines in which a name is largest in a box, whole or parted between its words, and their size. */
export function fitted(name, width, height, most) {
  const parts = [...name.matchAll(new RegExp(BETWEEN, "g"))].map((found) => [name.slice(0, found.index), name.slice(found.index + found[0].length)]);
  const sized = [[name], ...parts.filter((lines) => lines.every(Boolean))].map((lines) => ({
    lines,
    size: Math.min((width * 0.94) / Math.max(...lines.map(wide)), height / (lines.length * 1.12), most),
  }));
  return sized.reduce((best, one) => (one.size > best.size * 1.05 ? one : best));
}
