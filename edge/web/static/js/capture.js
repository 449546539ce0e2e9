// Catching what a scanner types.
//
// A wedge scanner is a keyboard: a burst of characters, mostly ended by Enter or Tab. We read the
// value of one real, visible input, never single keys, because on Android characters may come from
// an input method without usable key events, and with Alt held. Rules:
//  - a code ends on Enter, Tab, or when a fast burst pauses; of a scanner that has shown that it sends
//    Enter the pause is waited for much longer, so that a slow handheld does not cut a code in two;
//  - while an input method composes, nothing ends;
//  - what was typed slowly before a burst does not become part of it;
//  - the same code again within 300 ms is the scanner's trigger bouncing and is dropped;
//  - a string that is some code twice is refused: the first scan was never taken out of the field.

const INSIDE_MS = 50; // between two characters of a scan; nobody types that fast
const PAUSE_MS = 300; // without a character: a burst that has no Enter is over
const SUFFIX_PAUSE_MS = 1000; // the same where Enter is to be expected
const STALE_MS = 800; // before a burst: what stood in the field then is not part of the scan
const BURST_MIN = 4; // shorter bursts wait for Enter
const BOUNCE_MS = 300;
const HALF_MIN = 4;
const CODE_MAX = 512;
const GS = "\u001d";
const KEPT = "we1.scanner_sends_enter";

export class Capture {
  /**
   * @param input a visible text input with inputmode="none".
   * @param onCode called with each code.
   * @param onDoubled called with a string that is the same code twice.
   * @param now milliseconds of a clock that never jumps.
   */
  constructor(input, onCode, onDoubled, now = () => performance.now()) {
    this._input = input;
    this._onCode = onCode;
    this._onDoubled = onDoubled;
    this._now = now;
    this._burstStart = 0; // where in the value the last fast run began
    this._burstGapMs = 0; // how long it had been quiet before
    this._length = 0;
    this._changedMs = -Infinity;
    this._lastCode = "";
    this._lastMs = -Infinity;
    this._timer = 0;
    this._sendsEnter = kept();
    input.addEventListener("input", (event) => this._changed(event));
    input.addEventListener("compositionend", () => this._changed(null));
    input.addEventListener("keydown", (event) => this._key(event));
  }

  /** Forget what is in the field. */
  clear() {
    clearTimeout(this._timer);
    this._input.value = "";
    this._length = 0;
    this._burstStart = 0;
  }

  _changed(event) {
    clearTimeout(this._timer);
    if (event?.isComposing) return; // what an input method has not yet settled is no text
    const now = this._now();
    const value = this._input.value;
    const gap = now - this._changedMs;
    if (gap > INSIDE_MS) {
      this._burstStart = Math.min(this._length, value.length);
      this._burstGapMs = gap;
    }
    if (value.length < this._length) this._burstStart = 0;
    this._length = value.length;
    this._changedMs = now;
    this._timer = setTimeout(() => this._paused(), this._sendsEnter ? SUFFIX_PAUSE_MS : PAUSE_MS);
  }

  _key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" || event.key === "Tab") {
      if (event.key === "Tab" && this._input.value === "") return; // moving on by keyboard
      event.preventDefault();
      if (this._input.value.length - this._burstStart > BURST_MIN) this._learnEnter();
      this._end();
    } else if (event.key === "Escape") {
      this.clear();
    } else if (event.ctrlKey && event.key === "]") {
      event.preventDefault(); // how many scanners type the group separator of GS1 codes
      this._input.value += GS;
      this._changed(null);
    }
  }

  _learnEnter() {
    if (this._sendsEnter) return;
    this._sendsEnter = true;
    try {
      localStorage.setItem(KEPT, "yes");
    } catch {
      // it is learned anew after the next reload
    }
  }

  _paused() {
    if (this._input.value.length - this._burstStart >= BURST_MIN) this._end();
  }

  _end() {
    const value = this._input.value;
    const burst = value.slice(this._burstStart);
    const alone = burst.length > BURST_MIN && this._burstGapMs > STALE_MS;
    const code = (alone ? burst : value).trim().slice(0, CODE_MAX);
    this.clear();
    if (code === "") return;
    const now = this._now();
    const bounced = code === this._lastCode && now - this._lastMs < BOUNCE_MS;
    this._lastCode = code;
    this._lastMs = now;
    if (bounced) return;
    if (isDoubled(code)) this._onDoubled(code);
    else this._onCode(code);
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT) === "yes";
  } catch {
    return false;
  }
}

/** Whether a string is one code glued to itself, and not a number that merely looks like it. */
export function isDoubled(code) {
  const half = code.length / 2;
  if (!Number.isInteger(half) || half < HALF_MIN) return false;
  if (code.slice(0, half) !== code.slice(half)) return false;
  return !([8, 12, 14, 18].includes(code.length) && hasCheckDigit(code));
}

/** GS1 General Specifications, section 7.9: weights 3 and 1 from the right, sum a multiple of 10. */
function hasCheckDigit(digits) {
  if (!/^\d+$/.test(digits)) return false;
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/**
 * Keep a field ready for the scanner: after every action, whatever was tapped, it has the focus
 * again, and a scan while a dialog is open closes the dialog and counts.
 */
export function keepFocus(input) {
  const focus = () => {
    input.focus({ preventScroll: true });
    // A tap that closed a dialog has left the caret where it was: what is typed would be lost.
    if (!getSelection()?.anchorNode?.contains(input)) input.setSelectionRange(input.value.length, input.value.length);
  };
  document.addEventListener(
    "keydown",
    (event) => {
      if (document.activeElement === input || event.key.length !== 1 || event.key === " ") return;
      if (event.target instanceof HTMLInputElement) return;
      if (event.ctrlKey || event.metaKey) return;
      for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
      focus(); // before the character arrives, so that it lands in the field
    },
    true,
  );
  document.addEventListener("click", () => {
    if (!document.querySelector("dialog[open]")) focus();
  });
  addEventListener("focus", focus);
  focus();
  return focus;
}
