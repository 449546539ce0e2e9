// Calibration step by step: level, tag, places, learning, use.

import { get, newKey, post } from "./api.js";
import { note, pictureOf, reportOf } from "./calibration-report.js";
import { fill, h, icon } from "./dom.js";
import { decimal, knows, t } from "./language.js";
import { listen } from "./stream.js";
import { saidWords } from "./words.js";

const SESSION_KEPT_MS = 5 * 60 * 1000;
const HELD_S_MIN = 25; // of two places, before learning makes sense
const STEPS = ["level", "tag", "places", "learning", "use"];

/** The section "calibration" of the page /setup: {element, show}. */
export function calibrationSection(frame) {
  const view = new CalibrationView(frame);
  return { element: view.element, show: () => view.show() };
}

class CalibrationView {
  constructor(frame) {
    this._frame = frame;
    this._sheet = null;
    this._fault = null;
    this._pending = null; // a step whose answer is not known yet, with its key
    this._isChoosing = false; // another tag is wanted while one is recorded
    this._shape = "";
    this._epc = h("input", { id: "epc", maxlength: 124, autocomplete: "off", spellcheck: "false", class: "scan", onkeydown: (event) => event.key === "Enter" && this._chooseTyped() });
    this._head = h("h2", {});
    this._steps = h("ol", { class: "calibration-steps" });
    this._work = h("div", { class: "calibration-work", "aria-live": "polite" });
    this._picture = h("section", { class: "card calibration-picture", hidden: true });
    this.element = h(
      "section",
      { class: "calibration", id: "calibration" },
      this._head,
      this._steps,
      h("div", { class: "calibration-body" }, this._work, this._picture),
    );
    setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
    listen("/api/calibration/stream", "calibration", (sheet) => ((this._sheet = sheet), this._update()), (state) => frame.connected(state));
    this.show();
  }

  show() {
    this._shape = "";
    this._update();
  }

  /** What people type and press is built anew only when it changes; figures move beside it. */
  _update() {
    this._head.textContent = t("calibration.title");
    const sheet = this._sheet;
    if (sheet === null) return;
    const shape = JSON.stringify([sheet.stage, sheet.epc, sheet.here, sheet.fault, this._fault, this._pending !== null, sheet.report !== null, this._canLearn(), this._isChoosing, (sheet.nearby ?? []).map((one) => one.epc)]);
    if (shape !== this._shape) {
      this._shape = shape;
      this._showSteps();
      const focused = document.activeElement?.id;
      fill(this._work, this._faultLine(), ...this._stage());
      if (focused) document.getElementById(focused)?.focus();
    }
    this._moveFigures();
    this._showPicture();
  }

  _showSteps() {
    const now = this._stepNumber();
    fill(
      this._steps,
      ...STEPS.map((name, index) =>
        h(
          "li",
          { class: index < now ? "done" : index === now ? "now" : "", "aria-current": index === now ? "step" : null },
          h("span", { class: "step-number", "aria-hidden": "true" }, index < now ? "✓" : String(index + 1)),
          t(`calibration.step.${name}`),
        ),
      ),
    );
  }

  _stepNumber() {
    const { stage, epc } = this._sheet;
    if (stage === "recording") return epc === null ? 1 : 2;
    return { idle: 0, learning: 3, failed: 3, learnt: 4, used: 5 }[stage];
  }

  _faultLine() {
    const words = this._fault ?? (saidWords(this._sheet.fault_said, this._sheet.fault) || null);
    return h("p", { class: "fault", role: "alert", hidden: words === null }, words ?? "");
  }

  _stage() {
    const { stage, epc } = this._sheet;
    if (stage === "recording") return epc === null || this._isChoosing ? this._chooseTag() : this._places();
    if (stage === "learning") return [this._card(t("calibration.learning"), icon("wait"), h("p", {}, t("calibration.learning_hint"))), this._discard()];
    if (stage === "learnt") return this._learnt();
    if (stage === "failed") return [h("div", { class: "buttons columns" }, this._button("more", "main"), this._discard())];
    return this._levels();
  }

  _levels() {
    const { stage, in_use: inUse, loaded } = this._sheet;
    const level = (name) =>
      h(
        "button",
        { type: "button", class: "tile", id: `level-${name}`, onclick: () => this._take({ step: "begin", level: name }) },
        t(`calibration.level.${name}`),
        h("small", {}, t(`calibration.level.${name}_hint`)),
      );
    return [
      stage === "used" ? note("right", t(loaded ? "calibration.used" : "calibration.used_later")) : null,
      inUse ? this._card(t("calibration.in_use"), ...reportOf(inUse, false)) : h("p", { class: "card padded" }, t("calibration.none")),
      h("h3", {}, t("calibration.choose_level")),
      h("div", { class: "buttons columns" }, level("gain"), level("survey")),
    ];
  }

  _chooseTag() {
    const nearby = this._sheet.nearby ?? [];
    return [
      this._card(
        t("calibration.choose_tag"),
        h("p", {}, t("calibration.choose_tag_hint")),
        h("label", { for: "epc" }, t("calibration.epc")),
        h("div", { class: "tag-entry" }, this._epc, h("button", { type: "button", class: "main", onclick: () => this._chooseTyped() }, t("calibration.choose"))),
        h("h3", {}, t("calibration.nearby")),
        nearby.length === 0
          ? h("p", { class: "muted" }, t("calibration.nobody"))
          : h(
              "ul",
              { class: "results", id: "nearby" },
              ...nearby.map((one) =>
                h(
                  "li",
                  {},
                  h("button", { type: "button", class: "second wide", "data-epc": one.epc, onclick: () => this._take({ step: "tag", epc: one.epc }) }, h("code", {}, one.epc), h("span", {}, `${decimal(one.rssi_dbm)} dBm · ${one.reader}`)),
                ),
              ),
            ),
      ),
      this._discard(),
    ];
  }

  _places() {
    const { here, epc, places, level } = this._sheet;
    return [
      h("p", { class: "calibration-tag" }, t("calibration.tag"), " ", h("code", {}, epc), h("button", { type: "button", class: "link", id: "another", onclick: () => ((this._isChoosing = true), this.show()) }, t("calibration.another"))),
      note(here === null ? "info" : "right", here === null ? t(`calibration.go.${level}`) : t("calibration.hold", { place: here })),
      h(
        "ul",
        { class: "places", id: "places" },
        ...places.map((one) => {
          const isHere = one.location === here;
          return h(
            "li",
            { class: isHere ? "here" : "", "data-hold": one.location },
            h("strong", {}, one.location),
            h("progress", { max: one.wanted_s, value: 0, "aria-label": one.location }),
            h("span", { class: "number held-time" }),
            isHere
              ? h("button", { type: "button", class: "main", id: "moving", onclick: () => this._take({ step: "moving" }) }, t("calibration.moving"))
              : h("button", { type: "button", class: "second", onclick: () => this._take({ step: "here", location: one.location }) }, t("calibration.here")),
          );
        }),
      ),
      h("div", { class: "buttons columns" }, this._button("learn", "main", !this._canLearn()), this._discard()),
      this._canLearn() ? null : h("p", { class: "muted" }, t("calibration.not_enough", { seconds: HELD_S_MIN })),
    ];
  }

  _learnt() {
    return [
      this._card(t("calibration.report"), ...reportOf(this._sheet.report, true)),
      h("div", { class: "buttons columns" }, this._button("use", "main"), this._button("more", "second"), this._discard()),
    ];
  }

  _moveFigures() {
    for (const one of this._sheet.places ?? []) {
      const row = this._work.querySelector(`[data-hold="${CSS.escape(one.location)}"]`);
      if (row === null) continue;
      row.querySelector("progress").value = Math.min(one.held_s, one.wanted_s);
      row.querySelector(".held-time").textContent = t("calibration.held", { seconds: one.held_s, wanted: one.wanted_s, reads: one.reads });
    }
  }

  _showPicture() {
    const { stage, epc, antennas } = this._sheet;
    this._picture.hidden = stage !== "recording" || epc === null;
    if (!this._picture.hidden) fill(this._picture, ...pictureOf(antennas));
  }

  _card(title, ...parts) {
    return h("section", { class: "card padded calibration-card" }, h("h3", {}, title), ...parts);
  }

  _button(step, kind, isOff = false) {
    return h("button", { type: "button", class: kind, id: `step-${step}`, disabled: isOff || this._pending !== null, onclick: () => this._take({ step }) }, t(`calibration.do.${step}`));
  }

  _discard() {
    return h("button", { type: "button", class: "second danger", id: "step-discard", onclick: () => this._take({ step: "discard" }) }, t("calibration.do.discard"));
  }

  _canLearn() {
    return (this._sheet.places ?? []).filter((one) => one.held_s >= HELD_S_MIN).length >= 2;
  }

  _chooseTyped() {
    const epc = this._epc.value.trim().toLowerCase();
    if (!/^([0-9a-f]{2}){2,62}$/.test(epc)) {
      this._fault = t("calibration.epc_wrong");
      return this.show();
    }
    return this._take({ step: "tag", epc });
  }

  /** A step whose answer was lost is sent again with the same key: it has one effect. */
  async _take(step) {
    const same = this._pending !== null && JSON.stringify(this._pending.step) === JSON.stringify(step);
    this._pending = same ? this._pending : { step, key: newKey() };
    this._fault = null;
    try {
      const { status, body } = await post("/api/calibration/steps", step, this._pending.key);
      this._pending = null;
      this._isChoosing = false;
      if (status !== 200 || !body.accepted) this._fault = faultOf(body);
    } catch {
      this._fault = t("home.fault.unreachable");
    }
    this.show();
  }
}

function faultOf(body) {
  const key = `code.${body?.code ?? body?.error}`;
  return knows(key) ? t(key) : (body?.text ?? t("home.fault.unreachable"));
}
