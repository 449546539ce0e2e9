// What every page has at its top: its name, the state of the connection, the language, the way home.

import { fill, h } from "./dom.js";
import { keepPages } from "./freshness.js";
import { loadWords, onLanguage, switchLanguage, t } from "./language.js";

/** The frame of a page; `start` loads the words and builds it. */
export class Frame {
  static async start(name) {
    await loadWords();
    return new Frame(name);
  }

  constructor(name) {
    this._name = name;
    this._connected = null;
    this._pending = 0;
    this._title = h("h1", {});
    this._dot = h("span", { class: "dot", "aria-hidden": "true" });
    this._state = h("span", {});
    this._pill = h("span", { class: "pill", role: "status" }, this._dot, this._state);
    this._language = h("button", { type: "button", class: "quiet", onclick: switchLanguage });
    this._home = h("a", { class: "quiet", href: "/" });
    const parts = name === "home" ? [this._language] : [this._pill, this._language, this._home];
    fill(document.getElementById("frame"), this._title, h("div", { class: "tools" }, ...parts));
    onLanguage(() => this._write());
    this._write();
  }

  /** Tell whether the gateway can be reached; null while that is not known. */
  connected(state) {
    if (state && this._connected === null) keepPages(); // the page works: now for a time without network
    this._connected = state;
    this._write();
  }

  /** Tell how much the gateway has not yet confirmed. */
  pending(count) {
    this._pending = count;
    this._write();
  }

  _write() {
    const title = t(`${this._name}.title`);
    document.title = `${title} · warehouse-edge`;
    this._title.textContent = title;
    this._language.textContent = t("frame.other_language");
    this._language.setAttribute("aria-label", t("frame.other_language_label"));
    this._home.textContent = t("frame.home");
    const state = { null: "connecting", true: "connected", false: "offline" }[this._connected];
    const waiting = this._pending > 0;
    this._pill.className = `pill pill-${waiting && state === "connected" ? "sending" : state}`;
    const words = t(`frame.${waiting && state === "connected" ? "sending" : state}`);
    this._state.textContent = waiting
      ? `${words} · ${t("frame.pending", { count: this._pending })}`
      : words;
    this._pill.dataset.pending = String(this._pending);
  }
}
