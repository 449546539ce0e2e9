// How the picker's page looks. It is given everything and keeps nothing but its elements.

import { fill, h, icon } from "./dom.js";
import { language, moment, t, knows } from "./language.js";

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
    this._dialog = h("dialog", { class: "choices", "aria-labelledby": "choices-title" });
    this._refused = h("dialog", { class: "choices", "aria-labelledby": "refused-title" });
    fill(document.getElementById("page"), this._note, this._body, this._foot);
    this._digits = h("dialog", { class: "choices", "aria-labelledby": "digits-title" });
    document.body.append(this._dialog, this._refused, this._digits);
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
    fill(this._body, ...this[`_${kind}`](all));
    const canReport = all.troubles.some((one) => one.kinds.includes(kind));
    this._trouble.hidden = !canReport && kind !== "wait";
    fill(
      this._trouble,
      kind === "wait" ? "" : icon("trouble"),
      h("span", {}, t(kind === "wait" ? "pick.stop_work" : "pick.trouble")),
    );
    if (this._dialog.open) this._fillTroubles();
    this._showRefused(all.refused);
  }

  _loading() {
    return [h("p", { class: "large muted" }, t("pick.loading"))];
  }

  _start({ carts }) {
    return [
      h("div", { class: "calm" }, icon("cart"), h("h2", { class: "large" }, t("pick.choose_cart"))),
      h("p", { class: "muted" }, t("pick.choose_cart_details")),
      h(
        "div",
        { class: "buttons" },
        ...carts.map((cart) =>
          h("button", { type: "button", class: "main", onclick: () => this._actions.chooseCart(cart) }, cart),
        ),
        h(
          "button",
          { type: "button", class: "second", onclick: () => this._actions.chooseCart(null) },
          t("pick.no_cart"),
        ),
      ),
    ];
  }

  /** The key below ends the work here; what may be reported while waiting has one of its own. */
  _wait({ troubles }) {
    const report = () => {
      this._fillTroubles();
      this._dialog.showModal();
    };
    const canReport = troubles.some((one) => one.kinds.includes("wait"));
    return [
      h("div", { class: "calm" }, icon("wait"), h("h2", { class: "large" }, t("pick.wait"))),
      h("p", { class: "muted" }, t("pick.wait_details")),
      canReport
        ? h("button", { type: "button", class: "second trouble", id: "report", onclick: report }, icon("trouble"), h("span", {}, t("pick.trouble")))
        : null,
    ];
  }

  _pick({ prompt }) {
    const needed = prompt.picked + prompt.quantity;
    return [
      h(
        "section",
        { class: "where" },
        h(
          "div",
          { class: "caption" },
          h("span", {}, t("pick.go_to")),
          h("span", { class: "stop" }, t("pick.stop", { stop: prompt.stop, stops: prompt.stops })),
        ),
        this._place(prompt),
      ),
      h(
        "section",
        { class: "what" },
        h("p", { class: "name", id: "name" }, prompt.name || prompt.sku),
        h("p", { class: "sku", id: "sku" }, prompt.sku),
      ),
      h(
        "section",
        { class: "many" },
        h("div", { class: "caption" }, h("span", {}, t("pick.take")), this._radio(prompt)),
        h("p", { class: "quantity", id: "quantity" }, String(prompt.quantity)),
        h(
          "p",
          { class: "count", id: "count" },
          t("pick.count", { picked: prompt.picked, quantity: needed }),
        ),
        h("progress", { max: needed, value: prompt.picked, "aria-label": t("pick.progress") }),
      ),
      h(
        "section",
        { class: "into" },
        icon("tote"),
        h(
          "span",
          { class: "caption" },
          t("pick.into"),
          prompt.slot > 0 && prompt.totes.length > 1
            ? h("span", { class: "on-cart", id: "slot" }, t("pick.slot", { slot: prompt.slot }))
            : "",
        ),
        h("strong", { class: `tote ${lengthClass(prompt.tote_id ?? "")}`, id: "tote" }, prompt.tote_id),
      ),
    ];
  }

  /** An empty tote is taken for an order, and scanned. */
  _bind({ prompt }) {
    return [
      h(
        "section",
        { class: "where drop" },
        h(
          "div",
          { class: "caption" },
          h("span", {}, t("pick.bind")),
          h("span", { class: "stop" }, t("pick.bind_of", { stop: prompt.stop, stops: prompt.stops })),
        ),
        h("p", { class: "place long", id: "place" }, t("pick.slot", { slot: prompt.slot })),
      ),
      h(
        "section",
        { class: "what" },
        h("p", { class: "name", id: "name" }, t("pick.bind_details")),
        h("p", { class: "sku", id: "order" }, t("pack.order", { order: prompt.order_id })),
      ),
    ];
  }

  _put_back({ prompt }) {
    return this._put(prompt, "pick.put_back");
  }

  _refill({ prompt }) {
    return this._put(prompt, "pick.refill");
  }

  _fetch({ prompt }) {
    return this._put(prompt, "pick.fetch", "take");
  }

  _put_away({ prompt }) {
    return this._put(prompt, "pick.put_away");
  }

  /** Pieces that go to their place: the piece first, then the place in large letters. */
  _put(prompt, title, what = "put") {
    return [
      h(
        "section",
        { class: "where" },
        h(
          "div",
          { class: "caption" },
          h("span", {}, t(title)),
          h("span", { class: "stop" }, t("pick.piece", { stop: prompt.stop, stops: prompt.stops })),
        ),
        this._place(prompt),
      ),
      h(
        "section",
        { class: "what" },
        h("p", { class: "name", id: "name" }, prompt.name || prompt.sku),
        h("p", { class: "sku", id: "sku" }, prompt.sku),
      ),
      h(
        "section",
        { class: "many" },
        h("div", { class: "caption" }, h("span", {}, t(`pick.${what}`))),
        h("p", { class: "quantity", id: "quantity" }, String(prompt.quantity)),
        h("p", { class: "count", id: "count" }, t(`pick.${what}_details`)),
      ),
      prompt.tote_id === null
        ? null
        : h(
            "section",
            { class: "into" },
            icon("tote"),
            h("span", { class: "caption" }, t("pick.out_of")),
            h("strong", { class: `tote ${lengthClass(prompt.tote_id)}`, id: "tote" }, prompt.tote_id),
          ),
    ];
  }

  _pass({ prompt }) {
    return this._drop({ prompt }, "pass");
  }

  _take({ prompt }) {
    return this._drop({ prompt }, "take_up");
  }

  _drop({ prompt }, what = "drop") {
    return [
      h(
        "section",
        { class: "where drop" },
        h("div", { class: "caption" }, h("span", {}, t(`pick.${what}`))),
        h("p", { class: `place ${lengthClass(prompt.location ?? "")}`, id: "place" }, prompt.location ?? ""),
      ),
      h(
        "section",
        { class: "what" },
        h("p", { class: "name" }, t(`pick.${what}_details`)),
        h("p", { class: "caption" }, t("pick.totes", { count: prompt.totes.length })),
        h("ul", { class: "totes" }, ...prompt.totes.map((tote) => h("li", {}, tote))),
      ),
    ];
  }

  /** Where to go, and the key for its check digits where it has some. */
  _place(prompt) {
    return h(
      "div",
      { class: prompt.check ? "place-row" : "" },
      h("p", { class: `place ${lengthClass(prompt.location, prompt.check ? 7 : 0)}`, id: "place" }, prompt.location),
      prompt.check ? this._check(prompt) : null,
    );
  }

  /** What is printed at the place, where its label cannot be scanned. */
  _check(prompt) {
    const words = t(prompt.check_wanted ? "pick.check_wanted" : "pick.check", { column: prompt.check });
    return h(
      "button",
      { type: "button", class: prompt.check_wanted ? "main check" : "second check", id: "check", "aria-label": words, onclick: () => this._openDigits(prompt) },
      h("span", { "aria-hidden": "true" }, t("pick.check_short", { column: prompt.check })),
    );
  }

  /** Keys for two or three digits; the handheld's own keyboard stays away. */
  _openDigits(prompt) {
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

  _radio(prompt) {
    if (!prompt.radio) return null;
    return h("span", { class: "radio" }, icon("radio"), h("span", {}, t("pick.radio")));
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
    this._fillTroubles();
    this._dialog.showModal();
  }

  _fillTroubles() {
    const { prompt, troubles } = this._shown;
    const allowed = troubles.filter((one) => one.kinds.includes(prompt.kind));
    const handOver = () => {
      this._dialog.close();
      this._actions.handOver();
    };
    const choose = (code) => {
      this._dialog.close();
      this._actions.report(code);
    };
    fill(
      this._dialog,
      h("h2", { id: "choices-title" }, t("pick.trouble_title")),
      h(
        "div",
        { class: "buttons" },
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
        h("button", { type: "button", class: "main", onclick: () => this._dialog.close() }, t("pick.back")),
      ),
    );
  }

  _showRefused(refused) {
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

/** A free count is asked for, not told of; anything else is a fault. */
function noticeOf({ notice, notice_location: location, totes, instead_of: ordered }) {
  if (notice === "zero_check") {
    return { kind: "info", words: t("notice.zero_check", { location }), details: t("notice.zero_check_details") };
  }
  if (notice === "look_near") {
    return { kind: "info", words: t("notice.look_near"), details: t("notice.look_near_details", { location }) };
  }
  if (notice === "lies_at") {
    return { kind: "info", words: t("notice.lies_at"), details: t("notice.lies_at_details", { location }) };
  }
  if (notice === "undone") {
    return { kind: "wrong", words: t("notice.undone"), details: t("notice.undone_details") };
  }
  if (notice === "substitute") {
    return { kind: "info", words: t("notice.substitute"), details: t("notice.substitute_details", { name: ordered }) };
  }
  if (notice === "taken_over") {
    return { kind: "info", words: t("notice.taken_over"), details: t("notice.taken_over_details", { totes: totes.join(", ") }) };
  }
  return { kind: isMild(notice) ? "info" : "wrong", words: noticeWords(notice) };
}

/** Something to know that nobody did wrong. */
export function isMild(notice) {
  return ["zero_check", "neighbour_item", "look_near", "taken_over", "substitute", "lies_at", "not_at_work"].includes(notice);
}

function noticeWords(notice) {
  return t(knows(`notice.${notice}`) ? `notice.${notice}` : "notice.other", { notice });
}

/** Long names get smaller letters, never dots in place of their end. */
function lengthClass(text, beside = 0) {
  const length = text.length + beside; // what stands on the same line takes room as well
  if (length <= 6) return "short";
  return length <= 9 ? "middle" : length <= 14 ? "long" : "longest";
}

/** The words of a trouble, and the short code that may be typed or scanned instead of the tap. */
function troubleWords(one) {
  const [words, short] = language() === "zh" ? [one.text_zh, one.short_zh] : [one.text_en, one.short_en];
  return short ? [words, h("kbd", { "aria-label": t("pick.short_code", { code: short }) }, short)] : [words];
}
