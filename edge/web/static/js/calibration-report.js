// What a calibration is seen by: how good it proved, and what the antennas hear of the tag just now.

import { h, icon, s } from "./dom.js";
import { decimal, t } from "./language.js";
import { percent, span } from "./why-view.js";
import { saidWords } from "./words.js";

const LEVEL_DBM = [-90, -30]; // the ends of a level's bar

/** How good it proved on what it was not learnt from; whole with its table of mistakes. */
export function reportOf(report, isWhole) {
  const { quality, warnings } = report;
  if (quality === null) return [h("p", {}, t("calibration.no_quality"))];
  const figure = (name, value) => h("li", { class: name === "accuracy" ? "best" : "" }, h("span", {}, t(`calibration.figure.${name}`)), h("progress", { max: 1, value, "aria-label": t(`calibration.figure.${name}`) }), h("strong", { class: "number" }, percent(value)));
  return [
    h("p", {}, t(`calibration.learnt.${report.level}`, { seconds: quality.seconds })),
    h("ul", { class: "why-others figures-list", id: isWhole ? "quality" : null }, figure("accuracy", quality.accuracy), figure("accuracy_uncalibrated", quality.accuracy_uncalibrated), figure("strongest_antenna", quality.strongest_antenna), figure("majority", quality.majority)),
    ...warnings.map((text, at) => note("trouble", saidWords(report.warnings_said?.[at], text))),
    isWhole ? confusionTable(quality.confusion) : null,
  ];
}

function confusionTable(confusion) {
  const truths = Object.keys(confusion);
  const told = [...new Set([...truths, ...truths.flatMap((one) => Object.keys(confusion[one]))])];
  const cell = (truth, name) => {
    const row = confusion[truth];
    const all = Object.values(row).reduce((sum, count) => sum + count, 0);
    const count = row[name] ?? 0;
    const kind = count === 0 ? "none" : truth === name ? "hit" : "miss";
    return h("td", { class: `number cell-${kind}` }, count === 0 ? "–" : percent(count / all));
  };
  return h(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-label": t("calibration.confusion") },
    h(
      "table",
      { class: "confusion", id: "confusion" },
      h("caption", {}, t("calibration.confusion")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("calibration.truth")), ...told.map((name) => h("th", { scope: "col", class: "number" }, name || t("calibration.unknown"))))),
      h("tbody", {}, ...truths.map((truth) => h("tr", {}, h("th", { scope: "row" }, truth), ...told.map((name) => cell(truth, name))))),
    ),
  );
}

/** How loud each antenna hears the tag just now. */
export function pictureOf(antennas) {
  return [
    h("h3", {}, t("calibration.live")),
    h(
      "ul",
      { class: "live", id: "live" },
      ...antennas.map((one) =>
        h(
          "li",
          {},
          h("div", { class: "why-antenna" }, h("strong", {}, t("floor.antenna", one)), h("span", {}, one.location), h("span", { class: "number" }, one.rssi_dbm === null ? t("calibration.silent") : `${decimal(one.rssi_dbm)} dBm`)),
          levelBar(one.rssi_dbm),
          h("small", {}, one.rssi_dbm === null ? " " : t("calibration.rate", { rate: decimal(one.reads_per_s), age: span(one.age_s ?? 0) })),
        ),
      ),
    ),
  ];
}

function levelBar(dbm) {
  const [least, most] = LEVEL_DBM;
  const share = dbm === null ? 0 : (Math.min(most, Math.max(least, dbm)) - least) / (most - least);
  return s(
    "svg",
    { class: "odds level", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { x: 0, y: 0, width: 100, height: 8, class: "odds-ground" }),
    s("rect", { x: 0, y: 0, width: (share * 100).toFixed(1), height: 8, class: "odds-for" }),
  );
}

export function note(kind, words) {
  return h("p", { class: `calibration-note note-${kind}` }, icon(kind), h("span", {}, words));
}
