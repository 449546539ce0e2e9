// The label of a closed parcel: its picture, whether it is printed, and the ways to have it again.

import { h, icon, s } from "./dom.js";
import { kilograms, knows, t } from "./language.js";

const STATE_ICONS = { sent: "wait", printed: "right", waiting: "trouble", unsure: "trouble", refused: "wrong", no_printer: "info" };
const MODULE_MM = 0.5;
const BARS_MM = { x: 11, y: 20, height: 34 };

/** @param print called with the parcel's number. */
export function labelSection(label, print) {
  return h(
    "section",
    { class: "label", id: "label" },
    h(
      "p",
      { class: `label-state label-${label.state}`, role: "status", id: "label-state", "data-state": label.state },
      icon(STATE_ICONS[label.state]),
      h("span", {}, t(`label.${label.state}`, { printer: label.printer ?? "" })),
      label.reason ? h("small", {}, reasonWords(label.reason)) : null,
    ),
    label.complete ? null : h("p", { class: "fault" }, t("pack.label_partial")),
    picture(label),
    h(
      "div",
      { class: "label-buttons" },
      h("button", { type: "button", class: "main", id: "print-again", onclick: () => print(label.sscc) }, t("label.again")),
      h("a", { class: "second", id: "slip", href: `/slip?station=${encodeURIComponent(label.station)}`, target: "_blank" }, t("slip.title")),
    ),
    h("p", { class: "muted" }, t("pack.empty_details")),
  );
}

/** What a printer says of itself is known; a network's fault is told as the gateway has it. */
function reasonWords(reason) {
  const key = `printer.${reason.replaceAll(" ", "_")}`;
  return knows(key) ? t(key) : reason;
}

/** What is printed, in millimetres: carrier, order, and the SSCC as GS1-128 with its digits. */
function picture(label) {
  const words = `(00) ${grouped(label.sscc)}`;
  const line = (y, size, text) => s("text", { x: 4, y, "font-size": size }, text);
  return s(
    "svg",
    { class: "label-picture", viewBox: "0 0 100 66", role: "img", "aria-label": `${words}, ${label.order_id}, ${label.carrier}` },
    s("rect", { x: 0, y: 0, width: 100, height: 66, rx: 2, class: "label-paper" }),
    line(8, 6, label.carrier || "–"),
    line(16, 5, [label.order_id, ...(label.ship_to ?? []).slice(0, 1), ...(label.weight_g ? [kilograms(label.weight_g)] : [])].join(" · ")),
    ...bars(label.bars),
    s("text", { x: 50, y: 61, "font-size": 5.4, "text-anchor": "middle", class: "sscc" }, words),
  );
}

/** The number in groups that are easy to read aloud. */
export function grouped(sscc) {
  return sscc.replace(/^(\d)(\d{7})(\d{9})(\d)$/, "$1 $2 $3 $4");
}

function bars(widths) {
  const drawn = [];
  let x = BARS_MM.x;
  widths.forEach((width, index) => {
    if (index % 2 === 0) drawn.push(s("rect", { x, y: BARS_MM.y, width: width * MODULE_MM, height: BARS_MM.height }));
    x += width * MODULE_MM;
  });
  return drawn;
}
