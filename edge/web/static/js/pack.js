// The pack station: scan a tote, check its pieces, close the parcel.

import { kilograms, t } from "./language.js";
import { PackView } from "./pack-view.js";
import { Station, rememberChoice } from "./station.js";
import { newlyUnwanted } from "./station-parts.js";
import { WeighView } from "./weigh-view.js";

const KEPT = "we1.station";

const station = await Station.start("pack");
const view = new PackView({
  chooseStation: choose,
  close,
  closeAnyway: (looked) => send("close", { partial: true, nothing_unwanted: looked }),
  again: forget,
  printLabel,
  askLabel,
});

const weigh = new WeighView({
  station: () => name,
  close: (weighing) => send("close", { ...closing, weighing }),
  anew: () => send("scan", { code: pack.tote_id, anew: true }),
});

let stations = [];
let name = null;
let pack = null;
let label = null; // the parcel that was closed last here, and whether its label is printed
let asksLabel = false; // whether the next scan names a parcel whose label is wanted again
let closing = {}; // to what the packer consented when they wanted it closed
let endStreams = [];

function show() {
  view.show({ stations, station: name, pack, label, asksLabel, note: station.note });
}

function scanned(code) {
  if (name === null) {
    if (stations.includes(code)) choose(code);
    else station.tell("wrong", t("pack.station_unknown"), code);
  } else if (asksLabel) printLabel(code);
  else send("scan", { code, at_us: Date.now() * 1000 });
}

function send(what, body) {
  station.send(`/api/pack/${encodeURIComponent(name)}/${what}`, body);
}

function answered(answer, entry) {
  if (answer.code === "weigh" || answer.code === "weight_off") return askOnScale(answer, entry.body);
  station.tellAnswer(answer, detailsOf(answer, entry));
  if (answer.code === "still_at_wall") {
    view.confirmUnsorted(answer.data.wall, () => send("scan", { code: entry.body.code, without_unsorted: true }));
  }
}

/** The parcel goes onto the scale, or what the scale has said is told. */
function askOnScale({ code, data }, { weighing, ...consent }) {
  closing = consent;
  if (code === "weigh") return weigh.ask(data.cartons);
  station.signs.show("wrong", t("code.weight_off"), kilograms(data.measured_g));
  weigh.askOff(data, weighing);
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
  if (pack.verdict === "match") return send("close", { partial: false });
  view.confirmPartial(pack);
}

/** The label of a closed parcel, by its number or its order's, once more. */
function printLabel(code) {
  asksLabel = false;
  send("label", { code });
}

function askLabel() {
  asksLabel = !asksLabel;
  station.note = null;
  station.show();
}

/** A new view from the stream; pieces that the antenna read count as right by themselves. */
function streamed(value, _, first) {
  const before = pack;
  pack = value;
  if (value.open) asksLabel = false;
  else weigh.close();
  const unwanted = first ? null : newlyUnwanted(before, value);
  if (unwanted !== null) station.signs.show("wrong", t("station.take_out"), unwanted);
  else if (!first && station.outbox.count === 0 && before?.open && value.open) tellChange(before, value);
  station.show();
}

function tellChange(before, now) {
  if (now.strangers.length > before.strangers.length) {
    const stranger = now.strangers.at(-1);
    station.signs.show("wrong", t("verdict.extra"), stranger.name || stranger.sku || stranger.epc);
  } else if (now.verdict === "match" && before.verdict !== "match") {
    station.tell("right", t("code.complete"));
  }
}

function choose(chosen) {
  name = chosen;
  rememberChoice(KEPT, chosen);
  endListening();
  const path = `/api/pack/${encodeURIComponent(chosen)}`;
  endStreams = [
    station.listen(`${path}/stream`, "pack", streamed),
    station.listen(`${path}/label/stream`, "label", (value) => ((label = value), station.show())),
  ];
  station.show();
}

function endListening() {
  endStreams.forEach((end) => end());
  endStreams = [];
  pack = label = null;
  asksLabel = false;
}

function forget() {
  endListening();
  name = station.note = null;
  station.rest();
}

station.open({ show, answered, field: view.input, scanned });
const { names, chosen } = await station.choice("station", KEPT);
stations = names;
if (chosen === null) station.rest();
else choose(chosen);
