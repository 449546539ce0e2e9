// Words in zh and en. Both catalogues are asked for at once, so that switching needs no network and
// loses no work: whatever is shown is written again, and nothing else happens. Only the one that is
// shown is waited for.

const LANGUAGES = ["en", "zh"];
const KEPT = "we1.language";

const catalogues = {};
const loading = {};
const listeners = new Set();
let current = "en";

/** Load the words; call once before anything is shown. */
export async function loadWords() {
  const wanted = kept() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
  const all = Object.fromEntries(LANGUAGES.map((name) => [name, load(name)]));
  all[next(wanted)].catch(() => {}); // it is asked for again by whoever switches to it
  await all[wanted];
  use(wanted);
}

/** The words of a key, with {name} replaced by values, and {name|stop|stops} by the form for one or for more. */
export function t(key, values = {}) {
  const words = catalogues[current][key] ?? key;
  return words.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name, one, more) =>
    more === undefined ? String(values[name] ?? whole) : String(values[name]) === "1" ? one : more,
  );
}

/** Whether there are words for a key. */
export function knows(key) {
  return key in catalogues[current];
}

/** A level, share or rate as all pages write it: with one decimal. */
export const decimal = (value) => value.toFixed(1);

/** Grams as kilograms, as every page and label writes them. */
export const kilograms = (grams) => `${(grams / 1000).toFixed(3)} kg`;

export function language() {
  return current;
}

/** Go on in the next language; without its words in this one. */
export async function switchLanguage() {
  const wanted = next(current);
  try {
    await load(wanted);
  } catch {
    return;
  }
  use(wanted);
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

/** A date with its year, as people here write it. */
export function day(us) {
  return new Intl.DateTimeFormat(current === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium" }).format(new Date(us / 1000));
}

/** A file beside this version's words. */
function address(file) {
  return new URL(`../lang/${file}`, import.meta.url).pathname;
}

function next(name) {
  return LANGUAGES[(LANGUAGES.indexOf(name) + 1) % LANGUAGES.length];
}

/** Have the words of a language, asked for once. */
function load(name) {
  loading[name] ??= fetch(address(`${name}.json`))
    .then((answer) => answer.json())
    .then((words) => (catalogues[name] = words))
    .catch((error) => {
      delete loading[name];
      throw error;
    });
  return loading[name];
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
