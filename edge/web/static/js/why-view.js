// Why an item is thought to be where it is: what each antenna says, what else it could be, how long.

import { h, s } from "./dom.js";
import { decimal, knows, moment, t } from "./language.js";

const ODDS_FULL = 6; // nats that fill half a bar

/** The parts of the panel for an answer of /api/items/{epc}/why. */
export function whyPanel(why) {
  const { reason } = why;
  if (reason === null) return [h("p", { class: "muted" }, t("why.not_followed"))];
  return [
    h("section", { class: "why", id: "why", "aria-label": t("why.title") }, ...answer(reason), ...antennas(reason), ...others(reason), ...covering(reason)),
  ];
}

/** Marks for the map: where the item is, and faintly where it could be. */
export function marksOf(why) {
  const { reason } = why ?? {};
  if (!reason || reason.location === null) return [];
  return [
    { location: reason.location, probability: reason.probability, is_sure: true },
    ...reason.alternatives
      .filter((one) => one.probability >= 0.01)
      .map((one) => ({ location: one.location, probability: one.probability, is_sure: false })),
  ];
}

export function percent(p) {
  const value = p * 100;
  if (value > 0 && value < 1) return "<1 %";
  if (value > 99 && value < 100) return ">99 %";
  return `${Math.round(value)} %`;
}

/** A span of time in the largest unit that fits. */
export function span(seconds) {
  if (seconds < 90) return t("span.seconds", { count: Math.round(seconds) });
  if (seconds < 5400) return t("span.minutes", { count: Math.round(seconds / 60) });
  if (seconds < 172800) return t("span.hours", { count: tenths(seconds / 3600) });
  return t("span.days", { count: tenths(seconds / 86400) });
}

function tenths(value) {
  return value.toFixed(1).replace(".0", "");
}

function answer(reason) {
  return [
    h(
      "p",
      { class: "why-answer" },
      h("strong", {}, reason.location ?? t("why.nowhere")),
      h("span", { class: "why-percent" }, percent(reason.probability)),
    ),
    reason.stale ? h("p", { class: "fault" }, t("why.stale", { since: moment(reason.seen_us) })) : null,
    h(
      "p",
      { class: "muted" },
      reason.since_us ? t("why.dwell", { span: span(reason.dwell_s), since: moment(reason.since_us) }) : t("why.not_announced"),
    ),
    reason.motion ? h("p", { class: "muted", id: "why-motion" }, t(`why.${reason.motion.state}`)) : null,
  ];
}

function antennas(reason) {
  return [
    h("h3", {}, t("why.antennas")),
    reason.antennas.length === 0 ? h("p", { class: "muted" }, t("why.none_heard")) : null,
    h(
      "ul",
      { class: "why-antennas", id: "why-antennas" },
      ...reason.antennas.map((one) =>
        h(
          "li",
          {},
          h("div", { class: "why-antenna" }, h("strong", {}, t("floor.antenna", one)), h("span", {}, one.location), h("span", { class: "number" }, words(one.log_odds))),
          bar(one.log_odds),
          h("small", {}, t("why.heard", { level: decimal(one.rssi_dbm), rate: decimal(one.reads_per_s), age: span(one.age_s) }), one.listening === "hears" ? "" : ` · ${listening(one.listening)}`),
        ),
      ),
    ),
  ];
}

/** To the right: speaks for the place; to the left: against it. */
function bar(odds) {
  const share = Math.min(1, Math.abs(odds) / ODDS_FULL) * 50;
  const x = odds >= 0 ? 50 : 50 - share;
  return s(
    "svg",
    { class: "odds", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { x: 0, y: 0, width: 100, height: 8, class: "odds-ground" }),
    s("rect", { x, y: 0, width: share, height: 8, class: odds >= 0 ? "odds-for" : "odds-against" }),
    s("line", { x1: 50, x2: 50, y1: 0, y2: 8, class: "odds-middle" }),
  );
}

function words(odds) {
  if (Math.abs(odds) < 0.05) return t("why.says_nothing");
  const times = Math.exp(Math.abs(odds));
  const factor = times >= 1000 ? ">1000" : times >= 10 ? String(Math.round(times)) : times.toFixed(1);
  return t(odds > 0 ? "why.speaks_for" : "why.speaks_against", { factor });
}

function others(reason) {
  const rows = reason.alternatives.filter((one) => one.probability >= 0.0005);
  const list = [...rows.map((one) => [one.location, one.probability])];
  if (reason.unknown >= 0.0005) list.push([t("why.elsewhere"), reason.unknown]);
  return [
    h("h3", {}, t("why.alternatives")),
    list.length === 0
      ? h("p", { class: "muted" }, t("why.no_alternatives"))
      : h(
          "ul",
          { class: "why-others", id: "why-alternatives" },
          ...list.map(([name, p]) => h("li", {}, h("span", {}, name), h("progress", { max: 1, value: p, "aria-label": name }), h("strong", { class: "number" }, percent(p)))),
        ),
  ];
}

function covering(reason) {
  if (reason.covering.length === 0) return [];
  return [
    h("h3", {}, t("why.covering")),
    h(
      "ul",
      { class: "rows" },
      ...reason.covering.map((one) =>
        h(
          "li",
          { class: `listening-${one.listening}` },
          h("strong", {}, t("floor.antenna", one)),
          h("span", {}, listening(one.listening)),
          h("span", {}, t("why.silent_for", { span: span(one.silent_s) })),
        ),
      ),
    ),
  ];
}

function listening(state) {
  const key = `listening.${state}`;
  return knows(key) ? t(key) : state;
}
