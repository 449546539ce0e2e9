// What could not be delivered: events that the broker refused, to be sent once more, and messages
// of the central system that were not understood, whose sender must mend them. What nobody needs any
// more is discarded; until then all of it is here, after a restart of the gateway, too.
//
// The lists are drawn again only when they change, so that no press is lost while figures move.

import { newKey, post } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { knows, moment, t } from "./language.js";
import { signOf } from "./signs.js";
import { answerWords, refusalWords } from "./words.js";

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
      this._list("letters.refused", refused.map((one) => this._message(one)), this._discardAll()),
    );
  }

  _list(words, rows, foot = "") {
    if (rows.length === 0) return "";
    return h(
      "section",
      { class: "card" },
      h("h2", {}, t(`${words}_title`, { count: rows.length })),
      h("p", { class: "muted" }, t(`${words}_why`)),
      h("ul", { class: "doubts" }, ...rows),
      foot,
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
        h("strong", {}, t("letters.event", { seq: one.seq }), one.type ? ` · ${knows(`event.${one.type}`) ? t(`event.${one.type}`) : one.type}` : ""),
        h("p", { class: "codes", lang: "en" }, one.reason),
        h("p", { class: "muted" }, t(`letters.${one.standing}`), " · ", t("board.since", { since: moment(one.since_us) })),
      ),
      h(
        "button",
        { type: "button", class: "second", disabled: one.standing === "sending", onclick: () => this._press(`${one.seq}/resend`, one) },
        t("letters.send_again"),
      ),
      h(
        "button",
        { type: "button", class: "second", disabled: one.standing === "sending", onclick: () => this._press(`${one.seq}/discard`, one) },
        t("letters.discard"),
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
        h("p", { class: "codes", lang: "en" }, one.reason),
        h("pre", {}, one.excerpt),
        h("p", { class: "muted" }, moment(one.at_us)),
      ),
    );
  }

  _discardAll() {
    return h(
      "button",
      { type: "button", class: "second", onclick: () => this._press("refused/discard") },
      t("letters.discard_all"),
    );
  }

  async _press(what, { seq } = {}) {
    if (!this._keys.has(what)) this._keys.set(what, newKey());
    try {
      const { status, body } = await post(`/api/letters/${what}`, {}, this._keys.get(what));
      if (status >= 500) throw new Error(body?.text);
      this._keys.delete(what);
      if (status !== 200) return this._signs.show("wrong", refusalWords(body));
      const said = answerWords(body);
      this._signs.show(signOf(body), said, seq === undefined ? "" : t("letters.event", { seq }));
    } catch {
      this._signs.show("wrong", t("pick.not_reached"), t("pack.press_again"));
    }
  }
}
