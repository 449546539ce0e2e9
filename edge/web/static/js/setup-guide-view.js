// The way through the first hour: each step looks at the files and at what works, so that it goes on
// where it was after a reload of the page and after a restart of the gateway.

import { newKey, post } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { moment, t } from "./language.js";
import { faultWords, fillOptions, note, SettingForm, wordsOf } from "./setup-form.js";

const PLACE_OF = { badge: "form-people", site: "form-site", readers: "readers-section", places: "places-section", broker: "form-broker", certificates: "form-certificates", tag: "guide-section" };
const ROLES = ["picker", "packer", "supervisor", "administrator"];
const KEPT_SHOWN = 10;

/** The section at the top of /setup: the steps, and what waits for a new start. */
export class GuideSection {
  constructor(mayChange) {
    this._mayChange = mayChange;
    this._sheet = null;
    this._shape = "";
    this._note = null;
    this._busy = false;
    this._head = h("h2", {});
    this._steps = h("ol", { class: "guide-steps", id: "guide-steps" });
    this._rest = h("div", { class: "setup-list", "aria-live": "polite" });
    this.element = h("section", { class: "setup-section", id: "guide-section" }, this._head, h("div", { class: "card padded setup-card" }, this._steps, this._rest));
  }

  take(sheet) {
    this._sheet = sheet;
    this.show();
  }

  show() {
    this._head.textContent = t("setup.guide");
    if (this._sheet === null) return;
    const shape = JSON.stringify([this._sheet.steps, this._sheet.faults, this._sheet.waits, this._sheet.kept, this._sheet.located?.[0], this._busy, this._head.textContent]);
    if (shape === this._shape && this._note === null) return;
    this._shape = shape;
    const { steps, waits, kept, located } = this._sheet;
    const next = steps.find((one) => !one.done)?.step;
    const focused = document.activeElement?.id;
    fill(this._steps, ...steps.map((one) => step(one, one.step === next)));
    fill(
      this._rest,
      ...faultWords(this._sheet).map((one) => note("trouble", "trouble", one)),
      located?.length ? note("place", "right", t("setup.guide.located", { epc: located[0].epc, place: located[0].location, percent: Math.round(located[0].probability * 100) })) : null,
      waits.length === 0 ? null : note("info", "info", t("setup.guide.waits", { parts: waits.join(", ") })),
      this._note,
      waits.length === 0 || !this._mayChange ? null : h("button", { type: "button", class: "main", id: "begin-anew", disabled: this._busy, onclick: () => this._send("/api/setup/begin-anew", {}) }, t("setup.guide.begin_anew")),
      kept.length < 2 || !this._mayChange ? null : this._goingBack(kept),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  _goingBack(kept) {
    const select = h("select", { id: "kept" }, ...kept.slice(1, KEPT_SHOWN + 1).map((at, index) => h("option", { value: index + 2 }, `${index + 2}: ${moment(at)}`)));
    const button = h("button", { type: "button", class: "second", id: "roll-back", disabled: this._busy, onclick: () => this._send("/api/setup/roll-back", { number: Number(select.value) }) }, t("setup.guide.roll_back"));
    return h("details", {}, h("summary", {}, t("setup.guide.kept", { count: kept.length })), h("div", { class: "setup-fields" }, h("div", {}, h("label", { for: "kept" }, t("setup.guide.go_back_to")), select), button));
  }

  /** Where the pages are once the gateway has begun anew. */
  _address() {
    const { secure, port } = this._sheet.pages;
    return `${secure ? "https" : "http"}://${location.hostname}:${port || location.port}/setup`;
  }

  async _send(path, body) {
    this._busy = true;
    this.show();
    try {
      const { status, body: told } = await post(path, body, newKey());
      const good = status === 200 && told.accepted;
      const isAnew = path.endsWith("begin-anew");
      this._note = note(good ? "right" : "trouble", good ? "right" : "trouble", good && isAnew ? t("setup.guide.begins") : wordsOf(told, good));
      if (good && isAnew) this._note.append(h("a", { class: "second", id: "new-address", href: this._address() }, this._address()));
    } catch {
      this._note = note("trouble", "trouble", t("home.fault.unreachable"));
    }
    this._busy = false;
    this.show();
  }
}

function step({ step: name, done }, isNext) {
  return h(
    "li",
    { class: `guide-step${done ? " step-done" : ""}${isNext ? " step-next" : ""}`, "data-step": name, "data-done": String(done), "aria-current": isNext ? "step" : null },
    h("a", { href: `#${PLACE_OF[name]}` }, icon(done ? "right" : isNext ? "place" : "wait"), h("span", {}, h("strong", {}, t(`setup.step.${name}`)), h("small", {}, t(done ? "setup.step.done" : `setup.step.${name}.todo`)))),
  );
}

/** The forms of site, people, broker and certificates. */
export class SiteForms {
  constructor(onDone) {
    const text = (name) => ({ name, kind: "text" });
    this.site = new SettingForm({ id: "site", path: "/api/setup/site", onDone, fields: [text("site"), text("name"), text("gs1_company_prefix")] });
    this.people = new SettingForm({ id: "people", path: "/api/setup/people", onDone, fields: [text("badge"), text("name"), { name: "role", kind: "select", options: ROLES }, { name: "pin", kind: "pin" }] });
    this.broker = new SettingForm({
      id: "broker",
      path: "/api/setup/broker",
      tried: "/api/setup/broker/try",
      onDone,
      fields: [{ name: "enabled", kind: "check" }, text("host"), { name: "port", kind: "number" }, { name: "tls", kind: "check" }, text("username"), { name: "password", kind: "password", isOptional: true }],
    });
    this.certificates = new SettingForm({ id: "certificates", path: "/api/setup/certificates", onDone, fields: [{ name: "names", kind: "list" }, text("host")] });
  }

  take(sheet) {
    this.site.take(sheet.site);
    this.broker.take(sheet.broker);
    if (sheet.pages) this.certificates.take({ names: sheet.pages.names, host: "0.0.0.0" });
  }

  get all() {
    return [this.site, this.people, this.broker, this.certificates];
  }

  show() {
    this.all.forEach((one) => one.show());
  }
}

/** Which place each antenna of a reader hears. */
export class AntennaForm {
  constructor(onDone) {
    this._onDone = onDone;
    this._sheet = null;
    this._reader = h("select", { id: "placed-reader", onchange: () => this._rebuild() });
    this._rows = h("div", { class: "setup-list", id: "placed-antennas" });
    this._places = h("datalist", { id: "known-places" });
    this._head = h("h3", {});
    this._label = h("label", { for: "placed-reader" });
    this._answer = h("div", { "aria-live": "polite" });
    this._save = h("button", { class: "main", id: "save-antennas" });
    this.element = h("form", { class: "card padded setup-card", id: "form-antennas", hidden: true, onsubmit: (event) => (event.preventDefault(), this._send()) }, this._head, h("div", {}, this._label, this._reader), this._places, this._rows, this._answer, this._save);
    this._shape = "";
  }

  take(sheet) {
    this._sheet = sheet;
    const shape = JSON.stringify([sheet.readers?.map((one) => [one.name, one.ports]), sheet.antennas, sheet.places]);
    if (shape === this._shape) return;
    this._shape = shape;
    this.element.hidden = !(sheet.readers ?? []).some((one) => one.ports.length > 0);
    fillOptions(this._reader, (sheet.readers ?? []).filter((one) => one.ports.length > 0).map((one) => one.name));
    fill(this._places, ...(sheet.places ?? []).map((one) => h("option", { value: one.id })));
    if (!this.element.contains(document.activeElement)) this._rebuild();
  }

  show() {
    this._head.textContent = t("setup.form.antennas.title");
    this._label.textContent = t("setup.reader");
    this._save.textContent = t("setup.form.antennas.save");
    this._rebuild();
  }

  _rebuild() {
    const reader = this._sheet?.readers?.find((one) => one.name === this._reader.value);
    fill(this._rows, ...(reader?.ports ?? []).map((port) => this._row(reader.name, port)));
  }

  _row(reader, port) {
    const now = this._sheet.antennas.find((one) => one.reader === reader && one.port === port);
    const field = (name, attributes) => h("div", {}, h("label", { for: `placed-${name}-${port}` }, t(`setup.field.${name}`)), h("input", { id: `placed-${name}-${port}`, autocomplete: "off", ...attributes }));
    const kind = h("select", { id: `placed-kind-${port}` });
    fillOptions(kind, ["zone", "shelf", "bin", "station", "cart", "portal", "staging", "quarantine"]);
    const size = { type: "number", step: "any", value: "0" };
    return h(
      "fieldset",
      { class: "setup-antenna", "data-port": port },
      h("legend", {}, t("setup.port", { port })),
      h("div", { class: "setup-fields" }, field("location", { list: "known-places", maxlength: 64, value: now?.location ?? "" }), h("div", {}, h("label", { for: `placed-kind-${port}` }, t("setup.field.kind")), kind), field("x_m", size), field("y_m", size)),
    );
  }

  async _send() {
    const value = (name, port) => document.getElementById(`placed-${name}-${port}`).value.trim();
    const ports = [...this._rows.children].map((row) => Number(row.dataset.port));
    const antennas = ports
      .filter((port) => value("location", port) !== "")
      .map((port) => ({ port, location: value("location", port), kind: value("kind", port), x_m: Number(value("x_m", port)), y_m: Number(value("y_m", port)) }));
    try {
      const { status, body } = await post("/api/setup/antennas", { reader: this._reader.value, antennas });
      const good = status === 200 && body.accepted;
      fill(this._answer, note(good ? "right" : "trouble", good ? "right" : "trouble", wordsOf(body, good)));
      if (good) this._onDone();
    } catch {
      fill(this._answer, note("trouble", "trouble", t("home.fault.unreachable")));
    }
  }
}
