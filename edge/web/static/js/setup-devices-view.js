// Handhelds: one more by a QR code that is shown for some minutes, and those that are enrolled.

import { get, newKey, post } from "./api.js";
import { fill, h, s } from "./dom.js";
import { moment, t } from "./language.js";
import { note } from "./setup-form.js";
import { refusalWords } from "./words.js";

const QUIET = 4; // modules of white around a QR code, as its standard wants

/** The section "handhelds" of the page /setup. */
export class DevicesSection {
  constructor() {
    this._sheet = null;
    this._shown = null; // the code that is shown just now
    this._fault = null;
    this._shape = "";
    this._head = h("h2", {});
    this._hint = h("p", { class: "muted" });
    this._name = h("input", { id: "device-name", maxlength: 80, required: true, autocomplete: "off" });
    this._label = h("label", { for: "device-name" });
    this._ask = h("button", { class: "main", id: "invite" });
    this._code = h("div", { class: "enrol-code", "aria-live": "polite" });
    this._list = h("ul", { class: "certificates", id: "devices" });
    const form = h("form", { class: "setup-fields", onsubmit: (event) => (event.preventDefault(), this._invite()) }, h("div", {}, this._label, this._name), this._ask);
    this.element = h("section", { class: "setup-section", id: "devices-section" }, this._head, h("div", { class: "card padded setup-card" }, this._hint, form, this._code, this._list));
  }

  async look() {
    const { status, body } = await get("/api/setup/devices");
    if (status !== 200) return;
    this._sheet = body;
    this._showList();
  }

  show() {
    this._head.textContent = t("setup.way.devices");
    this._hint.textContent = t("setup.devices.hint");
    this._label.textContent = t("setup.devices.name");
    this._ask.textContent = t("setup.devices.invite");
    this._shape = "";
    this._showCode();
    this._showList();
  }

  _showCode() {
    const code = this._shown;
    fill(
      this._code,
      this._fault === null ? null : note("trouble", "trouble", this._fault),
      code === null ? null : picture(code.rows),
      code === null ? null : h("p", {}, t("setup.devices.scan", { minutes: code.minutes })),
      code?.ca_sha256 ? h("p", {}, t("setup.devices.fingerprint"), " ", h("code", { class: "codes" }, code.ca_sha256)) : null,
    );
  }

  _showList() {
    const rows = this._sheet?.devices ?? [];
    const shape = JSON.stringify(rows);
    if (shape === this._shape) return;
    this._shape = shape;
    fill(this._list, ...rows.map((one) => h("li", { "data-device": one.id }, h("span", {}, h("strong", {}, one.name), " ", t("setup.devices.since", { when: moment(one.enrolled_us), by: one.by })), h("button", { type: "button", class: "second danger", onclick: () => this._forget(one.id) }, t("setup.devices.forget")))));
  }

  async _invite() {
    try {
      const { status, body } = await post("/api/setup/devices", { name: this._name.value.trim() }, newKey());
      this._shown = status === 200 ? body : null;
      this._fault = status === 200 ? null : refusalWords(body);
      if (status === 200) this._name.value = "";
    } catch {
      this._fault = t("home.fault.unreachable");
    }
    this._showCode();
  }

  async _forget(id) {
    try {
      await post("/api/setup/devices/forget", { id }, newKey());
      await this.look();
    } catch {
      this._fault = t("home.fault.unreachable");
      this._showCode();
    }
  }
}

/** A QR code as a drawing: one square a dark module. */
function picture(rows) {
  const size = rows.length + 2 * QUIET;
  const dark = rows.flatMap((row, y) => [...row].map((one, x) => (one === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ""))).join("");
  return s("svg", { class: "qr", id: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": t("setup.devices.picture") }, s("rect", { width: size, height: size, class: "qr-paper" }), s("path", { d: dark, class: "qr-ink" }));
}
