// Counts: scan a place, scan or type what lies in it, and the books are compared; or ask the radio.
//
// What is being counted is kept in the browser until it is posted: a reload or a flat battery loses
// no tally. The books' numbers are not shown to whoever counts.

import { get, whoAmI } from "./api.js";
import { Capture, keepFocus } from "./capture.js";
import { CountsView } from "./counts-view.js";
import { Frame } from "./frame.js";
import { knows, onLanguage, t } from "./language.js";
import { Outbox } from "./outbox.js";
import { Signs, signOf } from "./signs.js";
import { listen } from "./stream.js";

const SESSION_KEPT_MS = 5 * 60 * 1000;
const QUANTITY_MAX = 100000;
const LEADERS = ["supervisor", "administrator"];

const frame = await Frame.start("counts");
const signs = new Signs();
const person = await whoAmI();
const leads = LEADERS.includes(person.role);
const kept = `we1.counting/${person.badge}`;
const view = new CountsView({ set, save, sweep, leave, decide: leads ? decide : null });

let counts = [];
let tally = recall(); // `{location, radio, rows: [{sku, name, count, epcs}]}`; count null: not counted
let note = null;

const outbox = new Outbox(`${person.badge}/counts`, answered, (count) => frame.pending(count));
const capture = new Capture(view.input, scanned, (code) => tell("wrong", t("pick.doubled"), code));
const focus = keepFocus(view.input);

function show() {
  view.show({ counts, tally, note, leads });
  focus();
}

function scanned(code) {
  note = null;
  post("/api/counts/scan", { code, at_us: Date.now() * 1000 });
}

/** So many of an article lie there. */
function set(sku, count) {
  note = null;
  tally.rows.find((one) => one.sku === sku).count = Math.min(QUANTITY_MAX, Math.max(0, count));
  keep();
  show();
}

/** What was counted goes to the books; what was not is counted another time. */
function save() {
  const { location, rows } = tally;
  for (const { sku, count } of rows) {
    if (count !== null) post("/api/counts", { location, sku, quantity: count });
  }
  leave();
}

function sweep() {
  note = null;
  post("/api/counts/sweep", { location: tally.location });
}

function decide({ location, sku }, approve) {
  post("/api/counts/decision", { location, sku, approve });
}

function leave() {
  tally = null;
  keep();
  show();
}

function post(path, body) {
  const entry = outbox.add(path, body);
  if (entry.late) signs.show("kept", t("pick.kept"), t("pick.kept_details"));
  show();
}

function answered(entry, status, body) {
  if (status !== 200) return tell("wrong", t("code.invalid"), entry.body.code ?? "");
  if (body.code === "count_place") open(body.data);
  if (body.code === "count_piece") return tell(...found(body.data));
  const words = knows(`code.${body.code}`) ? t(`code.${body.code}`) : body.text;
  tell(signOf(body), words, detailsOf(body, entry));
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

function tell(kind, words, details) {
  note = kind === "wrong" ? { kind, words, details } : null;
  signs.show(kind, words, details);
  show();
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

onLanguage(show);
setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
frame.pending(outbox.count);
outbox.send();
show();
listen("/api/counts/stream", "counts", (value) => ((counts = value.counts), show()), (state) => {
  frame.connected(state);
  if (state) outbox.send();
});
capture.clear();
