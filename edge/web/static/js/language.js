// Words in zh and en. Both catalogues are loaded at once, so that switching needs no network and
// loses no work: whatever is shown is written again, and nothing else happens.

const LANGUAGES = ["en", "zh"];
const KEPT = "we1.language";

const catalogues = {};
const listeners = new Set();
let current = "en";

/** Load the words; call once before anything is shown. */
export async function loadWords() {
  const loaded = await Promise.all(
    LANGUAGES.map((name) => fetch(address(`${name}.json`)).then((answer) => answer.json())),
  );
  LANGUAGES.forEach((name, index) => (catalogues[name] = loaded[index]));
  use(kept() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"));
}

/** The words of a key, with {name} replaced by values. */
export function t(key, values = {}) {
  const words = catalogues[current][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Whether there are words for a key. */
export function knows(key) {
  return key in catalogues[current];
}

export function language() {
  return current;
}

/** Go on in the next language. */
export function switchLanguage() {
  use(LANGUAGES[(LANGUAGES.indexOf(current) + 1) % LANGUAGES.length]);
  try {
    localStorage.setItem(KEPT, current);
  } catch {
    // a browser that keeps nothing still shows the other language now
  }
  for (const listener of listeners) listener();
}

/** Be called after each switch. */
export function onLanguage(listener) {
  listeners.add(listener);
}

/** A date and time, or a time alone for today, as people here write it. */
export function moment(us) {
  const date = new Date(us / 1000);
  const today = date.toDateString() === new Date().toDateString();
  const time = { hour: "2-digit", minute: "2-digit" };
  const form = today ? time : { month: "short", day: "numeric", ...time };
  return new Intl.DateTimeFormat(current === "zh" ? "zh-CN" : "en-GB", form).format(date);
}

/** A file beside this version's words. */
function address(file) {
  return new URL(`../lang/${file}`, import.meta.url).pathname;
}

function use(name) {
  current = name;
  document.querySelector("link[rel=manifest]")?.setAttribute("href", address(`${name}.webmanifest`));
  document.documentElement.lang = name === "zh" ? "zh-CN" : "en";
}

function kept() {
  try {
    const name = localStorage.getItem(KEPT);
    return LANGUAGES.includes(name) ? name : null;
  } catch {
    return null;
  }
}
