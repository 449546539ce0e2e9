// Dispatch: each carrier's manifest fills as the portal reads, and a person closes it.

import { get, whoAmI } from "./api.js";
import { DispatchView } from "./dispatch-view.js";
import { Frame } from "./frame.js";
import { knows, onLanguage, t } from "./language.js";
import { Outbox } from "./outbox.js";
import { Signs, signOf } from "./signs.js";
import { listen } from "./stream.js";

const SESSION_KEPT_MS = 5 * 60 * 1000;

const frame = await Frame.start("dispatch");
const signs = new Signs();
const person = await whoAmI();
const view = new DispatchView({ close });

let list = null;

const outbox = new Outbox(`${person.badge}/dispatch`, answered, (count) => frame.pending(count));

function show() {
  view.show(list);
}

function close(manifest, partial) {
  outbox.add("/api/dispatch/close", { carrier: manifest.carrier, due_us: manifest.due_us, partial });
}

function answered(entry, status, body) {
  if (status !== 200) return signs.show("wrong", t("code.invalid"), "");
  // what the portal or a packer changed meanwhile is asked about anew, never closed over
  if (body.code === "parcels_missing") return view.askPartial(entry.body);
  const words = knows(`code.${body.code}`) ? t(`code.${body.code}`) : body.text;
  const count = body.data.ssccs?.length ?? 0;
  signs.show(signOf(body), words, count > 0 ? t("dispatch.closed", { count }) : "");
}

onLanguage(show);
setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
frame.pending(outbox.count);
outbox.send();
show();
listen("/api/dispatch/stream", "dispatch", (value) => ((list = value), show()), (state) => {
  frame.connected(state);
  if (state) outbox.send();
});
