// What the picker's page asks over the prompt: a trouble to report, check digits, late refusals to read.

import { fill, h } from "./dom.js";
import { knows, language, moment, t } from "./language.js";

export class PickDialogs {
  /** @param actions report(code), typed(digits), handOver(), understood(). */
  constructor(actions) {
    this._actions = actions;
    this._troubles = h("dialog", { class: "choices", "aria-labelledby": "choices-title" });
    this._refused = h("dialog", { class: "choices", "aria-labelledby": "refused-title" });
    this._digits = h("dialog", { class: "choices", "aria-labelledby": "digits-title" });
    document.body.append(this._troubles, this._refused, this._digits);
  }

  /** What may be reported where somebody is; `isNew` opens the choice. */
  showTroubles({ prompt, troubles }, isNew) {
    if (!isNew && !this._troubles.open) return;
    const allowed = troubles.filter((one) => one.kinds.includes(prompt.kind));
    const handOver = () => {
      this._troubles.close();
      this._actions.handOver();
    };
    const choose = (code) => {
      this._troubles.close();
      this._actions.report(code);
    };
    fill(
      this._troubles,
      h("h2", { id: "choices-title" }, t("pick.trouble_title")),
      h(
        "div",
        { class: allowed.length > 4 ? "buttons many-choices" : "buttons" },
        ...allowed.map((one) =>
          h(
            "button",
            { type: "button", class: "second", "data-code": one.code, onclick: () => choose(one.code) },
            ...troubleWords(one),
          ),
        ),
        prompt.kind === "wait"
          ? ""
          : h("button", { type: "button", class: "second", id: "hand-over", onclick: handOver }, t("pick.hand_over")),
        h("button", { type: "button", class: "main", onclick: () => this._troubles.close() }, t("pick.back")),
      ),
    );
    if (isNew) this._troubles.showModal();
  }

  /** Keys for two or three digits; the handheld's own keyboard stays away. */
  askDigits(prompt) {
    let digits = "";
    const shown = h("output", { class: "digits", id: "digits", "aria-live": "polite" }, "\u00a0");
    const press = (digit) => {
      digits = (digits + digit).slice(0, 3);
      shown.textContent = digits || "\u00a0";
    };
    const wipe = () => {
      digits = "";
      press("");
    };
    const done = () => {
      this._digits.close();
      if (digits) this._actions.typed(digits);
    };
    const key = (digit) => h("button", { type: "button", class: "second", onclick: () => press(digit) }, digit);
    fill(
      this._digits,
      h("h2", { id: "digits-title" }, t("pick.check_title", { column: prompt.check, location: prompt.location })),
      shown,
      h(
        "div",
        { class: "keypad" },
        ...[..."123456789"].map(key),
        h("button", { type: "button", class: "second", "aria-label": t("pick.check_wipe"), onclick: wipe }, "\u232b"),
        key("0"),
        h("button", { type: "button", class: "main", id: "digits-done", "aria-label": t("pick.check_done"), onclick: done }, "\u2713"),
      ),
      h("button", { type: "button", class: "second wide", onclick: () => this._digits.close() }, t("pick.back")),
    );
    this._digits.showModal();
  }

  /** Scans that waited and were refused since: they are read before the work goes on. */
  showRefused(refused) {
    if (refused.length === 0) return this._refused.close();
    fill(
      this._refused,
      h("h2", { id: "refused-title" }, t("pick.refused_title")),
      h("p", {}, t("pick.refused_details")),
      h(
        "ul",
        { class: "refused" },
        ...refused.map((one) =>
          h(
            "li",
            {},
            h("strong", {}, one.code),
            h("span", {}, knows(`code.${one.why}`) ? t(`code.${one.why}`) : one.why),
            h("time", {}, moment(one.made * 1000)),
          ),
        ),
      ),
      h(
        "button",
        { type: "button", class: "main wide", onclick: () => this._actions.understood() },
        t("pick.understood"),
      ),
    );
    if (!this._refused.open) this._refused.showModal();
  }
}

/** The words of a trouble, and the short code that may be typed or scanned instead of the tap. */
function troubleWords(one) {
  const [words, short] = language() === "zh" ? [one.text_zh, one.short_zh] : [one.text_en, one.short_en];
  return short ? [words, h("kbd", { "aria-label": t("pick.short_code", { code: short }) }, short)] : [words];
}
