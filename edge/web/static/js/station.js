// What all pages at a station do alike: a field that the scanner types into, an outbox for what is
// done there, and one way to tell what came of it.

import { get, whoAmI } from "./api.js";
import { Capture, keepFocus } from "./capture.js";
import { Frame } from "./frame.js";
import { onLanguage, t } from "./language.js";
import { Outbox } from "./outbox.js";
import { Signs, signOf } from "./signs.js";
import { placesOf } from "./station-parts.js";
import { listen } from "./stream.js";
import { answerWords, refusalWords } from "./words.js";

const SESSION_KEPT_MS = 5 * 60 * 1000;
const RETRY_MS = 2000;

/** A page of a station; `start` waits until it is known who works there. */
export class Station {
  static async start(name) {
    const frame = await Frame.start(name);
    return new Station(frame, await whoAmI());
  }

  constructor(frame, person) {
    this.person = person;
    this.signs = new Signs();
    this.note = null; // what was wrong last, shown until the next scan
    this._frame = frame;
  }

  /**
   * Begin to work.
   * @param show writes the page.
   * @param answered called with (answer, entry) for each post that the gateway answered.
   * @param owner whose outbox it is.
   * @param field that the scanner types into, with `scanned` for each code; null for none.
   */
  open({ show, answered, owner = this.person.badge, field = null, scanned = null }) {
    this._show = show;
    this._answered = answered;
    const pending = (count) => this._frame.pending(count);
    this.outbox = new Outbox(owner, (...told) => this._told(...told), pending, () => this.signs.kept());
    if (field !== null) this._read(field, scanned);
    onLanguage(() => this.show());
    setInterval(() => get("/api/session").catch(() => {}), SESSION_KEPT_MS);
    this._frame.pending(this.outbox.count);
    this.outbox.send();
    this.show();
  }

  show() {
    this._show();
    this._focus?.();
  }

  /** Post something; without network it is kept, and said to be. */
  send(path, body) {
    this.outbox.add(path, body);
    this.show();
  }

  /** Tell something over the whole screen; what is wrong stays to be read. */
  tell(kind, words, details = "") {
    this.note = kind === "wrong" ? { kind, words, details } : null;
    this.signs.show(kind, words, details);
    this.show();
  }

  /** Tell what came of a post. */
  tellAnswer(answer, details = "") {
    this.tell(signOf(answer), answerWords(answer), details);
  }

  /** Listen to a stream that tells what is done here; returns a function that ends it. */
  listen(path, event, onValue) {
    const connected = (state) => {
      this._frame.connected(state);
      if (state) this.outbox.send();
    };
    return listen(path, event, onValue, connected, true);
  }

  /** Listen to nothing: a page without a place. */
  rest() {
    this._frame.connected(true);
    this.show();
  }

  _read(field, scanned) {
    const read = (code) => {
      this.note = null;
      scanned(code);
    };
    this._capture = new Capture(field, read, (code) => this.tell("wrong", t("pick.doubled"), code));
    this._focus = keepFocus(field);
    this._capture.clear();
  }

  _told(entry, status, body) {
    if (status === 200) this._answered(body, entry);
    else this.tell("wrong", refusalWords(body), entry.body.code ?? "");
  }

  /**
   * The places of a kind, and the one that was chosen on this device before, or is the only one.
   * @param key under which the browser keeps the choice.
   */
  async choice(kind, key) {
    let names = await placesOf(kind);
    while (names === null) {
      this._frame.connected(false);
      await new Promise((done) => setTimeout(done, RETRY_MS));
      names = await placesOf(kind);
    }
    const kept = chosenBefore(key);
    return { names, chosen: names.includes(kept) ? kept : names.length === 1 ? names[0] : null };
  }
}

/** Remember a choice on this device, whoever works with it next. */
export function rememberChoice(key, name) {
  try {
    localStorage.setItem(key, name);
  } catch {
    // it must be chosen again after a reload
  }
}

function chosenBefore(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
