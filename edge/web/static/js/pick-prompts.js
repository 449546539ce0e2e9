// How each kind of prompt looks on the picker's page: what stands between the head and the field.

import { h, icon } from "./dom.js";
import { t } from "./language.js";
import { wide } from "./text-width.js";

function start({ carts }, actions) {
  return [
    h("div", { class: "calm" }, icon("cart"), h("h2", { class: "large" }, t("pick.choose_cart"))),
    h("p", { class: "muted" }, t("pick.choose_cart_details")),
    h(
      "div",
      { class: "buttons" },
      ...carts.map((cart) =>
        h("button", { type: "button", class: "main", onclick: () => actions.chooseCart(cart) }, cart),
      ),
      h(
        "button",
        { type: "button", class: "second", onclick: () => actions.chooseCart(null) },
        t("pick.no_cart"),
      ),
    ),
  ];
}

/** The key below ends the work here; what may be reported while waiting has one of its own. */
function wait({ troubles }, { report }) {
  const canReport = troubles.some((one) => one.kinds.includes("wait"));
  return [
    h("div", { class: "calm" }, icon("wait"), h("h2", { class: "large" }, t("pick.wait"))),
    h("p", { class: "muted" }, t("pick.wait_details")),
    canReport
      ? h("button", { type: "button", class: "second trouble", id: "report", onclick: report }, icon("trouble"), h("span", {}, t("pick.trouble")))
      : null,
  ];
}

/** Where it is, and which article: what a picker reads first. */
function goal(actions, prompt, title, stop) {
  return [
    h(
      "section",
      { class: "where" },
      h(
        "div",
        { class: "caption" },
        h("span", {}, title),
        h("span", { class: "stop" }, t(stop, { stop: prompt.stop, stops: prompt.stops })),
      ),
      placeOf(prompt, actions),
    ),
    h(
      "section",
      { class: "what" },
      h("p", { class: nameClass(prompt.name), id: "name" }, prompt.name || prompt.sku),
      h("p", { class: "sku", id: "sku" }, prompt.sku),
    ),
  ];
}

function pick({ prompt }, actions) {
  const needed = prompt.picked + prompt.quantity;
  return [
    ...goal(actions, prompt, t("pick.go_to"), "pick.stop"),
    h(
      "section",
      { class: "many" },
      h("div", { class: "caption" }, h("span", {}, t("pick.take")), radioOf(prompt)),
      h("p", { class: "quantity", id: "quantity" }, String(prompt.quantity)),
      h(
        "p",
        { class: "count", id: "count" },
        t("pick.count", { picked: prompt.picked, quantity: needed }),
      ),
      h("progress", { max: needed, value: prompt.picked, "aria-label": t("pick.progress") }),
    ),
    h(
      "section",
      { class: "into" },
      icon("tote"),
      h(
        "span",
        { class: "caption" },
        t("pick.into"),
        prompt.slot > 0 && prompt.totes.length > 1
          ? h("span", { class: "on-cart", id: "slot" }, t("pick.slot", { slot: prompt.slot }))
          : "",
      ),
      h("strong", { class: `tote ${lengthClass(prompt.tote_id ?? "")}`, id: "tote" }, prompt.tote_id),
    ),
  ];
}

/** An empty tote is taken for an order, and scanned. */
function bind({ prompt }) {
  return [
    h(
      "section",
      { class: "where drop" },
      h(
        "div",
        { class: "caption" },
        h("span", {}, t("pick.bind")),
        h("span", { class: "stop" }, t("pick.bind_of", { stop: prompt.stop, stops: prompt.stops })),
      ),
      h("p", { class: "place long", id: "place" }, t("pick.slot", { slot: prompt.slot })),
    ),
    h(
      "section",
      { class: "what" },
      h("p", { class: "name", id: "name" }, t("pick.bind_details")),
      h("p", { class: "sku", id: "order" }, t("pack.order", { order: prompt.order_id })),
    ),
  ];
}

function put_back({ prompt }, actions) {
  return put(actions, prompt, "pick.put_back");
}

function refill({ prompt }, actions) {
  return put(actions, prompt, "pick.refill");
}

function fetch({ prompt }, actions) {
  return put(actions, prompt, "pick.fetch", "take");
}

function put_away({ prompt }, actions) {
  return put(actions, prompt, "pick.put_away");
}

/** Pieces that go to their place: the piece first, then the place in large letters. */
function put(actions, prompt, title, what = "put") {
  return [
    ...goal(actions, prompt, t(title), "pick.piece"),
    h(
      "section",
      { class: "many" },
      h("div", { class: "caption" }, h("span", {}, t(`pick.${what}`))),
      h("p", { class: "quantity", id: "quantity" }, String(prompt.quantity)),
      h("p", { class: "count", id: "count" }, t(`pick.${what}_details`)),
    ),
    prompt.tote_id === null
      ? null
      : h(
          "section",
          { class: "into" },
          icon("tote"),
          h("span", { class: "caption" }, t("pick.out_of")),
          h("strong", { class: `tote ${lengthClass(prompt.tote_id)}`, id: "tote" }, prompt.tote_id),
        ),
  ];
}

function pass({ prompt }) {
  return drop({ prompt }, {}, "pass");
}

function take({ prompt }) {
  return drop({ prompt }, {}, "take_up");
}

function drop({ prompt }, _actions, what = "drop") {
  return [
    h(
      "section",
      { class: "where drop" },
      h("div", { class: "caption" }, h("span", {}, t(`pick.${what}`))),
      h("p", { class: `place ${lengthClass(prompt.location ?? "")}`, id: "place" }, prompt.location ?? ""),
    ),
    h(
      "section",
      { class: "what" },
      h("p", { class: "name" }, t(`pick.${what}_details`)),
      h("p", { class: "caption" }, t("pick.totes", { count: prompt.totes.length })),
      h("ul", { class: "totes" }, ...prompt.totes.map((tote) => h("li", {}, tote))),
    ),
  ];
}

/** Where to go, and the key for its check digits where it has some. */
function placeOf(prompt, actions) {
  return h(
    "div",
    { class: prompt.check ? "place-row" : "" },
    h("p", { class: `place ${lengthClass(prompt.location, prompt.check ? 3.5 : 0)}`, id: "place" }, prompt.location),
    prompt.check ? checkKey(prompt, actions) : null,
  );
}

/** What is printed at the place, where its label cannot be scanned. */
function checkKey(prompt, actions) {
  const words = t(prompt.check_wanted ? "pick.check_wanted" : "pick.check", { column: prompt.check });
  return h(
    "button",
    { type: "button", class: prompt.check_wanted ? "main check" : "second check", id: "check", "aria-label": words, onclick: () => actions.askDigits(prompt) },
    h("span", { "aria-hidden": "true" }, t("pick.check_short", { column: prompt.check })),
  );
}

function radioOf(prompt) {
  if (!prompt.radio) return null;
  return h("span", { class: "radio" }, icon("radio"), h("span", {}, t("pick.radio")));
}

/** Long names get smaller letters, never dots in place of their end. `beside` stands on the same line. */
function lengthClass(text, beside = 0) {
  const length = wide(text) + beside;
  if (length <= 3.8) return "short";
  return length <= 5 ? "middle" : length <= 7.5 ? "long" : "longest";
}

/** Names of articles too, so that the field for scans stays on the screen; only the longest lose their end. */
function nameClass(name) {
  const length = wide(name);
  return length <= 24 ? "name" : length <= 48 ? "name long" : "name longest";
}

function loading() {
  return [h("p", { class: "large muted" }, t("pick.loading"))];
}

/**
 * What is shown, by the kind of the prompt: functions of (all, actions).
 * The actions are chooseCart(cart), report() and askDigits(prompt).
 */
export const PROMPTS = { loading, start, wait, pick, bind, put_back, refill, fetch, put_away, pass, take, drop };
