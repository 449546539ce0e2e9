// Lists of counts: variances that a supervisor decides, and places to be counted.

import { h } from "./dom.js";
import { knows, t } from "./language.js";

/** @param decide called with (count, approve); null for who may not decide. */
export function countSections(counts, decide) {
  const variances = counts.filter((one) => one.variance !== null);
  const open = counts.filter((one) => one.variance === null);
  if (counts.length === 0) return [];
  return [
    h("h2", {}, t("counts.variances", { count: variances.length })),
    ...variances.map((one) => card(one, decide)),
    open.length > 0 ? h("h2", {}, t("counts.open", { count: open.length })) : null,
    open.length > 0 ? h("ul", { class: "returned" }, ...open.map(row)) : null,
  ];
}

function card(count, decide) {
  const sign = count.variance > 0 ? "+" : "−";
  return h(
    "article",
    { class: "card variance", "data-count": `${count.location}/${count.sku}` },
    h("h3", {}, `${count.location} · ${count.name || count.sku}`),
    h("p", { class: "figures" }, t("counts.figures", { expected: count.expected, counted: count.counted, variance: `${sign}${Math.abs(count.variance)}` })),
    h("p", { class: "muted" }, t(`counts.by_${count.method}`, { by: count.by })),
    decide === null ? null : choice(count, decide),
  );
}

function choice(count, decide) {
  return h(
    "div",
    { class: "decide" },
    h("button", { type: "button", class: "main", onclick: () => decide(count, true) }, t("counts.approve")),
    h("button", { type: "button", class: "second danger", onclick: () => decide(count, false) }, t("counts.refuse")),
  );
}

function row(count) {
  const why = knows(`counts.reason.${count.reason}`) ? t(`counts.reason.${count.reason}`) : count.reason;
  return h(
    "li",
    { class: "card returned-piece" },
    h("strong", {}, `${count.location} · ${count.name || count.sku}`),
    h("p", { class: "facts" }, h("span", { class: "sku" }, count.sku), h("span", {}, why)),
  );
}
