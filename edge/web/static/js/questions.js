// What portals ask of whoever stood by: how did it go, or is there a piece too many in a parcel?
// One question for each parcel or piece.
//
// The questions are drawn again only when they change, so that no press is lost while figures move.

import { newKey, post } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { moment, t } from "./language.js";
import { signOf } from "./signs.js";
import { answerWords, refusalWords } from "./words.js";

const ANSWERS = { passage: ["in", "out", "neither"], too_many: ["taken_out", "gone", "none"] };

export class Questions {
  constructor(signs) {
    this._signs = signs;
    this._keys = new Map(); // one id for each answer until it arrives: pressing twice has one effect
    this._asked = [];
    this._drawn = "";
    this.element = h("section", { class: "questions", "aria-live": "polite", hidden: true });
  }

  take(asked) {
    this._asked = asked;
    if (JSON.stringify(asked) !== this._drawn) this.draw();
  }

  draw() {
    this._drawn = JSON.stringify(this._asked);
    this.element.hidden = this._asked.length === 0;
    fill(this.element, h("h2", {}, t("ask.title", { count: this._asked.length })), ...this._asked.map((one) => this._question(one)));
  }

  _question(one) {
    const isTooMany = one.asks === "too_many";
    const parcels = [one.sscc, ...(one.others ?? [])].filter(Boolean).join(", ");
    const what = parcels ? t("ask.parcel", { sscc: parcels }) : t("ask.piece", { sku: one.sku ?? one.epc });
    return h(
      "article",
      { class: "card question", "data-question": one.name },
      h("p", {}, icon("trouble"), h("strong", {}, isTooMany ? t("ask.too_many", { sku: one.sku }) : what)),
      ...(isTooMany ? tooManyLines(one, what) : passageLines(one)),
      h(
        "div",
        { class: "answers", role: "group", "aria-label": t(isTooMany ? "ask.what" : "ask.how") },
        ...ANSWERS[isTooMany ? "too_many" : "passage"].map((answer) =>
          h("button", { type: "button", class: "second", onclick: () => this._answer(one, answer, what) }, t(`ask.${answer}`)),
        ),
      ),
    );
  }

  async _answer(one, answer, what) {
    const name = `${one.name}/${one.began_us}/${answer}`;
    if (!this._keys.has(name)) this._keys.set(name, newKey());
    try {
      const { status, body } = await post(`/api/board/questions/${encodeURIComponent(one.name)}`, { answer }, this._keys.get(name));
      if (status >= 500) throw new Error(body?.text);
      this._keys.delete(name);
      if (status !== 200) return this._signs.show("wrong", refusalWords(body));
      this._signs.show(signOf(body), answerWords(body), `${what}: ${t(`ask.${answer}`)}`);
    } catch {
      this._signs.show("wrong", t("pick.not_reached"), t("pack.press_again"));
    }
  }
}

function passageLines(one) {
  const seconds = Math.ceil((one.ended_us - one.began_us) / 1e6);
  const likeliest = { way: t(`ask.way.${one.likeliest}`), share: Math.round(one.probability * 100) };
  return [
    h("p", {}, t("ask.seen", { portal: one.portal, since: moment(one.began_us), seconds })),
    h("p", { class: "muted" }, t("ask.likeliest", likeliest)),
  ];
}

function tooManyLines(one, what) {
  return [
    h("p", {}, h("strong", {}, what)),
    h("p", {}, t("ask.count", { sku: one.sku })),
    h("p", { class: "muted" }, t("ask.heard", { portal: one.portal, since: moment(one.ended_us), epc: one.epc })),
  ];
}
