// What the scale says: asked for before a parcel is closed, and what is to be done when it is off.
//
// What a parcel should weigh is not told before it is weighed: who knows it types it.

import { post } from "./api.js";
import { fill, h } from "./dom.js";
import { kilograms, knows, t } from "./language.js";

const REASONS = ["looked_at", "article_weight", "packing_material", "scale"];
const GRAMS_MAX = 1_000_000;

export class WeighView {
  /** @param station() names the station; close(weighing) closes the parcel with it; anew() checks it all once more. */
  constructor({ station, close, anew }) {
    this._station = station;
    this._send = close;
    this._anew = anew;
    this._dialog = h("dialog", { id: "weigh", class: "choices", "aria-labelledby": "weigh-title" });
    document.body.append(this._dialog);
    this._cartons = [];
    this._carton = null;
  }

  close() {
    this._dialog.close();
  }

  /** The parcel is to be weighed; cartons are those to choose from. */
  ask(cartons) {
    this._cartons = cartons;
    this._carton = cartons.length === 1 ? cartons[0].name : null;
    this._askWeight();
  }

  _askWeight() {
    const weight = h("input", { id: "weight", class: "scan", inputmode: "decimal", autocomplete: "off", required: true, maxlength: 64 });
    const fault = h("p", { class: "fault", role: "alert", hidden: true });
    const tell = (words) => {
      fault.textContent = words;
      fault.hidden = false;
      weight.select();
    };
    const done = (event) => {
      event.preventDefault();
      const typed = weight.value.trim();
      fault.hidden = true;
      if (this._choose(typed)) weight.value = ""; // its label was scanned
      else if (gramsOf(typed) === null) tell(t("weigh.no_weight"));
      else if (this._carton === null && this._cartons.length > 1) tell(t("weigh.choose_carton"));
      else this._weighed({ weight_g: gramsOf(typed), carton: this._carton });
    };
    this._choices = h("div", { class: "buttons columns", role: "group", "aria-label": t("weigh.carton") });
    this._drawCartons();
    this._open(
      t("weigh.title"),
      h(
        "form",
        { class: "sign-in", onsubmit: done },
        this._cartons.length > 1 ? h("p", {}, t("weigh.choose_carton")) : null,
        this._cartons.length > 1 ? this._choices : null,
        h("label", { for: "weight" }, t("weigh.weight")),
        weight,
        fault,
        h("button", { class: "main wide", id: "weighed" }, t("pack.close")),
        this._back(t("weigh.back")),
      ),
    );
    weight.focus();
  }

  _choose(name) {
    const found = this._cartons.find((one) => one.name === name);
    if (!found) return false;
    this._carton = name;
    this._drawCartons();
    return true;
  }

  _drawCartons() {
    const button = ({ name }) => {
      const chosen = name === this._carton;
      return h("button", { type: "button", class: "second", "aria-pressed": String(chosen), onclick: () => this._choose(name) }, chosen ? `✓ ${name}` : name);
    };
    fill(this._choices, ...this._cartons.map(button));
  }

  /** It weighs other than it should: look once more, weigh once more, or have it accepted. */
  askOff({ measured_g: measured, expected_g: expected }, weighing) {
    const heavier = measured > expected;
    const off = kilograms(Math.abs(measured - expected));
    this._open(
      t(heavier ? "weigh.too_heavy" : "weigh.too_light", { off }),
      h("p", { id: "weigh-off" }, t("weigh.measured", { measured: kilograms(measured), expected: kilograms(expected) })),
      h("p", {}, t(heavier ? "weigh.look_for_more" : "weigh.look_for_less")),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "main", id: "check-again", onclick: () => this.close() }, t("pack.go_on")),
        h("button", { type: "button", class: "second", id: "weigh-again", onclick: () => this._askWeight() }, t("weigh.again")),
        h("button", { type: "button", class: "second", id: "check-anew", onclick: () => this._checkAnew() }, t("weigh.anew")),
        h("button", { type: "button", class: "second danger", id: "accept", onclick: () => this._askSupervisor(weighing) }, t("weigh.accept")),
      ),
    );
  }

  _checkAnew() {
    this.close();
    this._anew();
  }

  _askSupervisor(weighing) {
    const badge = h("input", { id: "accept-badge", autocomplete: "off", required: true, maxlength: 64 });
    const pin = h("input", { id: "accept-pin", type: "password", inputmode: "numeric", autocomplete: "off", required: true, maxlength: 128 });
    const fault = h("p", { class: "fault", role: "alert", hidden: true });
    const reasons = h(
      "fieldset",
      { class: "reasons" },
      h("legend", {}, t("weigh.why")),
      ...REASONS.map((one) => h("label", {}, h("input", { type: "radio", name: "reason", value: one, required: true }), h("span", {}, t(`weigh.reason.${one}`)))),
    );
    const accept = async (event) => {
      event.preventDefault();
      const reason = reasons.querySelector("input:checked").value;
      const said = await this._word(badge.value.trim(), pin.value);
      pin.value = "";
      if (said.word) return this._weighed({ ...weighing, acceptance: { badge: badge.value.trim(), word: said.word, reason } });
      fault.textContent = said.fault;
      fault.hidden = false;
      pin.focus();
    };
    this._open(
      t("weigh.accept_title"),
      h(
        "form",
        { class: "sign-in", onsubmit: accept },
        reasons,
        h("label", { for: "accept-badge" }, t("home.badge")),
        badge,
        h("label", { for: "accept-pin" }, t("home.pin")),
        pin,
        fault,
        h("button", { class: "second danger wide", id: "accepted" }, t("weigh.accept_it")),
        this._back(t("pack.go_on")),
      ),
    );
    badge.focus();
  }

  /** A word of the supervisor's, good for a minute; or why there is none. */
  async _word(badge, pin) {
    try {
      const { status, body } = await post(`/api/pack/${encodeURIComponent(this._station())}/acceptance`, { badge, pin });
      if (status === 200) return { word: body.word };
      const seconds = Number(/\d+/.exec(body?.text)?.[0] ?? 0);
      const key = body?.error === "not_allowed" ? "weigh.no_supervisor" : `home.fault.${body?.error}`;
      return { fault: t(knows(key) ? key : "home.fault.unreachable", { seconds }) };
    } catch {
      return { fault: t("home.fault.unreachable") };
    }
  }

  _weighed(weighing) {
    this.close();
    this._send(weighing);
  }

  _back(words) {
    return h("button", { type: "button", class: "second wide", onclick: () => this.close() }, words);
  }

  _open(title, ...content) {
    fill(this._dialog, h("h2", { id: "weigh-title" }, title), ...content);
    if (!this._dialog.open) this._dialog.showModal();
  }
}

/** Kilograms as somebody types them, with a point or a comma, as grams; null for no weight. */
function gramsOf(typed) {
  if (!/^\d{1,4}([.,]\d{1,3})?$/.test(typed)) return null;
  const grams = Math.round(Number(typed.replace(",", ".")) * 1000);
  return grams >= 1 && grams <= GRAMS_MAX ? grams : null;
}
