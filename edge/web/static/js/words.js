// What the gateway says, in the language of the page: it sends a code and the values that its sentence
// names, and an English sentence for whoever has no words for the code.

import { day, knows, t } from "./language.js";

// Values of a fact that a person looks for, in the order in which they are told.
const TOLD = ["from_location", "location", "to_location", "went_to", "heard_at", "station", "wall", "slot", "portal", "cart", "badge", "by", "order_id", "tote_id", "sscc", "pallet", "quantity", "counted", "expected", "probability"];

/** What came of something that was posted. */
export function answerWords({ code, text }) {
  return wordsOr(`code.${code}`, {}, text);
}

/** Why something was not taken at all. */
export function refusalWords(body) {
  return body === null ? t("home.fault.unreachable") : wordsOr(`code.${body.error}`, {}, body.text);
}

/** Why an order waits. */
export function doubtWords({ code, form = "text", values = {}, text }) {
  return wordsOr(`doubt.${code}.${form}`, values, text);
}

/** What happened to an item or an order. */
export function factWords({ type, values = {}, text }) {
  if (!knows(`event.${type}`)) return text;
  const told = TOLD.filter((name) => name in values).map((name) => t(`happened.${name}`, { value: valueOf(name, values[name]) }));
  return [t(`event.${type}`), ...told].join(" · ");
}

/** A sentence that came as text: in the page's words where its form is known, else as it is. */
export function saidWords(said, text) {
  if (!said) return text;
  const values = Object.entries(said.values).map(([name, one]) => [name, typeof one === "string" ? one : saidWords(one, one.text)]);
  return wordsOr(`said.${said.code}`, Object.fromEntries(values), text);
}

/** Until when a certificate is good. */
export function certificateWords({ status, begins_us: begins, ends_us: ends }) {
  if (ends === null) return t("setup.certificate.unreadable");
  const state = status !== "bad" ? status : begins > Date.now() * 1000 ? "too_early" : "expired";
  return t(`setup.certificate.${state}`, { date: day(ends) });
}

/** The words of a key; the text where there are none, or where a value that they name is not told. */
export function wordsOr(key, values, text) {
  const words = knows(key) ? t(key, values) : text;
  return /\{\w+\}/.test(words) ? text : words;
}

function valueOf(name, value) {
  return name === "probability" ? `${Math.round(value * 100)} %` : String(value);
}
