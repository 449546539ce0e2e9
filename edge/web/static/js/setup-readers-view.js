// Readers: those in use and how they do; those that were found, to be tried, approved or ignored.

import { get, newKey, post } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { decimal, knows, moment, t } from "./language.js";
import { saidWords } from "./words.js";

const LOOK_MS = 2000;

/** The section "readers" of the page /setup: {element, show, take(sheet)}. */
export function readersSection() {
  const view = new ReadersView();
  return { element: view.element, show: () => view.show(), take: (sheet) => view.take(sheet.readers) };
}

class ReadersView {
  constructor() {
    this._readers = null;
    this._found = null;
    this._shape = "";
    this._drafts = new Map(); // what somebody types about a found reader
    this._trials = new Map(); // what came of trying it: "asking", or the answer
    this._notes = new Map(); // what the gateway said of a decision
    this._pending = new Map(); // a decision whose answer is not known yet, with its key
    this._head = h("h2", {});
    this._used = h("div", { class: "setup-list", id: "readers" });
    this._foundHead = h("h3", {});
    this._waiting = h("div", { class: "setup-list", id: "found", "aria-live": "polite" });
    this.element = h("section", { class: "setup-section", id: "readers-section" }, this._head, this._used, this._foundHead, this._waiting);
    this._look();
    setInterval(() => this._look(), LOOK_MS);
    this.show();
  }

  take(readers) {
    this._readers = readers;
    this._showUsed();
  }

  show() {
    this._shape = "";
    this._head.textContent = t("setup.readers");
    this._foundHead.textContent = t("setup.found");
    this._showUsed();
    this._showFound();
  }

  async _look() {
    try {
      const { status, body } = await get("/api/readers/found");
      if (status === 200) this._found = body.readers;
    } catch {
      return; // the page says itself that the gateway is not reached
    }
    this._showFound();
  }

  _showUsed() {
    const readers = this._readers ?? [];
    fill(this._used, ...(readers.length === 0 ? [h("p", { class: "muted" }, t(this._readers === null ? "frame.connecting" : "setup.no_readers"))] : readers.map((one) => reader(one))));
  }

  /** Built anew only when something other than a date has changed, so that nobody's words are lost. */
  _showFound() {
    const found = this._found ?? [];
    const shape = JSON.stringify([found.map(({ id, state, name, busy }) => [id, state, name, busy]), [...this._trials], [...this._notes], [...this._pending.keys()]]);
    if (shape === this._shape && this._found !== null) return;
    this._shape = shape;
    const focused = document.activeElement?.id;
    fill(this._waiting, ...(found.length === 0 ? [h("p", { class: "muted" }, t("setup.none_found"))] : found.map((one) => this._card(one))));
    if (focused) document.getElementById(focused)?.focus();
  }

  _card(one) {
    const who = [one.manufacturer, one.model].filter(Boolean).join(" ") || t("setup.unknown_reader");
    return h(
      "article",
      { class: "card padded found-reader", "data-found": one.id },
      h("div", { class: "reader-head" }, icon("radio"), h("strong", {}, who), h("span", { class: "codes" }, `${one.host}:${one.port}`), one.tls ? h("span", { class: "badge-word" }, "TLS") : null),
      one.last_found_us ? h("p", { class: "muted" }, t("setup.found_at", { when: moment(one.last_found_us) })) : null,
      one.busy ? h("p", {}, t("setup.busy")) : null,
      this._note(one.id),
      ...(one.state === "approved" ? [h("p", { class: "calibration-note note-right" }, icon("right"), h("span", {}, t("setup.approved_as", { name: one.name })))] : this._choices(one)),
    );
  }

  _choices(one) {
    const draft = this._drafts.get(one.id) ?? { name: "", antennas: "" };
    this._drafts.set(one.id, draft);
    const field = (key, hint) => h("input", { id: `${key}-${one.id}`, maxlength: 63, autocomplete: "off", spellcheck: "false", value: draft[key], placeholder: hint, oninput: (event) => (draft[key] = event.target.value) });
    const isBusy = this._pending.has(one.id);
    const button = (kind, action, words) => h("button", { type: "button", class: kind, id: `${action}-${one.id}`, disabled: isBusy, onclick: () => this._decide(one, action) }, words);
    return [
      one.state === "ignored" ? h("p", { class: "muted" }, t("setup.is_ignored")) : this._trial(one),
      h(
        "div",
        { class: "setup-fields" },
        h("div", {}, h("label", { for: `name-${one.id}` }, t("setup.name")), field("name", "shelf-1")),
        h("div", {}, h("label", { for: `antennas-${one.id}` }, t("setup.antennas_wanted")), field("antennas", "1, 2")),
      ),
      h("div", { class: "buttons columns" }, button("main", "approve", t("setup.approve")), one.state === "ignored" ? null : button("second danger", "ignore", t("setup.ignore"))),
    ];
  }

  _trial(one) {
    const trial = this._trials.get(one.id);
    const again = h("button", { type: "button", class: "second", id: `try-${one.id}`, disabled: trial === "asking", onclick: () => this._try(one) }, t(trial === "asking" ? "setup.trying" : "setup.try"));
    if (trial === undefined || trial === "asking") return h("div", { class: "trial" }, again);
    return h("div", { class: "trial", id: `trial-${one.id}` }, again, trialResult(trial));
  }

  _note(id) {
    const note = this._notes.get(id);
    if (note === undefined) return null;
    return h("p", { class: note.good ? "calibration-note note-right" : "fault", role: note.good ? "status" : "alert" }, note.words);
  }

  async _try(one) {
    this._trials.set(one.id, "asking");
    this._showFound();
    try {
      const { status, body } = await post(`/api/readers/found/${one.id}/try`);
      this._trials.set(one.id, status === 200 ? body : { answers: false, reason: faultOf(body) });
    } catch {
      this._trials.set(one.id, { answers: false, reason: t("home.fault.unreachable") });
    }
    this._showFound();
  }

  async _decide(one, action) {
    const body = action === "approve" ? wanted(this._drafts.get(one.id)) : undefined;
    if (body === null) return this._tell(one.id, t("setup.name_wrong"), false);
    const wish = JSON.stringify([action, body]);
    const before = this._pending.get(one.id);
    const key = before?.wish === wish ? before.key : newKey(); // sent again after a lost answer it has one effect
    this._pending.set(one.id, { wish, key });
    this._showFound();
    try {
      const { status, body: told } = await post(`/api/readers/found/${one.id}/${action}`, body, key);
      this._pending.delete(one.id);
      const good = status === 200 && told.accepted;
      this._tell(one.id, faultOf(told), good);
      if (good) this._drafts.delete(one.id);
    } catch {
      this._tell(one.id, t("home.fault.unreachable"), false);
      this._pending.delete(one.id);
    }
    await this._look();
  }

  _tell(id, words, good) {
    this._notes.set(id, { words, good });
    this._showFound();
  }
}

/** What the form says, or null where no device can be called so. */
function wanted({ name, antennas }) {
  const ports = antennas.split(/[\s,，、]+/).filter(Boolean).map(Number);
  const good = /^[a-z0-9][a-z0-9-]{0,62}$/.test(name.trim()) && ports.every((one) => Number.isInteger(one) && one >= 1 && one <= 255);
  return good ? { name: name.trim(), antennas: ports } : null;
}

function reader(one) {
  const who = [one.manufacturer, one.model, one.firmware].filter(Boolean).join(" ");
  return h(
    "article",
    { class: "card padded", "data-reader": one.name },
    h("div", { class: "reader-head" }, icon(one.up ? "right" : "trouble"), h("strong", {}, one.name), h("span", {}, t(one.up ? "setup.up" : "setup.down")), h("span", { class: "muted" }, who)),
    one.antennas.length === 0
      ? h("p", { class: "muted" }, t("setup.no_places", { ports: one.ports.join(", ") || "–" }))
      : h("ul", { class: "antenna-rates" }, ...one.antennas.map((antenna) => h("li", { class: `state-${antenna.state}` }, h("span", {}, t("setup.port", { port: antenna.port })), h("strong", {}, antenna.location), h("span", { class: "number" }, antenna.rssi_dbm === null ? t("setup.hears_nothing") : t("setup.hears", { rate: decimal(antenna.reads_per_s), dbm: decimal(antenna.rssi_dbm) }))))),
  );
}

function trialResult(trial) {
  if (!trial.answers) return h("p", { class: "fault", role: "alert" }, t("setup.trial_silent"), " ", h("span", { class: "codes", lang: trial.reason_said ? null : "en" }, saidWords(trial.reason_said, trial.reason)));
  const tags = trial.tags;
  return h(
    "div",
    {},
    h("p", {}, t("setup.tried", { who: [trial.manufacturer, trial.model].filter(Boolean).join(" "), reads: trial.reads, ports: trial.antennas.join(", ") })),
    tags.length === 0 ? h("p", { class: "muted" }, t("setup.no_tags")) : h("ul", { class: "trial-tags" }, ...tags.map((one) => h("li", {}, h("code", {}, one.epc), h("span", {}, t("setup.port", { port: one.antenna })), h("span", { class: "number" }, one.rssi_dbm === null ? `${one.count} ×` : `${one.count} × · ${decimal(one.rssi_dbm)} dBm`)))),
  );
}

function faultOf(body) {
  const key = `code.${body?.code ?? body?.error}`;
  return knows(key) ? t(key) : (body?.text ?? t("home.fault.unreachable"));
}
