// Replenishments on the orders page: which place is filled up from where, and by whom.

import { h, icon } from "./dom.js";
import { t } from "./language.js";

export function refillSections(refills) {
  if (refills.length === 0) return [];
  const urgentFirst = [...refills].sort((a, b) => Number(b.urgent) - Number(a.urgent));
  return [
    h("h2", {}, t("refills.open", { count: refills.length })),
    h("ul", { class: "returned", id: "refills" }, ...urgentFirst.map(card)),
  ];
}

function card(one) {
  return h(
    "li",
    { class: "card returned-piece", "data-refill": one.errand_id },
    h("strong", {}, one.name || one.sku),
    h(
      "p",
      { class: "facts" },
      one.urgent ? h("strong", { class: "fault" }, icon("trouble"), t("refills.urgent")) : null,
      h("span", {}, `${one.quantity} ×`),
      h("span", {}, `${one.from} → ${one.to}`),
      h("span", {}, one.picker ? t("refills.by", { picker: one.picker }) : t("refills.waits")),
    ),
  );
}
