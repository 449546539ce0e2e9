// Changing an order that waits: how much of each line, further lines, who takes it, when and to which address.

import { fill, h } from "./dom.js";
import { t } from "./language.js";

const MINUTE_MS = 60_000;

/** @param save called with what has changed; an address is a line each, a cut-off of 0 is none. */
export function askChange(dialog, order, save) {
  const counts = order.lines.map((line) => quantity(line.quantity, line.name || line.sku));
  const added = [];
  const more = h("div", { class: "change-more" });
  const carrier = h("input", { id: "change-carrier", value: order.carrier, maxlength: 200 });
  const due = h("input", { id: "change-due", type: "datetime-local", value: local(order.due_us) });
  const address = h("textarea", { id: "change-address", rows: 5, maxlength: 324 });
  address.value = order.ship_to.join("\n");
  const addLine = () => {
    const count = quantity(1, t("orders.quantity"));
    const sku = h("input", { class: "change-sku", maxlength: 64, autocomplete: "off", "aria-label": t("orders.sku"), placeholder: t("orders.sku") });
    added.push({ sku, count });
    more.append(h("div", { class: "change-line" }, count, sku));
    sku.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    const change = {
      ...changedLines(order, counts),
      ...addedLines(added),
      ...(carrier.value.trim() !== order.carrier ? { carrier: carrier.value.trim() } : {}),
      ...(due.value !== local(order.due_us) ? { due_us: microseconds(due.value) } : {}),
      ...changedAddress(order, address.value),
    };
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
      more,
      h("button", { type: "button", class: "second", id: "add-line", onclick: addLine }, t("orders.add_line")),
      h("label", {}, h("span", {}, t("orders.carrier")), carrier),
      h("label", {}, h("span", {}, t("orders.due_column")), due),
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

function quantity(value, name) {
  return h("input", { type: "number", min: 0, max: 100000, inputmode: "numeric", value, "aria-label": name });
}

/** A moment as the field has it, in this host's time; empty for none. */
function local(us) {
  if (us === null) return "";
  const date = new Date(us / 1000);
  return new Date(date - date.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}

function microseconds(text) {
  return text === "" ? 0 : new Date(text).getTime() * 1000;
}

function whole(input) {
  return Math.max(0, Math.trunc(Number(input.value)));
}

function changedLines(order, counts) {
  const lines = order.lines
    .map((line, at) => ({ line_id: line.line_id, quantity: whole(counts[at]) }))
    .filter((one, at) => one.quantity !== order.lines[at].quantity);
  return lines.length > 0 ? { lines } : {};
}

function addedLines(rows) {
  const added = rows.map(({ sku, count }) => ({ sku: sku.value.trim(), quantity: whole(count) })).filter((one) => one.sku && one.quantity > 0);
  return added.length > 0 ? { added } : {};
}

function changedAddress(order, text) {
  const shipTo = text.split("\n").map((line) => line.trim()).filter(Boolean).slice(0, 5);
  return shipTo.join("\n") !== order.ship_to.join("\n") ? { ship_to: shipTo } : {};
}
