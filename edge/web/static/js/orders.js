// Orders: those that wait for a decision first, with the reasons, then the rest.

import { get, newKey, post, whoAmI } from "./api.js";
import { countSections } from "./count-lists.js";
import { fill, h, icon } from "./dom.js";
import { Frame } from "./frame.js";
import { knows, moment, onLanguage, t } from "./language.js";
import { askChange } from "./order-change.js";
import { refillSections } from "./refills.js";
import { Signs, signOf } from "./signs.js";
import { listen } from "./stream.js";
import { taskSections } from "./tasks.js";
import { answerWords, doubtWords, refusalWords } from "./words.js";

const SESSION_KEPT_MS = 5 * 60 * 1000;
const STATES = ["held", "released", "planned", "picking", "picked", "packed", "shipped", "cancelled"];

const frame = await Frame.start("orders");
const signs = new Signs();
await whoAmI();

const page = document.getElementById("page");
const dialog = h("dialog", { "aria-labelledby": "refuse-title" });
document.body.append(dialog);
const keys = new Map(); // one id for each decision, however often it must be sent
let orders = null;
let counts = [];
let tasks = [];
let refills = [];
let troubles = [];

function show() {
  if (orders === null) return fill(page, h("p", { class: "muted padded" }, t("pick.loading")));
  const held = orders.filter((one) => one.state === "held");
  const rest = orders.filter((one) => one.state !== "held");
  fill(
    page,
    h(
      "div",
      { class: "orders-layout" },
      h("h2", {}, t("orders.held", { count: held.length })),
      held.length === 0 ? h("p", { class: "muted" }, t("orders.none_held")) : null,
      ...held.sort(byUrgency).map(heldCard),
      ...taskSections(tasks, troubles, finishTask),
      ...refillSections(refills),
      ...countSections(counts, decideVariance),
      h("h2", {}, t("orders.open", { count: rest.length })),
      rest.length === 0 ? null : table(rest.sort(byUrgency)),
    ),
  );
}

function byUrgency(a, b) {
  return (
    STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
    b.priority - a.priority ||
    (a.due_us ?? Infinity) - (b.due_us ?? Infinity) ||
    a.order_id.localeCompare(b.order_id)
  );
}

function heldCard(order) {
  return h(
    "article",
    { class: "card held", "data-order": order.order_id },
    h(
      "div",
      { class: "held-head" },
      h("h3", {}, order.order_id),
      order.priority > 0 ? h("span", { class: "tag" }, t("orders.priority", { priority: order.priority })) : null,
      h("span", { class: "muted" }, [order.carrier, order.due_us ? t("orders.due", { due: moment(order.due_us) }) : ""].filter(Boolean).join(" · ")),
    ),
    h(
      "ul",
      { class: "doubts" },
      ...order.doubts.map((doubt) =>
        h(
          "li",
          {},
          icon("trouble"),
          h("div", {}, h("strong", {}, t(knows(`doubt.${doubt.code}`) ? `doubt.${doubt.code}` : "doubt.other")), h("p", {}, doubtWords(doubt))),
        ),
      ),
    ),
    order.ship_to.length > 0 ? h("p", { class: "muted address" }, order.ship_to.join(", ")) : null,
    h(
      "ul",
      { class: "order-lines" },
      ...order.lines.map((line) => h("li", {}, h("span", {}, `${line.quantity} ×`), h("span", {}, line.name || line.sku), h("span", { class: "sku" }, line.sku))),
    ),
    h(
      "div",
      { class: "decide" },
      h("button", { type: "button", class: "main", onclick: () => decide(order.order_id, true) }, t("orders.release")),
      h("button", { type: "button", class: "second", onclick: () => change(order) }, t("orders.change")),
      h("button", { type: "button", class: "second danger", onclick: () => confirmRefusal(order.order_id) }, t("orders.refuse")),
    ),
  );
}

function table(list) {
  const columns = ["order", "state", "lines", "carrier", "due", "change"];
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": t("orders.table") },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", { scope: "col", class: name === "lines" ? "number" : null }, t(`orders.${name === "due" ? "due_column" : name}`))))),
      h("tbody", {}, ...list.map(row)),
    ),
  );
}

function row(order) {
  const wanted = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  const picked = order.lines.reduce((sum, line) => sum + line.picked, 0);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, order.order_id),
    h("td", {}, h("span", { class: `tag tag-${order.state}` }, t(`state.${order.state}`))),
    h("td", { class: "number", "data-label": t("orders.lines") }, `${picked} / ${wanted}`),
    h("td", {}, order.carrier || "–"),
    h("td", { "data-label": t("orders.due_column") }, order.due_us ? moment(order.due_us) : "–"),
    h("td", {}, order.state === "released" ? changeButton(order) : null),
  );
}

function changeButton(order) {
  const name = `${t("orders.change")} ${order.order_id}`;
  return h("button", { type: "button", class: "second", "aria-label": name, onclick: () => change(order) }, t("orders.change"));
}

function change(order) {
  askChange(dialog, order, (wanted) => amend(order.order_id, wanted));
}

function confirmRefusal(orderId) {
  const go = () => {
    dialog.close();
    decide(orderId, false);
  };
  fill(
    dialog,
    h("h2", { id: "refuse-title" }, t("orders.refuse_title", { order: orderId })),
    h("p", {}, t("orders.refuse_details")),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", class: "main", onclick: () => dialog.close() }, t("pick.back")),
      h("button", { type: "button", class: "second danger", id: "refuse", onclick: go }, t("orders.refuse")),
    ),
  );
  dialog.showModal();
}

function decide(orderId, release) {
  return send(`/api/orders/${encodeURIComponent(orderId)}/decision`, { release }, orderId);
}

function amend(orderId, wanted) {
  return send(`/api/orders/${encodeURIComponent(orderId)}/change`, wanted, orderId);
}

function decideVariance({ location, sku }, approve) {
  return send("/api/counts/decision", { location, sku, approve }, `${location} · ${sku}`);
}

function finishTask({ task_id: taskId, location, order_id: orderId }) {
  return send("/api/tasks/done", { task_id: taskId }, location ?? orderId ?? "");
}

async function send(path, decision, about) {
  const name = `${path}/${JSON.stringify(decision)}`;
  if (!keys.has(name)) keys.set(name, newKey());
  try {
    const { status, body } = await post(path, decision, keys.get(name));
    if (status >= 500) throw new Error(body?.text);
    keys.delete(name);
    if (status !== 200) return signs.show("wrong", refusalWords(body));
    signs.show(signOf(body), answerWords(body), about);
  } catch {
    signs.show("wrong", t("pick.not_reached"), t("pack.press_again"));
  }
}

onLanguage(show);
setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
show();
listen("/api/tasks/stream", "tasks", (value) => ((tasks = value.tasks), (refills = value.refills ?? []), show()), () => {});
listen("/api/counts/stream", "counts", (value) => ((counts = value.counts), show()), () => {});
listen("/api/orders/stream", "orders", (value) => ((orders = value.orders), show()), (state) => frame.connected(state));
troubles = (await get("/api/troubles")).body.troubles;
show();
