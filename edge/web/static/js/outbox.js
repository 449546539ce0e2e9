// What a person did and the gateway has not yet confirmed.
//
// Each post is kept in the browser under its own key before it is sent, goes out in order, one at a
// time, always with the id that it got when it was made, and is forgotten only when the gateway has
// answered. So a lost answer, a reload or hours without network neither lose nor double anything.

import { goToSignIn, newKey, post } from "./api.js";
import { mindBeforeReload } from "./freshness.js";

const KEPT = "we1.outbox/";
const SILENT_MS = 1500; // an answer that takes longer is not waited for without a word
const RETRY_MS = [500, 1000, 2000, 4000, 8000];

/** How many of a person's posts wait on this device, of all pages together. */
export function unsentOf(badge) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(`${KEPT}${badge}/`)).length;
  } catch {
    return 0;
  }
}

export class Outbox {
  /**
   * @param owner badge of the person: another person's posts on this device stay theirs.
   * @param onAnswer called with (entry, status, body) for each that was answered.
   * @param onChange called with the number that is not yet confirmed.
   * @param onLate called once for each that is kept, because the gateway did not answer at once.
   */
  constructor(owner, onAnswer, onChange, onLate) {
    this._prefix = `${KEPT}${owner}/`;
    this._onAnswer = onAnswer;
    this._onChange = onChange;
    this._onLate = onLate;
    this._entries = this._load();
    this._sending = false;
    this._failures = 0;
    this._timer = 0;
    addEventListener("online", () => this.send());
    mindBeforeReload(() => this._entries.length > 0);
  }

  get count() {
    return this._entries.length;
  }

  /** Keep a post and send it as soon as those before it are through. */
  add(path, body) {
    const made = Date.now();
    const order = Math.max(made * 1000, (this._entries.at(-1)?.order ?? 0) + 1);
    const entry = { order, key: newKey(), path, body, made, late: false };
    const isBehind = this._entries.some((one) => one.late);
    this._entries.push(entry);
    this._keep(entry);
    this._onChange(this.count);
    if (isBehind || !navigator.onLine) this._isLate(entry);
    else setTimeout(() => this._isLate(entry), SILENT_MS);
    this.send();
  }

  /** Whoever made it is told once that it waits, or would do it again. */
  _isLate(entry) {
    if (entry.late || !this._entries.includes(entry)) return;
    entry.late = true;
    this._onLate();
  }

  /** Send what waits; harmless while that is being done. */
  async send() {
    if (this._sending) return;
    clearTimeout(this._timer);
    this._sending = true;
    try {
      while (this._entries.length > 0 && (await this._sendOne(this._entries[0])));
    } finally {
      this._sending = false;
    }
  }

  async _sendOne(entry) {
    let answer;
    try {
      answer = await post(entry.path, entry.body, entry.key);
    } catch {
      return this._later(entry);
    }
    if (answer.status === 401) return goToSignIn();
    if (answer.status >= 500 || answer.status === 429) return this._later(entry);
    this._failures = 0;
    this._entries.shift();
    this._forget(entry);
    this._onChange(this.count);
    this._onAnswer(entry, answer.status, answer.body);
    return true;
  }

  _later(entry) {
    this._isLate(entry);
    this._onChange(this.count);
    const wait = RETRY_MS[Math.min(this._failures, RETRY_MS.length - 1)];
    this._failures += 1;
    this._timer = setTimeout(() => this.send(), wait);
    return false;
  }

  _name(entry) {
    return this._prefix + String(entry.order).padStart(17, "0");
  }

  _keep(entry) {
    try {
      localStorage.setItem(this._name(entry), JSON.stringify(entry));
    } catch {
      // no room or no permission to keep: it is still sent from memory and counted as pending
    }
  }

  _forget(entry) {
    try {
      localStorage.removeItem(this._name(entry));
    } catch {
      // was not kept either
    }
  }

  _load() {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(this._prefix) && !name.includes("/", this._prefix.length))
        .sort()
        .map((name) => ({ ...JSON.parse(localStorage.getItem(name)), late: true }));
    } catch {
      return [];
    }
  }
}
