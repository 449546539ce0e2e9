// The put wall: scan a piece, put it into the slot that is lit, scan the slot.

import { get, whoAmI } from "./api.js";
import { Capture, keepFocus } from "./capture.js";
import { Frame } from "./frame.js";
import { knows, onLanguage, t } from "./language.js";
import { Outbox } from "./outbox.js";
import { Signs, signOf } from "./signs.js";
import { listen } from "./stream.js";
import { WallView } from "./wall-view.js";

const KEPT = "we1.wall";
const SESSION_KEPT_MS = 5 * 60 * 1000;

const frame = await Frame.start("wall");
const signs = new Signs();
const person = await whoAmI();
const view = new WallView({ choose, layBack, again: forget });

let walls = null;
let name = null;
let wall = null;
let note = null;
let endStream = () => {};

const outbox = new Outbox(person.badge, answered, (count) => frame.pending(count));
const capture = new Capture(view.input, scanned, (code) => tell("wrong", t("pick.doubled"), code));
const focus = keepFocus(view.input);

function show() {
  view.show({ walls, name, wall, note });
  focus();
}

function scanned(code) {
  note = null;
  if (name === null) {
    if (walls?.includes(code)) choose(code);
    else tell("wrong", t("wall.unknown"), code);
    return;
  }
  send("scan", { code, at_us: Date.now() * 1000 });
}

function layBack() {
  note = null;
  send("lay-back", {});
}

function send(what, body) {
  const entry = outbox.add(`/api/wall/${encodeURIComponent(name)}/${what}`, body);
  if (entry.late) signs.show("kept", t("pick.kept"), t("pick.kept_details"));
  show();
}

function answered(entry, status, body) {
  if (status !== 200) return tell("wrong", t("code.invalid"), entry.body.code ?? "");
  const words = knows(`code.${body.code}`) ? t(`code.${body.code}`) : body.text;
  tell(signOf(body), words, detailsOf(body, entry));
}

/** The slot is what counts; of a wrong one the right one is named. */
function detailsOf(answer, entry) {
  const slot = answer.data.slot ?? "";
  if (answer.code === "slot_wrong" || answer.code === "put_first") return t("wall.not_this", { slot });
  return answer.accepted ? slot : (entry.body.code ?? "");
}

function tell(kind, words, details) {
  note = kind === "wrong" ? { kind, words, details } : null;
  signs.show(kind, words, details);
  show();
}

/** A new view; a piece that the slot's antenna heard counts as put by itself. */
function streamed(value, _, first) {
  const before = wall;
  wall = value;
  if (!first && outbox.count === 0 && before?.hand && !value.hand) {
    note = null;
    const slot = value.slots.find((one) => one.slot === before.hand.slot);
    const complete = slot?.state === "complete";
    signs.show("right", t(complete ? "code.slot_complete" : "code.put"), before.hand.slot);
  }
  show();
}

function choose(chosen) {
  name = chosen;
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // the wall must be chosen again after a reload
  }
  endStream();
  wall = null;
  endStream = listen(`/api/wall/${encodeURIComponent(chosen)}/stream`, "wall", streamed, (state) => {
    frame.connected(state);
    if (state) outbox.send();
  });
  show();
}

function forget() {
  endStream();
  endStream = () => {};
  name = wall = note = null;
  frame.connected(true);
  show();
}

async function begin() {
  frame.pending(outbox.count);
  outbox.send();
  const floor = await get("/api/floor");
  walls = floor.body.locations.filter((one) => one.kind === "wall").map((one) => one.id);
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // then it is chosen anew
  }
  if (walls.includes(kept)) choose(kept);
  else if (walls.length === 1) choose(walls[0]);
  else frame.connected(true); // a page without a wall has nothing to listen to
  show();
}

onLanguage(show);
setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
show();
await begin();
capture.clear();
