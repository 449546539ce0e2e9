// What could not be delivered: events that the broker refused, to be sent once more, and messages
// of the central system that were not understood, whose sender must mend them.
//
// The lists are drawn again only when they change, so that no press is lost while figures move.

import { newKey, post } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { knows, moment, t } from "./language.js";
import { signOf } from "./signs.js";

const SIGNS = { set_aside: "trouble", sending: "wait", sent: "right" };

export class Letters {
  constructor(signs) {
    this._signs = signs;
    this._keys = new Map(); // one id for each press until it arrives: pressing twice has one effect
    this._letters = { set_aside: [], refused: [] };
    this._drawn = "";
    this.element = h("section", { class: "letters", hidden: true });
  }

  take(letters) {
    this._letters = letters;
    if (JSON.stringify(letters) !== this._drawn) this.draw();
  }

  draw() {
    const { set_aside: aside, refused } = this._letters;
    this._drawn = JSON.stringify(this._letters);
    this.element.hidden = aside.length + refused.length === 0;
    fill(
      this.element,
      this._list("letters.aside", aside.map((one) => this._letter(one))),
      this._list("letters.refused", refused.map((one) => this._message(one))),
    );
  }

  _list(words, rows) {
    if (rows.length === 0) return "";
    return h(
      "section",
      { class: "card" },
      h("h2", {}, t(`${words}_title`, { count: rows.length })),
      h("p", { class: "muted" }, t(`${words}_why`)),
      h("ul", { class: "doubts" }, ...rows),
    );
  }

  _letter(one) {
    return h(
      "li",
      { class: "letter", "data-letter": one.seq },
      icon(SIGNS[one.standing]),
      h(
        "div",
        {},
        h("strong", {}, t("letters.event", { seq: one.seq }), one.type ? ` · ${one.type}` : ""),
        h("p", {}, one.reason),
        h("p", { class: "muted" }, t(`letters.${one.standing}`), " · ", t("board.since", { since: moment(one.since_us) })),
      ),
      h(
        "button",
        { type: "button", class: "second", disabled: one.standing === "sending", onclick: () => this._resend(one) },
        t("letters.send_again"),
      ),
    );
  }

  _message(one) {
    return h(
      "li",
      { class: "message" },
      icon("trouble"),
      h(
        "div",
        {},
        h("strong", {}, one.topic),
        h("p", {}, one.reason),
        h("pre", {}, one.excerpt),
        h("p", { class: "muted" }, moment(one.at_us)),
      ),
    );
  }

  async _resend({ seq }) {
    if (!this._keys.has(seq)) this._keys.set(seq, newKey());
    try {
      const { status, body } = await post(`/api/letters/${seq}/resend`, {}, this._keys.get(seq));
      if (status >= 500) throw new Error(body?.text);
      this._keys.delete(seq);
      if (status !== 200) return this._signs.show("wrong", t("code.invalid"), body.text);
      this._signs.show(signOf(body), knows(`code.${body.code}`) ? t(`code.${body.code}`) : body.text, t("letters.event", { seq }));
    } catch {
      this._signs.show("wrong", t("pick.not_reached"), t("pack.press_again"));
    }
  }
}
