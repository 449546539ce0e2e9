// The returns station: one scan finds the order, a piece is taken back, a person grades it.

import { get, whoAmI } from "./api.js";
import { Capture, keepFocus } from "./capture.js";
import { Frame } from "./frame.js";
import { knows, onLanguage, t } from "./language.js";
import { Outbox } from "./outbox.js";
import { ReturnsView } from "./returns-view.js";
import { Signs, signOf } from "./signs.js";
import { listen } from "./stream.js";

const SESSION_KEPT_MS = 5 * 60 * 1000;

const frame = await Frame.start("returns");
const signs = new Signs();
const person = await whoAmI();
const view = new ReturnsView({ grade, giveReason, otherOrder });

let list = null;
let order = null; // whose pieces are being scanned: `{order_id, return_id, reason}`
let note = null;

const outbox = new Outbox(`${person.badge}/returns`, answered, (count) => frame.pending(count));
const capture = new Capture(view.input, scanned, (code) => tell("wrong", t("pick.doubled"), code));
const focus = keepFocus(view.input);

function show() {
  view.show({ list, order, note });
  focus();
}

function scanned(code, reason = "") {
  note = null;
  const entry = outbox.add("/api/returns/scan", {
    code,
    order_id: order?.order_id ?? null,
    reason,
    at_us: Date.now() * 1000,
  });
  if (entry.late) signs.show("kept", t("pick.kept"), t("pick.kept_details"));
  show();
}

function grade(piece, wanted) {
  outbox.add("/api/returns/grade", { piece_id: piece.piece_id, grade: wanted });
}

function giveReason(code, reason) {
  scanned(code, reason);
}

function answered(entry, status, body) {
  if (status !== 200) return tell("wrong", t("code.invalid"), entry.body.code ?? "");
  if (body.code === "reason_needed") {
    view.askReason(entry.body.code, body.data);
    return show();
  }
  if (body.code === "return_found") order = body.data;
  const kind = signOf(body);
  const words = knows(`code.${body.code}`) ? t(`code.${body.code}`) : body.text;
  const details = detailsOf(body, entry);
  note = kind === "wrong" ? { kind, words, details } : null;
  signs.show(kind, words, details);
  show();
}

function detailsOf(answer, entry) {
  if (answer.code === "return_found") return answer.data.order_id;
  if (answer.code === "received") return t("returns.lies_in", answer.data);
  if (answer.code === "graded" && answer.data.location) return t("returns.goes_to", answer.data);
  return answer.accepted ? "" : (entry.body.code ?? "");
}

function tell(kind, words, details) {
  note = kind === "wrong" ? { kind, words, details } : null;
  signs.show(kind, words, details);
  show();
}

function otherOrder() {
  order = note = null;
  show();
}

onLanguage(show);
setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
frame.pending(outbox.count);
outbox.send();
show();
listen("/api/returns/stream", "returns", (value) => ((list = value), show()), (state) => {
  frame.connected(state);
  if (state) outbox.send();
});
capture.clear();
