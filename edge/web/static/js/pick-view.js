// How the picker's page looks. It is given everything and keeps nothing but its elements.

import { fill, h, icon } from "./dom.js";
import { t } from "./language.js";
import { noticeOf } from "./notices.js";
import { PickDialogs } from "./pick-dialogs.js";
import { PROMPTS } from "./pick-prompts.js";

export class PickView {
  /** @param actions chooseCart(cart), report(code), typed(digits), stopWork(), handOver(), understood(). */
  constructor(actions) {
    this._actions = actions;
    this.input = h("input", {
      id: "scan",
      class: "scan",
      inputmode: "none",
      autocomplete: "off",
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
      enterkeyhint: "done",
      maxlength: 512,
    });
    this._note = h("div", { class: "note", role: "status" });
    this._body = h("div", { class: "prompt" });
    this._scanLabel = h("label", { for: "scan" });
    this._trouble = h("button", { type: "button", class: "second trouble", onclick: () => this._open() });
    this._foot = h("footer", { class: "foot" }, this._scanLabel, this.input, this._trouble);
    fill(document.getElementById("page"), this._note, this._body, this._foot);
    this._dialogs = new PickDialogs(actions);
    this._prompts = {
      chooseCart: (cart) => actions.chooseCart(cart),
      report: () => this._dialogs.showTroubles(this._shown, true),
      askDigits: (prompt) => this._dialogs.askDigits(prompt),
    };
    this._shown = null;
  }

  show(all) {
    this._shown = all;
    const { prompt, atWork, note } = all;
    this._scanLabel.textContent = t("pick.scan");
    const starting = prompt !== null && prompt.kind === "wait" && !atWork;
    const kind = prompt === null ? "loading" : starting ? "start" : prompt.kind;
    this._body.className = `prompt prompt-${kind}`;
    this._body.dataset.prompt = prompt?.prompt_id ?? "";
    this._showNote(note, prompt);
    fill(this._body, ...PROMPTS[kind](all, this._prompts));
    const canReport = all.troubles.some((one) => one.kinds.includes(kind));
    this._trouble.hidden = !canReport && kind !== "wait";
    fill(
      this._trouble,
      kind === "wait" ? "" : icon("trouble"),
      h("span", {}, t(kind === "wait" ? "pick.stop_work" : "pick.trouble")),
    );
    this._dialogs.showTroubles(all, false);
    this._dialogs.showRefused(all.refused);
  }

  _showNote(note, prompt) {
    const notice = prompt?.notice && prompt.notice !== "not_at_work" ? noticeOf(prompt) : null;
    const told = note ?? notice;
    this._body.classList.toggle("noted", told !== null);
    this._note.hidden = told === null;
    if (told === null) return;
    this._note.className = `note note-${told.kind}`;
    fill(
      this._note,
      icon(told.kind),
      h("div", {}, h("strong", {}, told.words), told.details ? h("p", {}, told.details) : ""),
    );
  }

  _open() {
    if (this._shown.prompt.kind === "wait") return this._actions.stopWork();
    this._dialogs.showTroubles(this._shown, true);
  }
}
