// The pack station: scan a tote, check its pieces, close the parcel.

import { get, whoAmI } from "./api.js";
import { Capture, keepFocus } from "./capture.js";
import { Frame } from "./frame.js";
import { knows, onLanguage, t } from "./language.js";
import { Outbox } from "./outbox.js";
import { PackView } from "./pack-view.js";
import { Signs, signOf } from "./signs.js";
import { listen } from "./stream.js";

const KEPT = "we1.station";
const SESSION_KEPT_MS = 5 * 60 * 1000;

const frame = await Frame.start("pack");
const signs = new Signs();
const person = await whoAmI();
const view = new PackView({
  chooseStation,
  close,
  closeAnyway: () => sendClose(true),
  again: forget,
  printLabel,
  askLabel,
});

let stations = [];
let station = null;
let pack = null;
let label = null; // the parcel that was closed last here, and whether its label is printed
let asksLabel = false; // whether the next scan names a parcel whose label is wanted again
let note = null;
let endStreams = [];

const outbox = new Outbox(person.badge, answered, (count) => frame.pending(count));
const capture = new Capture(view.input, scanned, (code) => tell("wrong", t("pick.doubled"), code));
const focus = keepFocus(view.input);

function show() {
  view.show({ stations, station, pack, label, asksLabel, note });
  focus();
}

function scanned(code) {
  note = null;
  if (station === null) {
    if (stations.includes(code)) chooseStation(code);
    else tell("wrong", t("pack.station_unknown"), code);
    return;
  }
  if (asksLabel) return printLabel(code);
  const entry = outbox.add(`/api/pack/${encodeURIComponent(station)}/scan`, {
    code,
    at_us: Date.now() * 1000,
  });
  if (entry.late) signs.show("kept", t("pick.kept"), t("pick.kept_details"));
  show();
}

function answered(entry, status, body) {
  if (status !== 200) return tell("wrong", t("code.invalid"), entry.body.code ?? "");
  const kind = signOf(body);
  const words = knows(`code.${body.code}`) ? t(`code.${body.code}`) : body.text;
  const details = detailsOf(body, entry);
  note = kind === "wrong" ? { kind, words, details } : null;
  signs.show(kind, words, details);
  show();
}

function detailsOf(answer, entry) {
  if (answer.code === "not_wanted" && answer.data.belongs_to) {
    return t("pack.belongs_to", { sku: answer.data.sku, order: answer.data.belongs_to });
  }
  if (answer.code === "tote_joined" && answer.data.awaited.length > 0) {
    return t("pack.awaited", { totes: answer.data.awaited.join(", ") });
  }
  if (answer.code === "tote_missing") return t("pack.awaited", { totes: answer.data.totes.join(", ") });
  if (answer.code === "opened") return `${answer.data.tote_id} · ${answer.data.order_id}`;
  return answer.accepted ? "" : (entry.body.code ?? "");
}

function close() {
  if (pack.verdict === "match") return sendClose(false);
  view.confirmPartial(pack);
}

function sendClose(partial) {
  const entry = outbox.add(`/api/pack/${encodeURIComponent(station)}/close`, { partial });
  if (entry.late) signs.show("kept", t("pick.kept"), t("pick.kept_details"));
}

/** The label of a closed parcel, by its number or its order's, once more. */
function printLabel(code) {
  asksLabel = false;
  outbox.add(`/api/pack/${encodeURIComponent(station)}/label`, { code });
  show();
}

function askLabel() {
  asksLabel = !asksLabel;
  note = null;
  show();
}

function tell(kind, words, details) {
  note = kind === "wrong" ? { kind, words, details } : null;
  signs.show(kind, words, details);
  show();
}

/** A new view from the stream; pieces that the antenna read count as right by themselves. */
function streamed(value, _, first) {
  const before = pack;
  pack = value;
  if (value.open) asksLabel = false;
  if (!first && outbox.count === 0 && before?.open && value.open) tellChange(before, value);
  show();
}

function tellChange(before, now) {
  if (now.strangers.length > before.strangers.length) {
    const stranger = now.strangers.at(-1);
    signs.show("wrong", t("verdict.extra"), stranger.name || stranger.sku || stranger.epc);
  } else if (now.verdict === "match" && before.verdict !== "match") {
    note = null;
    signs.show("right", t("code.complete"));
  }
}

function chooseStation(name) {
  station = name;
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // the station must be chosen again after a reload
  }
  endListening();
  const path = `/api/pack/${encodeURIComponent(name)}`;
  const connected = (state) => {
    frame.connected(state);
    if (state) outbox.send();
  };
  endStreams = [
    listen(`${path}/stream`, "pack", streamed, connected),
    listen(`${path}/label/stream`, "label", (value) => ((label = value), show()), () => {}),
  ];
  show();
}

function endListening() {
  endStreams.forEach((end) => end());
  endStreams = [];
  pack = label = null;
  asksLabel = false;
}

function forget() {
  endListening();
  station = note = null;
  frame.connected(true);
  show();
}

async function begin() {
  frame.pending(outbox.count);
  outbox.send();
  const floor = await get("/api/floor");
  stations = floor.body.locations.filter((one) => one.kind === "station").map((one) => one.id);
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // then it is chosen anew
  }
  if (stations.includes(kept)) chooseStation(kept);
  else if (stations.length === 1) chooseStation(stations[0]);
  else frame.connected(true); // a page without a station has nothing to listen to
  show();
}

onLanguage(show);
setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
show();
await begin();
capture.clear();
