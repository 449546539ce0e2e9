// Counts: scan a place, scan or type what lies in it, and the books are compared; or ask the radio.
//
// What is being counted is kept in the browser until it is posted: a reload or a flat battery loses
// no tally. The books' numbers are not shown to whoever counts.

import { CountsView } from "./counts-view.js";
import { t } from "./language.js";
import { Station } from "./station.js";

const QUANTITY_MAX = 100000;
const LEADERS = ["supervisor", "administrator"];

const station = await Station.start("counts");
const leads = LEADERS.includes(station.person.role);
const kept = `we1.counting/${station.person.badge}`;
const view = new CountsView({ set, save, sweep, leave, decide: leads ? decide : null });

let counts = [];
let tally = recall(); // `{location, radio, rows: [{sku, name, count, epcs}]}`; count null: not counted

function show() {
  view.show({ counts, tally, note: station.note, leads });
}

function scanned(code) {
  station.send("/api/counts/scan", { code, at_us: Date.now() * 1000, location: tally?.location });
}

/** So many of an article lie there. */
function set(sku, count) {
  station.note = null;
  tally.rows.find((one) => one.sku === sku).count = Math.min(QUANTITY_MAX, Math.max(0, count));
  keep();
  station.show();
}

/** What was counted goes to the books; what was not is counted another time. */
function save() {
  const { location, rows } = tally;
  for (const { sku, count } of rows) {
    if (count !== null) station.send("/api/counts", { location, sku, quantity: count });
  }
  leave();
}

function sweep() {
  station.note = null;
  station.send("/api/counts/sweep", { location: tally.location });
}

function decide({ location, sku }, approve) {
  station.send("/api/counts/decision", { location, sku, approve });
}

function leave() {
  tally = null;
  keep();
  station.show();
}

function answered(answer, entry) {
  if (answer.code === "count_place") open(answer.data);
  if (answer.code === "count_piece") return station.tell(...found(answer.data));
  station.tellAnswer(answer, detailsOf(answer, entry));
}

function detailsOf(answer, { body }) {
  if (answer.code === "variance") return t("counts.differs", { ...answer.data, what: `${body.location} · ${body.sku}` });
  if (answer.code === "swept") return t("counts.swept", { count: answer.data.differing.length });
  if (answer.code === "count_place") return answer.data.location;
  return body.code ?? [body.location, body.sku].filter(Boolean).join(" · ");
}

function open({ location, radio, articles }) {
  if (tally?.location === location) return;
  tally = { location, radio, rows: articles.map((one) => ({ ...one, count: null, epcs: [] })) };
  keep();
}

/** A piece in the place that is being counted: what is to be told of it. One tag counts once. */
function found({ sku, name, quantity, epc }) {
  if (tally === null) return ["wrong", t("counts.place_first"), name || sku];
  let row = tally.rows.find((one) => one.sku === sku);
  if (row === undefined) tally.rows.push((row = { sku, name, count: null, epcs: [] }));
  if (epc !== null && row.epcs.includes(epc)) return ["duplicate", t("code.paired"), name || sku];
  if (epc !== null) row.epcs.push(epc);
  row.count = Math.min(QUANTITY_MAX, (row.count ?? 0) + quantity);
  keep();
  return ["right", String(row.count), name || sku];
}

function keep() {
  try {
    if (tally === null) localStorage.removeItem(kept);
    else localStorage.setItem(kept, JSON.stringify(tally));
  } catch {
    // no room or no permission to keep: it is on the screen until a reload
  }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(kept));
  } catch {
    return null;
  }
}

station.open({ show, answered, owner: `${station.person.badge}/counts`, field: view.input, scanned });
station.listen("/api/counts/stream", "counts", (value) => ((counts = value.counts), station.show()));
