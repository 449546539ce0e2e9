// Changing a held order: how much of each line, who takes it, and to which address.

import { fill, h } from "./dom.js";
import { t } from "./language.js";

/** @param save called with what has changed; an address is a line each. */
export function askChange(dialog, order, save) {
  const counts = order.lines.map((line) =>
    h("input", { type: "number", min: 0, max: 100000, inputmode: "numeric", value: line.quantity, "aria-label": line.name || line.sku }),
  );
  const carrier = h("input", { id: "change-carrier", value: order.carrier, maxlength: 200 });
  const address = h("textarea", { id: "change-address", rows: 5, maxlength: 324 });
  address.value = order.ship_to.join("\n");
  const submit = (event) => {
    event.preventDefault();
    const change = changed(order, counts, carrier.value.trim(), linesOf(address.value));
    dialog.close();
    if (Object.keys(change).length > 0) save(change);
  };
  fill(
    dialog,
    h("h2", { id: "refuse-title" }, t("orders.change_title", { order: order.order_id })),
    h(
      "form",
      { class: "change", method: "dialog", onsubmit: submit },
      ...order.lines.map((line, at) => h("label", { class: "change-line" }, counts[at], h("span", {}, line.name || line.sku))),
      h("label", {}, h("span", {}, t("orders.carrier")), carrier),
      h("label", {}, h("span", {}, t("orders.ship_to")), address),
      h("p", { class: "muted" }, t("orders.change_details")),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "submit", class: "main", id: "save-change" }, t("orders.save")),
        h("button", { type: "button", class: "second", onclick: () => dialog.close() }, t("pick.back")),
      ),
    ),
  );
  dialog.showModal();
}

function linesOf(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean).slice(0, 5);
}

function changed(order, counts, carrier, shipTo) {
  const lines = order.lines
    .map((line, at) => ({ line_id: line.line_id, quantity: Math.trunc(Number(counts[at].value)) }))
    .filter((one, at) => one.quantity !== order.lines[at].quantity && one.quantity >= 0);
  return {
    ...(lines.length > 0 ? { lines } : {}),
    ...(carrier !== order.carrier ? { carrier } : {}),
    ...(shipTo.join("\n") !== order.ship_to.join("\n") ? { ship_to: shipTo } : {}),
  };
}
