// Building the page: elements from plain calls, never from strings of markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. `attributes` may hold on… handlers (functions), booleans and strings. */
export function h(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** Replace everything in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== false));
  return element;
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  return fill(element, ...children);
}

const ICONS = {
  right: ["M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Z", "M14 25l7 7 14-16"],
  wrong: ["M16 4h16l12 12v16L32 44H16L4 32V16Z", "M16 16l16 16M32 16L16 32"],
  duplicate: ["M6 6h26v26H6Z", "M16 42h26V16M13 19h12"],
  info: ["M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Z", "M24 22v13M24 13v2"],
  kept: ["M8 26v14h32V26", "M24 6v22M15 19l9 9 9-9"],
  place: ["M24 44S9 29 9 18.500a15 15 0 0 1 30 0C39 29 24 44 24 44Z", "M24 14v9"],
  tote: ["M5 16h38l-4 26H9Z", "M14 16L18 6M34 16L30 6"],
  trouble: ["M24 5L45 42H3Z", "M24 18v12M24 35v2"],
  cart: ["M4 8h6l6 24h22l5-17H13", "M18 42h1M35 42h1"],
  wait: ["M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Z", "M24 12v13l8 6"],
  radio: ["M24 26v18", "M15 33a13 13 0 1 1 18 0M19 28a7 7 0 1 1 10 0"],
};

/** A drawing of one line's width; it never speaks to screen readers, words stand beside it. */
export function icon(name) {
  const [outline, inside] = ICONS[name];
  return s(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 48 48", "aria-hidden": "true" },
    s("path", { d: outline, class: "outline" }),
    s("path", { d: inside, class: "inside" }),
  );
}
