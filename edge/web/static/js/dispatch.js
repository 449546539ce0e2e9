// Dispatch: each carrier's manifest fills as the portal reads, and a person closes it.

import { DispatchView } from "./dispatch-view.js";
import { t } from "./language.js";
import { Station } from "./station.js";

const station = await Station.start("dispatch");
const view = new DispatchView({ close });

let list = null;

function show() {
  view.show(list);
}

function close(manifest, partial) {
  station.send("/api/dispatch/close", { carrier: manifest.carrier, due_us: manifest.due_us, partial });
}

function answered(answer, entry) {
  // what the portal or a packer changed meanwhile is asked about anew, never closed over
  if (answer.code === "parcels_missing") return view.askPartial(entry.body);
  const count = answer.data.ssccs?.length ?? 0;
  station.tellAnswer(answer, count > 0 ? t("dispatch.closed", { count }) : "");
}

station.open({ show, answered, owner: `${station.person.badge}/dispatch` });
station.listen("/api/dispatch/stream", "dispatch", (value) => ((list = value), show()));
