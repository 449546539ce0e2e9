// Dispatch: parcels are stacked on pallets, manifests fill as the portal reads, a person closes them.

import { DispatchView } from "./dispatch-view.js";
import { onLanguage, t } from "./language.js";
import { Questions } from "./questions.js";
import { placesOf } from "./station-parts.js";
import { Station, rememberChoice } from "./station.js";
import { listen } from "./stream.js";

const PLACE_KEPT = "we1.pallet_place";
const PALLET_KINDS = ["staging", "station"];
const SSCC = /(?:^|\D)(?:00)?(\d{18})$/;

const station = await Station.start("dispatch");
const view = new DispatchView({ close, begin, beginAs, choose, step, takeOff, at });

const questions = new Questions(station.signs);
document.getElementById("page").before(questions.element);

let list = null;
let chosen = null; // the pallet that scans go to
let places = [];
let place = "";
let label = null;
let offered = ""; // a scan that may be a pallet's own label
let endLabels = () => {};

function show() {
  view.show({ list, chosen, places, place, label, note: station.note, offered: offered !== "" });
}

function scanned(code) {
  offered = "";
  station.send("/api/dispatch/scan", { code, pallet: chosen, at_us: Date.now() * 1000 });
}

function close(manifest, partial) {
  station.send("/api/dispatch/close", { carrier: manifest.carrier, due_us: manifest.due_us, partial });
}

function begin() {
  station.send("/api/dispatch/pallets", { place });
}

function beginAs() {
  const code = offered;
  offered = "";
  station.note = null;
  station.send("/api/dispatch/pallets", { place, code });
}

function choose(sscc) {
  chosen = chosen === sscc ? null : sscc;
  station.show();
}

function step(pallet, name) {
  if (name === "close" && chosen === pallet) chosen = null;
  station.send(`/api/dispatch/pallets/${pallet}/step`, { step: name });
}

function takeOff(pallet, sscc) {
  station.send(`/api/dispatch/pallets/${pallet}/take-off`, { sscc });
}

function answered(answer, entry) {
  // what the portal or a packer changed meanwhile is asked about anew, never closed over
  if (answer.code === "parcels_missing") return view.askPartial(entry.body);
  if (["pallet_opened", "pallet_chosen"].includes(answer.code)) chosen = answer.data.pallet;
  if (answer.code === "parcel_unknown" && SSCC.test(entry.body.code ?? "")) offered = entry.body.code;
  station.tellAnswer(answer, detailsOf(answer, entry));
}

function detailsOf({ code, data, accepted }, entry) {
  if (code === "manifest_closed") return t("dispatch.closed", { count: data.ssccs.length });
  if (code === "stacked") return t("pallet.parcels", { count: data.parcels });
  return data.pallet ?? data.carrier ?? (accepted ? "" : (entry.body.code ?? ""));
}

/** Where pallets are begun here; its printer's last label is followed. */
function at(name) {
  place = name;
  rememberChoice(PLACE_KEPT, name);
  endLabels();
  label = null;
  endLabels = listen(`/api/dispatch/label/${encodeURIComponent(name)}/stream`, "label", (value) => ((label = value), station.show()), () => {});
  station.show();
}

function streamed(value) {
  list = value;
  questions.take(list.questions ?? []);
  if (!list.pallets.some((one) => one.sscc === chosen && one.state === "open")) chosen = null;
  station.show();
}

async function choosePlace() {
  places = (await Promise.all(PALLET_KINDS.map(placesOf))).flatMap((names) => names ?? []);
  let kept = null;
  try {
    kept = localStorage.getItem(PLACE_KEPT);
  } catch {
    // then the first one is taken
  }
  const first = places.includes(kept) ? kept : places[0];
  if (first) at(first);
}

station.open({ show, answered, owner: `${station.person.badge}/dispatch`, field: view.input, scanned });
station.listen("/api/dispatch/stream", "dispatch", streamed);
onLanguage(() => questions.draw());
await choosePlace();
