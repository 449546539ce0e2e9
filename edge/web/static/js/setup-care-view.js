// What keeps the gateway's facts: backups (the newest, one more, the proof), and the way to the broker.

import { newKey, post } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { knows, moment, t } from "./language.js";
import { certificateWords, saidWords } from "./words.js";

const MIB = 1024 * 1024;

/** The section "backups" of the page /setup: {element, show, take(sheet)}. */
export function backupsSection() {
  const view = new BackupsView();
  return { element: view.element, show: () => view.show(), take: (sheet) => ((view.sheet = sheet.backups), view.show()) };
}

class BackupsView {
  constructor() {
    this.sheet = null;
    this._fault = null;
    this._asking = false;
    this._keys = new Map(); // of a wish whose answer is not known yet
    this._shape = "";
    this._head = h("h2", {});
    this._body = h("div", { class: "card padded setup-card", "aria-live": "polite" });
    this.element = h("section", { class: "setup-section", id: "backups-section" }, this._head, this._body);
    this.show();
  }

  show() {
    this._head.textContent = t("setup.backups");
    if (this.sheet === null) return;
    const { running, newest, last } = this.sheet;
    const isBusy = running !== null || this._asking;
    const shape = JSON.stringify([this.sheet, this._fault, isBusy, this._head.textContent]);
    if (shape === this._shape) return;
    this._shape = shape;
    const focused = document.activeElement?.id;
    const button = (kind, id, path, isOff) => h("button", { type: "button", class: kind, id, disabled: isOff, onclick: () => this._begin(path) }, t(`setup.${id.replace("-", "_")}`));
    fill(
      this._body,
      h("p", { id: "newest" }, newest === null ? t("setup.no_backup") : t("setup.newest", { name: newest.name, when: moment(newest.made_us), size: (newest.bytes / MIB).toFixed(1) })),
      h("p", { class: "muted" }, t("setup.folder", { folder: this.sheet.folder }), " ", this.sheet.second_folder === null ? t("setup.no_second") : t("setup.second", { folder: this.sheet.second_folder })),
      running !== null ? note("wait", "info", t(`setup.running.${running}`)) : result(last),
      this._fault === null ? null : h("p", { class: "fault", role: "alert" }, this._fault),
      h("div", { class: "buttons columns" }, button("main", "back-up", "/api/setup/backups", isBusy), button("second", "verify", "/api/setup/backups/verify", isBusy || newest === null)),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  async _begin(path) {
    const key = this._keys.get(path) ?? newKey();
    this._keys.set(path, key);
    this._asking = true;
    this._fault = null;
    this.show();
    try {
      const { status, body } = await post(path, undefined, key);
      this._keys.delete(path);
      if (status !== 200 || !body.accepted) this._fault = knows(`code.${body?.code}`) ? t(`code.${body.code}`) : (body?.text ?? t("home.fault.unreachable"));
      else this.sheet = { ...this.sheet, running: path.endsWith("verify") ? "verify" : "create" };
    } catch {
      this._fault = t("home.fault.unreachable");
    }
    this._asking = false;
    this.show();
  }
}

/** The section "broker" of the page /setup: {element, show, take(sheet)}. */
export function brokerSection() {
  const head = h("h2", {});
  const body = h("div", { class: "card padded setup-card" });
  let sheet = null;
  const show = () => {
    head.textContent = t("setup.broker");
    if (sheet === null) return;
    const { enabled, address, tls, connected, unsent, last_error: trouble, last_error_said: said, certificates } = sheet;
    fill(
      body,
      h("p", {}, h("strong", { class: "codes" }, address), " · ", t(tls ? "setup.with_tls" : "setup.without_tls")),
      enabled ? note(connected ? "right" : "trouble", connected ? "right" : "trouble", t(connected ? "setup.connected" : "setup.not_connected", { unsent })) : note("info", "info", t("setup.broker_off")),
      !connected && trouble ? h("p", { class: "codes", lang: said ? null : "en" }, saidWords(said, trouble)) : null,
      certificates.length === 0 ? h("p", { class: "muted" }, t("setup.no_certificates")) : h("ul", { class: "certificates", id: "certificates" }, ...certificates.map((one) => h("li", {}, icon({ good: "right", warning: "trouble", bad: "wrong" }[one.status]), h("span", {}, h("strong", {}, certificateOf(one)), " ", certificateWords(one))))),
    );
  };
  show();
  return { element: h("section", { class: "setup-section", id: "broker-section" }, head, body), show, take: (given) => ((sheet = given.broker), show()) };
}

/** Whose certificate it is. */
function certificateOf({ about }) {
  const key = `setup.certificate.of.${about.replaceAll(" ", "_")}`;
  return knows(key) ? t(key) : about;
}

function result(last) {
  if (last === null) return null;
  const { task, good, facts } = last;
  const text = saidWords(last.text_said, last.text);
  return note(good ? "right" : "trouble", good ? "right" : "trouble", good ? t(`setup.done.${task}`, { facts }) : t(`setup.failed.${task}`, { text }));
}

function note(picture, kind, words) {
  return h("p", { class: `calibration-note note-${kind}`, role: "status" }, icon(picture), h("span", {}, words));
}
