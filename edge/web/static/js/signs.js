// Telling what came of a scan in three ways at once: colour with a drawing and words over the whole
// screen, a sound, and a vibration. The sign lets every touch and key through to what is below.

import { fill, h, icon } from "./dom.js";
import { t } from "./language.js";

const SHOWN_MS = { right: 700, wrong: 1100, duplicate: 900, info: 900, kept: 700 };

// [Hz, start s, length s] of each tone, and the vibration in ms on, off, on.
const TONES = {
  right: { wave: "sine", notes: [[880, 0, 0.08], [1320, 0.08, 0.13]], shake: [40] },
  wrong: { wave: "square", notes: [[196, 0, 0.22], [147, 0.22, 0.33]], shake: [220, 80, 220] },
  duplicate: { wave: "triangle", notes: [[520, 0, 0.08], [520, 0.15, 0.08]], shake: [50, 60, 50] },
  info: { wave: "sine", notes: [[660, 0, 0.12]], shake: [60] },
  kept: { wave: "sine", notes: [[440, 0, 0.07]], shake: [30] },
};
const VOLUME = { right: 0.35, wrong: 0.22, duplicate: 0.35, info: 0.3, kept: 0.25 };

export class Signs {
  constructor() {
    this._words = h("p", { class: "sign-words" });
    this._details = h("p", { class: "sign-details" });
    this._picture = h("div", { class: "sign-picture" });
    this._sign = h(
      "div",
      { class: "sign", role: "alert", hidden: true },
      this._picture,
      this._words,
      this._details,
    );
    this._timer = 0;
    this._audio = null;
    document.body.append(this._sign);
    // browsers let a page sound only after a touch or key
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this._unlock());
  }

  /** Show a sign: kind is right, wrong, duplicate, info or kept. */
  show(kind, words, details = "") {
    clearTimeout(this._timer);
    this._sign.className = `sign sign-${kind}`;
    fill(this._picture, icon(kind));
    this._words.textContent = words;
    this._details.textContent = details;
    this._sign.hidden = false;
    this._sound(kind);
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(TONES[kind].shake);
    this._timer = setTimeout(() => (this._sign.hidden = true), SHOWN_MS[kind]);
  }

  /** What was done waits on this device: it is not lost, and not to be done again. */
  kept() {
    this.show("kept", t("pick.kept"), t("pick.kept_details"));
  }

  _unlock() {
    this._audio ??= new AudioContext();
    if (this._audio.state === "suspended") this._audio.resume();
  }

  _sound(kind) {
    if (this._audio?.state !== "running") return;
    const { wave, notes } = TONES[kind];
    for (const [pitch, start, length] of notes) {
      const at = this._audio.currentTime + start;
      const tone = new OscillatorNode(this._audio, { type: wave, frequency: pitch });
      const gain = new GainNode(this._audio, { gain: 0 });
      gain.gain.setValueAtTime(VOLUME[kind], at);
      gain.gain.setTargetAtTime(0, at + length * 0.7, 0.02); // no click at the end
      tone.connect(gain).connect(this._audio.destination);
      tone.start(at);
      tone.stop(at + length + 0.1);
    }
  }
}

const KINDS = {
  picked: "right",
  stop_done: "right",
  walk_done: "right",
  place_right: "right",
  tote_right: "right",
  dropped: "right",
  ready: "right",
  checked: "right",
  complete: "right",
  opened: "right",
  closed: "right",
  unpacked: "right",
  tote_bound: "right",
  tote_joined: "right",
  passed: "right",
  taken: "right",
  label: "info",
  lit: "info",
  put: "right",
  slot_complete: "right",
  laid_back: "info",
  released: "right",
  refused: "right",
  placed: "right",
  shipped: "right",
  all_put: "right",
  return_found: "right",
  received: "right",
  graded: "right",
  count_place: "right",
  found_empty: "right",
  count_right: "right",
  variance_approved: "right",
  variance_refused: "right",
  stacked: "right",
  fetched: "right",
  all_fetched: "right",
  amended_released: "right",
  taken_off: "right",
  pallet_closed: "right",
  paired: "duplicate",
  done_already: "duplicate",
  already_open: "duplicate",
  shipped_already: "duplicate",
  gone: "info",
  rerouted: "info",
  short: "info",
  noted: "info",
  nothing_to_do: "info",
};

/** Which sign belongs to an answer; what is not known to be good is wrong. */
export function signOf(answer) {
  const kind = KINDS[answer.code];
  if (kind) return kind;
  return answer.accepted ? "info" : "wrong";
}
