// The put wall: scan a piece, put it into the slot that is lit, scan the slot.

import { t } from "./language.js";
import { Station, rememberChoice } from "./station.js";
import { newlyUnwanted } from "./station-parts.js";
import { WallView } from "./wall-view.js";

const KEPT = "we1.wall";

const station = await Station.start("wall");
const view = new WallView({ choose, layBack, again: forget });

let walls = null;
let name = null;
let wall = null;
let endStream = () => {};

function show() {
  view.show({ walls, name, wall, note: station.note });
}

function scanned(code) {
  if (name !== null) return send("scan", { code, at_us: Date.now() * 1000 });
  if (walls?.includes(code)) choose(code);
  else station.tell("wrong", t("wall.unknown"), code);
}

function layBack() {
  station.note = null;
  send("lay-back", {});
}

function send(what, body) {
  station.send(`/api/wall/${encodeURIComponent(name)}/${what}`, body);
}

/** The slot is what counts; of a wrong one the right one is named. */
function answered(answer, entry) {
  const slot = answer.data.slot ?? "";
  if (answer.code === "slot_wrong" || answer.code === "put_first") {
    return station.tellAnswer(answer, t("wall.not_this", { slot }));
  }
  station.tellAnswer(answer, answer.accepted ? slot : (entry.body.code ?? ""));
}

/** A new view; a piece that the slot's antenna heard counts as put by itself. */
function streamed(value, _, first) {
  const before = wall;
  wall = value;
  const unwanted = first ? null : newlyUnwanted(before, value);
  if (unwanted !== null) station.signs.show("wrong", t("station.take_out"), unwanted);
  else if (!first && station.outbox.count === 0 && before?.hand && !value.hand) {
    const slot = value.slots.find((one) => one.slot === before.hand.slot);
    const complete = slot?.state === "complete";
    return station.tell("right", t(complete ? "code.slot_complete" : "code.put"), before.hand.slot);
  }
  station.show();
}

function choose(chosen) {
  name = chosen;
  rememberChoice(KEPT, chosen);
  endStream();
  wall = null;
  endStream = station.listen(`/api/wall/${encodeURIComponent(chosen)}/stream`, "wall", streamed);
  station.show();
}

function forget() {
  endStream();
  endStream = () => {};
  name = wall = station.note = null;
  station.rest();
}

station.open({ show, answered, field: view.input, scanned });
const { names, chosen } = await station.choice("wall", KEPT);
walls = names;
if (chosen === null) station.rest();
else choose(chosen);
