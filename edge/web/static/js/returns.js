// The returns station: one scan finds the order, a piece is taken back, a person grades it.

import { forget, keep, recall } from "./kept.js";
import { t } from "./language.js";
import { ReturnsView } from "./returns-view.js";
import { Station } from "./station.js";

const KEPT = "returns/order";

const station = await Station.start("returns");
const view = new ReturnsView({ grade, giveReason: scanned, otherOrder });

let list = null;
let order = recall(KEPT); // whose pieces are being scanned: `{order_id, return_id, reason}`

function show() {
  view.show({ list, order, note: station.note });
}

function scanned(code, reason = "") {
  station.note = null;
  station.send("/api/returns/scan", {
    code,
    order_id: order?.order_id ?? null,
    reason,
    at_us: Date.now() * 1000,
  });
}

function grade(piece, wanted) {
  station.send("/api/returns/grade", { piece_id: piece.piece_id, grade: wanted });
}

function answered(answer, entry) {
  if (answer.code === "reason_needed") {
    view.askReason(entry.body.code, answer.data);
    return station.show();
  }
  if (answer.code === "return_found") {
    order = answer.data;
    keep(KEPT, order);
  }
  station.tellAnswer(answer, detailsOf(answer, entry));
}

function detailsOf(answer, entry) {
  if (answer.code === "return_found") return answer.data.order_id;
  if (answer.code === "received") return t("returns.lies_in", answer.data);
  if (answer.code === "graded" && answer.data.location) return t("returns.goes_to", answer.data);
  return answer.accepted ? "" : (entry.body.code ?? "");
}

function otherOrder() {
  order = station.note = null;
  forget(KEPT);
  station.show();
}

station.open({ show, answered, owner: `${station.person.badge}/returns`, field: view.input, scanned });
station.listen("/api/returns/stream", "returns", (value) => ((list = value), station.show()));
