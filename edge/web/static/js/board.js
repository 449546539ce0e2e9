// How the work goes: rates, orders by state, the way to the central system, alerts.

import { get, whoAmI } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { Frame } from "./frame.js";
import { knows, language, moment, onLanguage, t } from "./language.js";
import { Letters } from "./letters.js";
import { Questions } from "./questions.js";
import { Signs } from "./signs.js";
import { listen } from "./stream.js";
import { saidWords, wordsOr } from "./words.js";

const SESSION_KEPT_MS = 5 * 60 * 1000;
const STATES = ["held", "released", "planned", "picking", "picked", "packed", "shipped", "cancelled"];

const frame = await Frame.start("board");
await whoAmI();
const page = document.getElementById("page");
const signs = new Signs();
const questions = new Questions(signs);
const letters = new Letters(signs);
page.before(questions.element);
page.after(letters.element);
let board = null;

function show() {
  if (board === null) return fill(page, h("p", { class: "muted padded" }, t("pick.loading")));
  fill(
    page,
    h(
      "div",
      { class: "board-layout" },
      board.alerts.length > 0 ? alertsCard("card alerts-first") : null,
      h("div", { class: "figures" }, ...figures()),
      h("section", { class: "card" }, h("h2", {}, t("board.orders")), orders()),
      h("section", { class: "card" }, h("h2", {}, t("board.waves")), waves()),
      h("section", { class: "card" }, h("h2", {}, t("board.pickers")), rates(board.pickers, "badge", (one) => one.name || one.badge)),
      h("section", { class: "card" }, h("h2", {}, t("board.zones")), rates(board.zones, "zone", (one) => one.zone, "nothing_yet")),
      h("section", { class: "card" }, h("h2", {}, t("board.stations")), rates(board.stations, "station", (one) => one.station, "nothing_yet")),
      h("section", { class: "card walks" }, h("h2", {}, t("board.walks")), walks()),
      board.alerts.length > 0 ? null : alertsCard("card"),
    ),
  );
}

/** What is wrong stands before all figures; that nothing is, behind them. */
function alertsCard(name) {
  return h("section", { class: name, id: "alerts" }, h("h2", {}, t("board.alerts")), alerts());
}

function figures() {
  const { backlog, readers } = board;
  const central = backlog.connected ? t("board.connected") : t("board.not_connected");
  return [
    figure(t("board.rate"), number(board.items_per_minute, 1), t("board.rate_unit")),
    figure(t("board.items"), number(board.items_picked), t("board.items_unit")),
    accuracy(),
    figure(
      t("board.unsent"),
      number(backlog.unsent),
      backlog.unsent > 0 ? t("board.oldest", { count: backlog.unsent, seconds: Math.round(backlog.oldest_unsent_s), central }) : central,
      !backlog.connected,
    ),
    figure(t("board.readers"), `${readers.up} / ${readers.up + readers.down}`, t("board.readers_unit"), readers.down > 0),
  ];
}

/** How many of the pieces that came to packing were the right ones. */
function accuracy() {
  const { checked, strangers } = board;
  const seen = checked + strangers;
  const share = seen === 0 ? "–" : `${number((Math.floor((checked / seen) * 1e4) / 1e4) * 100, 2)}\u00a0%`;
  return figure(t("board.accuracy"), share, t("board.accuracy_unit", { strangers: number(strangers), seen: number(seen) }), false);
}

function figure(caption, value, unit, warns = false) {
  return h(
    "section",
    { class: warns ? "card figure warns" : "card figure" },
    h("h2", {}, warns ? icon("trouble") : "", caption),
    h("p", { class: "value" }, value),
    h("p", { class: "muted" }, unit),
  );
}

function orders() {
  const most = Math.max(1, ...STATES.map((state) => board.orders[state] ?? 0));
  return h(
    "ul",
    { class: "bars" },
    ...STATES.map((state) => {
      const count = board.orders[state] ?? 0;
      return h(
        "li",
        {},
        h("span", {}, t(`state.${state}`)),
        h("progress", { max: most, value: count, "aria-label": t(`state.${state}`) }),
        h("strong", {}, number(count)),
      );
    }),
  );
}

/** Pieces a minute of each picker, zone or station. */
function rates(rows, column, nameOf, none = "no_pickers") {
  if (rows.length === 0) return h("p", { class: "muted" }, t(`board.${none}`));
  const heads = [column, "rate_column", "items_column"];
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col", class: name === column ? null : "number" }, t(`board.${name}`))))),
    h(
      "tbody",
      {},
      ...rows.map((one) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, nameOf(one)),
          h("td", { class: "number" }, number(one.items_per_minute, 1)),
          h("td", { class: "number" }, number(one.items)),
        ),
      ),
    ),
  );
}

// What leaves when, and whether it will be ready: a word and a sign, never a colour alone.
function waves() {
  if (board.waves.length === 0) return h("p", { class: "muted" }, t("board.no_waves"));
  return h(
    "ul",
    { class: "doubts" },
    ...board.waves.map((one) =>
      h(
        "li",
        { class: one.standing === "well" ? "well" : null },
        icon(one.standing === "well" ? "right" : "trouble"),
        h(
          "div",
          {},
          h("strong", {}, one.due_us === null ? t("board.no_cut_off") : moment(one.due_us), one.carriers.length > 0 ? ` · ${one.carriers.join(", ")}` : ""),
          h("p", {}, t(`board.wave_${one.standing}`, { picked: moment(one.picked_us) })),
          h("p", { class: "muted" }, t("board.wave_work", { orders: number(one.orders), lines: number(one.lines) })),
        ),
      ),
    ),
  );
}

// Why the orders of each walk go together.
function walks() {
  if (board.walks.length === 0) return h("p", { class: "muted" }, t("board.no_walks"));
  return h(
    "ul",
    { class: "doubts plain" },
    ...board.walks.map((one) =>
      h(
        "li",
        {},
        icon("cart"),
        h(
          "div",
          {},
          h("strong", {}, one.name || t("board.walk_waits"), ` · ${t("floor.stops_done", { done: number(one.done), stops: number(one.stops) })}`),
          h("p", {}, t(one.saved_m > 0 ? "board.walk_why" : "board.walk_plain", { orders: number(one.orders), length: number(one.length_m), saved: number(one.saved_m) })),
          one.due_us === null ? "" : h("p", { class: "muted" }, t("board.walk_due", { due: moment(one.due_us) })),
        ),
      ),
    ),
  );
}

function alerts() {
  if (board.alerts.length === 0) return h("p", { class: "muted" }, t("board.no_alerts"));
  return h(
    "ul",
    { class: "doubts" },
    ...board.alerts.map((one) =>
      h(
        "li",
        {},
        icon("trouble"),
        h(
          "div",
          {},
          h("strong", {}, t(knows(`alert.${one.code}`) ? `alert.${one.code}` : "alert.other")),
          h("p", {}, alertWords(one)),
          since(one.since) === null ? "" : h("p", { class: "muted" }, t("board.since", { since: since(one.since) })),
        ),
      ),
    ),
  );
}

/** The sentence in the page's language, of its code and its values; else as the gateway says it. */
function alertWords({ code, text, values: told = {}, said = {} }) {
  const key = `alert.${code}.text`;
  const values = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, said[name]?.map((one) => saidWords(one, one.text)).join("; ") ?? value.replaceAll("\n", "; ")]));
  const slug = `printer.${(values.detail ?? "").replaceAll(" ", "_")}`;
  return wordsOr(key, knows(slug) ? { ...values, detail: t(slug) } : values, text);
}

/** Null for what began before a restart, nobody knows when. */
function since(told) {
  const us = typeof told === "number" ? told : Date.parse(told) * 1000;
  return us > 0 ? moment(us) : null;
}

function number(value, digits = 0) {
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language() === "zh" ? "zh-CN" : "en-GB", form).format(value);
}

onLanguage(() => (show(), questions.draw(), letters.draw()));
setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
show();
listen("/api/board/stream", "board", (value) => ((board = value), show(), questions.take(value.questions)), (state) => frame.connected(state));
listen("/api/letters/stream", "letters", (value) => letters.take(value), () => {});
